package iam

import (
	"context"
	"fmt"

	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// SimulateCustomPolicyInput asks what policies allow that nobody need have.
type SimulateCustomPolicyInput struct {
	PolicyInputList                    []string `memberMin:"1" memberMax:"131072" memberPattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	PermissionsBoundaryPolicyInputList []string `memberMin:"1" memberMax:"131072" memberPattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	ActionNames                        []string `required:"true" memberMin:"3" memberMax:"128"`
	ResourceArns                       []string `memberMin:"1" memberMax:"2048"`
	ResourcePolicy                     *string  `min:"1" max:"131072" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	ResourceOwner                      *string  `min:"1" max:"2048"`
	CallerArn                          *string  `min:"1" max:"2048"`
	ContextEntries                     []ContextEntry
	ResourceHandlingOption             *string `min:"1" max:"64"`
	OrderedOrganizationPolicyInputList []OrderedOrganizationPolicy
	MaxItems                           *int `min:"1" max:"1000"`
	Marker                             *string
}

// OrderedOrganizationPolicy is one level of an organization, the root's first.
type OrderedOrganizationPolicy struct {
	ServiceControlPolicyInputList []string `memberMin:"1" memberMax:"131072" memberPattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
}

// Check implements wire.Checker. The list of policies must be there, and may be
// empty.
func (in *SimulateCustomPolicyInput) Check(wire.Caller) error {
	if in.PolicyInputList == nil {
		return missingMember("policyInputList")
	}
	return checkSimulation(in.Marker, nil)
}

// SimulateCustomPolicy decides actions by the policies of the request alone.
func (a *API) SimulateCustomPolicy(ctx context.Context, caller wire.Caller, in *SimulateCustomPolicyInput) (*SimulatePolicyOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	input := simulationInput{
		policies: in.PolicyInputList, boundaries: in.PermissionsBoundaryPolicyInputList,
		actions: in.ActionNames, resources: in.ResourceArns,
		resourcePolicy: in.ResourcePolicy, owner: in.ResourceOwner, caller: in.CallerArn,
		entries: in.ContextEntries, handling: in.ResourceHandlingOption,
	}
	s, err := input.simulation(account)
	if err != nil {
		return nil, err
	}
	if err := s.organization(in.OrderedOrganizationPolicyInputList); err != nil {
		return nil, err
	}
	return a.page(ctx, s, customPage, in.Marker, in.MaxItems)
}

// organization parses the levels of service control policies.
func (s *simulation) organization(levels []OrderedOrganizationPolicy) error {
	for i, level := range levels {
		if len(level.ServiceControlPolicyInputList) == 0 {
			return invalidInput("%s", fmt.Sprintf("Organization policy at index %d must contain at least one service control policy", i+1))
		}
		var docs []*policy.Document
		for _, text := range level.ServiceControlPolicyInputList {
			doc, err := inputDocument(text, policy.SCP)
			if err != nil {
				return err
			}
			docs = append(docs, doc)
			s.size += len(text)
		}
		s.scp = append(s.scp, docs)
	}
	return nil
}
