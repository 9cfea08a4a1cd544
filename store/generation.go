package store

import (
	"context"
	"errors"

	"github.com/ebbmark/ebbmark/activity"
)

var (
	// ErrNoDraft: there is no draft, or it is another one than the caller means.
	ErrNoDraft = errors.New("no such draft of facts")
	// ErrDraft: there is a draft already.
	ErrDraft = errors.New("there is a draft of facts already")
	// ErrSwitched: the facts were replaced while they were read. What was read
	// is of both; read again.
	ErrSwitched = errors.New("the facts were replaced while they were read")
)

// Generation says which facts answer. Facts merge and cannot be taken back, so
// what was made by rules that have changed can only be made anew: into a draft,
// beside the facts that answer, until it takes their place.
type Generation struct {
	// Epoch grows whenever a Generation changes, and never comes back. Facts
	// that were merged at an epoch, or later, are in every draft that was begun
	// at that epoch or before.
	Epoch int64
	// Since is the epoch at which the facts that answer were begun; zero for the
	// first of a store.
	Since int64
	// Rules are those that made the facts, in the counting of whoever makes
	// them; zero: nobody has said.
	Rules int
	// Draft and DraftRules are Since and Rules of the draft; zero when there is
	// none.
	Draft      int64
	DraftRules int
}

// Difference compares the keys of a draft with those of the facts that answer.
type Difference struct {
	Gone int64 `json:"gone"` // keys that the draft has not
	New  int64 `json:"new"`  // keys that only the draft has
}

// Generations makes facts anew beside those that answer. While there is a draft,
// MergeFacts merges into both at once, all or nothing of one call, and so does
// MergeKept; all reading is of the facts that answer.
type Generations interface {
	// Generation is the state now.
	Generation(ctx context.Context) (Generation, error)
	// SetRules says by which rules the facts are made, if nobody has said.
	SetRules(ctx context.Context, rules int) error
	// MergeKept is MergeFacts for facts that nobody can make again: they are kept
	// apart as well, and are in every draft from its beginning.
	MergeKept(ctx context.Context, facts []activity.Fact) error
	// BeginDraft makes a draft that has the kept facts only; ErrDraft when there
	// is one.
	BeginDraft(ctx context.Context, rules int) (Generation, error)
	// MergeDraft is MergeFacts into the draft alone, ErrNoDraft when the draft is
	// not the one that was begun at this epoch.
	MergeDraft(ctx context.Context, draft int64, facts []activity.Fact) error
	// CopyToDraft merges all facts that answer into the draft. After an error any
	// part may be merged.
	CopyToDraft(ctx context.Context, draft int64) error
	// CompareDraft tells how the draft differs.
	CompareDraft(ctx context.Context, draft int64) (Difference, error)
	// DropDraft removes the draft. It is no error if there is none.
	DropDraft(ctx context.Context) error
	// Switch puts the draft in the place of the facts that answer, and the
	// documents of the kind from in the place of those of the kind onto with the
	// same ids, each with a new version: all at once or, after an error, nothing.
	Switch(ctx context.Context, draft int64, from, onto Kind) error
}

// steadyTries bounds how often Steady reads: facts are replaced once in months.
const steadyTries = 5

// Again runs read again when it broke because the facts were replaced: for what
// reads little, where a mixture of both is as good as either. read begins anew
// each time.
func Again(read func() error) error {
	for range steadyTries {
		if err := read(); !errors.Is(err, ErrSwitched) {
			return err
		}
	}
	return ErrSwitched
}

// Steady runs read again when the facts were replaced meanwhile, so that what
// it has read in the end is all of the same. read begins anew each time.
func Steady(ctx context.Context, facts Facts, read func() error) error {
	g, ok := facts.(Generations)
	if !ok {
		return read()
	}
	for range steadyTries {
		before, err := g.Generation(ctx)
		if err != nil {
			return err
		}
		err = read()
		after, failed := g.Generation(ctx)
		switch {
		case errors.Is(err, ErrSwitched):
		case err != nil:
			return err
		case failed != nil:
			return failed
		case after.Since == before.Since:
			return nil
		}
	}
	return ErrSwitched
}
