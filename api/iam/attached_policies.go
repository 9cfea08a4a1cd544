package iam

import (
	"context"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Attached managed policies: three lists.

// ListAttachedUserPoliciesInput names a user.
type ListAttachedUserPoliciesInput struct {
	OfUser
	UnderPolicyPath
	Paging
}

// ListAttachedGroupPoliciesInput names a group.
type ListAttachedGroupPoliciesInput struct {
	OfGroup
	UnderPolicyPath
	Paging
}

// ListAttachedRolePoliciesInput names a role.
type ListAttachedRolePoliciesInput struct {
	OfRole
	UnderPolicyPath
	Paging
}

// UnderPolicyPath keeps managed policies under a path.
type UnderPolicyPath struct {
	PathPrefix string `min:"1" max:"512" pattern:"((/[A-Za-z0-9\\.,\\+@=_-]+)*)/"`
}

// AttachedPoliciesOutput holds managed policies by name.
type AttachedPoliciesOutput struct {
	AttachedPolicies []AttachedPolicy
	Page
}

// ListAttachedUserPolicies lists the managed policies of a user.
func (a *API) ListAttachedUserPolicies(
	_ context.Context, _ wire.Caller, in *ListAttachedUserPoliciesInput, of found[inventory.User],
) (*AttachedPoliciesOutput, error) {
	return attachedPolicies(of.entity.Attached, in.PathPrefix, in.Paging, "ListAttachedUserPolicies", in.UserName)
}

// ListAttachedGroupPolicies lists the managed policies of a group.
func (a *API) ListAttachedGroupPolicies(
	_ context.Context, _ wire.Caller, in *ListAttachedGroupPoliciesInput, of found[inventory.Group],
) (*AttachedPoliciesOutput, error) {
	return attachedPolicies(of.entity.Attached, in.PathPrefix, in.Paging, "ListAttachedGroupPolicies", in.GroupName)
}

// ListAttachedRolePolicies lists the managed policies of a role.
func (a *API) ListAttachedRolePolicies(
	_ context.Context, _ wire.Caller, in *ListAttachedRolePoliciesInput, of found[inventory.Role],
) (*AttachedPoliciesOutput, error) {
	return attachedPolicies(of.entity.Attached, in.PathPrefix, in.Paging, "ListAttachedRolePolicies", in.RoleName)
}

func attachedPolicies(arns []string, prefix string, in Paging, scope ...string) (*AttachedPoliciesOutput, error) {
	p, err := newPager(in, scope...)
	if err != nil {
		return nil, err
	}
	page := take(p, attachedByName(arns), func(p AttachedPolicy) string { return p.PolicyName },
		func(p AttachedPolicy) bool { return under(policyPath(p.PolicyArn), prefix) })
	return &AttachedPoliciesOutput{page, p.page()}, nil
}

// attachedByName is attached policies in the order of lists; the inventory has
// them by ARN.
func attachedByName(arns []string) []AttachedPolicy {
	list := shown(arns, newAttachedPolicy)
	slices.SortStableFunc(list, func(p, q AttachedPolicy) int { return inventory.CompareNames(p.PolicyName, q.PolicyName) })
	return list
}
