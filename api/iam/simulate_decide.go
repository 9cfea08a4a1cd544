package iam

import (
	"context"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
)

// The types of policies, as AWS's simulator answers them: not the values of the
// PolicySourceType that its model lists.
const (
	identityType = "IAM Policy"
	resourceType = "Resource Policy"
	boundaryType = "Permissions Boundary Policy"
)

// evaluate decides one action on every resource, and over all of them. listed is
// the number of statements and keys in the result.
func (s *simulation) evaluate(ctx context.Context, action string) (result EvaluationResult, listed int, err error) {
	sets := s.policies()
	all := newTally(action)
	for _, resource := range s.resources {
		if err := ctx.Err(); err != nil {
			return all.EvaluationResult, 0, err
		}
		one := s.decide(action, resource, sets)
		all.add(&one)
		if listed += len(one.MatchedStatements) + len(one.MissingContextValues); listed > maxListed {
			return all.EvaluationResult, 0, tooLarge()
		}
		if s.named() {
			all.ResourceSpecificResults = append(all.ResourceSpecificResults, one.specific(resource))
		}
	}
	return all.result(s.named()), listed, nil
}

// policies is what the policy room evaluates.
func (s *simulation) policies() policy.Policies {
	sets := policy.Policies{SCP: s.scp}
	for _, p := range s.identity {
		sets.Identity = append(sets.Identity, p.doc)
	}
	if s.boundary != nil {
		sets.Boundary = s.boundary.doc
	}
	switch {
	case s.resource == nil:
	case isTrust(s.resource.doc):
		sets.Trust = s.resource.doc
	default:
		sets.Resource = s.resource.doc
	}
	return sets
}

// isTrust reports whether a resource policy is the trust policy of a role: no
// other has statements without resources.
func isTrust(doc *policy.Document) bool {
	return !slices.ContainsFunc(doc.Statements, func(st policy.Statement) bool {
		return st.Resource != nil || st.NotResource != nil
	})
}

// decide decides one action on one resource.
func (s *simulation) decide(action, resource string, sets policy.Policies) EvaluationResult {
	req := policy.Request{Action: action, Resource: resource, Caller: s.caller, Context: s.context}
	owner := s.ownerOf(resource)
	if s.resource != nil { // else nobody can say what the owner's policy says
		req.Owner = owner
	}
	d := policy.Evaluate(req, sets)
	one := EvaluationResult{EvalDecision: decisionOf(d.Allowed, d.Explicit)}
	if f := d.Findings[policy.SCP]; f.Present {
		passes := f.Allows && !f.Denies
		one.OrganizationsDecisionDetail = &OrganizationsDecisionDetail{passes}
		if !passes { // AWS ends the simulation here
			return one
		}
	}
	if f := d.Findings[policy.Boundary]; f.Present {
		one.PermissionsBoundaryDecisionDetail = &PermissionsBoundaryDecisionDetail{f.Allows && !f.Denies}
	}
	if s.resource != nil && owner != s.caller.Account {
		one.EvalDecisionDetails = details(&d)
	}
	if one.EvalDecision == implicitDeny {
		one.MissingContextValues = s.missing()
		return one
	}
	for i := range d.Matched {
		if m := &d.Matched[i]; m.Statement.Allow == d.Allowed && !(d.Allowed && m.Kind == policy.Boundary) && m.Kind != policy.SCP {
			one.MatchedStatements = append(one.MatchedStatements, s.matched(m))
		}
	}
	return one
}

// ownerOf is the account that a resource belongs to.
func (s *simulation) ownerOf(resource string) string {
	if a, err := arn.Parse(resource); err == nil && a.Account != "" {
		return a.Account
	}
	return s.owner
}

func decisionOf(allows, denies bool) string {
	switch {
	case denies:
		return explicitDeny
	case allows:
		return allowed
	}
	return implicitDeny
}

// details is what each type of policy says of a request across accounts.
func details(d *policy.Decision) map[string]string {
	say := func(kinds ...policy.Kind) string {
		allows, denies := false, false
		for _, k := range kinds {
			allows, denies = allows || d.Findings[k].Allows, denies || d.Findings[k].Denies
		}
		return decisionOf(allows, denies)
	}
	out := map[string]string{identityType: say(policy.Identity), resourceType: say(policy.Resource, policy.Trust)}
	if d.Findings[policy.Boundary].Present {
		out[boundaryType] = say(policy.Boundary)
	}
	return out
}

// matched is a statement that applied, as the answer names it.
func (s *simulation) matched(m *policy.Matched) MatchedStatement {
	out := MatchedStatement{
		StartPosition: Position{m.Statement.FromLine, m.Statement.FromColumn},
		EndPosition:   Position{m.Statement.EndLine, m.Statement.EndColumn + 1}, // after the brace
	}
	switch m.Kind {
	case policy.Identity:
		out.SourcePolicyId, out.SourcePolicyType = s.identity[m.Policy].id, identityType
	case policy.Boundary:
		out.SourcePolicyId, out.SourcePolicyType = s.boundary.id, boundaryType
	case policy.Resource, policy.Trust:
		out.SourcePolicyId, out.SourcePolicyType = s.resource.id, resourceType
	}
	return out
}

// tally adds up the decisions on the resources of one action.
type tally struct {
	EvaluationResult
	matched map[string][]MatchedStatement // by decision, each once
	met     map[MatchedStatement]bool
}

func newTally(action string) *tally {
	return &tally{
		EvaluationResult: EvaluationResult{EvalActionName: action, EvalDecision: allowed, MissingContextValues: []string{}},
		matched:          map[string][]MatchedStatement{},
		met:              map[MatchedStatement]bool{},
	}
}

// add takes the decision on one more resource into that over all.
func (r *tally) add(one *EvaluationResult) {
	r.EvalDecision = stricter(r.EvalDecision, one.EvalDecision)
	for _, m := range one.MatchedStatements {
		if !r.met[m] {
			r.met[m] = true
			r.matched[one.EvalDecision] = append(r.matched[one.EvalDecision], m)
		}
	}
	if one.MissingContextValues != nil { // the same for every resource
		r.MissingContextValues = one.MissingContextValues
	}
	for kind, decision := range one.EvalDecisionDetails {
		if r.EvalDecisionDetails == nil {
			r.EvalDecisionDetails = map[string]string{}
		}
		if before, ok := r.EvalDecisionDetails[kind]; ok {
			decision = stricter(before, decision)
		}
		r.EvalDecisionDetails[kind] = decision
	}
	if d := one.OrganizationsDecisionDetail; d != nil && (r.OrganizationsDecisionDetail == nil || !d.AllowedByOrganizations) {
		r.OrganizationsDecisionDetail = d
	}
	if d := one.PermissionsBoundaryDecisionDetail; d != nil && (r.PermissionsBoundaryDecisionDetail == nil || !d.AllowedByPermissionsBoundary) {
		r.PermissionsBoundaryDecisionDetail = d
	}
}

// result is the decision over all resources, with the statements that it comes
// from: those that allow some of them contribute nothing to a denial of the
// whole. named: the request named resources.
func (r *tally) result(named bool) EvaluationResult {
	r.MatchedStatements = r.matched[r.EvalDecision]
	if r.MatchedStatements == nil {
		r.MatchedStatements = []MatchedStatement{}
	}
	barred := r.OrganizationsDecisionDetail != nil && !r.OrganizationsDecisionDetail.AllowedByOrganizations
	if named && !barred && r.EvalDecisionDetails == nil {
		r.EvalDecisionDetails = map[string]string{}
	}
	return r.EvaluationResult
}

// stricter is the more restrictive of two decisions.
func stricter(a, b string) string {
	for _, d := range []string{explicitDeny, implicitDeny} {
		if a == d || b == d {
			return d
		}
	}
	return allowed
}

// specific is the decision on one resource, as the answer lists it.
func (r *EvaluationResult) specific(resource string) ResourceSpecificResult {
	if len(r.MissingContextValues) == 0 {
		r.MissingContextValues = nil
	}
	return ResourceSpecificResult{
		EvalResourceName: resource, EvalResourceDecision: r.EvalDecision,
		MatchedStatements: r.MatchedStatements, MissingContextValues: r.MissingContextValues,
		EvalDecisionDetails: r.EvalDecisionDetails, PermissionsBoundaryDecisionDetail: r.PermissionsBoundaryDecisionDetail,
	}
}

// resourceForm is the form of the ARNs that an action is about, of the type that
// the resource has if one does; "*" when the catalogue knows none.
func resourceForm(cat *catalog.Catalog, action, resource string) string {
	namespace, name, _ := strings.Cut(action, ":")
	i, ok := cat.Action(namespace, name)
	if !ok {
		return "*"
	}
	form := "*"
	for _, r := range cat.Actions()[i].Resources {
		kind := &cat.Resources()[r]
		for j, pattern := range kind.Patterns {
			if policy.Match(pattern, resource) {
				return kind.Formats[j]
			}
		}
		if form == "*" && len(kind.Formats) > 0 {
			form = kind.Formats[0]
		}
	}
	return form
}
