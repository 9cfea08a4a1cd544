package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"iter"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// AllFacts implements store.Whole, a page at a time as Facts does.
func (db *DB) AllFacts(ctx context.Context, keptOnes bool) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		from := live
		if keptOnes {
			from = kept
		}
		if err := db.all(ctx, from, yield); err != nil {
			yield(activity.Fact{}, explain("read all facts", err))
		}
	}
}

func (db *DB) all(ctx context.Context, from tables, yield func(activity.Fact, error) bool) error {
	before, err := db.Generation(ctx)
	if err != nil {
		return err
	}
	for bucket := range store.Buckets {
		if more, err := db.allOf(ctx, from, bucket, yield); err != nil || !more {
			return err
		}
	}
	if after, err := db.Generation(ctx); err != nil || after.Since != before.Since {
		return cmp.Or(err, store.ErrSwitched)
	}
	return nil
}

// wholeKey are the columns of a key after its bucket.
const wholeKey = "account, principal, source, name, region, class, outcome, target"

// allOf reads one bucket of a table. It reports whether the loop goes on.
func (db *DB) allOf(ctx context.Context, from tables, bucket int, yield func(activity.Fact, error) bool) (bool, error) {
	query := "SELECT " + wholeKey + ", " + valueColumns + " FROM " + from.facts + " WHERE bucket = ?"
	after, args := "", []any{bucket}
	for {
		list, last, err := db.wholePage(ctx, query+after+" ORDER BY "+wholeKey+" LIMIT ?", append(args, pageFacts)...)
		if err != nil {
			return false, err
		}
		for _, f := range list {
			if !yield(f, nil) {
				return false, nil
			}
		}
		if len(list) < pageFacts {
			return true, nil
		}
		after = " AND (" + wholeKey + ") > (?, ?, ?, ?, ?, ?, ?, ?)"
		args = append([]any{bucket}, last...)
	}
}

// wholePage runs a query for facts of any account; last is the key of the last
// one.
func (db *DB) wholePage(ctx context.Context, query string, args ...any) (list []activity.Fact, last []any, err error) {
	texts := db.names.texts()
	var account int64
	var at place
	var v value
	columns := append(append([]any{&account}, at.columns()...), v.columns()...)
	err = db.query(ctx, func(r *sql.Rows) error {
		if err := r.Scan(columns...); err != nil {
			return err
		}
		if top := max(account, at.top()); top > int64(len(texts)) {
			var err error
			if texts, err = db.textsUpTo(ctx, top); err != nil {
				return err
			}
		}
		list = append(list, activity.Fact{Key: at.key(texts[account-1], texts)})
		return v.decode(&list[len(list)-1])
	}, query, args...)
	return list, append([]any{account}, at.args()...), err
}

// Adopt implements store.Whole.
func (db *DB) Adopt(ctx context.Context, of store.Generation) error {
	return explain("adopt the rules of facts", db.write.do(ctx, func(t *tx) error {
		g, err := t.generation()
		if err != nil {
			return err
		}
		if g.Draft != 0 {
			return store.ErrDraft
		}
		if g.Since != of.Since {
			facts := false
			if err := t.query(func(r *sql.Rows) error { return r.Scan(&facts) }, "SELECT EXISTS (SELECT 1 FROM facts)"); err != nil {
				return err
			}
			if facts {
				return store.ErrSwitched
			}
		}
		g = g.Adopted(of)
		_, err = t.exec("UPDATE generation SET epoch = ?, since = ?, rules = ?", g.Epoch, g.Since, g.Rules)
		return err
	}))
}
