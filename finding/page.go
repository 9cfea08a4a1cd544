package finding

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sort"
)

// ErrToken: a paging token is none of ours, or belongs to another list.
var ErrToken = errors.New("the token is not one that this list returned")

// Query is one request for a page of findings.
type Query struct {
	Filter Filter
	Order  Order
	Max    int    // findings on the page, at least 1
	Token  string // empty: the first page
	// Salt is what the list belongs to besides, such as the analyzer: a token
	// works for lists of the same salt, filter and order only.
	Salt string
}

// Page is a page of findings.
type Page struct {
	Findings []*Finding
	Next     string // empty: there are no more
}

// A token holds a place in the order, not a number: findings that come and go
// before it do not shift what follows. What moves while somebody is paging, be
// it forth or back, is shown after all others by id, so that nobody misses it;
// it may be seen twice then, the second time as it has become.
type token struct {
	List string `json:"l"`           // digest of salt, filter and order
	Text string `json:"t,omitempty"` // the key of the last finding that was shown
	At   int64  `json:"a,omitempty"`
	ID   string `json:"i,omitempty"`
	// Seen is the generation of the first page: what has moved since is late.
	Seen int64 `json:"g"`
	Late bool  `json:"m,omitempty"` // only what is late is still to be shown, after ID
}

// Findings is what a list is made of: all findings of an analyzer in one
// generation, ordered.
type Findings struct {
	// In is every finding in the order asked for.
	In func(Order) []*Finding
	// Generation is that of the findings (Finding.Moved, Finding.Scanned).
	Generation int64
}

// Page answers a query that passes the checks of its filter and order.
// ErrToken: the token is wrong.
func (all Findings) Page(q Query) (*Page, error) {
	o := q.Order.normal()
	w := &walk{q: q, order: o, list: all.In(o), match: q.Filter.Matcher()}
	w.at = token{List: listDigest(q, o), Seen: all.Generation}
	if q.Token != "" {
		t, err := readToken(q.Token)
		if err != nil || subtle.ConstantTimeCompare([]byte(t.List), []byte(w.at.List)) != 1 || t.Seen > all.Generation {
			return nil, ErrToken
		}
		w.at, w.resumed = t, true
	}
	full := !w.at.Late && w.inOrder()
	if !full && w.at.Seen < all.Generation {
		full = w.late()
	}
	p := &Page{Findings: w.out}
	if full {
		p.Next = w.at.text()
	}
	return p, nil
}

// walk collects one page.
type walk struct {
	q       Query
	order   Order
	list    []*Finding
	match   *Matcher
	at      token // behind what is on the page
	resumed bool
	out     []*Finding
}

// inOrder collects what has not moved since the first page, and reports whether
// there is more than fits.
func (w *walk) inOrder() (full bool) {
	of, from := attributes[w.order.Attribute], 0
	if w.resumed {
		last := place{key{w.at.Text, w.at.At}, w.at.ID}
		from = sort.Search(len(w.list), func(i int) bool {
			return w.order.compare(place{of(w.list[i]), w.list[i].ID}, last) > 0
		})
	}
	for _, f := range w.list[from:] {
		if w.moved(f) || !w.match.Match(f) {
			continue
		}
		if len(w.out) == w.q.Max {
			return true
		}
		k := of(f)
		w.out = append(w.out, f)
		w.at.Text, w.at.At, w.at.ID = k.text, k.at, f.ID
	}
	return false
}

// late collects what has moved since, by id, and reports whether there is more
// than fits.
func (w *walk) late() (full bool) {
	after := ""
	if w.at.Late {
		after = w.at.ID
	}
	var list []*Finding
	for _, f := range w.list {
		if w.moved(f) && f.ID > after && w.match.Match(f) {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, Order{Attribute: "id"}.Compare)
	room := w.q.Max - len(w.out)
	if full = len(list) > room; full {
		list = list[:room]
	}
	w.out = append(w.out, list...)
	w.at = token{List: w.at.List, Seen: w.at.Seen, Late: true}
	if len(list) > 0 {
		w.at.ID = list[len(list)-1].ID
	}
	return full
}

// moved reports whether the finding may stand elsewhere than it did when the
// first page was made.
func (w *walk) moved(f *Finding) bool {
	return f.Moved > w.at.Seen || w.order.Attribute == "analyzedAt" && f.Scanned > w.at.Seen
}

func (t token) text() string {
	body, _ := json.Marshal(t) // of strings and numbers
	return base64.RawURLEncoding.EncodeToString(body)
}

func readToken(text string) (t token, err error) {
	if len(text) > maxToken {
		return t, ErrToken
	}
	body, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(body, &t) != nil || t.Seen < 0 {
		return t, ErrToken
	}
	return t, nil
}

// listDigest stands for what a token belongs to.
func listDigest(q Query, o Order) string {
	d := newDigest()
	d.text(q.Salt)
	d.text(o.Attribute)
	if o.Descending {
		d.text("desc")
	}
	for _, name := range slices.Sorted(maps.Keys(q.Filter)) {
		c := q.Filter[name]
		d.text(name)
		for _, values := range [][]string{c.Eq, c.Neq, c.Contains} {
			d.number(len(values))
			for _, v := range values {
				d.text(v)
			}
		}
		if c.Exists != nil && *c.Exists {
			d.text("exists")
		} else if c.Exists != nil {
			d.text("absent")
		}
	}
	return d.sum()
}
