package evidence

import (
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// What takes actions away.
const (
	byBoundary = "permissions boundary"
	bySCP      = "service control policy"
)

// grants is what the holders are granted, and what is left of it.
type grants struct {
	set        grant.Set // granted to some holder
	bounded    grant.Set // left to some holder by its permissions boundary
	controlled grant.Set // by the service control policies
	both       grant.Set
	list       map[int]*granting
}

// granting are the statements that grant an action.
type granting struct {
	list  []Grant
	total int
	since time.Time
}

// newGrants looks at all holders. recent are by account; one that is not there has none.
func newGrants(in *Input, recent map[string]*RecentGrants) *grants {
	g := &grants{list: map[int]*granting{}}
	for i := range in.Scope.holders {
		h := &in.Scope.holders[i]
		g.hold(in, h)
		for _, k := range h.sources {
			in.Scope.sources[k].heldSince(h.since(in.Scope.sources[k], recent[h.account]))
		}
	}
	if g.set == nil {
		g.set = in.Engine.Granted(nil)
		g.bounded, g.controlled, g.both = g.set, g.set, g.set
	}
	order := slices.Clone(in.Scope.sources)
	slices.SortFunc(order, func(a, b *source) int { return strings.Compare(a.key, b.key) })
	for _, s := range order {
		g.statements(in, s)
	}
	return g
}

// since is when a holder has had a policy at the latest: since it was made, or may have been
// given it. Zero: not known.
func (h *holder) since(s *source, recent *RecentGrants) time.Time {
	if h.made.IsZero() || recent == nil || h.kind == report.ManagedPolicy {
		return h.made
	}
	if given := recent.last(s.grant.Holder, h.kind, h.arn); given.at.After(h.made) {
		return given.at
	}
	return h.made
}

// hold adds what a holder is granted, and what boundary and controls leave.
func (g *grants) hold(in *Input, h *holder) {
	docs := make([]*policy.Document, len(h.sources))
	for i, k := range h.sources {
		docs[i] = in.Scope.sources[k].doc
	}
	set := in.Engine.Granted(docs)
	var boundary [][]*policy.Document
	if h.boundary != nil {
		boundary = [][]*policy.Document{{h.boundary}}
	}
	add(&g.set, set)
	add(&g.bounded, left(in.Engine, set, docs, boundary))
	add(&g.controlled, left(in.Engine, set, docs, h.controls))
	add(&g.both, left(in.Engine, set, docs, slices.Concat(boundary, h.controls)))
}

// left is what further levels of policies leave of what is granted.
func left(engine *grant.Engine, set grant.Set, docs []*policy.Document, levels [][]*policy.Document) grant.Set {
	if len(levels) == 0 {
		return set
	}
	rest := slices.Clone(set)
	rest.And(engine.Through(append([][]*policy.Document{docs}, levels...)))
	return rest
}

func add(to *grant.Set, set grant.Set) {
	if *to == nil {
		*to = slices.Clone(set)
		return
	}
	to.Or(set)
}

// statements notes what each statement of a policy grants.
func (g *grants) statements(in *Input, s *source) {
	age := s.ages(in.Engine)
	for i := range s.doc.Statements {
		st := &s.doc.Statements[i]
		if !st.Allow {
			continue
		}
		alone := &policy.Document{Version: s.doc.Version, Statements: s.doc.Statements[i : i+1]}
		one := s.grant
		one.Statement, one.Sid, one.Line, one.Condition = i, st.Sid, st.Line, len(st.Condition) > 0
		for action := range in.Engine.Granted([]*policy.Document{alone}).All() {
			if g.set.Has(action) && in.wants(action) {
				g.note(action, one, age(action))
			}
		}
	}
}

// wants reports whether an action has a row.
func (in *Input) wants(action int) bool {
	return in.Service == "" || in.Catalog.Services()[in.Catalog.Actions()[action].Service].Namespace == in.Service
}

func (g *grants) note(action int, one Grant, since time.Time) {
	of := g.list[action]
	if of == nil {
		of = &granting{}
		g.list[action] = of
	}
	if of.total++; len(of.list) < maxGrants {
		of.list = append(of.list, one)
	}
	if !since.IsZero() && (of.since.IsZero() || since.Before(of.since)) {
		of.since = since
	}
}

// describe says who grants an action and what takes it away.
func (g *grants) describe(action int, r *Action) {
	r.Grants = []Grant{}
	if of := g.list[action]; of != nil {
		r.Grants, r.GrantsTotal, r.GrantedSince = of.list, of.total, of.since
	}
	if !r.Granted {
		return
	}
	if !g.bounded.Has(action) {
		r.Taken = append(r.Taken, byBoundary)
	}
	if !g.controlled.Has(action) {
		r.Taken = append(r.Taken, bySCP)
	}
	if r.Taken == nil && !g.both.Has(action) {
		r.Taken = []string{byBoundary, bySCP} // neither alone, but both together
	}
}
