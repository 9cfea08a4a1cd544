package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// Facts implements store.Facts. Facts are read a page at a time: an open read
// would keep the WAL from shrinking for as long as the caller's loop takes.
// Nothing is missed between pages, because facts are never removed.
func (db *DB) Facts(ctx context.Context, under activity.Prefix) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		if under.Principal != "" {
			db.span(ctx, under, store.Bucket(under.Account, under.Principal), yield)
			return
		}
		for bucket := range store.Buckets {
			if !db.span(ctx, under, bucket, yield) {
				return
			}
		}
	}
}

// span yields the facts under the prefix in one bucket, in the order of their
// keys, and reports whether the caller wants more.
func (db *DB) span(ctx context.Context, under activity.Prefix, bucket int, yield func(activity.Fact, error) bool) bool {
	var after *activity.Key
	for {
		page, err := db.page(ctx, under, bucket, after)
		for _, f := range page {
			if !yield(f, nil) {
				return false
			}
		}
		if err != nil {
			yield(activity.Fact{}, explain(fmt.Sprintf("read facts of account %s", under.Account), err))
			return false
		}
		if len(page) < pageFacts {
			return true
		}
		after = &page[len(page)-1].Key
	}
}

const (
	pageSelect = "SELECT principal, source, name, region, class, outcome, target, " + valueColumns + " FROM facts WHERE bucket = ? AND account = ?"
	pageOrder  = " ORDER BY principal, source, name, region, class, outcome, target LIMIT ?"
)

// page reads facts of one bucket under the prefix, those after a key if given.
func (db *DB) page(ctx context.Context, under activity.Prefix, bucket int, after *activity.Key) (list []activity.Fact, err error) {
	query, args := pageSelect, []any{bucket, under.Account}
	switch {
	case under.Principal != "":
		query += " AND principal = ?"
		args = append(args, under.Principal)
		if after != nil {
			query += " AND (source, name, region, class, outcome, target) > (?, ?, ?, ?, ?, ?)"
			args = append(args, tail(after)...)
		}
	case after != nil:
		query += " AND (principal, source, name, region, class, outcome, target) > (?, ?, ?, ?, ?, ?, ?)"
		args = append(append(args, after.Principal), tail(after)...)
	}
	rows, err := db.read.QueryContext(ctx, query+pageOrder, append(args, pageFacts)...)
	return list, scan(rows, err, func(r *sql.Rows) error {
		f, err := scanFact(r, under.Account)
		if err == nil {
			list = append(list, f)
		}
		return err
	})
}

func tail(k *activity.Key) []any {
	return []any{k.Source, k.Name, k.Region, int64(k.Class), int64(k.Outcome), k.Target}
}

func scanFact(r *sql.Rows, account string) (f activity.Fact, err error) {
	var v value
	f.Account = account
	err = r.Scan(&f.Principal, &f.Source, &f.Name, &f.Region, &f.Class, &f.Outcome, &f.Target,
		&v.firstAt, &v.firstEvent, &v.lastAt, &v.lastEvent, &v.days)
	if err != nil {
		return f, err
	}
	return f, v.decode(&f)
}
