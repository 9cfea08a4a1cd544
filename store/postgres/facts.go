package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// MergeFacts implements store.Facts: a transaction for each bucket, several at a
// time.
func (db *DB) MergeFacts(ctx context.Context, facts []activity.Fact) error {
	return db.merge(ctx, facts, func(g store.Generation) ([]int64, error) {
		if g.Draft != 0 {
			return []int64{g.Since, g.Draft}, nil
		}
		return []int64{g.Since}, nil
	})
}

// merge merges facts into the generations that into names, in ascending order.
// When a draft began or ended between two buckets, everything is merged again:
// on return all facts of the call are merged at one epoch.
func (db *DB) merge(ctx context.Context, facts []activity.Fact, into func(store.Generation) ([]int64, error)) error {
	if len(facts) == 0 {
		return ctx.Err()
	}
	all := byBucket(facts)
	for range epochTries {
		steady, err := db.mergeAll(ctx, all, into)
		if err != nil {
			return explain(fmt.Sprintf("merge %d facts", len(facts)), err)
		}
		if steady {
			return nil
		}
	}
	return fmt.Errorf("merge %d facts: %w", len(facts), store.ErrSwitched)
}

// mergeAll merges every bucket and reports whether all was at one epoch.
func (db *DB) mergeAll(ctx context.Context, all map[int][]row, into func(store.Generation) ([]int64, error)) (steady bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	epochs := map[int64]bool{}
	var wg sync.WaitGroup
	turns := make(chan struct{}, bucketsAtOnce)
	for bucket, rows := range all {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			epoch, err := db.mergeBucket(ctx, bucket, rows, into)
			if err != nil {
				cancel(err) // the first one is the cause
				return
			}
			mu.Lock()
			defer mu.Unlock()
			epochs[epoch] = true
		})
	}
	wg.Wait()
	return len(epochs) == 1, context.Cause(ctx)
}

// mergeBucket is the transaction of one bucket. It returns the epoch at which it
// was.
func (db *DB) mergeBucket(ctx context.Context, bucket int, rows []row, into func(store.Generation) ([]int64, error)) (epoch int64, err error) {
	err = db.write(ctx, "MergeFacts", bucket, func(ctx context.Context, t tx) error {
		g, err := gate(ctx, t, bucket)
		if err != nil {
			return err
		}
		list, err := into(g)
		if err != nil {
			return err
		}
		epoch = g.Epoch
		for _, generation := range list {
			if err := mergeInto(ctx, t, bucket, generation, slices.Clone(rows)); err != nil {
				return err
			}
		}
		return nil
	})
	return epoch, err
}

// gate takes the gate of a bucket until the transaction ends: nobody else writes
// facts there, and the state stays as it is.
func gate(ctx context.Context, t tx, bucket int) (g store.Generation, err error) {
	err = t.QueryRow(ctx, "select epoch, since, rules, draft, draft_rules from ebbmark.gates where bucket = $1 for update", int32(bucket)).
		Scan(&g.Epoch, &g.Since, &g.Rules, &g.Draft, &g.DraftRules)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errGate
	}
	return g, err
}

// mergeInto merges sorted rows, which it changes, into one generation and its
// rollups.
func mergeInto(ctx context.Context, t tx, bucket int, generation int64, rows []row) error {
	changed, err := mergeRows(ctx, t, place{"facts", bucket, generation}, rows)
	if err != nil {
		return err
	}
	_, err = mergeRows(ctx, t, place{"rollups", bucket, generation}, rolled(changed))
	return err
}

// mergeRows reads what is stored, merges, and writes what is not as stored. It
// returns that.
func mergeRows(ctx context.Context, t tx, to place, rows []row) (changed []row, err error) {
	for part := range slices.Chunk(rows, chunkRows) {
		fresh, err := mergeStored(ctx, t, to, part)
		if err != nil {
			return nil, err
		}
		if len(fresh) == 0 {
			continue
		}
		if _, err := t.Exec(ctx, to.writeRows(), to.allArgs(fresh)...); err != nil {
			return nil, err
		}
		changed = append(changed, fresh...)
	}
	return changed, nil
}

// mergeStored merges what is stored into the rows and returns those that are not
// stored in this form already.
func mergeStored(ctx context.Context, t tx, to place, rows []row) (changed []row, err error) {
	same := make([]bool, len(rows))
	found, err := t.Query(ctx, to.readKeys(), to.keyArgs(rows)...)
	err = scan(found, err, func(r pgx.Rows) error {
		var n int64
		var v value
		if err := r.Scan(append([]any{&n}, v.columns()...)...); err != nil {
			return err
		}
		if n < 1 || n > int64(len(rows)) {
			return errDamaged
		}
		into := &rows[n-1]
		old := activity.Fact{Key: into.fact.Key}
		if err := v.decode(&old); err != nil {
			return err
		}
		merged := activity.Merge(old, *into.fact)
		into.fact = &merged
		same[n-1] = old.First == merged.First && old.Last == merged.Last && old.Days.Equal(merged.Days)
		return nil
	})
	for i, r := range rows {
		if !same[i] {
			changed = append(changed, r)
		}
	}
	return changed, err
}
