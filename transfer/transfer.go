// Package transfer copies a store into another one, of whatever backend, and
// proves that both then hold the same.
//
// A pass makes the target what the source is: documents first and then facts, so
// that a ledger row which says that a file was read is never there before the
// facts of that file were read from the source. Facts merge, and documents are
// compared, so a pass may end anywhere and be done again, and one over a complete
// copy writes nothing. When a pass is over, both stores are read once more, and
// their digests compared; a source that was written to meanwhile gets another
// pass.
//
// The target has a mark from the beginning. As long as the copy is not complete
// nobody may use it, and once it was used nobody may copy over it.
package transfer

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ebbmark/ebbmark/store"
)

// Copy is one copying.
type Copy struct {
	From, To store.Store
	// Source is how From is called, for messages; and a copy that was begun of
	// one source is not continued from another.
	Source string
	// Progress is counted up meanwhile. Required.
	Progress *Progress
}

// Progress counts over all passes.
type Progress struct {
	Facts, Docs atomic.Int64 // compared
	Written     atomic.Int64 // documents that were not the same
	Verified    atomic.Int64 // facts and documents read for digests
}

// Result is what came of a Run.
type Result struct {
	// Same: the target held the same already.
	Same   bool   `json:"same"`
	Passes int    `json:"passes"`
	Digest Digest `json:"digest"` // of both
}

// Run copies until both stores are the same.
func (c *Copy) Run(ctx context.Context) (out Result, err error) {
	if out.Same, out.Digest, err = c.begin(ctx); err != nil || out.Same {
		return out, err
	}
	for out.Passes < maxPasses {
		if err := c.pass(ctx); err != nil {
			return out, err
		}
		out.Passes++
		same, digest, err := c.compare(ctx)
		if err != nil {
			return out, err
		}
		if same {
			out.Digest = digest
			return out, writeMark(ctx, c.To, mark{c.Source, &digest})
		}
	}
	return out, fmt.Errorf("%w: stop what writes to it and copy again, which then takes a fraction of the time", ErrBusy)
}

// Follow makes passes until ctx ends, with a pause after each, and calls done
// after each. The target is not complete then: a Run ends the copy.
func (c *Copy) Follow(ctx context.Context, pause time.Duration, done func(took time.Duration), now func() time.Time) error {
	if _, _, err := c.begin(ctx); err != nil {
		return err
	}
	if err := writeMark(ctx, c.To, mark{From: c.Source}); err != nil {
		return err
	}
	for {
		start := now()
		if err := c.pass(ctx); err != nil {
			return err
		}
		done(now().Sub(start))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// begin decides whether the target may be copied into, and marks it. same: there
// is nothing to do.
func (c *Copy) begin(ctx context.Context) (same bool, digest Digest, err error) {
	if err := Complete(ctx, c.From); err != nil {
		return false, digest, fmt.Errorf("the source: %w", err)
	}
	if err := c.calm(ctx); err != nil {
		return false, digest, err
	}
	m, err := readMark(ctx, c.To)
	if err != nil {
		return false, digest, err
	}
	switch {
	case m != nil && m.Ended == nil && m.From == c.Source:
		return false, digest, nil
	case m != nil && m.Ended == nil:
		return false, digest, fmt.Errorf("%w: a copy of %s was begun there; go on from that, or take an empty one", ErrOccupied, m.From)
	case m == nil:
		nothing, err := empty(ctx, c.To)
		if err != nil {
			return false, digest, err
		}
		if nothing {
			return false, digest, writeMark(ctx, c.To, mark{From: c.Source})
		}
	}
	return c.again(ctx, m)
}

// again decides about a target that is complete or was never copied into. It may
// be brought up to date if nobody has written to it.
func (c *Copy) again(ctx context.Context, m *mark) (same bool, digest Digest, err error) {
	there, err := DigestOf(ctx, c.To, c.Progress)
	if err != nil {
		return false, digest, err
	}
	if m != nil && m.From == c.Source && *m.Ended == there {
		return false, there, writeMark(ctx, c.To, mark{From: c.Source})
	}
	here, err := DigestOf(ctx, c.From, c.Progress)
	if err != nil || here == there {
		return err == nil, there, err
	}
	why := "take an empty one"
	if m != nil {
		why = fmt.Sprintf("it was used since it was copied from %s; what it has learned since would be lost; %s", m.From, why)
	}
	return false, digest, fmt.Errorf("%w (%d facts and %d documents; the source has %d and %d): %s", ErrOccupied, there.Facts, there.Docs, here.Facts, here.Docs, why)
}

// calm is ErrRebuild while facts of the source are made anew.
func (c *Copy) calm(ctx context.Context) error {
	g, err := c.From.Generation(ctx)
	if err == nil && g.Draft != 0 {
		err = fmt.Errorf("%w: let \"ebbmark rebuild\" end, or give it up with --abandon", ErrRebuild)
	}
	return err
}

// pass makes the target what the source is.
func (c *Copy) pass(ctx context.Context) error {
	if err := c.calm(ctx); err != nil {
		return err
	}
	g, err := c.From.Generation(ctx)
	if err != nil {
		return err
	}
	if err := c.To.Adopt(ctx, g); err != nil {
		return explain(err)
	}
	for _, kind := range copied() {
		if err := c.docs(ctx, kind); err != nil {
			return fmt.Errorf("copy documents of kind %s: %w", kind, err)
		}
	}
	for _, kept := range []bool{true, false} {
		if err := c.facts(ctx, kept); err != nil {
			return explain(err)
		}
	}
	// Rows of the ledger may name an epoch that began after the first look.
	after, err := c.From.Generation(ctx)
	if err == nil {
		err = c.To.Adopt(ctx, after)
	}
	return explain(err)
}

// explain says what to do when facts of the source were made anew meanwhile.
func explain(err error) error {
	if errors.Is(err, store.ErrSwitched) {
		return fmt.Errorf("copy facts: the source was rebuilt since the copy began, and facts cannot be taken back: begin again with an empty target (%w)", err)
	}
	return err
}

// compare reads both stores.
func (c *Copy) compare(ctx context.Context) (same bool, digest Digest, err error) {
	here, err := DigestOf(ctx, c.From, c.Progress)
	if err != nil {
		return false, digest, explain(err)
	}
	there, err := DigestOf(ctx, c.To, c.Progress)
	return here == there, there, err
}
