package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// TagPolicyInput sets tags of a managed policy.
type TagPolicyInput struct {
	OfPolicy
	SetTags
}

// UntagPolicyInput removes tags of a managed policy.
type UntagPolicyInput struct {
	OfPolicy
	RemoveTags
}

// TagPolicy sets tags of a managed policy.
func (a *API) TagPolicy(ctx context.Context, caller wire.Caller, in *TagPolicyInput, of found[inventory.Policy]) (*wire.NoOutput, error) {
	return nil, a.changePolicy(ctx, caller, "TagPolicy", of, func(_ *inventory.Account, p *inventory.Policy) (err error) {
		p.Tags, err = tagged(p.Tags, in.Tags)
		return err
	})
}

// UntagPolicy removes tags of a managed policy.
func (a *API) UntagPolicy(ctx context.Context, caller wire.Caller, in *UntagPolicyInput, of found[inventory.Policy]) (*wire.NoOutput, error) {
	return nil, a.changePolicy(ctx, caller, "UntagPolicy", of, func(_ *inventory.Account, p *inventory.Policy) error {
		p.Tags = untagged(p.Tags, in.TagKeys)
		return nil
	})
}
