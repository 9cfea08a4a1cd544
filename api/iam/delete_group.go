package iam

import (
	"context"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// DeleteGroupInput names a group.
type DeleteGroupInput struct{ OfGroup }

// DeleteGroup deletes a group that has neither members nor policies.
func (a *API) DeleteGroup(ctx context.Context, caller wire.Caller, _ *DeleteGroupInput, of found[inventory.Group]) (*wire.NoOutput, error) {
	return nil, a.changeGroup(ctx, caller, of, func(account *inventory.Account, g *inventory.Group) error {
		switch {
		case len(account.Members(g.Name)) > 0:
			return deleteConflict("Cannot delete entity, must remove users from group first.")
		case len(g.Attached) > 0:
			return deleteConflict("Cannot delete entity, must detach all policies first.")
		case len(g.Inline) > 0:
			return deleteConflict("Cannot delete entity, must delete policies first.")
		}
		account.Groups = slices.DeleteFunc(account.Groups, func(h *inventory.Group) bool { return h == g })
		return nil
	})
}
