package accessanalyzer

import (
	"context"
	"maps"
	"slices"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

// OfTagged names what has tags: an analyzer. Embed it first.
type OfTagged struct {
	ResourceARN string `wire:"resourceArn" required:"true" max:"512"`
}

func (in *OfTagged) target(wire.Caller) (finding.Name, string, error) {
	return targetOf("resourceArn", in.ResourceARN)
}

type tagResourceInput struct {
	OfTagged
	Tags map[string]string `wire:"tags" required:"true"`
}

// ConditionKeys implements wire.Keyed.
func (in *tagResourceInput) ConditionKeys(string) map[string][]string { return requestTags(in.Tags) }

// requestTags are the condition keys of tags that a request brings.
func requestTags(tags map[string]string) map[string][]string {
	if len(tags) == 0 {
		return nil
	}
	keys := map[string][]string{"aws:TagKeys": slices.Sorted(maps.Keys(tags))}
	for key, value := range tags {
		keys["aws:RequestTag/"+key] = []string{value}
	}
	return keys
}

func (a *API) tagResource(ctx context.Context, _ wire.Caller, in *tagResourceInput, one *finding.Analyzer) (*wire.NoOutput, error) {
	err := a.Analyzers.SetTags(ctx, one.Name, func(tags map[string]string) { maps.Copy(tags, in.Tags) })
	return nil, subject{analyzer: one.Name}.refusal(err)
}

type untagResourceInput struct {
	OfTagged
	TagKeys []string `wire:"tagKeys" required:"true"`
}

// ConditionKeys implements wire.Keyed.
func (in *untagResourceInput) ConditionKeys(string) map[string][]string {
	return map[string][]string{"aws:TagKeys": in.TagKeys}
}

func (a *API) untagResource(ctx context.Context, _ wire.Caller, in *untagResourceInput, one *finding.Analyzer) (*wire.NoOutput, error) {
	err := a.Analyzers.SetTags(ctx, one.Name, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
	return nil, subject{analyzer: one.Name}.refusal(err)
}

type listTagsInput struct{ OfTagged }

type listTagsOutput struct {
	Tags map[string]string `wire:"tags"`
}

func (a *API) listTags(_ context.Context, _ wire.Caller, _ *listTagsInput, one *finding.Analyzer) (*listTagsOutput, error) {
	if one.Tags == nil {
		return &listTagsOutput{map[string]string{}}, nil
	}
	return &listTagsOutput{one.Tags}, nil
}
