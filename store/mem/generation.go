package mem

import (
	"context"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// Generation implements store.Generations.
func (s *Store) Generation(ctx context.Context) (store.Generation, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.state, ctx.Err()
}

// change runs work under the lock, unless the caller has left.
func (s *Store) change(ctx context.Context, work func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return work()
}

// ofDraft is change for work on the draft that was begun at this epoch.
func (s *Store) ofDraft(ctx context.Context, draft int64, work func()) error {
	return s.change(ctx, func() error {
		if draft == 0 || s.state.Draft != draft {
			return store.ErrNoDraft
		}
		work()
		return nil
	})
}

// SetRules implements store.Generations.
func (s *Store) SetRules(ctx context.Context, rules int) error {
	return s.change(ctx, func() error {
		if s.state.Rules == 0 {
			s.state.Rules = rules
		}
		return nil
	})
}

// MergeKept implements store.Generations.
func (s *Store) MergeKept(ctx context.Context, facts []activity.Fact) error {
	if err := s.MergeFacts(ctx, facts); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept.merge(facts)
	if s.state.Draft != 0 { // it may have been begun between the two
		s.draft.merge(facts)
	}
	return nil
}

// BeginDraft implements store.Generations.
func (s *Store) BeginDraft(ctx context.Context, rules int) (store.Generation, error) {
	err := s.change(ctx, func() error {
		if s.state.Draft != 0 {
			return store.ErrDraft
		}
		s.state.Epoch++
		s.state.Draft, s.state.DraftRules = s.state.Epoch, rules
		s.draft = facts{}
		for f := range s.kept.each {
			s.draft.mergeOne(f)
		}
		return nil
	})
	if err != nil {
		return store.Generation{}, err
	}
	return s.Generation(ctx)
}

// MergeDraft implements store.Generations.
func (s *Store) MergeDraft(ctx context.Context, draft int64, facts []activity.Fact) error {
	return s.ofDraft(ctx, draft, func() { s.draft.merge(facts) })
}

// CopyToDraft implements store.Generations.
func (s *Store) CopyToDraft(ctx context.Context, draft int64) error {
	return s.ofDraft(ctx, draft, func() {
		for f := range s.facts.each {
			s.draft.mergeOne(f)
		}
	})
}

// CompareDraft implements store.Generations.
func (s *Store) CompareDraft(ctx context.Context, draft int64) (d store.Difference, err error) {
	count := func(have, other facts) (n int64) {
		for f := range have.each {
			if !other.has(f.Key) {
				n++
			}
		}
		return n
	}
	err = s.ofDraft(ctx, draft, func() {
		d = store.Difference{Gone: count(s.facts, s.draft), New: count(s.draft, s.facts)}
	})
	return d, err
}

// DropDraft implements store.Generations.
func (s *Store) DropDraft(ctx context.Context) error {
	return s.change(ctx, func() error {
		if s.state.Draft != 0 {
			s.state.Epoch++
			s.state.Draft, s.state.DraftRules, s.draft = 0, 0, nil
		}
		return nil
	})
}

// Switch implements store.Generations.
func (s *Store) Switch(ctx context.Context, draft int64, from, onto store.Kind) error {
	return s.ofDraft(ctx, draft, func() {
		s.facts, s.draft = s.draft, nil
		s.state = store.Generation{Epoch: s.state.Epoch + 1, Since: draft, Rules: s.state.DraftRules}
		for id, d := range s.docs[from] {
			s.set(onto, id, d.body)
		}
		delete(s.docs, from)
	})
}
