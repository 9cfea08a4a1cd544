package store

import (
	"context"
	"iter"

	"github.com/ebbmark/ebbmark/activity"
)

// Rollups reads the calls of many accounts without reading all their facts.
type Rollups interface {
	// Rollup yields the facts of the classes Management and Data of the accounts,
	// merged over principals, outcomes and targets: those parts of a key are
	// zero, marks have no event, and no key comes twice. It yields in any order
	// and sees what Facts would, under the same rules. Of an account that is
	// named twice it may yield everything twice.
	Rollup(ctx context.Context, accounts []string) iter.Seq2[activity.Fact, error]
}

// Rollup is what Rollups says. Of a backend that has none it yields the facts
// themselves, stripped of principal, outcome and target; a key then comes as
// often as it has facts, which means the same by the law of merging.
func Rollup(ctx context.Context, facts Facts, accounts []string) iter.Seq2[activity.Fact, error] {
	if r, ok := facts.(Rollups); ok {
		return r.Rollup(ctx, accounts)
	}
	return func(yield func(activity.Fact, error) bool) {
		for _, account := range accounts {
			for f, err := range facts.Facts(ctx, activity.Prefix{Account: account}) {
				if err != nil {
					yield(activity.Fact{}, err)
					return
				}
				key, call := f.Key.Rolled()
				if f.Key = key; call && !yield(f, nil) {
					return
				}
			}
		}
	}
}
