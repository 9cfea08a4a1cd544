package iam

import (
	"net/http"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// tagQuota is how many tags an entity may have (IAM-14).
const tagQuota = 50

// TagInput is a tag to be set.
type TagInput struct {
	Key   string `required:"true" min:"1" max:"128" pattern:"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"`
	Value string `required:"true" max:"256" pattern:"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"`
}

// NewTags are the tags of something that is made. Embed it; an input that has
// a Check of its own calls checkTags in it.
type NewTags struct {
	Tags []TagInput `max:"50"`
}

// Check implements wire.Checker.
func (in *NewTags) Check(wire.Caller) error { return checkTags(in.Tags) }

// SetTags are tags to be set on something. Embed it.
type SetTags struct {
	Tags []TagInput `required:"true" max:"50"`
}

// Check implements wire.Checker.
func (in *SetTags) Check(wire.Caller) error { return checkTags(in.Tags) }

// RemoveTags are the keys of tags to be removed. Embed it.
type RemoveTags struct {
	TagKeys []string `required:"true" max:"50" memberMin:"1" memberMax:"128" memberPattern:"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"`
}

// checkTags refuses keys that come twice, whatever their case, and those that
// AWS keeps for itself.
func checkTags(tags []TagInput) error {
	seen := map[string]bool{}
	for _, t := range tags {
		key := strings.ToLower(t.Key)
		if seen[key] {
			return invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if strings.HasPrefix(key, "aws:") {
			return invalidInput("Tag keys that begin with aws: are reserved for use by AWS: %s", t.Key)
		}
		seen[key] = true
	}
	return nil
}

// tagged are the tags of an entity after some are set. A key that is there, in
// whatever case, takes the new spelling and value.
func tagged(tags []inventory.Tag, set []TagInput) ([]inventory.Tag, error) {
	for _, t := range set {
		i := slices.IndexFunc(tags, func(have inventory.Tag) bool { return strings.EqualFold(have.Key, t.Key) })
		if i < 0 {
			tags = append(tags, inventory.Tag(t))
		} else {
			tags[i] = inventory.Tag(t)
		}
	}
	if len(tags) > tagQuota {
		return nil, wire.Errorf(http.StatusConflict, "LimitExceeded", "The number of tags has reached the maximum limit of %d.", tagQuota)
	}
	return tags, nil
}

// untagged are the tags of an entity without some; keys that are not there are
// no error.
func untagged(tags []inventory.Tag, keys []string) []inventory.Tag {
	return slices.DeleteFunc(tags, func(t inventory.Tag) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return strings.EqualFold(key, t.Key) })
	})
}
