package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// Facts implements store.Facts. A principal's facts are read in one go and put
// in order; an account's are read a page at a time. In both cases no read is
// open while the caller's loop runs: it would keep the WAL from shrinking.
// Nothing is missed between pages, because facts are never removed but by Switch,
// which is told to the caller.
func (db *DB) Facts(ctx context.Context, under activity.Prefix) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		var err error
		if under.Principal != "" {
			err = db.ofPrincipal(ctx, under, yield)
		} else {
			err = db.ofAccount(ctx, under, yield)
		}
		if err != nil {
			yield(activity.Fact{}, explain(fmt.Sprintf("read facts of account %s", under.Account), err))
		}
	}
}

const selectFacts = "SELECT principal, source, name, region, class, outcome, target, " + valueColumns + " FROM facts WHERE bucket = ? AND account = ?"

func (db *DB) ofPrincipal(ctx context.Context, under activity.Prefix, yield func(activity.Fact, error) bool) error {
	account, known, err := db.nameID(ctx, under.Account)
	if err != nil || !known {
		return err
	}
	principal, known, err := db.nameID(ctx, under.Principal)
	if err != nil || !known {
		return err
	}
	bucket := store.Bucket(under.Account, under.Principal)
	query, args := ofClass(selectFacts+" AND principal = ?", []any{bucket, account, principal}, under.Class)
	facts, _, err := db.facts(ctx, under.Account, query, args...)
	if err != nil {
		return err
	}
	for _, f := range sorted(facts) {
		if !yield(*f, nil) {
			return nil
		}
	}
	return nil
}

// sorted puts facts in order. It moves pointers: a fact is large.
func sorted(facts []activity.Fact) []*activity.Fact {
	order := make([]*activity.Fact, len(facts))
	for i := range facts {
		order[i] = &facts[i]
	}
	slices.SortFunc(order, func(a, b *activity.Fact) int { return a.Key.Compare(b.Key) })
	return order
}

// ofClass narrows a query to the facts of a class; zero: of all.
func ofClass(query string, args []any, class activity.Class) (string, []any) {
	if class == 0 {
		return query, args
	}
	return query + " AND class = ?", append(args, int64(class))
}

func (db *DB) ofAccount(ctx context.Context, under activity.Prefix, yield func(activity.Fact, error) bool) error {
	account, known, err := db.nameID(ctx, under.Account)
	if err != nil || !known {
		return err
	}
	before, err := db.Generation(ctx)
	if err != nil {
		return err
	}
	for bucket := range store.Buckets {
		all, args := ofClass(selectFacts, []any{bucket, account}, under.Class)
		first, query := args, all
		for more := true; more; {
			facts, last, err := db.facts(ctx, under.Account, query+" ORDER BY principal, source, name, region, class, outcome, target LIMIT ?", append(args, pageFacts)...)
			if err != nil {
				return err
			}
			for _, f := range facts {
				if !yield(f, nil) {
					return nil
				}
			}
			query = all + " AND (principal, source, name, region, class, outcome, target) > (?, ?, ?, ?, ?, ?, ?)"
			args = slices.Concat(first, last.args())
			more = len(facts) == pageFacts
		}
	}
	if after, err := db.Generation(ctx); err != nil || after.Since != before.Since {
		return cmp.Or(err, store.ErrSwitched)
	}
	return nil
}

// facts runs a query for facts of one account; last is the place of the last
// one.
func (db *DB) facts(ctx context.Context, account, query string, args ...any) (list []activity.Fact, last place, err error) {
	texts := db.names.texts()
	var v value
	columns := append(last.columns(), v.columns()...)
	err = db.query(ctx, func(r *sql.Rows) error {
		if err := r.Scan(columns...); err != nil {
			return err
		}
		if top := last.top(); top > int64(len(texts)) {
			if err := db.updateNames(ctx); err != nil {
				return err
			}
			if texts = db.names.texts(); top > int64(len(texts)) {
				return errNames
			}
		}
		f := activity.Fact{Key: last.key(account, texts)}
		list = append(list, f)
		return v.decode(&list[len(list)-1])
	}, query, args...)
	return list, last, err
}

// place is the key columns of a row after bucket and account.
type place struct {
	principal, source, name, region int64
	class, outcome                  int64 // integers of the driver's own type: others are converted by way of text
	target                          int64
}

func (p *place) columns() []any {
	return []any{&p.principal, &p.source, &p.name, &p.region, &p.class, &p.outcome, &p.target}
}

func (p *place) args() []any {
	return []any{p.principal, p.source, p.name, p.region, p.class, p.outcome, p.target}
}

// top is the greatest number of a name in the place.
func (p *place) top() int64 { return max(p.principal, p.source, p.name, p.region, p.target) }

func (p *place) key(account string, texts []string) activity.Key {
	text := func(id int64) string { return texts[id-1] }
	return activity.Key{Account: account, Principal: text(p.principal), Source: text(p.source), Name: text(p.name),
		Region: text(p.region), Class: activity.Class(p.class), Outcome: activity.Outcome(p.outcome), Target: text(p.target)}
}

// nameID is the number of a string, if it has one. A string that the mirror
// does not know may have been written by another process since.
func (db *DB) nameID(ctx context.Context, text string) (id int64, known bool, err error) {
	if id, known = db.names.id(text); known {
		return id, true, ctx.Err()
	}
	if err := db.updateNames(ctx); err != nil {
		return 0, false, err
	}
	id, known = db.names.id(text)
	return id, known, nil
}
