package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

// countingReads counts what is read of documents.
type countingReads struct {
	store.Store
	gets, lists int
}

func (c *countingReads) GetDoc(ctx context.Context, kind store.Kind, id string) ([]byte, store.Version, error) {
	c.gets++
	return c.Store.GetDoc(ctx, kind, id)
}

func (c *countingReads) NextDocs(ctx context.Context, kind store.Kind, from string, limit int) ([]store.Doc, error) {
	c.lists++
	return store.NextDocs(ctx, c.Store, kind, from, limit)
}

// TestRowsAreThoseOfTheLedger: in order, in any order, with ids that it does not have.
func TestRowsAreThoseOfTheLedger(t *testing.T) {
	s := mem.New()
	name := func(i int) string { return fmt.Sprintf("file:/logs/%05d", i) }
	const n = 3_000
	var docs []store.Doc
	for i := 0; i < n; i += 3 { // every third
		body, err := json.Marshal(Row{Version: name(i)})
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, store.Doc{ID: name(i), Body: body})
	}
	if err := s.SetDocs(t.Context(), store.KindLedger, docs); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	inOrder, shuffled := make([]int, n), r.Perm(n)
	for i := range inOrder {
		inOrder[i] = i
	}
	for what, c := range map[string]struct {
		order []int
		most  int // reads
	}{"in order": {inOrder, 20}, "shuffled": {shuffled, n}} {
		asked := &countingReads{Store: s}
		rows := newRows(asked)
		for _, i := range c.order {
			row, err := rows.row(t.Context(), name(i))
			if err != nil || (row != nil) != (i%3 == 0) || row != nil && row.Version != name(i) {
				t.Fatalf("%s: row %d is %+v, %v", what, i, row, err)
			}
		}
		if asked.lists > c.most || asked.gets > 0 {
			t.Errorf("%s: %d pages and %d rows were read", what, asked.lists, asked.gets)
		}
	}
	rows := newRows(s)
	if row, err := rows.row(t.Context(), name(1)); row != nil || err != nil {
		t.Fatal(row, err)
	}
	if err := s.SetDocs(t.Context(), store.KindLedger, []store.Doc{{ID: name(1), Body: []byte("{}")}, {ID: name(2), Body: []byte("{")}}); err != nil {
		t.Fatal(err)
	}
	rows.forget()
	if row, err := rows.row(t.Context(), name(1)); row == nil || err != nil {
		t.Errorf("a new row after the page was dropped: %v, %v", row, err)
	}
	if _, err := rows.row(t.Context(), name(2)); err == nil {
		t.Error("no error of a damaged row")
	}
}
