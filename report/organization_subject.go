package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/policy"
)

// OrganizationSubject is what an Organizations access report is about, with
// everything that is frozen when it is asked for (ORG-25). It can be stored as
// JSON.
type OrganizationSubject struct {
	Path       string
	Policy     string          `json:",omitempty"` // the policy id that was asked about
	Management bool            `json:",omitempty"` // it is the management account: all services are listed
	Levels     [][]string      `json:",omitempty"` // texts of the policies that decide what is listed, by level
	Accounts   []MemberAccount `json:",omitempty"` // whose activity counts
}

// MemberAccount is an account whose activity counts.
type MemberAccount struct{ ID, Path string }

// Why there is no Organizations access report.
var (
	ErrEntityPath         = errors.New("the entity with the specified path does not exist in the organization")
	ErrOrganizationPolicy = errors.New("the policy with the specified ID does not exist in the organization")
	ErrPolicyType         = errors.New("service control policies are not enabled for the organization root")
)

// FindOrganization freezes the entity of a path, and when a policy id is given
// what that policy has to do with it (section 1.1 of the specification). The
// path must belong to o.
func FindOrganization(o *organization.Organization, path, policyID string) (*OrganizationSubject, error) {
	id, _, ok := o.Find(path)
	switch {
	case !ok:
		return nil, ErrEntityPath
	case !o.Enabled(organization.SCP):
		return nil, ErrPolicyType
	}
	s := &OrganizationSubject{Path: path, Policy: policyID}
	if id == o.ManagementAccount {
		s.Management, s.Policy = true, ""
		s.members(o, []string{id})
		return s, nil
	}
	if policyID == "" {
		s.inherited(o, id)
		s.members(o, o.MembersUnder(id))
		return s, nil
	}
	p, ok := o.Policy(policyID)
	if !ok || p.Type != organization.SCP {
		return nil, ErrOrganizationPolicy // ORG-18
	}
	s.Levels = [][]string{{p.Content}} // ORG-6
	s.members(o, applies(o, policyID, id))
	return s, nil
}

// inherited are the policies of every level from the root to the entity.
func (s *OrganizationSubject) inherited(o *organization.Organization, id string) {
	for _, target := range o.Line(id) {
		level := []string{}
		for _, p := range o.PoliciesOf(target, organization.SCP) {
			level = append(level, p.Content)
		}
		s.Levels = append(s.Levels, level)
	}
}

func (s *OrganizationSubject) members(o *organization.Organization, ids []string) {
	for _, id := range ids {
		s.Accounts = append(s.Accounts, MemberAccount{id, o.Path(id)})
	}
}

// applies are the member accounts at or below those targets of a policy that
// are the entity or below it (ORG-8), by id, each once.
func applies(o *organization.Organization, policyID, entity string) []string {
	var out []string
	for _, target := range o.TargetsOf(policyID) {
		if slices.Contains(o.Line(target), entity) {
			out = append(out, o.MembersUnder(target)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// granted are the actions that the policies leave (ORG-12, ORG-13, ORG-16).
func (s *OrganizationSubject) granted(engine *grant.Engine) (grant.Set, error) {
	if s.Management {
		return nil, nil
	}
	levels, err := s.Documents()
	if err != nil {
		return nil, err
	}
	return engine.Through(levels), nil
}

// Documents parses the policies.
func (s *OrganizationSubject) Documents() ([][]*policy.Document, error) {
	levels := make([][]*policy.Document, len(s.Levels))
	for i, texts := range s.Levels {
		for k, text := range texts {
			doc, err := policy.ParseString(text)
			if err != nil {
				return nil, fmt.Errorf("policy %d of level %d of %s: %w", k+1, i+1, s.Path, err)
			}
			levels[i] = append(levels[i], doc)
		}
	}
	return levels, nil
}

// OrganizationOfPath is the organization's id in an entity path.
func OrganizationOfPath(path string) string {
	id, _, _ := strings.Cut(path, "/")
	return id
}
