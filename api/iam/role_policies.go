package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Policies of roles: four operations and the boundary's two. Those of
// service-linked roles are their service's.

// PutRolePolicyInput is an inline policy of a role.
type PutRolePolicyInput struct {
	OfRole
	InlineText
}

// PutRolePolicy adds an inline policy to a role or replaces it.
func (a *API) PutRolePolicy(ctx context.Context, caller wire.Caller, in *PutRolePolicyInput, of found[inventory.Role]) (*wire.NoOutput, error) {
	return nil, a.changeOwnRole(ctx, caller, of, func(_ *inventory.Account, r *inventory.Role) error {
		return putInline(&r.Inline, in.inline(), roleInlineQuota, "role", r.Name)
	})
}

// DeleteRolePolicyInput names an inline policy of a role.
type DeleteRolePolicyInput struct {
	OfRole
	OfInline
}

// DeleteRolePolicy removes an inline policy of a role.
func (a *API) DeleteRolePolicy(ctx context.Context, caller wire.Caller, in *DeleteRolePolicyInput, of found[inventory.Role]) (*wire.NoOutput, error) {
	return nil, a.changeOwnRole(ctx, caller, of, func(_ *inventory.Account, r *inventory.Role) error {
		return deleteInline(&r.Inline, in.PolicyName, "role")
	})
}

// RolePolicyInput names a role and a managed policy.
type RolePolicyInput struct {
	OfRole
	OfPolicy
}

// AttachRolePolicy attaches a managed policy to a role.
func (a *API) AttachRolePolicy(ctx context.Context, caller wire.Caller, in *RolePolicyInput, of found[inventory.Role]) (*wire.NoOutput, error) {
	return nil, a.changeOwnRole(ctx, caller, of, func(account *inventory.Account, r *inventory.Role) error {
		return attach(account, &r.Attached, in.PolicyArn, "PoliciesPerRole")
	})
}

// DetachRolePolicy detaches a managed policy from a role.
func (a *API) DetachRolePolicy(ctx context.Context, caller wire.Caller, in *RolePolicyInput, of found[inventory.Role]) (*wire.NoOutput, error) {
	return nil, a.changeOwnRole(ctx, caller, of, func(_ *inventory.Account, r *inventory.Role) error {
		return detach(&r.Attached, in.PolicyArn)
	})
}

// PutRolePermissionsBoundaryInput names a role and the policy that limits it.
type PutRolePermissionsBoundaryInput struct {
	OfRole
	PermissionsBoundary string `required:"true" min:"20" max:"2048"`
}

// PutRolePermissionsBoundary makes a managed policy the boundary of a role.
func (a *API) PutRolePermissionsBoundary(
	ctx context.Context, caller wire.Caller, in *PutRolePermissionsBoundaryInput, of found[inventory.Role],
) (*wire.NoOutput, error) {
	return nil, a.changeOwnRole(ctx, caller, of, func(account *inventory.Account, r *inventory.Role) error {
		r.Boundary = in.PermissionsBoundary
		return checkBoundary(account, in.PermissionsBoundary)
	})
}

// DeleteRolePermissionsBoundaryInput names a role.
type DeleteRolePermissionsBoundaryInput struct{ OfRole }

// DeleteRolePermissionsBoundary takes the boundary of a role away.
func (a *API) DeleteRolePermissionsBoundary(
	ctx context.Context, caller wire.Caller, _ *DeleteRolePermissionsBoundaryInput, of found[inventory.Role],
) (*wire.NoOutput, error) {
	return nil, a.changeOwnRole(ctx, caller, of, func(_ *inventory.Account, r *inventory.Role) error {
		if r.Boundary == "" {
			return noSuchEntity("The role with name %s does not have a permissions boundary.", r.Name)
		}
		r.Boundary = ""
		return nil
	})
}
