package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// TagUserInput sets tags of a user.
type TagUserInput struct {
	OfUser
	SetTags
}

// UntagUserInput removes tags of a user.
type UntagUserInput struct {
	OfUser
	RemoveTags
}

// TagUser sets tags of a user.
func (a *API) TagUser(ctx context.Context, caller wire.Caller, in *TagUserInput, of found[inventory.User]) (*wire.NoOutput, error) {
	return nil, a.changeUser(ctx, caller, of, func(_ *inventory.Account, u *inventory.User) (err error) {
		u.Tags, err = tagged(u.Tags, in.Tags)
		return err
	})
}

// UntagUser removes tags of a user.
func (a *API) UntagUser(ctx context.Context, caller wire.Caller, in *UntagUserInput, of found[inventory.User]) (*wire.NoOutput, error) {
	return nil, a.changeUser(ctx, caller, of, func(_ *inventory.Account, u *inventory.User) error {
		u.Tags = untagged(u.Tags, in.TagKeys)
		return nil
	})
}
