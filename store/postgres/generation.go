package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// A fact belongs to a generation, by a column of its key: to one that answered
// since an epoch, to the draft that was begun at one, or to the kept ones. To
// switch is to say that another number answers, and moves no fact. What no
// longer belongs to any is swept away afterwards.
//
// The number stands in 64 gates, one for each bucket, so that who writes facts
// need not leave their bucket. A turn changes all of them in one transaction: it
// takes the gates in the order of buckets, while writers hold one each and wait
// for nothing else, so that there is no circle. Who reads goes by the gate of
// bucket 0 alone: that is the moment of a switch for all readers. On Citus the
// turn is one distributed transaction (two-phase commit), whose statements are
// of one bucket each, or go to all of them side by side.

// keptFacts is the generation of those that are in every draft.
const keptFacts = int64(-1)

const gateColumns = "epoch, since, rules, draft, draft_rules"

// Generation implements store.Generations.
func (db *DB) Generation(ctx context.Context) (g store.Generation, err error) {
	found := false
	err = db.query(ctx, func() { found = false }, func(r pgx.Rows) error {
		found = true
		return r.Scan(&g.Epoch, &g.Since, &g.Rules, &g.Draft, &g.DraftRules)
	}, "select "+gateColumns+" from ebbmark.gates where bucket = 0")
	if err == nil && !found {
		err = errGate
	}
	return g, explain("read which facts answer", err)
}

// turn runs work while nobody writes facts, and then makes what it returns the
// state. A turn whose commit was lost with the connection is not done again:
// again tells whether the state is that which it would have made.
func (db *DB) turn(ctx context.Context, work func(context.Context, tx, store.Generation) (store.Generation, error)) (next store.Generation, err error) {
	var before *store.Generation // of an attempt whose fate is unknown
	err = db.change(unhurried(ctx), "Generation", everyBucket, func(ctx context.Context) error {
		var was store.Generation
		err := db.transact(ctx, beginAll, func(ctx context.Context, t tx) (err error) {
			if was, err = allGates(ctx, t); err != nil {
				return err
			}
			if before != nil && was == next && was != *before {
				return nil // it was committed after all
			}
			if next, err = work(ctx, t, was); err != nil || next == was {
				return err
			}
			_, err = t.Exec(ctx, "update ebbmark.gates set epoch = $1, since = $2, rules = $3, draft = $4, draft_rules = $5",
				next.Epoch, next.Since, next.Rules, next.Draft, next.DraftRules)
			return err
		})
		if uncertain(err) && before == nil && next.Epoch != 0 {
			before = &was
		}
		return err
	})
	return next, err
}

// allGates takes all gates. They are alike, being changed only together.
func allGates(ctx context.Context, t tx) (g store.Generation, err error) {
	for bucket := range store.Buckets {
		if g, err = gate(ctx, t, bucket); err != nil {
			return g, err
		}
	}
	return g, nil
}

func isDraft(g store.Generation, draft int64) error {
	if draft == 0 || g.Draft != draft {
		return store.ErrNoDraft
	}
	return nil
}

// SetRules implements store.Generations.
func (db *DB) SetRules(ctx context.Context, rules int) error {
	g, err := db.Generation(ctx)
	if err != nil || g.Rules != 0 {
		return err
	}
	_, err = db.turn(ctx, func(_ context.Context, _ tx, g store.Generation) (store.Generation, error) {
		if g.Rules == 0 {
			g.Rules = rules
		}
		return g, nil
	})
	return explain("note the rules of facts", err)
}

// MergeKept implements store.Generations.
func (db *DB) MergeKept(ctx context.Context, facts []activity.Fact) error {
	return db.merge(ctx, facts, func(g store.Generation) ([]int64, error) {
		if g.Draft != 0 {
			return []int64{keptFacts, g.Since, g.Draft}, nil
		}
		return []int64{keptFacts, g.Since}, nil
	})
}

// MergeDraft implements store.Generations.
func (db *DB) MergeDraft(ctx context.Context, draft int64, facts []activity.Fact) error {
	return db.merge(ctx, facts, func(g store.Generation) ([]int64, error) { return []int64{g.Draft}, isDraft(g, draft) })
}

// BeginDraft implements store.Generations. Writers of facts wait while the kept
// ones are copied.
func (db *DB) BeginDraft(ctx context.Context, rules int) (store.Generation, error) {
	if err := db.sweep(ctx); err != nil {
		return store.Generation{}, explain("remove facts of earlier drafts", err)
	}
	g, err := db.beginDraft(ctx, rules)
	if err != nil {
		return store.Generation{}, explain("begin a draft of facts", err)
	}
	return g, nil
}

func (db *DB) beginDraft(ctx context.Context, rules int) (store.Generation, error) {
	return db.turn(ctx, func(ctx context.Context, t tx, g store.Generation) (store.Generation, error) {
		if g.Draft != 0 {
			return g, store.ErrDraft
		}
		g.Epoch++
		g.Draft, g.DraftRules = g.Epoch, rules
		for _, table := range []string{"facts", "rollups"} {
			_, err := t.Exec(ctx, "insert into ebbmark."+table+" (bucket, generation, "+selectFact+") select bucket, $1::bigint, "+selectFact+
				" from ebbmark."+table+" where bucket = any($3) and generation = $2 order by bucket, "+keyColumns, g.Draft, keptFacts, allBuckets())
			if err != nil {
				return g, err
			}
		}
		return g, nil
	})
}

// DropDraft implements store.Generations.
func (db *DB) DropDraft(ctx context.Context) error {
	_, err := db.turn(ctx, func(_ context.Context, _ tx, g store.Generation) (store.Generation, error) {
		if g.Draft != 0 {
			g.Epoch++
			g.Draft, g.DraftRules = 0, 0
		}
		return g, nil
	})
	if err == nil {
		err = db.sweep(ctx)
	}
	return explain("drop the draft of facts", err)
}

// Switch implements store.Generations. When it is over the facts that answered
// are removed; if that fails, the next draft does it.
func (db *DB) Switch(ctx context.Context, draft int64, from, onto store.Kind) error {
	_, err := db.turn(ctx, func(ctx context.Context, t tx, g store.Generation) (store.Generation, error) {
		if err := isDraft(g, draft); err != nil {
			return g, err
		}
		return store.Generation{Epoch: g.Epoch + 1, Since: draft, Rules: g.DraftRules}, moveDocs(ctx, t, from, onto)
	})
	if err == nil {
		_ = db.sweep(ctx) // the switch is done
	}
	return explain("switch to the draft of facts", err)
}

// moveDocs gives documents of one kind the kind of others, which they replace.
// Each keeps its version, which is as new to the other kind as any random number;
// and by it those are known that were moved, should one be written meanwhile.
func moveDocs(ctx context.Context, t tx, from, onto store.Kind) error {
	kinds := []any{[]byte(shorten(string(from), maxPart)), []byte(shorten(string(onto), maxPart))}
	_, err := t.Exec(ctx, `insert into ebbmark.docs (bucket, kind, id, full_id, version, body)
		select bucket, $2::bytea, id, full_id, version, body from ebbmark.docs where kind = $1 order by bucket, id
		on conflict (bucket, kind, id) do update set version = excluded.version, body = excluded.body`, kinds...)
	if err == nil && from != onto {
		_, err = t.Exec(ctx, `delete from ebbmark.docs d where d.kind = $1 and exists (select 1 from ebbmark.docs o
			where o.bucket = d.bucket and o.kind = $2 and o.id = d.id and o.version = d.version)`, kinds...)
	}
	return err
}

// sweep removes facts that belong to no generation any more, a bucket at a time.
// Nobody writes those, so that it needs no gate.
func (db *DB) sweep(ctx context.Context) error {
	for bucket := range store.Buckets {
		for _, table := range []string{"facts", "rollups"} {
			err := db.change(unhurried(ctx), "Sweep", bucket, func(ctx context.Context) error {
				return db.transact(ctx, beginAll, func(ctx context.Context, t tx) error {
					_, err := t.Exec(ctx, "delete from ebbmark."+table+` where bucket = $1 and generation <> $2 and generation not in (
						select since from ebbmark.gates where bucket = $1 union all
						select draft from ebbmark.gates where bucket = $1 and draft <> 0)`, int32(bucket), keptFacts)
					return err
				})
			})
			if err != nil {
				return fmt.Errorf("bucket %d: %w", bucket, err)
			}
		}
	}
	return nil
}
