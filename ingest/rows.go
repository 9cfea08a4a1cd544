package ingest

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/ebbmark/ebbmark/store"
)

// rows reads rows of the ledger for the objects of sources that are listed in
// order. As the ledger has the same order, the row of the next object mostly lies
// behind that of the last one, so that a page of them answers many questions: over
// a network, a question each would take longer than reading the logs.
//
// A page may be out of date as soon as it is read. That is no harm: an object that
// is not in it, or not as it is now, is claimed before it is read, and whoever has
// just got the lease asks again (see reader.object) and drops the page.
type rows struct {
	docs store.Docs

	mu       sync.Mutex
	page     []store.Doc // ascending
	from, to string      // of the ids between these, both included, page has all
	last     bool        // there is none behind it: to is of no account
	asked    int         // how many questions the page has answered
	size     int         // of the latest page
}

func newRows(docs store.Docs) *rows { return &rows{docs: docs, size: 1} }

// row is the row of an object; nil when there is none.
func (r *rows) row(ctx context.Context, id string) (*Row, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked == 0 || id < r.from || id > r.to && !r.last {
		if err := r.turn(ctx, id); err != nil {
			return nil, err
		}
	}
	r.asked++
	if i, ok := r.find(id); ok {
		return parseRow(id, r.page[i].Body)
	}
	return nil, nil
}

func (r *rows) find(id string) (int, bool) {
	return slices.BinarySearchFunc(r.page, id, func(d store.Doc, id string) int { return cmp.Compare(d.ID, id) })
}

// turn reads the page from an id on. Pages become larger as long as those before
// were of use.
func (r *rows) turn(ctx context.Context, id string) (err error) {
	if r.size = min(2*r.size, pageRows); 2*r.asked < len(r.page) {
		r.size = 1
	}
	r.drop()
	if r.page, err = store.NextDocs(ctx, r.docs, store.KindLedger, id, r.size); err != nil {
		r.drop()
		return err
	}
	r.from, r.last = id, len(r.page) < r.size
	if !r.last {
		r.to = r.page[r.size-1].ID
	}
	return nil
}

func (r *rows) drop() { r.page, r.asked = nil, 0 }

// forget drops the page.
func (r *rows) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop()
}
