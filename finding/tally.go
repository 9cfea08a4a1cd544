package finding

import (
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
)

const day = 24 * time.Hour

// window is the time in which use counts, in Unix milliseconds.
type window struct {
	now         time.Time
	upTo        int64
	periodStart int64 // use in the period is later than this (AA-23)
	spanStart   int64 // last use is told when it is later than this (LA-40)
	age, span   time.Duration
}

func newWindow(now time.Time, days int, span time.Duration) window {
	age := time.Duration(days) * day
	return window{now, now.UnixMilli(), now.Add(-age).UnixMilli(), now.Add(-span).UnixMilli(), age, max(span, age)}
}

// young reports whether something has not existed for the whole period, or for
// an unknown time (AA-21).
func (w *window) young(created time.Time) bool {
	return created.IsZero() || created.UnixMilli() > w.periodStart
}

// keeps reports whether the whole period is of a day since which history is kept,
// or later.
func (w *window) keeps(since activity.Day) bool { return since.Start().UnixMilli() <= w.periodStart+1 }

// usedInPeriod reports whether use lies in the period: one that is known to, or
// by the latest moment of use.
func (w *window) usedInPeriod(known bool, last int64) bool { return known || last > w.periodStart }

// millis is the moment in Unix milliseconds; zero for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// when is the moment; the zero time for zero.
func when(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// moment is the latest use of something.
type moment struct {
	last   int64 // Unix milliseconds; zero: none
	period bool  // some use may lie in the period, even when last does not
}

func (m *moment) raise(o moment) {
	m.last = max(m.last, o.last)
	m.period = m.period || o.period
}

// use is the latest use by one principal.
type use struct {
	moment       // anything: calls, sign-ins, uses of keys
	signIn       int64
	signInPeriod bool
	services     map[int32]moment // by index in the catalogue
	actions      map[int32]moment // tracked ones, by index in the catalogue
}

// tally is the use that a sweep over the facts of an account has shown.
//
// In three ways it sees more use than a last accessed report, never less,
// because a report says when something was used, and a finding that it was not
// (docs/divergences.md): use in a Region that gives no last accessed
// information counts, so does use from before a service was tracked, and a data
// event counts for its action too.
type tally struct {
	catalog *catalog.Catalog
	window  window
	names   map[string][]*use // by what a principal goes by in facts
	keys    map[string]moment // by access key id

	source string // raw names that resolved stands for
	name   string
	found  catalog.Use
	mapped bool
}

func newTally(cat *catalog.Catalog, w window) tally {
	return tally{catalog: cat, window: w, names: map[string][]*use{}, keys: map[string]moment{}}
}

// watch makes facts of the entity and of its keys count.
func (t *tally) watch(u *use, e report.Entity, keys []inventory.AccessKey) {
	for _, name := range e.Principals() {
		t.names[name] = append(t.names[name], u)
	}
	for i := range keys {
		t.keys[keys[i].ID] = moment{}
		t.names[keys[i].ID] = append(t.names[keys[i].ID], u)
	}
}

// count counts one fact, if it is use by someone who is watched.
func (t *tally) count(f *activity.Fact) {
	users := t.names[f.Principal]
	if f.Class == activity.KeyUse && len(users) == 0 {
		users = t.names[f.Target] // a key that is gone: its owner was active
	}
	if len(users) == 0 {
		return
	}
	m, ok := t.moment(f)
	if !ok {
		return
	}
	switch f.Class {
	case activity.Management, activity.Data:
		found, mapped := t.resolve(f.Source, f.Name)
		for _, u := range users {
			u.raise(m)
			if mapped {
				u.called(t.catalog, found, m)
			}
		}
	case activity.SignIn:
		for _, u := range users {
			u.raise(m)
			u.signIn, u.signInPeriod = max(u.signIn, m.last), u.signInPeriod || m.period
		}
	case activity.KeyUse:
		if k, ok := t.keys[f.Principal]; ok {
			k.raise(m)
			t.keys[f.Principal] = k
		}
		for _, u := range users {
			u.raise(m)
		}
	}
}

// ever is the span of what has no trailing period: passwords and access keys.
const ever = 100 * 365 * day

// moment is the latest use that a fact tells; false: none that counts.
func (t *tally) moment(f *activity.Fact) (moment, bool) {
	w, span := &t.window, t.window.span
	if f.Class == activity.SignIn || f.Class == activity.KeyUse {
		span = ever
	}
	if f.Last.At <= w.upTo {
		return moment{f.Last.At, f.Last.At > w.periodStart}, f.Last.At > w.spanStart || span == ever
	}
	at, ok := report.LastIn(f, w.now, span)
	_, period := report.LastIn(f, w.now, w.age)
	return moment{at.UnixMilli(), period}, ok
}

// resolve maps raw names. The same names mostly come together.
func (t *tally) resolve(source, name string) (catalog.Use, bool) {
	if source != t.source || name != t.name {
		t.source, t.name = source, name
		t.found, t.mapped = t.catalog.Resolve(source, name)
	}
	return t.found, t.mapped
}

// called raises what was called.
func (u *use) called(cat *catalog.Catalog, what catalog.Use, m moment) {
	if u.services == nil {
		u.services, u.actions = map[int32]moment{}, map[int32]moment{}
	}
	raise(u.services, int32(what.Service), m)
	if what.Action >= 0 && cat.Actions()[what.Action].Tracked {
		raise(u.actions, int32(what.Action), m)
	}
}

func raise(all map[int32]moment, i int32, m moment) {
	old := all[i]
	old.raise(m)
	all[i] = old
}
