package console

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// actionTable says which actions of a service are shown, and in which order.
type actionTable struct {
	Show       string // showAll, showAccessed or showNot
	Sort       string // action, last or region
	Descending bool
}

// newActionTable reads a query string. What it does not understand has its
// default: all, used last first.
func newActionTable(asked url.Values) actionTable {
	t := actionTable{Show: asked.Get("show"), Sort: asked.Get("sort"), Descending: asked.Get("dir") == "desc"}
	if t.Show != showAccessed && t.Show != showNot {
		t.Show = showAll
	}
	if !slices.Contains([]string{"action", "last", "region"}, t.Sort) {
		t.Sort, t.Descending = "last", true
	}
	return t
}

// of are the actions that the table shows.
func (t actionTable) of(all []actionAccess) []actionAccess {
	var shown []actionAccess
	for _, a := range all {
		if t.Show == showAll || (t.Show == showAccessed) != a.LastAccessedTime.IsZero() {
			shown = append(shown, a)
		}
	}
	slices.SortStableFunc(shown, t.compare)
	return shown
}

// compare orders by the column, then by name. Never is before every time.
func (t actionTable) compare(a, b actionAccess) int {
	byName := cmp.Compare(strings.ToLower(a.ActionName), strings.ToLower(b.ActionName))
	c := byName
	switch t.Sort {
	case "last":
		c = a.LastAccessedTime.Compare(b.LastAccessedTime)
	case "region":
		c = cmp.Compare(a.LastAccessedRegion, b.LastAccessedRegion)
	}
	if t.Descending {
		c = -c
	}
	return cmp.Or(c, byName)
}

// Order is the address that sorts by a column; the second time the other way.
func (v *serviceView) Order(column string) string {
	t := v.Table
	t.Descending = t.Sort == column && !t.Descending || t.Sort != column && column == "last"
	asked := url.Values{"id": {v.Entity.ID}, "service": {v.Service.ServiceNamespace}, "show": {t.Show}, "sort": {column}}
	if t.Descending {
		asked.Set("dir", "desc")
	}
	return Path + v.Kind.Slug + "/last-accessed/service?" + asked.Encode()
}

// Sorted is the aria-sort of a column.
func (v *serviceView) Sorted(column string) string {
	return ariaSort(v.Table.Sort == column, v.Table.Descending)
}

// ariaSort says how a column is sorted, as HTML's aria-sort does.
func ariaSort(by, descending bool) string {
	switch {
	case !by:
		return "none"
	case descending:
		return "descending"
	}
	return "ascending"
}
