package refine

import (
	"fmt"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
)

// swap is a policy and what it becomes. It replays what everybody did who has it.
//
// What Prove asks of a principal with all of its policies needs no principal for most
// uses. All policies but one stay, so that every Allow of these stays, and no Deny comes.
// What then is left to ask is whether each Allow of the one policy that is about the
// action has its like in what it becomes: alone, that is the same answer for everybody
// who has the policy, and is given once. Where it is no, or the policy speaks of who is
// asking, or of what the catalogue does not know, Prove is asked about the principal.
type swap struct {
	*Proposer
	at     place
	before *indexed
	after  []*policy.Document // none: nothing is left
	alone  *prover            // nil: ask about each principal
	safe   map[int]bool       // by action: the answer alone
}

func (p *Proposer) swap(c Candidate, edited *Edited) (*swap, error) {
	if edited.Delete {
		return p.swapFor(c, nil)
	}
	after, err := policy.ParseString(edited.Document)
	if err != nil {
		return nil, err
	}
	return p.swapFor(c, []*policy.Document{after})
}

// swapFor is a swap for several policies that everybody gets who has the one.
func (p *Proposer) swapFor(c Candidate, after []*policy.Document) (*swap, error) {
	s := &swap{Proposer: p, at: place{c.Holder, c.ID}, after: after, safe: map[int]bool{}}
	var err error
	if s.before, err = p.document(c.Document); err != nil {
		return nil, err
	}
	if s.after == nil || s.before.opaque || len(c.Users) == 0 || s.before.HasVariables() && speaksOfCaller(s.before.Document) {
		return s, nil
	}
	alone := newProver(Question{Principal: c.Users[0], Catalog: p.in.Catalog, Before: []*policy.Document{s.before.Document}, After: s.after})
	if len(alone.newDeny) == 0 {
		s.alone = alone
	}
	return s, nil
}

// speaksOfCaller reports whether a document has a policy variable.
func speaksOfCaller(d *policy.Document) bool {
	for i := range d.Statements {
		if mentionsVariables(placed{Statement: &d.Statements[i]}) {
			return true
		}
	}
	return false
}

// replay replays what somebody did who has the policy.
func (s *swap) replay(who *person) (Proof, error) {
	at := slices.IndexFunc(who.sources, func(from inventory.Source) bool { return placeIn(s.account, from) == s.at })
	if at < 0 {
		return Proof{}, fmt.Errorf("%s: %w", who.ARN, ErrNoSuchPolicy)
	}
	if uses, ok := s.quickly(who); ok {
		return Proof{Uses: uses}, nil
	}
	before := who.documents()
	after := append(slices.Delete(slices.Clone(before), at, at+1), s.after...)
	one := Supposed{Question{who.Entity, s.in.Catalog, before, after}, before}
	return one.Prove(s.in.Engine, who.now), nil
}

// quickly counts the uses that were replayed, when none of them can be denied.
func (s *swap) quickly(who *person) (uses int, ok bool) {
	if s.alone == nil || slices.ContainsFunc(who.docs, func(d *indexed) bool { return d.opaque }) {
		return 0, false
	}
	for i := range who.now {
		u := &who.now[i]
		if !u.Worked {
			continue
		}
		if u.Action < 0 && len(u.Inferred) == 0 {
			return 0, false
		}
		if u.Action >= 0 {
			if !s.keeps(u.Action) {
				return 0, false
			}
			if slices.ContainsFunc(who.docs, func(d *indexed) bool { return d.allow(u.Action) }) {
				uses++
			}
		}
		for _, action := range u.Inferred {
			if !s.keeps(action) {
				return 0, false
			}
		}
	}
	return uses, true
}

// keeps reports whether what the policy becomes allows all that it allows of an action.
func (s *swap) keeps(action int) bool {
	if !s.before.allow(action) {
		return true
	}
	safe, known := s.safe[action]
	if !known {
		safe = s.alone.stays(s.in.Catalog.FullName(action), action)
		s.safe[action] = safe
	}
	return safe
}
