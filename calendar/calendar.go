// Package calendar lays facts out over days: which services a user or role
// called on which days (Activity), and of which days the logs of an account and
// Region were read (Coverage). Pictures are drawn from it.
//
// It is evidence as the logs have it, whatever policies say and whatever AWS
// tracks: services that are not granted any more, denied calls, data events and
// untracked Regions count, and event sources that the catalogue does not know
// stand for themselves. So a calendar may show more than a report, never less.
package calendar

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/report"
)

// Service is what one entity did with one service until a moment.
type Service struct {
	Namespace   string        // of IAM; the raw event source when the catalogue does not know it
	Name        string        // empty likewise
	First, Last time.Time     // first and last call, whenever that was
	Days        activity.Days // UTC days with a call
}

// Activity is the services that an entity called until now, by namespace in byte
// order. It asks facts once for every name the entity goes by; their order and
// repetition do not matter. The only errors are those of facts.
func Activity(entity report.Entity, facts report.FactSource, cat *catalog.Catalog, now time.Time) ([]Service, error) {
	byName := map[string]*Service{}
	for _, principal := range entity.Principals() {
		for f, err := range facts(principal) {
			if err != nil {
				return nil, fmt.Errorf("read activity of %s: %w", principal, err)
			}
			if f.Class == activity.Management || f.Class == activity.Data {
				take(byName, &f, cat, now)
			}
		}
	}
	list := make([]Service, 0, len(byName))
	for _, s := range byName {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b Service) int { return strings.Compare(a.Namespace, b.Namespace) })
	return list, nil
}

// ever is a span that holds every call there can be.
const ever = 200 * 365 * 24 * time.Hour

// take adds the calls of a fact that are not later than now.
func take(to map[string]*Service, f *activity.Fact, cat *catalog.Catalog, now time.Time) {
	last, ok := report.LastIn(f, now, ever)
	if !ok {
		return
	}
	namespace, name := f.Source, ""
	if use, known := cat.Resolve(f.Source, f.Name); known {
		namespace, name = cat.Services()[use.Service].Namespace, cat.Services()[use.Service].Name
	}
	s := to[namespace]
	if s == nil {
		s = &Service{Namespace: namespace, Name: name, First: f.First.Time(), Last: last}
		to[namespace] = s
	}
	if f.First.Time().Before(s.First) {
		s.First = f.First.Time()
	}
	if last.After(s.Last) {
		s.Last = last
	}
	s.Days = s.Days.Union(f.Days)
}

// Region is what logs of an account were read of one Region.
type Region struct {
	Name     string // empty: of records without a Region
	In, Gaps []activity.Span
	Covered  int           // days of In
	Latest   time.Time     // of the latest record or delivery, whenever that was
	Days     activity.Days // all, also outside of the window
}

// Coverage is the Regions of which a log was read, by name, seen from now: what
// only later logs tell is left out. from and to are the window, both included.
func Coverage(facts iter.Seq2[activity.Fact, error], from, to activity.Day, now time.Time) ([]Region, error) {
	var list []Region
	for f, err := range facts {
		if err != nil {
			return nil, fmt.Errorf("read coverage: %w", err)
		}
		latest, ok := report.LastIn(&f, now, ever)
		if f.Class != activity.Coverage || !ok {
			continue
		}
		r := Region{Name: f.Region, Latest: latest, Days: f.Days}
		r.In, r.Gaps = f.Days.Spans(from, to)
		for _, s := range r.In {
			r.Covered += s.Len()
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b Region) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// Any are the days on which a log of any of the Regions was read.
func Any(regions []Region) (days activity.Days) {
	for _, r := range regions {
		days = days.Union(r.Days)
	}
	return days
}
