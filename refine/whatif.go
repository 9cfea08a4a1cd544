package refine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// Supposition is a change that somebody thinks of. Just one of the first four says
// what it is about.
type Supposition struct {
	// Policy is in place of the identity-based policy Replaces, or, when that is
	// empty, of all that the principal has.
	Policy *policy.Document
	// Remove is the identity-based policy that goes.
	Remove string
	// Boundary is in place of the permissions boundary.
	Boundary *policy.Document
	// Control is a further service control policy.
	Control *policy.Document
	// Replaces is the name or ARN of a policy of the principal.
	Replaces string
}

// Supposed is what a supposition means for one principal: Question.Before and After
// are the layer of policies that changes.
type Supposed struct {
	Question
	// Identity are the identity-based policies as they are.
	Identity []*policy.Document
}

var (
	// ErrNoSubject: the ARN is of nobody in the account, or nobody has the policy.
	ErrNoSubject = errors.New("nobody in the account")
	// ErrNoSuchPolicy: the principal has no policy of this name.
	ErrNoSuchPolicy = errors.New("no such policy")
)

// everything is the layer of a boundary or a control policy that does not exist.
var everything = &policy.Document{Statements: []policy.Statement{{Allow: true, Action: []string{"*"}, Resource: []string{"*"}}}}

// Suppose finds whom a supposition concerns: the user or role of an ARN, all
// that have the managed policy of an ARN, or for a control policy everybody in the
// account whose root the ARN names. Errors: ErrNoSubject, ErrNoSuchPolicy, and
// policies that cannot be read.
func Suppose(a *inventory.Account, arn string, s Supposition) (list []Supposed, err error) {
	whole := s.Control != nil && arn == "arn:"+a.Partition+":iam::"+a.ID+":root"
	managed := strings.Contains(arn, ":policy/")
	if managed && s.Policy != nil && s.Replaces == "" {
		s.Replaces = arn
	}
	for _, r := range a.Roles {
		list, err = s.add(list, err, a, arn, whole, report.Entity{Kind: report.Role, ID: r.ID, ARN: r.ARN}, r.Boundary, a.RolePolicies(r))
	}
	for _, u := range a.Users {
		list, err = s.add(list, err, a, arn, whole, report.Entity{Kind: report.User, ID: u.ID, ARN: u.ARN}, u.Boundary, a.UserPolicies(u))
	}
	if err == nil && len(list) == 0 {
		err = ErrNoSubject
	}
	return list, err
}

func (s *Supposition) add(list []Supposed, before error, a *inventory.Account, arn string, whole bool, who report.Entity, boundary string, policies []inventory.Source) ([]Supposed, error) {
	has := slices.ContainsFunc(policies, func(p inventory.Source) bool { return p.Managed != nil && p.Managed.ARN == arn })
	if before != nil || !whole && !has && who.ARN != arn {
		return list, before
	}
	q := Question{Principal: who}
	was, is, err := s.identity(policies)
	switch {
	case err != nil:
	case s.Control != nil:
		q.Before, q.After = []*policy.Document{everything}, []*policy.Document{s.Control}
	case s.Boundary != nil:
		q.Before, q.After = []*policy.Document{everything}, []*policy.Document{s.Boundary}
		if p := a.Policy(boundary); p != nil {
			q.Before[0], err = policy.ParseString(p.DefaultDocument())
		}
	default:
		q.Before, q.After = was, is
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", who.ARN, err)
	}
	return append(list, Supposed{q, was}), nil
}

// Prove replays recorded use. What a call may have needed beside its own action
// counts only if the principal's own policies allow it: else it was not needed.
func (s *Supposed) Prove(engine *grant.Engine, h History) Proof {
	proof := Prove(s.Question, h)
	granted := engine.Granted(s.Identity)
	proof.Denied = slices.DeleteFunc(proof.Denied, func(d Denial) bool {
		namespace, name, _ := strings.Cut(d.Action, ":")
		i, known := s.Catalog.Action(namespace, name)
		return d.Reason == Inferred && known && !granted.Has(i)
	})
	// An action that several statements allow is denied once.
	proof.Denied = slices.CompactFunc(proof.Denied, func(a, b Denial) bool { return a.Action == b.Action })
	return proof
}

// identity is the layer of identity-based policies as it is and as it would be.
func (s *Supposition) identity(policies []inventory.Source) (before, after []*policy.Document, err error) {
	changes := s.Replaces + s.Remove
	found := 0
	for _, p := range policies {
		doc, err := policy.ParseString(p.Document)
		if err != nil {
			return nil, nil, fmt.Errorf("policy %s: %w", p.Name, err)
		}
		before = append(before, doc)
		if changes != "" && p.Name != changes && (p.Managed == nil || p.Managed.ARN != changes) {
			after = append(after, doc)
			continue
		}
		found++
	}
	if changes != "" && found != 1 {
		var names []string
		for _, p := range policies {
			names = append(names, p.Name)
		}
		return nil, nil, fmt.Errorf("%w: %d are called %q; it has %q", ErrNoSuchPolicy, found, changes, names)
	}
	if s.Policy != nil {
		after = append(after, s.Policy)
	}
	return before, after, nil
}
