package transfer

import (
	"context"

	"github.com/ebbmark/ebbmark/activity"
)

// facts merges all facts of the source into the target. Merging what is there
// already writes nothing, so that a pass over a copy that is complete only reads.
func (c *Copy) facts(ctx context.Context, kept bool) error {
	merge := c.To.MergeFacts
	if kept {
		merge = c.To.MergeKept
	}
	some := make([]activity.Fact, 0, factsAtOnce)
	flush := func() error {
		err := merge(ctx, some)
		c.Progress.Facts.Add(int64(len(some)))
		some = some[:0]
		return err
	}
	for f, err := range c.From.AllFacts(ctx, kept) {
		if err != nil {
			return err
		}
		if some = append(some, f); len(some) == factsAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}
