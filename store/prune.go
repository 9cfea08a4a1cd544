package store

import (
	"context"

	"github.com/ebbmark/ebbmark/activity"
)

// Pruner gives up what is old, so that a store does not grow for ever.
type Pruner interface {
	// Prune leaves of every fact, of those that answer and of those that are kept
	// apart, what activity.Fact.Pruned says, and returns how many are gone. It goes
	// bucket by bucket, each whole or not at all or, when it is large, in parts; on
	// error, also when ctx ends, any part may be done, and another call goes on. What
	// is merged meanwhile is merged into what is left: a fact of an old log comes
	// back. A draft stays as it is, and Rollup may still tell of calls that are gone.
	Prune(ctx context.Context, before activity.Day) (gone int64, err error)
}
