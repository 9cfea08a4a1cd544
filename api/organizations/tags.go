package organizations

import (
	"context"
	"maps"
	"strings"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// Tag of a root, organizational unit, account or policy.
type Tag struct {
	Key   string `required:"true" min:"1" max:"128" pattern:"^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$"`
	Value string `required:"true" max:"256" pattern:"^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$" wire:",always"`
}

// NewTags are the tags that a request gives to something. Embed it last.
type NewTags struct{ Tags []Tag }

// Check implements wire.Checker.
func (in *NewTags) Check(wire.Caller) error {
	seen := map[string]bool{}
	for _, tag := range in.Tags {
		if err := checkTagKey(tag.Key); err != nil {
			return err
		}
		if seen[tag.Key] {
			return invalidInput("DUPLICATE_TAG_KEY", "Tag keys must be unique among the tags attached to the same entity.")
		}
		seen[tag.Key] = true
	}
	return nil
}

// checkTagKey refuses the keys that are AWS's own.
func checkTagKey(key string) error {
	if strings.HasPrefix(strings.ToLower(key), "aws:") {
		return invalidInput("INVALID_SYSTEM_TAGS_PARAMETER", "You specified a tag key that is a system tag. These are reserved for AWS use.")
	}
	return nil
}

// ConditionKeys implements wire.Keyed.
func (in *NewTags) ConditionKeys(string) map[string][]string {
	keys := map[string][]string{}
	for _, tag := range in.Tags {
		keys["aws:RequestTag/"+tag.Key] = []string{tag.Value}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], tag.Key)
	}
	return keys
}

// permit asks whether the caller may give these tags to what it makes.
func (in *NewTags) permit(ctx context.Context, a *API, caller wire.Caller, resource string) error {
	if len(in.Tags) == 0 {
		return nil
	}
	keys := maps.Clone(caller.Keys)
	if keys == nil {
		keys = map[string][]string{}
	}
	maps.Copy(keys, in.ConditionKeys(""))
	caller.Keys = keys
	return a.also(ctx, caller, "TagResource", resource)
}

// put gives the tags to something.
func (in *NewTags) put(o *organization.Organization, id string) error {
	if len(in.Tags) == 0 {
		return nil
	}
	return o.Tag(id, in.list())
}

func (in *NewTags) list() []organization.Tag {
	return each(in.Tags, func(t Tag) organization.Tag { return organization.Tag(t) })
}

// Taggable names what has tags. The form has more kinds than this server.
type Taggable struct {
	ResourceId string `required:"true" max:"130" pattern:"^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})|(^p-[0-9a-zA-Z_]{8,128})|(^rp-[0-9a-zA-Z_]{4,128})|(^rt-[0-9a-zA-Z_]{8,32})$"`
}

type listTagsInput struct {
	Taggable
	NextToken *string `max:"100000"`
}

func (in *listTagsInput) id() string { return in.ResourceId }

type listTagsOutput struct {
	Tags []Tag
	Page
}

func (a *API) listTags(_ context.Context, _ wire.Caller, in *listTagsInput, v *view) (*listTagsOutput, error) {
	if !v.taggable(in.ResourceId) {
		return nil, answer(organization.ErrTargetNotFound)
	}
	all := int32(organization.MaxTags) // the operation has no page size of its own
	list, page, err := cut(Paging{in.NextToken, &all}, v.Tags[in.ResourceId], func(t organization.Tag) string { return t.Key }, "tags", in.ResourceId)
	return &listTagsOutput{each(list, func(t organization.Tag) Tag { return Tag(t) }), page}, err
}

// taggable reports whether there is a root, unit, account or policy of that id.
func (v *view) taggable(id string) bool {
	_, policy := v.Policy(id)
	return policy || v.Has(id)
}

type tagInput struct {
	Taggable
	NewTags
}

func (in *tagInput) id() string { return in.ResourceId }

// Check implements wire.Checker.
func (in *tagInput) Check(caller wire.Caller) error {
	if in.Tags == nil {
		return invalid(wire.Violations{{At: "tags", Constraint: wire.Missing}})
	}
	return in.NewTags.Check(caller)
}

func (a *API) tag(ctx context.Context, caller wire.Caller, in *tagInput, v *view) (*wire.NoOutput, error) {
	return a.change(ctx, caller, v, func(o *organization.Organization) error { return o.Tag(in.ResourceId, in.list()) })
}

type untagInput struct {
	Taggable
	TagKeys []string `required:"true" memberMin:"1" memberMax:"128"`
}

func (in *untagInput) id() string { return in.ResourceId }

// Check implements wire.Checker.
func (in *untagInput) Check(wire.Caller) error {
	for _, key := range in.TagKeys {
		if err := checkTagKey(key); err != nil {
			return err
		}
	}
	return nil
}

// ConditionKeys implements wire.Keyed.
func (in *untagInput) ConditionKeys(string) map[string][]string {
	return map[string][]string{"aws:TagKeys": in.TagKeys}
}

func (a *API) untag(ctx context.Context, caller wire.Caller, in *untagInput, v *view) (*wire.NoOutput, error) {
	return a.change(ctx, caller, v, func(o *organization.Organization) error { return o.Untag(in.ResourceId, in.TagKeys) })
}
