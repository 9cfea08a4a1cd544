package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listView is the page of a list.
type listView struct {
	Frame
	Kind         kind
	Search, Sort string
	Descending   bool
	Scope, Used  string
	Days         int
	Rows         []row
	Found, All   int
	From, To     int // of the rows, counted from 1
	Previous     string
	Next         string
	Whole        bool // false: there are more than the console reads
	CLI          []string
}

// list shows users, groups, roles or policies: searched, sorted and in pages.
func (q *request) list(w http.ResponseWriter) error {
	k, err := q.kind()
	if err != nil {
		return err
	}
	rows, whole, err := k.list(q)
	if err != nil {
		return err
	}
	asked := q.URL.Query()
	v := listView{
		Kind: k, Search: clip(asked.Get("q")), Sort: sortOf(k, asked.Get("sort")), Descending: asked.Get("dir") == "desc",
		Scope: policyScope(q), Used: usedFilter(q), Days: recentDays, All: len(rows), Whole: whole, CLI: []string{q.cli("iam", "list-"+k.Slug)},
	}
	rows = usedSince(search(rows, v.Search), v.Used, q.console.present().Add(-recentDays*day))
	sortRows(rows, v.Sort, v.Descending)
	v.Found = len(rows)
	v.cut(rows, pageNumber(asked.Get("page"), len(rows)))
	if err := q.addUsed(k, v.Rows); err != nil {
		return err
	}
	v.Frame = q.frame(k.Title, []Link{{k.Title, ""}})
	q.console.render(w, http.StatusOK, "list", v)
	return nil
}

// clip bounds a search.
func clip(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxSearch)], "")
}

// search keeps the rows whose name, path or ARN has the text, in any case.
func search(rows []row, text string) []row {
	text = strings.ToLower(strings.TrimSpace(text))
	return slices.DeleteFunc(rows, func(r row) bool {
		return !strings.Contains(strings.ToLower(r.Name+"\n"+r.Path+"\n"+r.ARN), text)
	})
}

// usedSince keeps the rows that were used since then, or those that were not.
func usedSince(rows []row, used string, since time.Time) []row {
	if used == "" {
		return rows
	}
	return slices.DeleteFunc(rows, func(r row) bool { return r.Last.Before(since) == (used == usedRecently) })
}

func sortOf(k kind, asked string) string {
	if asked == "path" || asked == "created" || asked == "count" && k.Counted != "" {
		return asked
	}
	return "name"
}

// sortRows sorts by a column, and by name and ARN where it is equal.
func sortRows(rows []row, by string, descending bool) {
	slices.SortStableFunc(rows, func(a, b row) int {
		c := 0
		switch by {
		case "path":
			c = cmp.Compare(a.Path, b.Path)
		case "created":
			c = a.Created.Compare(b.Created)
		case "count":
			c = cmp.Compare(a.Count, b.Count)
		default:
			c = cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		}
		if descending {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(a.Name, b.Name), cmp.Compare(a.ARN, b.ARN))
	})
}

// pageNumber is the page asked for, from 0, as far as there is one.
func pageNumber(asked string, rows int) int {
	n, _ := strconv.Atoi(asked) // what is no number is the first page
	return max(0, min(n-1, (rows-1)/perPage))
}

// cut leaves the rows of a page.
func (v *listView) cut(rows []row, page int) {
	from := min(page*perPage, len(rows))
	to := min(from+perPage, len(rows))
	v.Rows, v.From, v.To = rows[from:to], from+1, to
	if page > 0 {
		v.Previous = v.Link(v.Sort, v.Descending, page)
	}
	if to < len(rows) {
		v.Next = v.Link(v.Sort, v.Descending, page+2)
	}
}

// Link is the address of the list with another order or page.
func (v *listView) Link(sort string, descending bool, page int) string {
	asked := url.Values{"sort": {sort}, "page": {strconv.Itoa(page)}}
	if v.Search != "" {
		asked.Set("q", v.Search)
	}
	if descending {
		asked.Set("dir", "desc")
	}
	if v.Kind.Slug == "policies" {
		asked.Set("scope", v.Scope)
	}
	if v.Used != "" {
		asked.Set("used", v.Used)
	}
	return Path + v.Kind.Slug + "?" + asked.Encode()
}

// addUsed adds the last activity to the rows of a page. Who may list and not
// look closer sees the list without it.
func (q *request) addUsed(k kind, rows []row) error {
	if k.used == nil {
		return nil
	}
	for i := range rows {
		if rows[i].Asked {
			continue
		}
		err := k.used(q, &rows[i])
		if unreadable(err) {
			continue
		}
		if ok, err := q.try(err); !ok {
			return err
		}
		rows[i].Asked = true
	}
	return nil
}
