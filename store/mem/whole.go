package mem

import (
	"context"
	"iter"
	"slices"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// AllFacts implements store.Whole. The iteration goes over a copy, so the loop
// may write.
func (s *Store) AllFacts(ctx context.Context, kept bool) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		s.mu.RLock()
		of := s.facts
		if kept {
			of = s.kept
		}
		list := slices.Collect(of.each)
		s.mu.RUnlock()
		for _, f := range list {
			if ctx.Err() != nil {
				break
			}
			if !yield(f, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(activity.Fact{}, err)
		}
	}
}

// Adopt implements store.Whole.
func (s *Store) Adopt(ctx context.Context, of store.Generation) error {
	return s.change(ctx, func() error {
		switch {
		case s.state.Draft != 0:
			return store.ErrDraft
		case s.state.Since != of.Since && len(s.facts) > 0:
			return store.ErrSwitched
		}
		s.state = s.state.Adopted(of)
		return nil
	})
}
