package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
)

// Compute makes the report. It asks facts once for every name an entity goes by
// in logs (Entity.Principals); the order and the repetition of facts do not
// matter. The only errors are those of facts.
func Compute(in Input, facts FactSource) (*Report, error) {
	t := newTally(in)
	for i, e := range in.Entities {
		for _, principal := range e.Principals() {
			for f, err := range facts(principal) {
				if err != nil {
					return nil, fmt.Errorf("read activity of %s: %w", principal, err)
				}
				t.add(i, &f)
			}
		}
		t.closeEntity(i)
	}
	return t.report(), nil
}

// tally gathers the latest use of every listed service and action.
type tally struct {
	in      Input
	window  window
	granted grant.Set

	listed   []bool           // by service: a granted action exists (LA-7)
	services []Access         // by service
	entities [][]EntityAccess // by service
	slots    []int32          // by action: place in actions, from 1; zero: unused
	actions  []Access         // latest uses of used actions
	current  []int64          // by service: latest use by the entity at hand
	touched  []int            // services with current set

	regions map[string]int64 // first tracked moment; noRegion: none
	source  string           // raw names that use stands for
	name    string
	use     catalog.Use
	mapped  bool
}

// noRegion marks a Region that gives no last accessed information (LA-41).
const noRegion = int64(1) << 62

func newTally(in Input) *tally {
	n := len(in.Catalog.Services())
	t := &tally{
		in:       in,
		window:   newWindow(in.Now, in.Span),
		granted:  in.Engine.Granted(in.Policies),
		listed:   make([]bool, n),
		services: make([]Access, n),
		entities: make([][]EntityAccess, n),
		slots:    make([]int32, len(in.Catalog.Actions())),
		current:  make([]int64, n),
		regions:  map[string]int64{},
	}
	for i, s := range in.Catalog.Services() {
		for a := s.First; a < s.End && !t.listed[i]; a++ {
			t.listed[i] = t.granted.Has(a)
		}
	}
	return t
}

// add counts one fact of an entity, if it counts at all.
func (t *tally) add(entity int, f *activity.Fact) {
	if f.Class != activity.Management && f.Class != activity.Data {
		return // other evidence is no call (LA-20)
	}
	use, ok := t.resolve(f.Source, f.Name)
	if !ok || !t.counts(use) {
		return
	}
	at, ok := t.window.last(f)
	if !ok || at < regionStart(t.regions, t.in.Catalog, f.Region) {
		return
	}
	a := Access{at, entity, f.Region}
	t.raise(&t.services[use.Service], a)
	if t.current[use.Service] == 0 {
		t.touched = append(t.touched, use.Service)
	}
	t.current[use.Service] = max(t.current[use.Service], at)
	if f.Class == activity.Management && t.showsAction(use, at) {
		t.raise(t.action(use.Action), a)
	}
}

// action is the latest use of an action, to be raised.
func (t *tally) action(i int) *Access {
	if t.slots[i] == 0 {
		t.actions = append(t.actions, Access{})
		t.slots[i] = int32(len(t.actions))
	}
	return &t.actions[t.slots[i]-1]
}

// counts reports whether use of the action belongs in this report: the service
// is listed (LA-16), and when others' policies could have been used too, the
// subject's own grant the action (LA-31).
func (t *tally) counts(use catalog.Use) bool {
	if !t.listed[use.Service] {
		return false
	}
	return !t.in.Kind.shared() || use.Action < 0 || t.granted.Has(use.Action)
}

// showsAction reports whether use at that moment is action information (LA-42,
// LA-77).
func (t *tally) showsAction(use catalog.Use, at int64) bool {
	return t.in.Granularity == ActionLevel && use.Action >= 0 && t.shown(use.Action) &&
		at >= t.in.Catalog.ActionStart(use.Service).UnixMilli()
}

// raise makes a the best when it is later; of equal times the smallest entity
// ARN wins, then the smallest Region (LA-76).
func (t *tally) raise(best *Access, a Access) {
	if a.At < best.At || a.At == best.At && best.Ever() && !t.before(a, *best) {
		return
	}
	*best = a
}

func (t *tally) before(a, b Access) bool {
	if c := strings.Compare(t.in.Entities[a.Entity].ARN, t.in.Entities[b.Entity].ARN); c != 0 {
		return c < 0
	}
	return a.Region < b.Region
}

// resolve maps raw names. Facts come sorted, so that the same names mostly come
// together, once per Region and outcome.
func (t *tally) resolve(source, name string) (catalog.Use, bool) {
	if source != t.source || name != t.name {
		t.source, t.name = source, name
		t.use, t.mapped = t.in.Catalog.Resolve(source, name)
	}
	return t.use, t.mapped
}

// regionStart is the first tracked moment of a Region, kept in known.
func regionStart(known map[string]int64, cat *catalog.Catalog, region string) int64 {
	start, ok := known[region]
	if !ok {
		start = noRegion
		if first, tracked := cat.RegionStart(region); tracked {
			start = first.UnixMilli()
		}
		known[region] = start
	}
	return start
}

// closeEntity ends the facts of an entity.
func (t *tally) closeEntity(entity int) {
	for _, s := range t.touched {
		t.entities[s] = append(t.entities[s], EntityAccess{entity, t.current[s]})
		t.current[s] = 0
	}
	t.touched = t.touched[:0]
}

func (t *tally) report() *Report {
	r := &Report{}
	for i, s := range t.in.Catalog.Services() {
		if !t.listed[i] {
			continue
		}
		r.Services = append(r.Services, Service{
			Namespace: s.Namespace,
			Name:      s.Name,
			Last:      t.services[i],
			Entities:  t.entities[i],
			Actions:   t.actionList(s),
		})
	}
	return r
}

// actionList is the tracked actions of a service that are granted. The
// catalogue sorts actions ignoring case, the answer does not (LA-77).
func (t *tally) actionList(s catalog.Service) []Action {
	n := t.countActions(s)
	if n == 0 {
		return nil
	}
	list := make([]Action, 0, n)
	for i := s.First; i < s.End; i++ {
		if !t.shown(i) {
			continue
		}
		a := Action{Name: t.in.Catalog.Actions()[i].Name}
		if slot := t.slots[i]; slot > 0 {
			a.Last = t.actions[slot-1]
		}
		list = append(list, a)
	}
	byName := func(a, b Action) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(list, byName) {
		slices.SortFunc(list, byName)
	}
	return list
}

func (t *tally) countActions(s catalog.Service) (n int) {
	if t.in.Granularity != ActionLevel {
		return 0
	}
	for i := s.First; i < s.End; i++ {
		if t.shown(i) {
			n++
		}
	}
	return n
}

// shown reports whether an action is listed at action level (LA-77, LA-78).
func (t *tally) shown(action int) bool {
	return t.in.Catalog.Actions()[action].Tracked && t.granted.Has(action)
}
