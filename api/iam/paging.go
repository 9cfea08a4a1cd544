package iam

import (
	"crypto/sha256"
	"encoding/base64"
	"sort"
	"strconv"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Paging is what every list operation takes (IAM-8). Embed it last.
type Paging struct {
	MaxItems *int32 `min:"1" max:"1000"` // default 100
	Marker   *string
}

// Page is what every list operation answers after its list. Embed it last.
type Page struct {
	IsTruncated bool
	Marker      string
}

// defaultItems is the page of a list operation (IAM-8).
const defaultItems = 100

// Check implements wire.Checker. That a marker is of another list shows only
// when that list is read.
func (p *Paging) Check(wire.Caller) error {
	return checkSealed(p.Marker, func(s string) bool {
		_, ok := parsePlace(s)
		return ok
	})
}

// place is where a page of a list begins: after the entry it names. A name and
// not a number, so that entries that come or go meanwhile neither hide others
// nor repeat them.
type place struct {
	scope string // what the list is of: see scopeOf
	list  int    // of several that are paged together
	seen  int    // entries of that name that came before
	name  string
}

// scopeOf tells lists apart: those of another operation or of another entity
// take no marker of this one. It is a hash, because names may be longer than a
// marker.
func scopeOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(parts, "\x00"))))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

func (p place) String() string {
	return seal(listMarkers, strings.Join([]string{p.scope, strconv.Itoa(p.list), strconv.Itoa(p.seen), p.name}, " "))
}

// parsePlace reads what String made, and nothing else.
func parsePlace(s string) (place, bool) {
	text, ok := unseal(listMarkers, s)
	parts := strings.SplitN(text, " ", 4)
	if !ok || len(parts) != 4 {
		return place{}, false
	}
	list, err1 := strconv.Atoi(parts[1])
	seen, err2 := strconv.Atoi(parts[2])
	return place{parts[0], list, seen, parts[3]}, err1 == nil && err2 == nil && list >= 0 && seen >= 0
}

// pager cuts a page out of one list or of several that are paged together.
// Each is given to take once, always in the same order.
type pager struct {
	from place // zero list, seen and name: the start
	room int   // entries that still fit
	list int   // the lists taken so far
	last place // the entry that came last
	more bool  // there is an entry that did not fit
}

// newPager begins the page that is asked for of the list that the parts name:
// the operation, and the entity when the list is of one.
func newPager(in Paging, scope ...string) (*pager, error) {
	p := &pager{from: place{scope: scopeOf(scope...)}, room: pageSize(in.MaxItems, defaultItems)}
	if in.Marker == nil {
		return p, nil
	}
	from, ok := parsePlace(*in.Marker)
	if !ok || from.scope != p.from.scope {
		return nil, errMarker()
	}
	p.from = from
	return p, nil
}

// page is the end of the answer.
func (p *pager) page() Page {
	if !p.more {
		return Page{}
	}
	return Page{true, p.last.String()}
}

// take is the part of a list that is on the page. The list is sorted by name as
// inventory.CompareNames does; keep says which entries count, nil: all. It
// costs what the page costs, and one look at each entry that does not count.
// The result is never nil.
func take[E any](p *pager, list []E, name func(E) string, keep func(E) bool) []E {
	out := []E{}
	number := p.list
	p.list++
	if number < p.from.list || p.more {
		return out
	}
	start := 0
	if number == p.from.list {
		start = p.from.in(len(list), func(i int) string { return name(list[i]) })
	}
	last := -1
	for i := start; i < len(list); i++ {
		if keep != nil && !keep(list[i]) {
			continue
		}
		if p.room == 0 {
			p.more = true
			break
		}
		out, last = append(out, list[i]), i
		p.room--
	}
	if last >= 0 {
		p.last = place{p.from.scope, number, 0, name(list[last])}
		for ; last >= 0 && name(list[last]) == p.last.name; last-- {
			p.last.seen++
		}
	}
	return out
}

// in is the index at which the page begins in a list of n names.
func (p place) in(n int, name func(int) string) int {
	i := sort.Search(n, func(i int) bool { return inventory.CompareNames(name(i), p.name) >= 0 })
	for seen := 0; i < n && seen < p.seen && name(i) == p.name; seen++ {
		i++
	}
	return i
}
