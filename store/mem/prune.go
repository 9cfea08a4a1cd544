package mem

import (
	"context"

	"github.com/ebbmark/ebbmark/activity"
)

// Prune implements store.Pruner.
func (s *Store) Prune(ctx context.Context, before activity.Day) (gone int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, all := range []facts{s.facts, s.kept} {
		for _, principals := range all {
			for _, keys := range principals {
				for k, f := range keys {
					left, any := f.Pruned(before)
					if any {
						keys[k] = left
						continue
					}
					delete(keys, k)
					gone++
				}
			}
		}
	}
	return gone, nil
}
