package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/store"
)

// Entry is one row of the ledger with the object it speaks of.
type Entry struct {
	ID   string `json:"-"`
	Kind string `json:"kind"` // of its source, such as "file" or "s3"
	File string `json:"file"` // the object's name
	Row
}

// Filter chooses entries.
type Filter struct {
	Status Status // empty: any
	Prefix string // of the file's name
}

// Rows yields the entries of the ledger that the filter chooses, by kind and
// name.
func Rows(ctx context.Context, docs store.Docs, f Filter) iter.Seq2[Entry, error] {
	return rowsOf(ctx, docs, store.KindLedger, f)
}

func rowsOf(ctx context.Context, docs store.Docs, of store.Kind, f Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for id, err := range docs.ListDocs(ctx, of, "", 0) {
			if err != nil {
				yield(Entry{}, err)
				return
			}
			kind, file, _ := strings.Cut(id, ":")
			if !strings.HasPrefix(file, f.Prefix) {
				continue
			}
			row, err := readRowOf(ctx, docs, of, id)
			if err == nil && (row == nil || f.Status != "" && row.Status != f.Status) {
				continue
			}
			e := Entry{ID: id, Kind: kind, File: file}
			if row != nil {
				e.Row = *row
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Retry lets the chosen files that have failed be read again at the next look,
// without a pause, and returns how many there are.
func Retry(ctx context.Context, docs store.Docs, f Filter) (n int, err error) {
	f.Status = Failed
	for e, err := range Rows(ctx, docs, f) {
		if err != nil {
			return n, err
		}
		changed, err := change(ctx, docs, e.ID, func(row *Row) bool {
			row.Tries = 0
			return row.Status == Failed
		})
		if err != nil {
			return n, err
		}
		if changed {
			n++
		}
	}
	return n, touch(ctx, docs)
}

// change rewrites a row unless it is written by somebody else meanwhile, whose
// word is the newer one.
func change(ctx context.Context, docs store.Docs, id string, edit func(*Row) bool) (bool, error) {
	body, version, err := docs.GetDoc(ctx, store.KindLedger, id)
	if err != nil {
		return false, overtaken(err)
	}
	var row Row
	if err := json.Unmarshal(body, &row); err != nil {
		return false, fmt.Errorf("read ledger row %s: %w", id, err)
	}
	if !edit(&row) {
		return false, nil
	}
	if body, err = json.Marshal(row); err != nil {
		return false, err
	}
	if _, err := docs.PutDoc(ctx, store.KindLedger, id, body, version); err != nil {
		return false, overtaken(err)
	}
	return true, nil
}

// overtaken is nil for an error that says that the document has been changed or
// removed by somebody else.
func overtaken(err error) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

// Forget removes the chosen rows with what the files have in quarantine, and
// returns how many rows there were. Files that are still there are read again
// at the next look; facts stay, since merging cannot take them back. Rows of
// objects that have facts are therefore kept apart: a Rebuild has to know.
func Forget(ctx context.Context, docs store.Docs, f Filter) (n int, err error) {
	for e, err := range Rows(ctx, docs, f) {
		if err != nil {
			return n, err
		}
		if _, err := release(ctx, docs, e.ID); err != nil {
			return n, err
		}
		body, version, err := docs.GetDoc(ctx, store.KindLedger, e.ID)
		if err == nil && !e.Kept && (e.Status == Done || max(e.Records, e.Earlier) > 0) {
			err = docs.SetDocs(ctx, store.KindForgotten, []store.Doc{{ID: e.ID, Body: body}})
		}
		if err == nil {
			err = docs.DeleteDoc(ctx, store.KindLedger, e.ID, version)
		}
		if err == nil {
			n++
		} else if err = overtaken(err); err != nil {
			return n, err
		}
	}
	return n, touch(ctx, docs)
}

// touch tells running servers that the ledger was changed by hand.
func touch(ctx context.Context, docs store.Docs) error {
	body, err := json.Marshal(leaseDoc{Holder: "operator", Until: time.Time{}})
	if err != nil {
		return err
	}
	return docs.SetDocs(ctx, store.KindLease, []store.Doc{{ID: epochID, Body: body}})
}

// Quarantined yields the refused records of files whose name has the prefix, by
// file and offset.
func Quarantined(ctx context.Context, docs store.Docs, prefix string) iter.Seq2[Refused, error] {
	return func(yield func(Refused, error) bool) {
		for id, err := range docs.ListDocs(ctx, store.KindQuarantine, "", 0) {
			if err != nil {
				yield(Refused{}, err)
				return
			}
			if _, file, _ := strings.Cut(id, ":"); !strings.HasPrefix(file, prefix) {
				continue
			}
			r, err := readRefused(ctx, docs, id)
			if errors.Is(err, store.ErrNotFound) {
				continue // its file has been read again
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func readRefused(ctx context.Context, docs store.Docs, id string) (r Refused, err error) {
	body, _, err := docs.GetDoc(ctx, store.KindQuarantine, id)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return r, fmt.Errorf("read refused record %s: %w", id, err)
	}
	return r, nil
}
