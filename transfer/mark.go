package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ebbmark/ebbmark/store"
)

// markID is the document of kind store.KindCopy in a target.
const markID = "target"

// mark says what a store is the copy of. It stands before anything is copied.
type mark struct {
	From string `json:"from"`
	// Ended is what the store held when the copy was complete; nil as long as it
	// is not.
	Ended *Digest `json:"ended,omitempty"`
}

// Errors that tell what to do about the target.
var (
	// ErrUnfinished: a store that is being copied into, and not complete, must not
	// be used: what is missing from it would look as if it had not happened.
	ErrUnfinished = errors.New("a copy into this store is not complete")
	// ErrOccupied: the target holds something that the source does not.
	ErrOccupied = errors.New("the target is not empty, and holds something else")
	// ErrBusy: the source was written to whenever it was compared.
	ErrBusy = errors.New("the source is written to while it is copied")
	// ErrRebuild: facts of the source are made anew just now.
	ErrRebuild = errors.New("a rebuild of the source is not complete")
)

// readMark returns the mark of a store; nil when there is none.
func readMark(ctx context.Context, s store.Docs) (*mark, error) {
	body, _, err := s.GetDoc(ctx, store.KindCopy, markID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := new(mark)
	if err := json.Unmarshal(body, m); err != nil {
		return nil, fmt.Errorf("read what the store is a copy of: %w", err)
	}
	return m, nil
}

func writeMark(ctx context.Context, s store.Docs, m mark) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.SetDocs(ctx, store.KindCopy, []store.Doc{{ID: markID, Body: body}})
}

// Complete is ErrUnfinished if a store is being copied into.
func Complete(ctx context.Context, s store.Docs) error {
	m, err := readMark(ctx, s)
	if err == nil && m != nil && m.Ended == nil {
		err = fmt.Errorf("%w: run \"ebbmark copy\" from %s again, to its end", ErrUnfinished, m.From)
	}
	return err
}

// empty reports whether a store has neither facts nor documents.
func empty(ctx context.Context, s store.Store) (bool, error) {
	for _, kind := range copied() {
		for _, err := range s.ListDocs(ctx, kind, "", 1) {
			return false, err
		}
	}
	for _, kept := range []bool{false, true} {
		for _, err := range s.AllFacts(ctx, kept) {
			return false, err
		}
	}
	return true, nil
}
