package console

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// table says which services of a report are shown, and in which order.
type table struct {
	Show       string // one of the shows below
	Days       int
	Search     string
	Sort       string // one of the sorts below
	Descending bool
}

// Which services are shown.
const (
	showAll      = "all"
	showAccessed = "accessed"
	showNot      = "not-accessed"
	showWithin   = "within"     // accessed in the last days
	showBefore   = "not-within" // not accessed in the last days
)

// defaultDays is the "within" of a filter that says no number.
const defaultDays = 90

// newTable reads a query string. What it does not understand has its default.
func newTable(asked url.Values) table {
	t := table{Show: asked.Get("show"), Days: defaultDays, Search: clip(asked.Get("q")), Sort: asked.Get("sort"), Descending: asked.Get("dir") == "desc"}
	if !slices.Contains([]string{showAccessed, showNot, showWithin, showBefore}, t.Show) {
		t.Show = showAll
	}
	if n, err := strconv.Atoi(asked.Get("days")); err == nil && n > 0 {
		t.Days = min(n, maxDays)
	}
	if !slices.Contains([]string{"service", "last", "entity", "region", "entities", "actions"}, t.Sort) {
		t.Sort, t.Descending = "last", true
	}
	return t
}

// query is the table as a query string, with the id of what it is about.
func (t table) query(id string) url.Values {
	asked := url.Values{"id": {id}, "show": {t.Show}, "days": {strconv.Itoa(t.Days)}, "sort": {t.Sort}}
	if t.Search != "" {
		asked.Set("q", t.Search)
	}
	if t.Descending {
		asked.Set("dir", "desc")
	}
	return asked
}

// of are the services that the table shows. now is when the report was made.
func (t table) of(all []serviceAccess, now time.Time) []serviceAccess {
	var shown []serviceAccess
	for _, s := range all {
		if t.keeps(s.LastAuthenticated, now) && t.finds(s) {
			shown = append(shown, s)
		}
	}
	slices.SortStableFunc(shown, t.compare)
	return shown
}

func (t table) keeps(last, now time.Time) bool {
	since := now.Add(-time.Duration(t.Days) * day)
	switch t.Show {
	case showAccessed:
		return !last.IsZero()
	case showNot:
		return last.IsZero()
	case showWithin:
		return !last.Before(since)
	case showBefore:
		return last.Before(since)
	}
	return true
}

// finds reports whether a service or one of its actions has the text of the
// search.
func (t table) finds(s serviceAccess) bool {
	text := strings.ToLower(strings.TrimSpace(t.Search))
	if strings.Contains(strings.ToLower(s.ServiceName+"\n"+s.ServiceNamespace+"\n"+s.LastAuthenticatedEntity), text) {
		return true
	}
	return slices.ContainsFunc(s.TrackedActionsLastAccessed, func(a actionAccess) bool {
		return strings.Contains(strings.ToLower(s.ServiceNamespace+":"+a.ActionName), text)
	})
}

// compare orders by the column, then by service. Never is before every time.
func (t table) compare(a, b serviceAccess) int {
	c := 0
	switch t.Sort {
	case "last":
		c = a.LastAuthenticated.Compare(b.LastAuthenticated)
	case "entity":
		c = cmp.Compare(a.LastAuthenticatedEntity, b.LastAuthenticatedEntity)
	case "region":
		c = cmp.Compare(a.LastAuthenticatedRegion, b.LastAuthenticatedRegion)
	case "entities":
		c = cmp.Compare(a.TotalAuthenticatedEntities, b.TotalAuthenticatedEntities)
	case "actions":
		c = cmp.Compare(a.UsedActions(), b.UsedActions())
	default:
		c = byService(a, b)
	}
	if t.Descending {
		c = -c
	}
	return cmp.Or(c, byService(a, b))
}

func byService(a, b serviceAccess) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a.ServiceName), strings.ToLower(b.ServiceName)), cmp.Compare(a.ServiceNamespace, b.ServiceNamespace))
}

// UsedActions counts the tracked actions that were accessed.
func (s serviceAccess) UsedActions() (n int) {
	for _, a := range s.TrackedActionsLastAccessed {
		if !a.LastAccessedTime.IsZero() {
			n++
		}
	}
	return n
}
