package iam

import (
	"context"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Inline policies: three lists of names and three documents.

// ListUserPoliciesInput names a user.
type ListUserPoliciesInput struct {
	OfUser
	Paging
}

// ListGroupPoliciesInput names a group.
type ListGroupPoliciesInput struct {
	OfGroup
	Paging
}

// ListRolePoliciesInput names a role.
type ListRolePoliciesInput struct {
	OfRole
	Paging
}

// PolicyNamesOutput holds the names of inline policies.
type PolicyNamesOutput struct {
	PolicyNames []string
	Page
}

// ListUserPolicies lists the inline policies of a user.
func (a *API) ListUserPolicies(_ context.Context, _ wire.Caller, in *ListUserPoliciesInput, of found[inventory.User]) (*PolicyNamesOutput, error) {
	return policyNames(of.entity.Inline, in.Paging, "ListUserPolicies", in.UserName)
}

// ListGroupPolicies lists the inline policies of a group.
func (a *API) ListGroupPolicies(_ context.Context, _ wire.Caller, in *ListGroupPoliciesInput, of found[inventory.Group]) (*PolicyNamesOutput, error) {
	return policyNames(of.entity.Inline, in.Paging, "ListGroupPolicies", in.GroupName)
}

// ListRolePolicies lists the inline policies of a role.
func (a *API) ListRolePolicies(_ context.Context, _ wire.Caller, in *ListRolePoliciesInput, of found[inventory.Role]) (*PolicyNamesOutput, error) {
	return policyNames(of.entity.Inline, in.Paging, "ListRolePolicies", in.RoleName)
}

func policyNames(list []inventory.Inline, in Paging, scope ...string) (*PolicyNamesOutput, error) {
	p, err := newPager(in, scope...)
	if err != nil {
		return nil, err
	}
	return &PolicyNamesOutput{shown(take(p, list, inlineName, nil), inlineName), p.page()}, nil
}

func inlineName(p inventory.Inline) string { return p.Name }

// OfInline is the inline policy that an operation is about. Embed it after the
// entity that holds it.
type OfInline struct {
	PolicyName string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]+"`
}

// GetUserPolicyInput names an inline policy of a user.
type GetUserPolicyInput struct {
	OfUser
	OfInline
}

// GetUserPolicyOutput is an inline policy of a user.
type GetUserPolicyOutput struct {
	UserName string
	InlinePolicy
}

// GetGroupPolicyInput names an inline policy of a group.
type GetGroupPolicyInput struct {
	OfGroup
	OfInline
}

// GetGroupPolicyOutput is an inline policy of a group.
type GetGroupPolicyOutput struct {
	GroupName string
	InlinePolicy
}

// GetRolePolicyInput names an inline policy of a role.
type GetRolePolicyInput struct {
	OfRole
	OfInline
}

// GetRolePolicyOutput is an inline policy of a role.
type GetRolePolicyOutput struct {
	RoleName string
	InlinePolicy
}

// InlinePolicy is an inline policy with its document, encoded.
type InlinePolicy struct {
	PolicyName     string
	PolicyDocument string
}

// GetUserPolicy reads an inline policy of a user.
func (a *API) GetUserPolicy(_ context.Context, _ wire.Caller, in *GetUserPolicyInput, of found[inventory.User]) (*GetUserPolicyOutput, error) {
	p, err := inlinePolicy(of.entity.Inline, "user", in.PolicyName)
	return &GetUserPolicyOutput{of.entity.Name, p}, err
}

// GetGroupPolicy reads an inline policy of a group.
func (a *API) GetGroupPolicy(_ context.Context, _ wire.Caller, in *GetGroupPolicyInput, of found[inventory.Group]) (*GetGroupPolicyOutput, error) {
	p, err := inlinePolicy(of.entity.Inline, "group", in.PolicyName)
	return &GetGroupPolicyOutput{of.entity.Name, p}, err
}

// GetRolePolicy reads an inline policy of a role.
func (a *API) GetRolePolicy(_ context.Context, _ wire.Caller, in *GetRolePolicyInput, of found[inventory.Role]) (*GetRolePolicyOutput, error) {
	p, err := inlinePolicy(of.entity.Inline, "role", in.PolicyName)
	return &GetRolePolicyOutput{of.entity.Name, p}, err
}

func inlinePolicy(list []inventory.Inline, holder, name string) (InlinePolicy, error) {
	i := slices.IndexFunc(list, func(p inventory.Inline) bool { return sameName(p.Name, name) })
	if i < 0 {
		return InlinePolicy{}, noSuchEntity("The %s policy with name %s cannot be found.", holder, name)
	}
	return newInlinePolicy(list[i]), nil
}

func newInlinePolicy(p inventory.Inline) InlinePolicy {
	return InlinePolicy{p.Name, encoded(p.Document)}
}
