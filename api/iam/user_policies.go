package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// Policies of users: five operations and the boundary's two.

// InlineText is the name and the document of an inline policy. Embed it.
type InlineText struct {
	PolicyName     string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]+"`
	PolicyDocument string `required:"true" min:"1" max:"131072" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
}

// Check implements wire.Checker.
func (in *InlineText) Check(wire.Caller) error {
	return checkDocument(in.PolicyDocument, policy.Identity)
}

// inline is the policy as the inventory keeps it: to the letter.
func (in *InlineText) inline() inventory.Inline {
	return inventory.Inline{Name: in.PolicyName, Document: in.PolicyDocument}
}

// PutUserPolicyInput is an inline policy of a user.
type PutUserPolicyInput struct {
	OfUser
	InlineText
}

// PutUserPolicy adds an inline policy to a user or replaces it.
func (a *API) PutUserPolicy(ctx context.Context, caller wire.Caller, in *PutUserPolicyInput, of found[inventory.User]) (*wire.NoOutput, error) {
	return nil, a.changeUser(ctx, caller, of, func(_ *inventory.Account, u *inventory.User) error {
		return putInline(&u.Inline, in.inline(), userInlineQuota, "user", u.Name)
	})
}

// DeleteUserPolicyInput names an inline policy of a user.
type DeleteUserPolicyInput struct {
	OfUser
	PolicyName string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]+"`
}

// DeleteUserPolicy removes an inline policy of a user.
func (a *API) DeleteUserPolicy(ctx context.Context, caller wire.Caller, in *DeleteUserPolicyInput, of found[inventory.User]) (*wire.NoOutput, error) {
	return nil, a.changeUser(ctx, caller, of, func(_ *inventory.Account, u *inventory.User) error {
		return deleteInline(&u.Inline, in.PolicyName, "user")
	})
}

// UserPolicyInput names a user and a managed policy.
type UserPolicyInput struct {
	OfUser
	OfPolicy
}

// AttachUserPolicy attaches a managed policy to a user.
func (a *API) AttachUserPolicy(ctx context.Context, caller wire.Caller, in *UserPolicyInput, of found[inventory.User]) (*wire.NoOutput, error) {
	return nil, a.changeUser(ctx, caller, of, func(account *inventory.Account, u *inventory.User) error {
		return attach(account, &u.Attached, in.PolicyArn, "PoliciesPerUser")
	})
}

// DetachUserPolicy detaches a managed policy from a user.
func (a *API) DetachUserPolicy(ctx context.Context, caller wire.Caller, in *UserPolicyInput, of found[inventory.User]) (*wire.NoOutput, error) {
	return nil, a.changeUser(ctx, caller, of, func(_ *inventory.Account, u *inventory.User) error {
		return detach(&u.Attached, in.PolicyArn)
	})
}

// PutUserPermissionsBoundaryInput names a user and the policy that limits it.
type PutUserPermissionsBoundaryInput struct {
	OfUser
	PermissionsBoundary string `required:"true" min:"20" max:"2048"`
}

// PutUserPermissionsBoundary makes a managed policy the boundary of a user.
func (a *API) PutUserPermissionsBoundary(
	ctx context.Context, caller wire.Caller, in *PutUserPermissionsBoundaryInput, of found[inventory.User],
) (*wire.NoOutput, error) {
	return nil, a.changeUser(ctx, caller, of, func(account *inventory.Account, u *inventory.User) error {
		u.Boundary = in.PermissionsBoundary
		return checkBoundary(account, in.PermissionsBoundary)
	})
}

// DeleteUserPermissionsBoundaryInput names a user.
type DeleteUserPermissionsBoundaryInput struct{ OfUser }

// DeleteUserPermissionsBoundary takes the boundary of a user away.
func (a *API) DeleteUserPermissionsBoundary(
	ctx context.Context, caller wire.Caller, _ *DeleteUserPermissionsBoundaryInput, of found[inventory.User],
) (*wire.NoOutput, error) {
	return nil, a.changeUser(ctx, caller, of, func(_ *inventory.Account, u *inventory.User) error {
		if u.Boundary == "" {
			return noSuchEntity("The user with name %s does not have a permissions boundary.", u.Name)
		}
		u.Boundary = ""
		return nil
	})
}
