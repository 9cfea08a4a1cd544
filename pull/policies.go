package pull

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// policies reads the policies of every type that is enabled on a root, and of
// those that bear on permissions, with what they are attached to.
func (w *walk) policies(ctx context.Context, e *export) error {
	enabled := enabledTypes(e)
	kinds := slices.Concat(enabled, []types.PolicyType{types.PolicyTypeServiceControlPolicy, types.PolicyTypeResourceControlPolicy})
	slices.Sort(kinds)
	var found []types.PolicySummary
	for _, kind := range slices.Compact(kinds) {
		list := organizations.NewListPoliciesPaginator(w.client, &organizations.ListPoliciesInput{Filter: kind})
		err := each(ctx, list, func(o *organizations.ListPoliciesOutput) { found = append(found, o.Policies...) })
		// An API that is not AWS's may not know the kind; then it has none.
		if apiCode(err) == "InvalidInputException" && !slices.Contains(enabled, kind) {
			continue
		}
		if err != nil {
			return err
		}
	}
	e.Policies = make([]exportPolicy, len(found))
	return side(ctx, len(found), func(ctx context.Context, i int) error {
		var err error
		e.Policies[i], err = w.policy(ctx, found[i].Id)
		return err
	})
}

func enabledTypes(e *export) (out []types.PolicyType) {
	for _, root := range e.Roots {
		for _, t := range root.PolicyTypes {
			if t.Status == types.PolicyTypeStatusEnabled {
				out = append(out, t.Type)
			}
		}
	}
	return out
}

// policy reads one policy and what it is attached to.
func (w *walk) policy(ctx context.Context, id *string) (exportPolicy, error) {
	out, err := w.client.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: id})
	if err != nil {
		return exportPolicy{}, err
	}
	p := exportPolicy{PolicySummary: out.Policy.PolicySummary, Content: aws.ToString(out.Policy.Content), Targets: []string{}}
	list := organizations.NewListTargetsForPolicyPaginator(w.client, &organizations.ListTargetsForPolicyInput{PolicyId: id})
	err = each(ctx, list, func(o *organizations.ListTargetsForPolicyOutput) {
		for _, t := range o.Targets {
			p.Targets = append(p.Targets, aws.ToString(t.TargetId))
		}
	})
	return p, err
}

// tags reads the tags of everything that may have some.
func (w *walk) tags(ctx context.Context, e *export) error {
	ids := tagged(e)
	found := make([][]types.Tag, len(ids))
	err := side(ctx, len(ids), func(ctx context.Context, i int) error {
		list := organizations.NewListTagsForResourcePaginator(w.client, &organizations.ListTagsForResourceInput{ResourceId: &ids[i]})
		return each(ctx, list, func(o *organizations.ListTagsForResourceOutput) { found[i] = append(found[i], o.Tags...) })
	})
	if err != nil {
		return err
	}
	e.Tags = map[string][]types.Tag{}
	for i, tags := range found {
		if len(tags) > 0 {
			e.Tags[ids[i]] = tags
		}
	}
	return nil
}

// tagged are the ids of roots, units, accounts and the customer's policies.
func tagged(e *export) (ids []string) {
	for _, r := range e.Roots {
		ids = append(ids, aws.ToString(r.Id))
	}
	for _, u := range e.OrganizationalUnits {
		ids = append(ids, aws.ToString(u.Id))
	}
	for _, a := range e.Accounts {
		ids = append(ids, aws.ToString(a.Id))
	}
	for _, p := range e.Policies {
		if !p.PolicySummary.AwsManaged {
			ids = append(ids, aws.ToString(p.PolicySummary.Id))
		}
	}
	return ids
}

// delegated reads which accounts administer what for the organization.
func (w *walk) delegated(ctx context.Context, e *export) error {
	var found []exportDelegated
	list := organizations.NewListDelegatedAdministratorsPaginator(w.client, &organizations.ListDelegatedAdministratorsInput{})
	err := each(ctx, list, func(o *organizations.ListDelegatedAdministratorsOutput) {
		for _, d := range o.DelegatedAdministrators {
			found = append(found, exportDelegated{DelegatedAdministrator: d})
		}
	})
	if err != nil {
		return err
	}
	err = side(ctx, len(found), func(ctx context.Context, i int) error {
		services := organizations.NewListDelegatedServicesForAccountPaginator(w.client, &organizations.ListDelegatedServicesForAccountInput{AccountId: found[i].Id})
		return each(ctx, services, func(o *organizations.ListDelegatedServicesForAccountOutput) {
			found[i].DelegatedServices = append(found[i].DelegatedServices, o.DelegatedServices...)
		})
	})
	if err == nil {
		e.DelegatedAdministrators = found
	}
	return err
}

// services reads which services may act in the organization.
func (w *walk) services(ctx context.Context, e *export) error {
	var found []types.EnabledServicePrincipal
	list := organizations.NewListAWSServiceAccessForOrganizationPaginator(w.client, &organizations.ListAWSServiceAccessForOrganizationInput{})
	err := each(ctx, list, func(o *organizations.ListAWSServiceAccessForOrganizationOutput) {
		found = append(found, o.EnabledServicePrincipals...)
	})
	if err == nil {
		e.EnabledServicePrincipals = found
	}
	return err
}
