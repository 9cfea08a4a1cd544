package organizations

import (
	"context"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// OfPolicy names a policy.
type OfPolicy struct {
	PolicyId string `required:"true" max:"130" pattern:"^p-[0-9a-zA-Z_]{8,128}$"`
}

func (in *OfPolicy) id() string { return in.PolicyId }

// policyOutput is one policy with its content.
type policyOutput struct{ Policy *Policy }

func (a *API) describePolicy(_ context.Context, _ wire.Caller, in *OfPolicy, v *view) (*policyOutput, error) {
	if _, ok := v.Policy(in.PolicyId); !ok {
		return nil, answer(organization.ErrPolicyNotFound)
	}
	return &policyOutput{newPolicy(v.Organization, in.PolicyId)}, nil
}

// OfType chooses policies of a type.
type OfType struct {
	Filter string `required:"true" enum:"SERVICE_CONTROL_POLICY,RESOURCE_CONTROL_POLICY,TAG_POLICY,BACKUP_POLICY,AISERVICES_OPT_OUT_POLICY,CHATBOT_POLICY,DECLARATIVE_POLICY_EC2,SECURITYHUB_POLICY,INSPECTOR_POLICY,UPGRADE_ROLLOUT_POLICY,BEDROCK_POLICY,S3_POLICY,NETWORK_SECURITY_DIRECTOR_POLICY"`
	Paging
}

type listPoliciesOutput struct {
	Policies []PolicySummary
	Page
}

func (a *API) listPolicies(_ context.Context, _ wire.Caller, in *OfType, v *view) (*listPoliciesOutput, error) {
	var list []organization.Policy
	for _, p := range v.Policies {
		if p.Type == in.Filter {
			list = append(list, p)
		}
	}
	return v.policyPage(in, list, "policies", in.Filter)
}

func (v *view) policyPage(in *OfType, list []organization.Policy, scope ...string) (*listPoliciesOutput, error) {
	list, page, err := cut(in.Paging, list, func(p organization.Policy) string { return p.ID }, scope...)
	return &listPoliciesOutput{each(list, func(p organization.Policy) PolicySummary { return newPolicySummary(v.Organization, p) }), page}, err
}

type listPoliciesForTargetInput struct {
	TargetId string `required:"true" max:"100" pattern:"^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$"`
	OfType
}

func (in *listPoliciesForTargetInput) id() string { return in.TargetId }

// listPoliciesForTarget lists what hangs on the target itself (ORG-47).
func (a *API) listPoliciesForTarget(_ context.Context, _ wire.Caller, in *listPoliciesForTargetInput, v *view) (*listPoliciesOutput, error) {
	if !v.Has(in.TargetId) {
		return nil, answer(organization.ErrTargetNotFound)
	}
	return v.policyPage(&in.OfType, v.PoliciesOf(in.TargetId, in.Filter), "policies", in.Filter, in.TargetId)
}

type listTargetsForPolicyInput struct {
	OfPolicy
	Paging
}

func (in *listTargetsForPolicyInput) id() string { return in.PolicyId }

// Target is what a policy hangs on.
type Target struct{ TargetId, Arn, Name, Type string }

type listTargetsOutput struct {
	Targets []Target
	Page
}

func (a *API) listTargetsForPolicy(_ context.Context, _ wire.Caller, in *listTargetsForPolicyInput, v *view) (*listTargetsOutput, error) {
	if _, ok := v.Policy(in.PolicyId); !ok {
		return nil, answer(organization.ErrPolicyNotFound)
	}
	ids, page, err := cut(in.Paging, v.TargetsOf(in.PolicyId), itself, "targets", in.PolicyId)
	return &listTargetsOutput{each(ids, v.target), page}, err
}

func (v *view) target(id string) Target {
	name := v.Root.Name
	if u, ok := v.Unit(id); ok {
		name = u.Name
	} else if a, ok := v.Account(id); ok {
		name = a.Name
	}
	return Target{id, v.TargetARN(id), name, newEntity(id).Type}
}
