package postgres

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// AllFacts implements store.Whole, a page at a time as Facts does.
func (db *DB) AllFacts(ctx context.Context, kept bool) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		if err := db.all(ctx, kept, yield); err != nil {
			yield(activity.Fact{}, explain("read all facts", err))
		}
	}
}

func (db *DB) all(ctx context.Context, kept bool, yield func(activity.Fact, error) bool) error {
	before, err := db.Generation(ctx)
	if err != nil {
		return err
	}
	generation := before.Since
	if kept {
		generation = keptFacts
	}
	for bucket := range store.Buckets {
		if more, err := db.allOf(ctx, bucket, generation, yield); err != nil || !more {
			return err
		}
	}
	if after, err := db.Generation(ctx); err != nil || after.Since != before.Since {
		return cmp.Or(err, store.ErrSwitched)
	}
	return nil
}

// allOf reads one bucket, in the order of stored keys. It reports whether the
// loop goes on.
func (db *DB) allOf(ctx context.Context, bucket int, generation int64, yield func(activity.Fact, error) bool) (bool, error) {
	const text = "select " + selectFact + " from ebbmark.facts where bucket = $1 and generation = $2"
	first := []any{int32(bucket), generation, int32(pageRows)}
	after, args := "", first
	for {
		page, err := db.facts(ctx, text+after+" order by "+keyColumns+" limit $3", args...)
		if err != nil {
			return false, err
		}
		for i := range page {
			if !yield(page[i].fact, nil) {
				return false, nil
			}
		}
		if len(page) < pageRows {
			return true, nil
		}
		after = " and (" + keyColumns + ") > ($4, $5, $6, $7, $8, $9, $10, $11)"
		k := page[len(page)-1].short
		args = slices.Concat(first, []any{[]byte(k.Account), []byte(k.Principal), []byte(k.Source), []byte(k.Name), []byte(k.Region),
			int16(k.Class), int16(k.Outcome), []byte(k.Target)})
	}
}

// Adopt implements store.Whole. It holds all gates, so that nobody writes facts
// between the look and the change.
func (db *DB) Adopt(ctx context.Context, of store.Generation) error {
	_, err := db.turn(ctx, func(ctx context.Context, t tx, g store.Generation) (store.Generation, error) {
		if g.Draft != 0 {
			return g, store.ErrDraft
		}
		if g.Since != of.Since {
			facts := false
			err := t.QueryRow(ctx, "select exists (select 1 from ebbmark.facts where bucket = any($1) and generation = $2)", allBuckets(), g.Since).Scan(&facts)
			if err != nil {
				return g, err
			}
			if facts {
				return g, store.ErrSwitched
			}
		}
		return g.Adopted(of), nil
	})
	return explain("adopt the rules of facts", err)
}
