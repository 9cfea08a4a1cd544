package report

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/organization"
)

// The limits of the extended view. What lies beyond them is counted.
const (
	MaxPrincipals = 50  // named for a service or action, the most recent first
	MaxSilent     = 100 // accounts without a log that are named
	MaxRegions    = 100 // Regions with a log that are named
	MaxUnmapped   = 100 // calls that no service of the catalogue stands for, named
)

// ExtendedInput is what the extended view of an organization is computed from
// (ORG-50).
type ExtendedInput struct {
	Organization *organization.Organization
	Path         string        // entity path of a root, unit or account
	Now          time.Time     // the moment the report speaks of
	Span         time.Duration // how far to look back; zero: Span
	Catalog      *catalog.Catalog
	Extras       *catalog.Extras // of the same catalogue
	Engine       *grant.Engine   // likewise
}

// ExtendedReport is the extended view: actions and principals of every account
// at or below the entity, the management account too, and what service and
// resource control policies take away. It shows all evidence there is, also of
// Regions that AWS does not track, of data events, and of attempts at what the
// policies do not allow.
type ExtendedReport struct {
	Path     string
	Accounts int // at or below the entity, with the management account
	Observed Observation
	Services []ExtendedService // all of the catalogue, by namespace

	Unmapped      []string // calls as "source:name" that stand for no service of the catalogue, sorted
	UnmappedTotal int
}

// Verdict is what the evidence says of a service or action.
type Verdict string

// The verdicts. Unused is said only where the logs of all accounts cover the
// whole window and would show a use.
const (
	Used             Verdict = "used"
	Inferred         Verdict = "inferred" // a call was made that may need it (CT-38)
	Unused           Verdict = "unused"
	NotObservable    Verdict = "not observable" // management events do not show it, or not all of it
	NotEnoughHistory Verdict = "not enough history"
)

// ExtendedService is what is known of a service.
type ExtendedService struct {
	Namespace, Name string
	Verdict         Verdict
	Known           int // actions in the catalogue
	Left            int // of them, by the policies on the way to the entity
	TakenBySCP      int // by service control policies
	TakenByRCP      int // by resource control policies, on what the accounts own
	Without         int // accounts at or below the entity whose policies leave no action of it
	Accounts        int // that used it
	Use
	Actions []ExtendedAction // by name: used, inferred, or where the policies leave the service, tracked or taken away
}

// ExtendedAction is what is known of an action.
type ExtendedAction struct {
	Name    string
	Verdict Verdict
	Taken   Taken
	Without int // accounts at or below the entity whose policies do not leave it
	Use
	Inferred Use // calls that may have needed it
}

// AccountFacts yields all facts of an account, in any order.
type AccountFacts func(account string) iter.Seq2[activity.Fact, error]

// ComputeExtended makes the view. It asks facts once for each account. The
// errors are ErrEntityPath and those of facts.
func ComputeExtended(in ExtendedInput, facts AccountFacts) (*ExtendedReport, error) {
	id, _, ok := in.Organization.Find(in.Path)
	if !ok {
		return nil, ErrEntityPath
	}
	accounts := in.Organization.AccountsUnder(id)
	t := newExtendedTally(in)
	for _, account := range accounts {
		for f, err := range facts(account) {
			if err != nil {
				return nil, fmt.Errorf("read activity of account %s: %w", account, err)
			}
			t.add(account, &f)
		}
		t.closeAccount(account)
	}
	r := &ExtendedReport{Path: in.Path, Accounts: len(accounts), Observed: t.observed.Observation}
	r.Services = t.list(newControls(in, id, accounts))
	r.Unmapped, r.UnmappedTotal = t.unmappedCalls()
	return r, nil
}

// extendedTally gathers what the accounts did, account by account.
type extendedTally struct {
	in       ExtendedInput
	window   window
	observed observer
	services []gatheredUse
	accounts []int // by service: how many accounts used it
	actions  map[int]*gatheredUse
	inferred map[int]*gatheredUse
	calls    map[name]*call
	unmapped map[name]bool
}

// call is what raw names stand for.
type call struct {
	catalog.Use
	mapped bool
	extras []int
	event  string // what inferred uses say they come from
}

func newExtendedTally(in ExtendedInput) *extendedTally {
	n, w := len(in.Catalog.Services()), newWindow(in.Now, in.Span)
	return &extendedTally{
		in: in, window: w, observed: newObserver(w), services: make([]gatheredUse, n), accounts: make([]int, n),
		actions: map[int]*gatheredUse{}, inferred: map[int]*gatheredUse{}, calls: map[name]*call{}, unmapped: map[name]bool{},
	}
}

func (t *extendedTally) add(account string, f *activity.Fact) {
	switch f.Class {
	case activity.Coverage:
		t.observed.add(f)
		return
	case activity.Management, activity.Data:
	default:
		return // no call (LA-20)
	}
	at, ok := t.window.last(f)
	if !ok {
		return
	}
	c := t.call(f)
	if !c.mapped {
		t.unmapped[name{f.Source, f.Name}] = true
		return
	}
	u := PrincipalUse{Account: account, Principal: f.Principal, At: at, Region: f.Region, Outcome: f.Outcome}
	if f.Outcome == activity.Succeeded {
		u.Success = at
	}
	t.services[c.Service].add(u)
	if c.Action >= 0 {
		useOf(t.actions, c.Action).add(u)
	}
	u.Event = c.event
	for _, action := range c.extras {
		useOf(t.inferred, action).add(u)
	}
}

func useOf(all map[int]*gatheredUse, action int) *gatheredUse {
	g := all[action]
	if g == nil {
		g = &gatheredUse{}
		all[action] = g
	}
	return g
}

// call resolves raw names, each once.
func (t *extendedTally) call(f *activity.Fact) *call {
	raw := name{f.Source, f.Name}
	c := t.calls[raw]
	if c == nil {
		c = &call{}
		if c.Use, c.mapped = t.in.Catalog.Resolve(f.Source, f.Name); c.mapped {
			c.extras = t.in.Extras.Of(f.Source, f.Name)
			c.event = t.in.Catalog.Services()[c.Service].Namespace + ":" + f.Name
		}
		t.calls[raw] = c
	}
	return c
}

func (t *extendedTally) closeAccount(account string) {
	t.observed.closeAccount(account)
	for i := range t.services {
		if t.services[i].close() {
			t.accounts[i]++
		}
	}
	for _, all := range []map[int]*gatheredUse{t.actions, t.inferred} {
		for _, g := range all {
			g.close()
		}
	}
}

func (t *extendedTally) unmappedCalls() (names []string, total int) {
	for n := range t.unmapped {
		names = append(names, n.source+":"+n.name)
	}
	slices.Sort(names)
	return names[:min(len(names), MaxUnmapped)], len(names)
}

func (t *extendedTally) list(c *controls) []ExtendedService {
	out := make([]ExtendedService, len(t.services))
	for i, s := range t.in.Catalog.Services() {
		row := &out[i]
		*row = ExtendedService{Namespace: s.Namespace, Name: s.Name, Known: s.End - s.First, Without: c.servicesWithout[i], Accounts: t.accounts[i], Use: t.services[i].Use}
		for a := s.First; a < s.End; a++ {
			c.count(row, a)
		}
		visible, inferred := true, false
		for a := s.First; a < s.End; a++ {
			action := t.action(a, c)
			visible = visible && t.in.Catalog.Actions()[a].Tracked // also where it is taken away now: perhaps it was not before
			inferred = inferred || action.Inferred.Total > 0
			if t.shown(&action, a, row.Left) {
				row.Actions = append(row.Actions, action)
			}
		}
		slices.SortFunc(row.Actions, func(a, b ExtendedAction) int { return strings.Compare(a.Name, b.Name) })
		row.Verdict = t.verdict(row.Total > 0, inferred, visible)
	}
	return out
}

func (t *extendedTally) action(i int, c *controls) ExtendedAction {
	known := t.in.Catalog.Actions()[i]
	row := ExtendedAction{Name: known.Name, Taken: c.taken(i), Without: c.without[i]}
	if g := t.actions[i]; g != nil {
		row.Use = g.Use
	}
	if g := t.inferred[i]; g != nil {
		row.Inferred = g.Use
	}
	row.Verdict = t.verdict(row.Total > 0, row.Inferred.Total > 0, known.Tracked)
	return row
}

// shown reports whether an action of a service of which so many are left has a
// row.
func (t *extendedTally) shown(a *ExtendedAction, i, left int) bool {
	return a.Total > 0 || a.Inferred.Total > 0 || left > 0 && (a.Taken != 0 || t.in.Catalog.Actions()[i].Tracked)
}

func (t *extendedTally) verdict(used, inferred, visible bool) Verdict {
	switch {
	case used:
		return Used
	case inferred:
		return Inferred
	case !visible:
		return NotObservable
	case !t.observed.whole():
		return NotEnoughHistory
	}
	return Unused
}
