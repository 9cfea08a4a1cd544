package refine

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/report"
)

// Window is a span of time: From < t <= To. A moment at From lies outside, so
// that "unused for 90 days or more" begins at exactly 90 days (AA-23).
type Window struct{ From, To time.Time }

// Use is what is recorded of one action, or of the calls of one name of which
// the catalogue knows no action.
type Use struct {
	Service int    // index in Catalog.Services()
	Action  int    // index in Catalog.Actions(), or -1: unknown
	Name    string // raw event name when the action is unknown
	Last    time.Time
	// Worked: a call was not refused for want of permission, wherever and in
	// whatever log it was recorded.
	Worked bool
	// Counted: a call counts as use of the service for last accessed reports, and
	// CountedAction: as use of the action (last-accessed.md section 4).
	Counted, CountedAction bool
	// Managed: a call was a management event.
	Managed bool
	// Inferred are further actions that calls that worked may have needed beside
	// their own (CT-38), and whose absence from the log therefore says nothing.
	Inferred []int
}

// History is the recorded use of one principal in a window, by service, action
// and name.
type History []Use

// Evidence is what Gather reads facts with.
type Evidence struct {
	Catalog *catalog.Catalog
	// Extras are the further actions of calls (CT-38). Nil: none are inferred.
	Extras *catalog.Extras
	// AllExtras infers those too that AWS tracks by events of their own. Without
	// it only those are inferred that no event of their own would show for sure,
	// such as iam:PassRole. The compatible view goes without.
	AllExtras bool
	// Regions whose activity is read; nil: all.
	Regions []string
}

// Gather reads the use of a principal in a window. The order and the repetition
// of facts do not matter. The only errors are those of facts.
func Gather(who report.Entity, w Window, e Evidence, facts report.FactSource) (History, error) {
	list, err := GatherIn(who, []Window{w}, e, facts)
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// GatherIn is Gather in several windows, by one reading of the facts.
func GatherIn(who report.Entity, windows []Window, e Evidence, facts report.FactSource) ([]History, error) {
	all := make([]gatherer, len(windows))
	for i, w := range windows {
		all[i] = gatherer{Evidence: e, window: w, uses: map[useKey]*Use{}}
	}
	for _, principal := range who.Principals() {
		for f, err := range facts(principal) {
			if err != nil {
				return nil, fmt.Errorf("read activity of %s: %w", principal, err)
			}
			if use, ok := e.resolve(&f); ok {
				for i := range all {
					all[i].add(&f, use)
				}
			}
		}
	}
	list := make([]History, len(windows))
	for i := range all {
		list[i] = all[i].history()
	}
	return list, nil
}

type useKey struct {
	service, action int
	name            string
}

type gatherer struct {
	Evidence
	window Window
	uses   map[useKey]*Use
}

// resolve says of what a fact is a call, if it is one that counts. A call of no service
// that a policy could name does not (CT-30).
func (e *Evidence) resolve(f *activity.Fact) (catalog.Use, bool) {
	if f.Class != activity.Management && f.Class != activity.Data || e.Regions != nil && !slices.Contains(e.Regions, f.Region) {
		return catalog.Use{}, false
	}
	return e.Catalog.Resolve(f.Source, f.Name)
}

func (g *gatherer) history() History {
	h := make(History, 0, len(g.uses))
	for _, u := range g.uses {
		slices.Sort(u.Inferred)
		u.Inferred = slices.Compact(u.Inferred)
		h = append(h, *u)
	}
	slices.SortFunc(h, func(a, b Use) int {
		return cmp.Or(a.Service-b.Service, a.Action-b.Action, cmp.Compare(a.Name, b.Name))
	})
	return h
}

// add takes one call in, if it is in the window.
func (g *gatherer) add(f *activity.Fact, use catalog.Use) {
	at, ok := report.LastIn(f, g.window.To, g.window.To.Sub(g.window.From))
	if !ok {
		return
	}
	u := g.use(use, f)
	if at.After(u.Last) {
		u.Last = at
	}
	u.Managed = u.Managed || f.Class == activity.Management
	g.count(u, f, at)
	if f.Outcome != activity.Denied {
		u.Worked = true
		g.infer(u, f)
	}
}

func (g *gatherer) use(use catalog.Use, f *activity.Fact) *Use {
	k := useKey{use.Service, use.Action, ""}
	if use.Action < 0 {
		k.name = f.Name
	}
	u := g.uses[k]
	if u == nil {
		u = &Use{Service: use.Service, Action: use.Action, Name: k.name}
		g.uses[k] = u
	}
	return u
}

// count applies the rules of last accessed reports (LA-27, LA-41, LA-42).
func (g *gatherer) count(u *Use, f *activity.Fact, at time.Time) {
	start, tracked := g.Catalog.RegionStart(f.Region)
	if !tracked || at.Before(start) {
		return
	}
	u.Counted = true
	if f.Class == activity.Management && u.Action >= 0 && !at.Before(g.Catalog.ActionStart(u.Service)) {
		u.CountedAction = true
	}
}

// infer adds what the call may have needed beside its own action. An operation
// that several actions authorise has no action of its own (CT-34): then all of
// them may have been needed, whatever AWS tracks.
func (g *gatherer) infer(u *Use, f *activity.Fact) {
	if g.Extras == nil {
		return
	}
	for _, i := range g.Extras.Of(f.Source, f.Name) {
		if g.AllExtras || u.Action < 0 || !g.Catalog.Actions()[i].Tracked {
			u.Inferred = append(u.Inferred, i)
		}
	}
}
