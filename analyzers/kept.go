package analyzers

import (
	"context"
	"fmt"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// prunedError: history of a period was given up, so nobody knows what was not
// used in it.
type prunedError struct{ since activity.Day }

func (e *prunedError) Error() string {
	return fmt.Sprintf("History before %s was deleted (ebbmark prune), and the period begins before that", e.since.Start().Format(time.DateOnly))
}

// knownFrom runs read, which asks what was used from a moment on, as store.Steady
// does. It is a prunedError when that cannot be known.
func (k *Keeper) knownFrom(ctx context.Context, from time.Time, read func() error) error {
	return store.SinceKept(ctx, k.Store, func(since activity.Day) error {
		if from.Before(since.Start()) {
			return &prunedError{since}
		}
		return store.Steady(ctx, k.Store, read)
	})
}
