package evidence

import (
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/report"
)

// tally gathers what the facts have. All of it is maxima, minima and unions, so
// that their order and repetition do not matter.
type tally struct {
	in       *Input
	from, to activity.Day
	services map[int]*gathered
	actions  map[int]*gathered
	inferred map[int]*gathered
	unclear  map[int]map[string]bool // by service: events in the window of which no action is known
	unmapped map[string]bool         // event sources of no known service, in the window
	calls    map[rawName]*call
	beside
}

type rawName struct{ source, name string }

// call is what raw names stand for.
type call struct {
	catalog.Use
	mapped bool
	event  string // "namespace:name"
	extras []int  // actions that it may have needed beside its own
}

func newTally(in *Input) *tally {
	from, to := in.span()
	return &tally{
		in: in, from: from, to: to, services: map[int]*gathered{}, actions: map[int]*gathered{}, inferred: map[int]*gathered{},
		unclear: map[int]map[string]bool{}, unmapped: map[string]bool{}, calls: map[rawName]*call{}, beside: newBeside(in),
	}
}

// add takes in a fact of a principal.
func (t *tally) add(m member, who string, f *activity.Fact) {
	if !f.Class.Call() { // LA-20
		t.addBeside(m, who, f)
		return
	}
	last, ok := lastEver(f, t.in.Now)
	if !ok {
		return
	}
	_, inWindow := report.LastIn(f, t.in.Now, t.in.Window)
	c := t.call(f)
	if !c.mapped {
		if inWindow {
			t.unmapped[f.Source] = true
		}
		return
	}
	if who == "" {
		who = m.known(f.Principal)
	}
	s := sighting{f, m.account, who, last, inWindow, t.from, t.to}
	gatheredOf(t.services, c.Service).take(&s)
	if c.Action >= 0 {
		gatheredOf(t.actions, c.Action).take(&s)
	} else if inWindow && len(c.extras) == 0 {
		addName(t.unclear, c.Service, f.Name)
	}
	for _, i := range c.extras {
		g := gatheredOf(t.inferred, i)
		g.take(&s)
		g.event(c.event)
	}
}

func addName(to map[int]map[string]bool, service int, name string) {
	if to[service] == nil {
		to[service] = map[string]bool{}
	}
	to[service][name] = true
}

// call resolves raw names, each once.
func (t *tally) call(f *activity.Fact) *call {
	raw := rawName{f.Source, f.Name}
	c := t.calls[raw]
	if c == nil {
		c = &call{}
		if c.Use, c.mapped = t.in.Catalog.Resolve(f.Source, f.Name); c.mapped {
			namespace := t.in.Catalog.Services()[c.Service].Namespace
			c.event = namespace + ":" + f.Name
			c.extras = append(c.extras, t.in.Extras.Of(f.Source, f.Name)...)
			c.extras = append(c.extras, t.twin(namespace, c.Use, f.Name)...)
		}
		t.calls[raw] = c
	}
	return c
}

// twins are namespaces that share the event source of another one (CT-37): a
// call that lacks the parameter which tells them apart may be of either.
var twins = map[string]string{"autoscaling": "application-autoscaling", "opensearch": "es"}

func (t *tally) twin(namespace string, use catalog.Use, name string) []int {
	other := twins[namespace]
	if other == "" || use.Action < 0 || strings.Contains(name, "#") {
		return nil
	}
	if i, ok := t.in.Catalog.Action(other, t.in.Catalog.Actions()[use.Action].Name); ok {
		return []int{i}
	}
	return nil
}

// sighting is a fact as it is taken in.
type sighting struct {
	*activity.Fact
	account, who string
	last         int64 // Unix milliseconds
	inWindow     bool
	from, to     activity.Day
}

// gathered is a Use in the making.
type gathered struct {
	success, denied, failed, first int64
	inWindow                       bool
	days                           activity.Days
	regions, events                map[string]bool
	who                            map[Who]int64 // last moment; of the key Last is not set
}

func gatheredOf(all map[int]*gathered, i int) *gathered {
	g := all[i]
	if g == nil {
		g = &gathered{regions: map[string]bool{}, who: map[Who]int64{}}
		all[i] = g
	}
	return g
}

func (g *gathered) take(s *sighting) {
	switch s.Outcome {
	case activity.Succeeded:
		g.success = max(g.success, s.last)
	case activity.Denied:
		g.denied = max(g.denied, s.last)
	default:
		g.failed = max(g.failed, s.last)
	}
	if g.first == 0 || s.First.At < g.first {
		g.first = s.First.At
	}
	g.inWindow = g.inWindow || s.inWindow
	g.days = g.days.Union(s.Days)
	g.regions[s.Region] = true
	k := Who{Account: s.account, Principal: s.who}
	g.who[k] = max(g.who[k], s.last)
}

func (g *gathered) event(name string) {
	if g.events == nil {
		g.events = map[string]bool{}
	}
	g.events[name] = true
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
