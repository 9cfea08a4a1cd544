// Package lastused tells from facts when a role, a password and an access key
// were last used (iam-entities.md, section 4).
//
// Unlike a report it asks nothing about policies: every request with a role's
// credentials counts, also to a service that the role is not granted any more,
// and also a refused one (IAM-30, CT-42).
package lastused

import (
	"fmt"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/report"
)

// Use is the last use of something. The zero Use is: never.
type Use struct {
	At     time.Time
	Region string // raw awsRegion; empty when the record had none
	Source string // raw eventSource; empty for what a snapshot said
}

// Ever reports whether there was any use.
func (u Use) Ever() bool { return !u.At.IsZero() }

// Rules are what use is judged by.
type Rules struct {
	// Now is the moment that the answer speaks of: later use does not count.
	Now time.Time
	// Span is how far back the use of roles counts. Zero: report.Span (IAM-30).
	Span time.Duration
	// RegionStart is the first tracked day of a Region; false: it gives no last
	// accessed information (LA-41). It matters for roles only.
	RegionStart func(region string) (time.Time, bool)
}

// ever is the span of what has no trailing period: passwords and access keys.
const ever = 100 * 365 * 24 * time.Hour

// Role is the last request made with the role's credentials (IAM-30), or what a
// snapshot said of it when that is later and lies in the period too.
func Role(role report.Entity, said Use, facts report.FactSource, r Rules) (Use, error) {
	last := latest{class: activity.Management}
	for _, principal := range role.Principals() {
		for f, err := range facts(principal) {
			if err != nil {
				return Use{}, fmt.Errorf("read activity of %s: %w", principal, err)
			}
			if f.Class != activity.Management && f.Class != activity.Data {
				continue
			}
			if at, ok := report.LastIn(&f, r.Now, r.span()); ok && r.tracked(f.Region, at) {
				last.add(at, &f)
			}
		}
	}
	return last.orSaid(said, r), nil
}

// Calls is the latest of the calls that a role made in a Region.
type Calls struct {
	Region string
	Last   time.Time
}

// RoleByRegion is Role, given the latest calls by Region of all that the role
// goes by in logs. False: they do not tell, because some are later than now, so
// that it takes the facts to find those before; ask Role. The use has no source.
func RoleByRegion(calls []Calls, said Use, r Rules) (Use, bool) {
	last := latest{class: activity.Management}
	for _, c := range calls {
		if c.Last.After(r.Now) {
			return Use{}, false
		}
		if c.Last.After(r.Now.Add(-r.span())) && r.tracked(c.Region, c.Last) {
			last.add(c.Last, &activity.Fact{Key: activity.Key{Region: c.Region}})
		}
	}
	return last.orSaid(said, r), true
}

func (r *Rules) span() time.Duration {
	if r.Span == 0 {
		return report.Span
	}
	return r.Span
}

// tracked reports whether use in the Region at that moment counts (LA-41).
func (r *Rules) tracked(region string, at time.Time) bool {
	start, tracked := r.RegionStart(region)
	return tracked && !at.Before(start)
}

// orSaid is the last use of a role, or what a snapshot said when that is later
// and lies in the period.
func (l *latest) orSaid(said Use, r Rules) Use {
	if said.At.After(r.Now.Add(-r.span())) && !said.At.After(r.Now) {
		return l.or(said)
	}
	return l.Use
}

// Password is the last console sign-in of a user or, by its ARN, of root
// (IAM-31), or the date that a snapshot said when that is later.
func Password(user report.Entity, said time.Time, facts report.FactSource, r Rules) (time.Time, error) {
	last := latest{class: activity.SignIn}
	for _, principal := range user.Principals() {
		if _, err := last.all(principal, facts, r); err != nil {
			return time.Time{}, err
		}
	}
	if !said.IsZero() && !said.After(r.Now) {
		return last.or(Use{At: said}).At, nil
	}
	return last.At, nil
}

// Key is the last request signed with a long-term access key (IAM-32), and
// whose key it was: unique id or ARN. Without facts the owner is unknown.
func Key(id string, facts report.FactSource, r Rules) (_ Use, owner string, _ error) {
	last := latest{class: activity.KeyUse}
	owner, err := last.all(id, facts, r)
	return last.Use, owner, err
}

// latest is the last use by the law of a class: of passwords and keys that is
// the first within a window of the clock (IAM-34).
type latest struct {
	class activity.Class
	Use
}

// all adds the facts of the class; target is that of the last of them.
func (l *latest) all(principal string, facts report.FactSource, r Rules) (target string, err error) {
	for f, err := range facts(principal) {
		if err != nil {
			return "", fmt.Errorf("read use of %s: %w", principal, err)
		}
		if f.Class != l.class {
			continue
		}
		if at, ok := report.LastIn(&f, r.Now, ever); ok {
			l.add(at, &f)
			target = f.Target
		}
	}
	return target, nil
}

// add takes the use over if it is the later one. Of equal times the smallest
// Region and then the smallest source win (LA-76), so that the order of facts
// does not matter.
func (l *latest) add(at time.Time, f *activity.Fact) {
	u := Use{at, f.Region, f.Source}
	same := l.Ever() && at.Equal(l.At)
	if same && less(u, l.Use) || !same && (!l.Ever() || l.replaces(at)) {
		l.Use = u
	}
}

func less(a, b Use) bool {
	return a.Region < b.Region || a.Region == b.Region && a.Source < b.Source
}

// or is the last use, given what AWS had recorded: that stands unless a fact is
// later, and not within the same window (IAM-34).
func (l *latest) or(said Use) Use {
	recorded := latest{l.class, said}
	if l.At.After(said.At) && recorded.replaces(l.At) {
		return l.Use
	}
	return said
}

// replaces asks the law by which facts merge, which knows the windows.
func (l *latest) replaces(at time.Time) bool {
	fact := func(t time.Time) activity.Fact {
		return activity.Fact{Key: activity.Key{Class: l.class}, Last: activity.Mark{At: t.UnixMilli()}}
	}
	return activity.Merge(fact(l.At), fact(at)).Last.At == at.UnixMilli()
}
