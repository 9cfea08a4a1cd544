package evidence

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/activity"
)

// beside gathers what the facts have beside calls: the roles that were passed,
// and the sessions of roles. Like all of a tally it is maxima only.
type beside struct {
	passRole int // the action; -1: the catalogue has none
	passed   map[Passed]*lasts
	sessions map[int]map[Session]*lasts // by service
}

// lasts are the last attempt and the last success, in Unix milliseconds, and
// where the attempt was.
type lasts struct {
	attempt, success int64
	region           string
}

func newBeside(in *Input) beside {
	b := beside{passRole: -1, passed: map[Passed]*lasts{}, sessions: map[int]map[Session]*lasts{}}
	if i, ok := in.Catalog.Action("iam", "PassRole"); ok {
		b.passRole = i
	}
	return b
}

// addBeside takes in a fact of a principal that is no call.
func (t *tally) addBeside(m member, who string, f *activity.Fact) {
	if f.Class != activity.Passed && f.Class != activity.Session {
		return
	}
	last, ok := lastEver(f, t.in.Now)
	c := t.call(f)
	if !ok || !c.mapped {
		return
	}
	if f.Class == activity.Passed {
		if slices.Contains(c.extras, t.passRole) {
			take(t.passed, Passed{Role: f.Target, Service: t.in.Catalog.Services()[c.Service].Namespace, Event: c.event}, f, last)
		}
		return
	}
	if who == "" {
		who = m.known(f.Principal)
	}
	s := Session{Account: m.account, Principal: who, Session: f.Target}
	if name, ok := strings.CutPrefix(f.Target, activity.SourceIdentity); ok {
		s.Session, s.SourceIdentity = "", name
	}
	if t.sessions[c.Service] == nil {
		t.sessions[c.Service] = map[Session]*lasts{}
	}
	take(t.sessions[c.Service], s, f, last)
}

func take[K comparable](all map[K]*lasts, key K, f *activity.Fact, last int64) {
	l := all[key]
	if l == nil {
		l = &lasts{}
		all[key] = l
	}
	if last > l.attempt || last == l.attempt && f.Region > l.region {
		l.attempt, l.region = last, f.Region
	}
	if f.Outcome == activity.Succeeded {
		l.success = max(l.success, last)
	}
}

// passedRoles are those that were passed, the latest first, and how many there are.
func (b *beside) passedRoles() ([]Passed, int) {
	list := make([]Passed, 0, len(b.passed))
	for p, l := range b.passed {
		p.Region, p.Last, p.LastSuccess = l.region, moment(l.attempt), moment(l.success)
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Passed) int {
		return cmp.Or(b.Last.Compare(a.Last), strings.Compare(a.Role, b.Role), strings.Compare(a.Event, b.Event))
	})
	return slices.Clip(list[:min(len(list), maxPassed)]), len(list)
}

// sessionsOf are those that called a service, likewise.
func (b *beside) sessionsOf(service int) ([]Session, int) {
	all := b.sessions[service]
	if len(all) == 0 {
		return nil, 0
	}
	list := make([]Session, 0, len(all))
	for s, l := range all {
		s.Last, s.LastSuccess = moment(l.attempt), moment(l.success)
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b Session) int {
		return cmp.Or(b.Last.Compare(a.Last), strings.Compare(a.Account, b.Account), strings.Compare(a.Principal, b.Principal),
			strings.Compare(a.SourceIdentity, b.SourceIdentity), strings.Compare(a.Session, b.Session))
	})
	return slices.Clip(list[:min(len(list), maxSessions)]), len(list)
}
