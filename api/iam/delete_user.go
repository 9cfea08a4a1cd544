package iam

import (
	"context"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// DeleteUserInput names a user.
type DeleteUserInput struct{ OfUser }

// DeleteUser deletes a user who has nothing any more but tags and a boundary.
func (a *API) DeleteUser(ctx context.Context, caller wire.Caller, _ *DeleteUserInput, of found[inventory.User]) (*wire.NoOutput, error) {
	return nil, a.changeUser(ctx, caller, of, func(account *inventory.Account, u *inventory.User) error {
		if err := deletable(account, u); err != nil {
			return err
		}
		account.Users = slices.DeleteFunc(account.Users, func(v *inventory.User) bool { return v == u })
		return nil
	})
}

// deletable says what a user must be rid of first.
func deletable(account *inventory.Account, u *inventory.User) error {
	for _, held := range []struct {
		number int
		first  string
	}{
		{len(u.Groups), "must remove users from group first."},
		{len(u.Attached), "must detach all policies first."},
		{len(u.Inline), "must delete policies first."},
		{len(u.Keys), "must delete access keys first."},
		{count(u.Login != nil), "must delete login profile first."},
		{len(account.DevicesOf(u.ID)), "must delete MFA device first."},
	} {
		if held.number > 0 {
			return deleteConflict("Cannot delete entity, %s", held.first)
		}
	}
	return nil
}
