package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// What SimulateCustomPolicy and SimulatePrincipalPolicy share: their answer, and
// its pages. simulate_input.go makes a simulation of their input,
// simulate_decide.go answers it by policy.Evaluate, as the guard is answered.

// Limits of a simulation.
const (
	defaultResults = 100 // page of the simulations
	// maxPageWork bounds what a page costs: bytes of documents and context, times
	// resources, times actions. A simulation of which one action costs more is
	// refused.
	maxPageWork = 256 << 20
	// maxListed bounds what a page lists: statements and missing keys. An action
	// that lists more is refused, further ones go to the next page.
	maxListed = 200_000
)

// The simulations, as markers name them.
const (
	customPage    = "simulate-custom"
	principalPage = "simulate-principal"
)

// What a simulation decides, in AWS's words.
const (
	allowed      = "allowed"
	explicitDeny = "explicitDeny"
	implicitDeny = "implicitDeny"
)

// SimulatePolicyOutput has one result per action asked for, in that order.
type SimulatePolicyOutput struct {
	EvaluationResults []EvaluationResult
	IsTruncated       bool
	Marker            string
}

// EvaluationResult is the decision on one action: over all resources together,
// the most restrictive one, and on each.
type EvaluationResult struct {
	EvalActionName                    string
	EvalResourceName                  string
	EvalDecision                      string
	MatchedStatements                 []MatchedStatement
	MissingContextValues              []string
	OrganizationsDecisionDetail       *OrganizationsDecisionDetail
	PermissionsBoundaryDecisionDetail *PermissionsBoundaryDecisionDetail
	// EvalDecisionDetails is nil when no resource was named, and empty when
	// nobody crosses accounts.
	EvalDecisionDetails     map[string]string
	ResourceSpecificResults []ResourceSpecificResult
}

// ResourceSpecificResult is the decision on one resource that was named.
type ResourceSpecificResult struct {
	EvalResourceName                  string
	EvalResourceDecision              string
	MatchedStatements                 []MatchedStatement
	MissingContextValues              []string
	EvalDecisionDetails               map[string]string
	PermissionsBoundaryDecisionDetail *PermissionsBoundaryDecisionDetail
}

// MatchedStatement is a statement that the decision comes from.
type MatchedStatement struct {
	SourcePolicyId   string
	SourcePolicyType string
	StartPosition    Position
	EndPosition      Position
}

// Position is a place in a policy's text, lines and columns from 1.
type Position struct {
	Line   int
	Column int
}

// OrganizationsDecisionDetail is what the service control policies say.
type OrganizationsDecisionDetail struct{ AllowedByOrganizations bool }

// PermissionsBoundaryDecisionDetail is what the permissions boundary says.
type PermissionsBoundaryDecisionDetail struct{ AllowedByPermissionsBoundary bool }

// source is a policy of a simulation.
type source struct {
	id  string // as SourcePolicyId names it
	doc *policy.Document
}

// simulation is the question: who, with which policies, does what on what.
type simulation struct {
	actions   []string
	resources []string // "*" alone when none was named
	caller    policy.Caller
	owner     string // account of resources whose ARN names none
	context   policy.Context

	identity []source
	boundary *source
	resource *source // of every resource
	scp      [][]*policy.Document

	asked []string // see missing; nil: not known yet
	size  int      // bytes of all documents and of the context
}

// named reports whether the request named resources.
func (s *simulation) named() bool { return len(s.resources) != 1 || s.resources[0] != "*" }

// page answers the actions from the marker's place on.
func (a *API) page(ctx context.Context, s *simulation, operation string, mark *string, items *int) (*SimulatePolicyOutput, error) {
	at, err := markerPosition(mark, operation, "")
	if err != nil {
		return nil, err
	}
	at = min(at, len(s.actions)) // the next call may ask about fewer actions
	size, err := s.pageSize(items)
	if err != nil {
		return nil, err
	}
	end := at + min(size, len(s.actions)-at)
	out := &SimulatePolicyOutput{EvaluationResults: []EvaluationResult{}}
	for listed := 0; at < end; at++ {
		action := s.actions[at]
		result, count, err := s.evaluate(ctx, action)
		if err != nil {
			return nil, err
		}
		if listed += count; listed > maxListed && len(out.EvaluationResults) > 0 {
			break
		}
		if result.EvalResourceName, err = a.resourceName(ctx, action, s); err != nil {
			return nil, err
		}
		out.EvaluationResults = append(out.EvaluationResults, result)
	}
	if at < len(s.actions) {
		out.IsTruncated = true
		out.Marker = marker{operation: operation, position: at}.String()
	}
	return out, nil
}

// pageSize is the number of actions of a page, cut to what it costs.
func (s *simulation) pageSize(items *int) (int, error) {
	size := defaultResults
	if items != nil {
		size = *items
	}
	affordable := maxPageWork / max(1, s.size*len(s.resources))
	if affordable == 0 {
		return 0, tooLarge()
	}
	return min(size, affordable), nil
}

func tooLarge() error {
	return invalidInput("The simulation is too large. Ask about fewer resources, or fewer policies, at a time.")
}

// resourceName is what EvalResourceName says of an action: the one resource that
// was named, the form of ARN that the action is about when there are several,
// or "*".
func (a *API) resourceName(ctx context.Context, action string, s *simulation) (string, error) {
	if len(s.resources) == 1 {
		return s.resources[0], nil
	}
	cat, _, err := a.Catalog(ctx)
	if err != nil {
		return "", err
	}
	return resourceForm(cat, action, s.resources[0]), nil
}

func (a *API) simulateOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("SimulateCustomPolicy", nil, a.SimulateCustomPolicy),
		wire.Op("SimulatePrincipalPolicy", simulatePrincipalResource, a.SimulatePrincipalPolicy),
		wire.Op("GetContextKeysForCustomPolicy", nil, a.GetContextKeysForCustomPolicy),
		wire.Op("GetContextKeysForPrincipalPolicy", contextKeysResource, a.GetContextKeysForPrincipalPolicy),
	}
}

// checkSimulation refuses what can be refused before the guard is asked (LA-112).
func checkSimulation(mark *string, exclusions []PolicyIdentifier) error {
	if err := checkMarker(mark); err != nil {
		return err
	}
	for i := range exclusions {
		if err := exclusions[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func invalidInput(format string, args ...any) error {
	return wire.Errorf(400, "InvalidInput", format, args...)
}

// missingMember is what a required list says that was not sent.
func missingMember(field string) error {
	return validationError("1 validation error detected: Value at '" + field + "' failed to satisfy constraint: Member must not be null")
}
