package mem

import (
	"context"
	"iter"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

var _ store.Rollups = (*Store)(nil)

// Rollup implements store.Rollups: it merges an account's facts when asked.
func (s *Store) Rollup(ctx context.Context, accounts []string) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		for _, account := range accounts {
			if err := ctx.Err(); err != nil {
				yield(activity.Fact{}, err)
				return
			}
			for _, f := range s.rolled(account) {
				if !yield(f, nil) {
					return
				}
			}
		}
	}
}

func (s *Store) rolled(account string) map[activity.Key]activity.Fact {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := map[activity.Key]activity.Fact{}
	for _, facts := range s.facts[account] {
		for _, f := range facts {
			key, call := f.Key.Rolled()
			if !call {
				continue
			}
			f.Key, f.First.Event, f.Last.Event = key, "", ""
			if old, there := all[key]; there {
				f = activity.Merge(old, f)
			}
			all[key] = f
		}
	}
	return all
}
