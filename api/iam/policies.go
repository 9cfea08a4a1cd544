package iam

import (
	"context"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// ListPoliciesInput is described in section 3.1 of the specification.
type ListPoliciesInput struct {
	Scope        string `enum:"All,AWS,Local"` // default All
	OnlyAttached bool
	UnderPolicyPath
	PolicyUsageFilter string `enum:"PermissionsPolicy,PermissionsBoundary"`
	Paging
}

// ListPoliciesOutput holds managed policies by name.
type ListPoliciesOutput struct {
	Policies []Policy
	Page
}

// The values of PolicyUsageFilter, and the kinds of managed policies.
const (
	usePermissions = "PermissionsPolicy"
	useBoundary    = "PermissionsBoundary"
	scopeAWS       = "AWS"
	scopeLocal     = "Local"
)

// ListPolicies lists the managed policies that the account holds, without
// descriptions and tags.
func (a *API) ListPolicies(ctx context.Context, caller wire.Caller, in *ListPoliciesInput) (*ListPoliciesOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	p, err := newPager(in.Paging, "ListPolicies")
	if err != nil {
		return nil, err
	}
	page := take(p, account.Policies, managedName, func(p *inventory.Policy) bool { return in.keeps(account, p) })
	return &ListPoliciesOutput{
		shown(page, func(p *inventory.Policy) Policy { return newPolicy(account, p) }), p.page(),
	}, nil
}

func managedName(p *inventory.Policy) string { return p.Name }

// keeps reports whether the list is to hold the policy.
func (in *ListPoliciesInput) keeps(account *inventory.Account, p *inventory.Policy) bool {
	aws := inventory.IsAWSManaged(p.ARN)
	if in.Scope == scopeAWS && !aws || in.Scope == scopeLocal && aws || !under(p.Path, in.PathPrefix) {
		return false
	}
	attached, boundary := attachments(account, p.ARN) > 0, boundaries(account, p.ARN) > 0
	switch in.PolicyUsageFilter {
	case usePermissions: // a policy that is used as boundary only is none (IAM-22)
		return attached || !boundary && !in.OnlyAttached
	case useBoundary:
		return boundary
	}
	return attached || boundary || !in.OnlyAttached
}

// GetPolicyInput names a managed policy.
type GetPolicyInput struct{ OfPolicy }

// GetPolicyOutput is one managed policy.
type GetPolicyOutput struct{ Policy Policy }

// GetPolicy reads a managed policy.
func (a *API) GetPolicy(_ context.Context, _ wire.Caller, _ *GetPolicyInput, of found[inventory.Policy]) (*GetPolicyOutput, error) {
	p := newPolicy(of.account, of.entity)
	p.Description, p.Tags = of.entity.Description, newTags(of.entity.Tags)
	return &GetPolicyOutput{p}, nil
}

// ListPolicyVersionsInput names a managed policy.
type ListPolicyVersionsInput struct {
	OfPolicy
	Paging
}

// ListPolicyVersionsOutput holds versions, the newest first.
type ListPolicyVersionsOutput struct {
	Versions []PolicyVersion
	Page
}

// ListPolicyVersions lists the versions of a managed policy, without documents.
// A marker counts them: their order is not that of names.
func (a *API) ListPolicyVersions(
	_ context.Context, _ wire.Caller, in *ListPolicyVersionsInput, of found[inventory.Policy],
) (*ListPolicyVersionsOutput, error) {
	p, err := newPager(in.Paging, "ListPolicyVersions", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	page := take(p, of.entity.Versions, func(inventory.PolicyVersion) string { return "" }, nil)
	return &ListPolicyVersionsOutput{
		shown(page, func(v inventory.PolicyVersion) PolicyVersion { return newPolicyVersion(of.entity, v) }), p.page(),
	}, nil
}

// GetPolicyVersionInput names a version of a managed policy.
type GetPolicyVersionInput struct {
	OfPolicy
	VersionId string `required:"true" pattern:"v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"`
}

// GetPolicyVersionOutput is one version.
type GetPolicyVersionOutput struct{ PolicyVersion PolicyVersion }

// GetPolicyVersion reads a version of a managed policy with its document.
func (a *API) GetPolicyVersion(
	_ context.Context, _ wire.Caller, in *GetPolicyVersionInput, of found[inventory.Policy],
) (*GetPolicyVersionOutput, error) {
	i := slices.IndexFunc(of.entity.Versions, func(v inventory.PolicyVersion) bool { return v.ID == in.VersionId })
	if i < 0 {
		return nil, noSuchEntity("Policy %s version %s does not exist or is not attachable.", in.PolicyArn, in.VersionId)
	}
	return &GetPolicyVersionOutput{wholeVersion(of.entity, of.entity.Versions[i])}, nil
}

// wholeVersion shows a version with its document.
func wholeVersion(p *inventory.Policy, v inventory.PolicyVersion) PolicyVersion {
	out := newPolicyVersion(p, v)
	out.Document = encoded(v.Document)
	return out
}
