package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// A draft is two tables beside those that answer, and a switch gives them their
// names: whoever reads or writes by name is then on the new ones, and SQLite's
// transactions hold for tables as for rows. All in the open transactions of
// other processes is of the tables that they began with.

// generationOf is what the state is remembered by.
type generationOf struct{}

const selectGeneration = "SELECT epoch, since, rules, draft, draft_rules FROM generation"

func scanGeneration(g *store.Generation) func(*sql.Rows) error {
	return func(r *sql.Rows) error { return r.Scan(&g.Epoch, &g.Since, &g.Rules, &g.Draft, &g.DraftRules) }
}

// Generation implements store.Generations.
func (db *DB) Generation(ctx context.Context) (store.Generation, error) {
	return remembered(ctx, db, generationOf{}, always[store.Generation], func() (g store.Generation, err error) {
		err = db.query(ctx, scanGeneration(&g), selectGeneration)
		return g, explain("read which facts answer", err)
	})
}

func (t *tx) generation() (g store.Generation, err error) {
	err = t.query(scanGeneration(&g), selectGeneration)
	return g, err
}

// ofDraft runs work in a transaction, if the draft is the one that was begun at
// this epoch.
func (db *DB) ofDraft(ctx context.Context, what string, epoch int64, work func(*tx) error) error {
	return explain(what, db.write.do(ctx, func(t *tx) error {
		g, err := t.generation()
		if err == nil {
			err = isDraft(g, epoch)
		}
		if err != nil {
			return err
		}
		return work(t)
	}))
}

func isDraft(g store.Generation, epoch int64) error {
	if epoch == 0 || g.Draft != epoch {
		return store.ErrNoDraft
	}
	return nil
}

// SetRules implements store.Generations.
func (db *DB) SetRules(ctx context.Context, rules int) error {
	return explain("note the rules of facts", db.write.do(ctx, func(t *tx) error {
		_, err := t.exec("UPDATE generation SET rules = ? WHERE rules = 0", rules)
		return err
	}))
}

// MergeKept implements store.Generations.
func (db *DB) MergeKept(ctx context.Context, facts []activity.Fact) error {
	return db.merge(ctx, facts, func(g store.Generation) ([]tables, error) {
		if g.Draft != 0 {
			return []tables{live, kept, draft}, nil
		}
		return []tables{live, kept}, nil
	})
}

// MergeDraft implements store.Generations.
func (db *DB) MergeDraft(ctx context.Context, epoch int64, facts []activity.Fact) error {
	return db.merge(ctx, facts, func(g store.Generation) ([]tables, error) { return []tables{draft}, isDraft(g, epoch) })
}

// BeginDraft implements store.Generations.
func (db *DB) BeginDraft(ctx context.Context, rules int) (store.Generation, error) {
	err := db.write.do(ctx, func(t *tx) error {
		g, err := t.generation()
		if err != nil {
			return err
		}
		if g.Draft != 0 {
			return store.ErrDraft
		}
		if err := t.run(factsTable(draft.facts) + rollupsTable(draft.rollups) +
			"INSERT INTO " + draft.facts + " SELECT * FROM " + kept.facts); err != nil {
			return err
		}
		if err := t.rollAll(draft); err != nil {
			return err
		}
		_, err = t.exec("UPDATE generation SET epoch = epoch + 1, draft = epoch + 1, draft_rules = ?", rules)
		return err
	})
	if err != nil {
		return store.Generation{}, explain("begin a draft of facts", err)
	}
	return db.Generation(ctx)
}

// run runs statements that are not worth to be kept prepared.
func (t *tx) run(statements string) error {
	_, err := t.w.conn.ExecContext(t.ctx, statements)
	return err
}

// CopyToDraft implements store.Generations. Each bucket is a transaction, so that
// others may write between.
func (db *DB) CopyToDraft(ctx context.Context, epoch int64) error {
	for bucket := range store.Buckets {
		err := db.ofDraft(ctx, "copy facts to the draft", epoch, func(t *tx) error {
			rows, err := t.bucket(bucket)
			if err != nil {
				return err
			}
			return t.mergeInto(draft, rows)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket reads the facts that answer, of one bucket and in the order of keys.
func (t *tx) bucket(bucket int) (rows []row, err error) {
	key := rowKey{int64(bucket)}
	var v value
	columns := make([]any, 0, keyWidth+valueWidth)
	for i := range key {
		columns = append(columns, &key[i])
	}
	columns = append(columns, v.columns()...)
	err = t.query(func(r *sql.Rows) error {
		if err := r.Scan(columns...); err != nil {
			return err
		}
		f := activity.Fact{Key: activity.Key{Class: activity.Class(key[6])}} // all that is asked of a key without its numbers
		if err := v.decode(&f); err != nil {
			return err
		}
		rows = append(rows, row{key, &f})
		return nil
	}, "SELECT "+keyColumns+", "+valueColumns+" FROM facts WHERE bucket = ? ORDER BY "+keyColumns, bucket)
	return rows, err
}

// CompareDraft implements store.Generations.
func (db *DB) CompareDraft(ctx context.Context, epoch int64) (d store.Difference, err error) {
	g, err := db.Generation(ctx)
	if err == nil {
		err = isDraft(g, epoch)
	}
	for _, c := range []struct {
		n           *int64
		have, other string
	}{{&d.Gone, live.facts, draft.facts}, {&d.New, draft.facts, live.facts}} {
		if err == nil {
			err = db.read.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT "+keyColumns+" FROM "+c.have+" EXCEPT SELECT "+keyColumns+" FROM "+c.other+")").Scan(c.n)
		}
	}
	return d, explain("compare the draft of facts", err)
}

// DropDraft implements store.Generations.
func (db *DB) DropDraft(ctx context.Context) error {
	return explain("drop the draft of facts", db.write.do(ctx, func(t *tx) error {
		g, err := t.generation()
		if err != nil || g.Draft == 0 {
			return err
		}
		return t.run("DROP TABLE " + draft.facts + "; DROP TABLE " + draft.rollups +
			"; UPDATE generation SET epoch = epoch + 1, draft = 0, draft_rules = 0")
	}))
}

// Switch implements store.Generations. The view goes first: SQLite would have it
// follow the table that is renamed.
func (db *DB) Switch(ctx context.Context, epoch int64, from, onto store.Kind) error {
	return db.ofDraft(ctx, "switch to the draft of facts", epoch, func(t *tx) error {
		if err := t.moveDocs(from, onto); err != nil {
			return err
		}
		return t.run("DROP VIEW activity; DROP TABLE facts; DROP TABLE rollups;" +
			"ALTER TABLE " + draft.facts + " RENAME TO facts; ALTER TABLE " + draft.rollups + " RENAME TO rollups;" + activityView +
			fmt.Sprintf("UPDATE generation SET epoch = epoch + 1, since = %d, rules = draft_rules, draft = 0, draft_rules = 0", epoch))
	})
}

// moveDocs gives documents of one kind the kind of others, which they replace.
func (t *tx) moveDocs(from, onto store.Kind) error {
	n := 0
	err := t.query(func(r *sql.Rows) error { return r.Scan(&n) }, "SELECT count(*) FROM docs WHERE kind = ?", string(from))
	if err != nil {
		return err
	}
	last, err := t.versions(n)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO docs (kind, id, version, body)
		SELECT ?, id, ? + row_number() OVER (ORDER BY id), body FROM docs WHERE kind = ?
		ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, body = excluded.body`, string(onto), int64(last)-int64(n), string(from))
	if err == nil {
		_, err = t.exec("DELETE FROM docs WHERE kind = ?", string(from))
	}
	return err
}
