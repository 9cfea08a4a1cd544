package iam

import (
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
)

// PolicyIdentifier names policies to leave out of a simulation: by exactly one of
// its members.
type PolicyIdentifier struct {
	PolicyType             *string `enum:"inline,aws-managed,user-managed,permission-boundary,scp,rcp"`
	PolicyArn              *string `min:"20" max:"2048"`
	InlinePolicyIdentifier *InlinePolicyIdentifier
}

// InlinePolicyIdentifier names an inline policy and who has it.
type InlinePolicyIdentifier struct {
	AttachmentType string `required:"true" enum:"user,group,role"`
	AttachmentName string `required:"true" min:"1" max:"128"` // may have wildcards
	PolicyName     string `required:"true" min:"1" max:"128"`
}

// check refuses what is no identifier.
func (p *PolicyIdentifier) check() error {
	given := 0
	for _, there := range []bool{p.PolicyType != nil, p.PolicyArn != nil, p.InlinePolicyIdentifier != nil} {
		if there {
			given++
		}
	}
	switch {
	case given != 1:
		return invalidInput("A policy identifier must have exactly one of PolicyType, PolicyArn and InlinePolicyIdentifier.")
	case p.PolicyArn != nil:
		return checkExcludedARN(*p.PolicyArn)
	case p.InlinePolicyIdentifier != nil && strings.Count(p.InlinePolicyIdentifier.AttachmentName, "*") > 1:
		return invalidInput("Invalid policy identifier: %s has more than one *.", p.InlinePolicyIdentifier.AttachmentName)
	case p.InlinePolicyIdentifier != nil && strings.ContainsAny(p.InlinePolicyIdentifier.PolicyName, "*?"):
		return invalidInput("Invalid policy identifier: the policy name %s has wildcards.", p.InlinePolicyIdentifier.PolicyName)
	}
	return nil
}

// checkExcludedARN: wildcards stand in the name only, and one star at most.
func checkExcludedARN(text string) error {
	a, err := arn.Parse(text)
	head, wild := strings.TrimSuffix(text, a.Name()), a.Name()
	if err != nil || a.Service != "iam" || a.Kind() != "policy" || wild == "" ||
		strings.ContainsAny(head, "*?") || strings.Count(wild, "*") > 1 {
		return invalidInput("Invalid policy identifier: %s is not the ARN of a managed policy with at most one * in its name.", text)
	}
	return nil
}

// exclusions are the policies to leave out.
type exclusions struct {
	types  map[string]bool
	arns   []string
	inline []InlinePolicyIdentifier
}

func exclusionsOf(list []PolicyIdentifier) exclusions {
	out := exclusions{types: map[string]bool{}}
	for i := range list {
		switch p := &list[i]; {
		case p.PolicyType != nil:
			out.types[*p.PolicyType] = true
		case p.PolicyArn != nil:
			out.arns = append(out.arns, *p.PolicyArn)
		case p.InlinePolicyIdentifier != nil:
			out.inline = append(out.inline, *p.InlinePolicyIdentifier)
		}
	}
	return out
}

// source reports whether a policy of the principal is left out.
func (e *exclusions) source(s *inventory.Source) bool {
	if s.Managed != nil {
		return e.managed(s.Managed.ARN)
	}
	if e.types["inline"] {
		return true
	}
	for _, p := range e.inline {
		if strings.EqualFold(p.AttachmentType, s.EntityType) && strings.EqualFold(p.PolicyName, s.Name) &&
			policy.MatchFold(p.AttachmentName, s.EntityName) {
			return true
		}
	}
	return false
}

// managed reports whether the managed policy of an ARN is left out.
func (e *exclusions) managed(text string) bool {
	kind := "user-managed"
	if a, err := arn.Parse(text); err == nil && a.Account == "aws" {
		kind = "aws-managed"
	}
	if e.types[kind] {
		return true
	}
	for _, pattern := range e.arns {
		if policy.Match(pattern, text) {
			return true
		}
	}
	return false
}
