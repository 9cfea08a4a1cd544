package iam

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// DeleteRoleInput names a role.
type DeleteRoleInput struct{ OfRole }

// DeleteRole deletes a role that has no policies and is in no instance profile.
func (a *API) DeleteRole(ctx context.Context, caller wire.Caller, _ *DeleteRoleInput, of found[inventory.Role]) (*wire.NoOutput, error) {
	return nil, a.changeOwnRole(ctx, caller, of, func(account *inventory.Account, r *inventory.Role) error {
		switch {
		case len(account.ProfilesOf(r.Name)) > 0:
			return deleteConflict("Cannot delete entity, must remove roles from instance profile first.")
		case len(r.Attached) > 0:
			return deleteConflict("Cannot delete entity, must detach all policies first.")
		case len(r.Inline) > 0:
			return deleteConflict("Cannot delete entity, must delete policies first.")
		}
		removeRole(account, r)
		return nil
	})
}

func removeRole(account *inventory.Account, r *inventory.Role) {
	account.Roles = slices.DeleteFunc(account.Roles, func(s *inventory.Role) bool { return s == r })
}

// changeRole changes the role that the operation is about.
func (a *API) changeRole(
	ctx context.Context, caller wire.Caller, of found[inventory.Role], change func(*inventory.Account, *inventory.Role) error,
) error {
	return a.write(ctx, caller, func(account *inventory.Account) error {
		r, err := currentRole(account, of.entity)
		if err != nil {
			return err
		}
		return change(account, r)
	})
}

// changeOwnRole is changeRole for what service-linked roles do not allow.
func (a *API) changeOwnRole(
	ctx context.Context, caller wire.Caller, of found[inventory.Role], change func(*inventory.Account, *inventory.Role) error,
) error {
	if err := modifiable(of.entity); err != nil {
		return err
	}
	return a.changeRole(ctx, caller, of, change)
}

// modifiable refuses service-linked roles (IAM-25).
func modifiable(r *inventory.Role) error {
	if linked(r.Path) {
		return wire.Errorf(http.StatusBadRequest, "UnmodifiableEntity",
			"Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
	}
	return nil
}

// linkedPath is that of service-linked roles, followed by the service.
const linkedPath = "/aws-service-role/"

// linked reports whether a role of that path is a service-linked one.
func linked(path string) bool { return strings.HasPrefix(path, linkedPath) }
