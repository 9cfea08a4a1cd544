package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// What of a role can be changed: three operations.

// UpdateRoleInput is what of a role changes.
type UpdateRoleInput struct {
	OfRole
	Description        *string `max:"1000" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*"`
	MaxSessionDuration *int64  `min:"3600" max:"43200"` // seconds
}

// UpdateRoleOutput makes an empty result element, which UpdateRole has and
// other writes have not.
type UpdateRoleOutput struct {
	Nothing *string // always nil
}

// UpdateRole changes a role's description and how long its sessions may last.
// What is not said stays.
func (a *API) UpdateRole(ctx context.Context, caller wire.Caller, in *UpdateRoleInput, of found[inventory.Role]) (*UpdateRoleOutput, error) {
	if in.MaxSessionDuration != nil {
		if err := modifiable(of.entity); err != nil {
			return nil, err
		}
	}
	return nil, a.changeRole(ctx, caller, of, func(_ *inventory.Account, r *inventory.Role) error {
		if in.Description != nil {
			r.Description = *in.Description
		}
		r.MaxSession = sessionOr(in.MaxSessionDuration, r.MaxSession)
		return nil
	})
}

// UpdateRoleDescriptionInput is a role's new description.
type UpdateRoleDescriptionInput struct {
	OfRole
	Description *string `required:"true" max:"1000" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*"`
}

// UpdateRoleDescriptionOutput is the role as it is then.
type UpdateRoleDescriptionOutput struct{ Role Role }

// UpdateRoleDescription changes the description of a role, also of a
// service-linked one.
func (a *API) UpdateRoleDescription(
	ctx context.Context, caller wire.Caller, in *UpdateRoleDescriptionInput, of found[inventory.Role],
) (*UpdateRoleDescriptionOutput, error) {
	var out Role
	err := a.changeRole(ctx, caller, of, func(_ *inventory.Account, r *inventory.Role) error {
		r.Description = *in.Description
		out = wholeRole(r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &UpdateRoleDescriptionOutput{out}, nil
}

// UpdateAssumeRolePolicyInput is a role's new trust policy.
type UpdateAssumeRolePolicyInput struct {
	OfRole
	PolicyDocument string `required:"true" min:"1" max:"131072" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
}

// Check implements wire.Checker.
func (in *UpdateAssumeRolePolicyInput) Check(wire.Caller) error { return checkTrust(in.PolicyDocument) }

// UpdateAssumeRolePolicy replaces the trust policy of a role.
func (a *API) UpdateAssumeRolePolicy(
	ctx context.Context, caller wire.Caller, in *UpdateAssumeRolePolicyInput, of found[inventory.Role],
) (*wire.NoOutput, error) {
	return nil, a.changeOwnRole(ctx, caller, of, func(account *inventory.Account, r *inventory.Role) error {
		r.Trust = in.PolicyDocument
		return trusts(account, in.PolicyDocument)
	})
}
