package refine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// Question is what Prove is asked: would the principal still be allowed to do
// what it did, with the policies After in place of Before?
type Question struct {
	Principal     report.Entity
	Catalog       *catalog.Catalog
	Before, After []*policy.Document // identity-based policies of the principal
}

// Denial is recorded use that the new policies may refuse and the old ones
// allow.
type Denial struct {
	Action string    // "s3:GetObject"
	Last   time.Time // of the use
	Reason Reason    // why it has to stay: Used, Inferred or Unclear
	// Where the old policies allow it.
	Policy, Statement int
}

// Proof is the outcome of a replay.
type Proof struct {
	Uses   int // that were replayed: those that worked and that the old policies allow
	Denied []Denial
}

// DeniedError is a recommendation that a replay refuted.
type DeniedError struct{ Denied []Denial }

func (e *DeniedError) Error() string {
	var names []string
	seen := map[string]bool{}
	for _, d := range e.Denied {
		if !seen[d.Action] {
			seen[d.Action] = true
			names = append(names, fmt.Sprintf("%s (last %s)", d.Action, d.Last.UTC().Format(time.RFC3339)))
		}
	}
	more := ""
	if n := len(names) - maxNamed; n > 0 {
		names, more = names[:maxNamed], fmt.Sprintf(" and %d more", n)
	}
	return "the new policies would deny recorded use: " + strings.Join(names, ", ") + more
}

// Prove replays the recorded use that worked against the new policies.
//
// A fact tells the action, but rarely the resource and never the conditions of a
// request. So it is not enough that some request with the action is allowed: each
// Allow that may have been the one that let the call pass must still be there,
// with resources and conditions that are no narrower, and no Deny may be new that
// concerns the action. On top of that the evaluator is asked about requests made
// up to fit the Allow.
func Prove(q Question, h History) Proof {
	p := newProver(q)
	for i := range h {
		if u := &h[i]; u.Worked && u.Action >= 0 {
			p.action(p.Catalog.FullName(u.Action), u.Action, u, Used)
		}
	}
	for i := range h {
		if u := &h[i]; u.Worked {
			p.besides(u)
		}
	}
	return p.proof
}

type prover struct {
	Question
	proof    Proof
	newDeny  []*policy.Statement
	replayer replayer
	done     map[string]bool // actions that were asked about
}

func newProver(q Question) *prover {
	p := &prover{Question: q, done: map[string]bool{}}
	for st := range statements(q.After) {
		if !st.Allow && !slices.ContainsFunc(q.Before, func(d *policy.Document) bool { return hasEqual(d, st.doc, st.Statement) }) {
			p.newDeny = append(p.newDeny, st.Statement)
		}
	}
	p.replayer = newReplayer(&q)
	return p
}

// besides replays what may have been needed with a call, or for one of which no action
// is known.
func (p *prover) besides(u *Use) {
	for _, i := range u.Inferred {
		p.action(p.Catalog.FullName(i), i, u, Inferred)
	}
	if u.Action >= 0 || len(u.Inferred) > 0 {
		return
	}
	// Any action of the service may have been the one, or one that the catalogue
	// does not know.
	s := &p.Catalog.Services()[u.Service]
	name, _, _ := strings.Cut(u.Name, "#")
	p.action(s.Namespace+":"+name, -1, u, Unclear)
	for i := s.First; i < s.End; i++ {
		p.action(p.Catalog.FullName(i), i, u, Unclear)
	}
}

func (p *prover) action(name string, index int, u *Use, why Reason) {
	if p.done[name] {
		return
	}
	p.done[name] = true
	allowed := false
	for st := range statements(p.Before) {
		if !st.Allow || !concerns(st.Statement, name) {
			continue
		}
		allowed = true
		if !p.covered(st, name) || p.replayer.refuses(st, name, index) {
			p.proof.Denied = append(p.proof.Denied, Denial{name, u.Last, why, st.policy, st.index})
		}
	}
	if allowed && why == Used {
		p.proof.Uses++
	}
}

// stays reports whether every Allow that is about the action has its like in the new
// policies.
func (p *prover) stays(name string, index int) bool {
	for st := range statements(p.Before) {
		if st.Allow && concerns(st.Statement, name) && (!p.covered(st, name) || p.replayer.refuses(st, name, index)) {
			return false
		}
	}
	return true
}

// covered reports whether the new policies allow all that the statement allows
// for the action.
func (p *prover) covered(st placed, action string) bool {
	if slices.ContainsFunc(p.newDeny, func(d *policy.Statement) bool { return concerns(d, action) }) {
		return false
	}
	for t := range statements(p.After) {
		if t.Allow && concerns(t.Statement, action) && noNarrower(st, t) {
			return true
		}
	}
	return false
}

// placed is a statement and where it stands.
type placed struct {
	*policy.Statement
	doc           *policy.Document
	policy, index int
}

func statements(docs []*policy.Document) func(yield func(placed) bool) {
	return func(yield func(placed) bool) {
		for i, d := range docs {
			for k := range d.Statements {
				if !yield(placed{&d.Statements[k], d, i, k}) {
					return
				}
			}
		}
	}
}

// concerns reports whether a statement is about the action.
func concerns(st *policy.Statement, action string) bool {
	fits := func(p string) bool { return policy.MatchFold(p, action) }
	if st.Action == nil {
		return !slices.ContainsFunc(st.NotAction, fits)
	}
	return slices.ContainsFunc(st.Action, fits)
}

// noNarrower reports whether t applies to every resource and under every
// condition that st applies to. It may say no where a longer look would find out
// that it does.
func noNarrower(st, t placed) bool {
	if t.Principal != nil || t.NotPrincipal != nil || st.doc.HasVariables() != t.doc.HasVariables() && mentionsVariables(st, t) {
		return false
	}
	return widerResources(st.Statement, t.Statement) && (len(t.Condition) == 0 || sameConditions(st.Condition, t.Condition))
}

func mentionsVariables(list ...placed) bool {
	return slices.ContainsFunc(list, func(st placed) bool {
		has := func(s string) bool { return strings.Contains(s, "${") }
		return slices.ContainsFunc(st.Resource, has) || slices.ContainsFunc(st.NotResource, has) ||
			slices.ContainsFunc(st.Condition, func(c policy.Condition) bool { return slices.ContainsFunc(c.Values, has) })
	})
}

func widerResources(st, t *policy.Statement) bool {
	switch {
	case slices.Contains(t.Resource, "*"):
		return true
	case st.Resource == nil && t.Resource == nil:
		// Fewer exceptions are wider; and a statement without either element
		// equals only another.
		return (st.NotResource == nil) == (t.NotResource == nil) && subset(t.NotResource, st.NotResource)
	}
	return st.Resource != nil && t.Resource != nil && subset(st.Resource, t.Resource)
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

func sameConditions(a, b []policy.Condition) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(c policy.Condition) bool {
		return !slices.ContainsFunc(b, func(d policy.Condition) bool {
			return c.Operator == d.Operator && c.Key == d.Key && slices.Equal(c.Values, d.Values)
		})
	})
}

// hasEqual reports whether a document has a Deny that says the same.
func hasEqual(d, of *policy.Document, st *policy.Statement) bool {
	return slices.ContainsFunc(d.Statements, func(t policy.Statement) bool {
		return !t.Allow && slices.Equal(st.Action, t.Action) && slices.Equal(st.NotAction, t.NotAction) &&
			slices.Equal(st.Resource, t.Resource) && slices.Equal(st.NotResource, t.NotResource) &&
			sameConditions(st.Condition, t.Condition) && samePrincipals(st, &t) && d.HasVariables() == of.HasVariables()
	})
}

func samePrincipals(a, b *policy.Statement) bool {
	same := func(p, q *policy.Principal) bool {
		if p == nil || q == nil {
			return p == q
		}
		return p.Any == q.Any && maps.EqualFunc(p.Types, q.Types, slices.Equal)
	}
	return same(a.Principal, b.Principal) && same(a.NotPrincipal, b.NotPrincipal)
}
