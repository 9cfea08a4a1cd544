package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// TagRoleInput sets tags of a role.
type TagRoleInput struct {
	OfRole
	SetTags
}

// UntagRoleInput removes tags of a role.
type UntagRoleInput struct {
	OfRole
	RemoveTags
}

// TagRole sets tags of a role.
func (a *API) TagRole(ctx context.Context, caller wire.Caller, in *TagRoleInput, of found[inventory.Role]) (*wire.NoOutput, error) {
	return nil, a.changeRole(ctx, caller, of, func(_ *inventory.Account, r *inventory.Role) (err error) {
		r.Tags, err = tagged(r.Tags, in.Tags)
		return err
	})
}

// UntagRole removes tags of a role.
func (a *API) UntagRole(ctx context.Context, caller wire.Caller, in *UntagRoleInput, of found[inventory.Role]) (*wire.NoOutput, error) {
	return nil, a.changeRole(ctx, caller, of, func(_ *inventory.Account, r *inventory.Role) error {
		r.Tags = untagged(r.Tags, in.TagKeys)
		return nil
	})
}
