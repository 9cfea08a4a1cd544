package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Policies of groups: four operations.

// PutGroupPolicyInput is an inline policy of a group.
type PutGroupPolicyInput struct {
	OfGroup
	InlineText
}

// PutGroupPolicy adds an inline policy to a group or replaces it.
func (a *API) PutGroupPolicy(ctx context.Context, caller wire.Caller, in *PutGroupPolicyInput, of found[inventory.Group]) (*wire.NoOutput, error) {
	return nil, a.changeGroup(ctx, caller, of, func(_ *inventory.Account, g *inventory.Group) error {
		return putInline(&g.Inline, in.inline(), groupInlineQuota, "group", g.Name)
	})
}

// DeleteGroupPolicyInput names an inline policy of a group.
type DeleteGroupPolicyInput struct {
	OfGroup
	OfInline
}

// DeleteGroupPolicy removes an inline policy of a group.
func (a *API) DeleteGroupPolicy(ctx context.Context, caller wire.Caller, in *DeleteGroupPolicyInput, of found[inventory.Group]) (*wire.NoOutput, error) {
	return nil, a.changeGroup(ctx, caller, of, func(_ *inventory.Account, g *inventory.Group) error {
		return deleteInline(&g.Inline, in.PolicyName, "group")
	})
}

// GroupPolicyInput names a group and a managed policy.
type GroupPolicyInput struct {
	OfGroup
	OfPolicy
}

// AttachGroupPolicy attaches a managed policy to a group.
func (a *API) AttachGroupPolicy(ctx context.Context, caller wire.Caller, in *GroupPolicyInput, of found[inventory.Group]) (*wire.NoOutput, error) {
	return nil, a.changeGroup(ctx, caller, of, func(account *inventory.Account, g *inventory.Group) error {
		return attach(account, &g.Attached, in.PolicyArn, "PoliciesPerGroup")
	})
}

// DetachGroupPolicy detaches a managed policy from a group.
func (a *API) DetachGroupPolicy(ctx context.Context, caller wire.Caller, in *GroupPolicyInput, of found[inventory.Group]) (*wire.NoOutput, error) {
	return nil, a.changeGroup(ctx, caller, of, func(_ *inventory.Account, g *inventory.Group) error {
		return detach(&g.Attached, in.PolicyArn)
	})
}
