package iam

import (
	"context"
	"fmt"

	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// SimulatePrincipalPolicyInput asks what the policies of a user, group or role
// allow, with further ones or without some.
type SimulatePrincipalPolicyInput struct {
	PolicySourceArn                    string   `required:"true" min:"20" max:"2048"`
	PolicyInputList                    []string `memberMin:"1" memberMax:"131072" memberPattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	PermissionsBoundaryPolicyInputList []string `memberMin:"1" memberMax:"131072" memberPattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	ActionNames                        []string `required:"true" memberMin:"3" memberMax:"128"`
	ResourceArns                       []string `memberMin:"1" memberMax:"2048"`
	ResourcePolicy                     *string  `min:"1" max:"131072" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	ResourceOwner                      *string  `min:"1" max:"2048"`
	CallerArn                          *string  `min:"1" max:"2048"`
	ContextEntries                     []ContextEntry
	ResourceHandlingOption             *string `min:"1" max:"64"`
	PolicyExclusionList                []PolicyIdentifier
	MaxItems                           *int `min:"1" max:"1000"`
	Marker                             *string
}

// Check implements wire.Checker.
func (in *SimulatePrincipalPolicyInput) Check(caller wire.Caller) error {
	if err := checkPolicySource(in.PolicySourceArn, caller); err != nil {
		return err
	}
	return checkSimulation(in.Marker, in.PolicyExclusionList)
}

func simulatePrincipalResource(in *SimulatePrincipalPolicyInput, _ wire.Caller) string {
	return in.PolicySourceArn
}

// SimulatePrincipalPolicy decides actions by the policies that a user (with its
// groups), group or role has, and those of the request.
func (a *API) SimulatePrincipalPolicy(ctx context.Context, caller wire.Caller, in *SimulatePrincipalPolicyInput) (*SimulatePolicyOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	p, err := a.principalOf(ctx, caller, account, "SimulatePrincipalPolicy", in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	acting := in.CallerArn
	if acting == nil {
		acting = &p.arn
	}
	input := simulationInput{
		policies: in.PolicyInputList, boundaries: in.PermissionsBoundaryPolicyInputList,
		actions: in.ActionNames, resources: in.ResourceArns,
		resourcePolicy: in.ResourcePolicy, owner: in.ResourceOwner, caller: acting,
		entries: in.ContextEntries, handling: in.ResourceHandlingOption,
	}
	s, err := input.simulation(account)
	if err != nil {
		return nil, err
	}
	if *acting == p.arn {
		s.addTags(p.tags)
	}
	out := exclusionsOf(in.PolicyExclusionList)
	if err := a.addPrincipal(s, account, p, out); err != nil {
		return nil, err
	}
	if !out.types["scp"] && !p.serviceLinked { // SCPs do not bind service-linked roles
		if s.scp, err = a.organizationOf(ctx, account.ID); err != nil {
			return nil, err
		}
	}
	return a.page(ctx, s, principalPage, in.Marker, in.MaxItems)
}

// organizationOf are the service control policies that bind an account.
func (a *API) organizationOf(ctx context.Context, account string) ([][]*policy.Document, error) {
	if a.OrganizationPolicies == nil {
		return nil, nil
	}
	levels, err := a.OrganizationPolicies(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("service control policies of %s: %w", account, err)
	}
	return levels, nil
}
