package mem

import (
	"context"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// PruneBucket implements store.Pruner.
func (s *Store) PruneBucket(ctx context.Context, bucket int, before activity.Day) (gone int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, all := range []facts{s.facts, s.kept} {
		for account, principals := range all {
			for principal, keys := range principals {
				if store.Bucket(account, principal) != bucket {
					continue
				}
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
