package postgres

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

var _ store.Rollups = (*DB)(nil)

// rolled are rows for the table rollups, of facts that have changed.
func rolled(rows []row) []row {
	var out []row
	for _, r := range rows {
		key, call := r.fact.Key.Rolled()
		if !call {
			continue
		}
		f := activity.Fact{Key: key, First: activity.Mark{At: r.fact.First.At}, Last: activity.Mark{At: r.fact.Last.At}, Days: r.fact.Days}
		short, more := shortKey(key)
		out = append(out, row{short, more, &f})
	}
	return inOrder(out)
}

// Rollup implements store.Rollups: every bucket has its part of a call, and they
// are merged here. No read is open while the caller's loop runs.
func (db *DB) Rollup(ctx context.Context, accounts []string) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		for part := range slices.Chunk(accounts, accountsAtOnce) {
			calls, err := db.calls(ctx, part)
			if err != nil {
				yield(activity.Fact{}, explain(fmt.Sprintf("read the calls of %d accounts", len(accounts)), err))
				return
			}
			for _, f := range calls {
				if !yield(f, nil) {
					return
				}
			}
		}
		if err := ctx.Err(); err != nil {
			yield(activity.Fact{}, err)
		}
	}
}

// allBuckets is an argument: with it an index that begins with the bucket serves
// those who ask about all.
func allBuckets() []int32 {
	list := make([]int32, store.Buckets)
	for i := range list {
		list[i] = int32(i)
	}
	return list
}

func (db *DB) calls(ctx context.Context, accounts []string) (map[activity.Key]activity.Fact, error) {
	var wanted [][]byte
	for _, a := range accounts {
		wanted = append(wanted, []byte(shorten(a, maxPart)))
	}
	var all map[activity.Key]activity.Fact
	err := db.query(ctx, func() { all = map[activity.Key]activity.Fact{} }, func(r pgx.Rows) error {
		f, _, _, err := scanFact(r)
		if err != nil {
			return err
		}
		if old, there := all[f.Key]; there {
			f = activity.Merge(old, f)
		}
		all[f.Key] = f
		return nil
	}, "select "+selectFact+" from ebbmark.rollups where bucket = any($1) and generation = "+answering+" and account = any($2)", allBuckets(), wanted)
	return all, err
}
