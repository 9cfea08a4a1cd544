package postgres

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// answering is the generation of the facts that answer.
const answering = "(select since from ebbmark.gates where bucket = 0)"

// Facts implements store.Facts. A principal's facts are read in one go and put
// in order; an account's are read a page at a time. In both cases no read is
// open while the caller's loop runs: it would hold a connection, and the loop may
// ask for more. Nothing is missed between pages, because facts are never removed
// but by Switch, which is told to the caller.
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

// stored is a fact with its key as it is stored.
type stored struct {
	fact  activity.Fact
	short activity.Key
	more  []byte
}

// facts runs a query for facts.
func (db *DB) facts(ctx context.Context, text string, args ...any) (list []stored, err error) {
	err = db.query(ctx, func() { list = nil }, func(r pgx.Rows) error {
		f, short, more, err := scanFact(r)
		list = append(list, stored{f, short, more})
		return err
	}, text, args...)
	return list, err
}

func (db *DB) ofPrincipal(ctx context.Context, under activity.Prefix, yield func(activity.Fact, error) bool) error {
	text := "select " + selectFact + " from ebbmark.facts where bucket = $1 and generation = " + answering + " and account = $2 and principal = $3"
	args := []any{int32(store.Bucket(under.Account, under.Principal)), []byte(shorten(under.Account, maxPart)), []byte(shorten(under.Principal, maxPart))}
	text, args = ofClass(text, args, under.Class)
	list, err := db.facts(ctx, text, args...)
	if err != nil {
		return err
	}
	order := make([]*activity.Fact, len(list)) // a fact is large: pointers are moved
	for i := range list {
		order[i] = &list[i].fact
	}
	slices.SortFunc(order, func(a, b *activity.Fact) int { return a.Key.Compare(b.Key) })
	for _, f := range order {
		if !yield(*f, nil) {
			return nil
		}
	}
	return nil
}

// ofClass narrows a query to the facts of a class; zero: of all.
func ofClass(text string, args []any, class activity.Class) (string, []any) {
	if class == 0 {
		return text, args
	}
	args = append(args, int16(class))
	return text + fmt.Sprintf(" and class = $%d", len(args)), args
}

func (db *DB) ofAccount(ctx context.Context, under activity.Prefix, yield func(activity.Fact, error) bool) error {
	before, err := db.Generation(ctx)
	if err != nil {
		return err
	}
	for group := range slices.Chunk(allBuckets(), groupBuckets) {
		more, err := db.ofGroup(ctx, before.Since, group, under, yield)
		if err != nil || !more {
			return err
		}
	}
	if after, err := db.Generation(ctx); err != nil || after.Since != before.Since {
		return cmp.Or(err, store.ErrSwitched)
	}
	return nil
}

// ofGroup reads some buckets: in one statement when their facts are few, else
// each by pages. It reports whether the loop goes on.
func (db *DB) ofGroup(ctx context.Context, generation int64, group []int32, under activity.Prefix, yield func(activity.Fact, error) bool) (bool, error) {
	text := "select " + selectFact + " from ebbmark.facts where bucket = any($1) and generation = $2 and account = $3"
	text, args := ofClass(text, []any{group, generation, []byte(shorten(under.Account, maxPart))}, under.Class)
	list, err := db.facts(ctx, text+fmt.Sprintf(" limit %d", pageRows+1), args...)
	if err != nil {
		return false, err
	}
	if len(list) <= pageRows {
		for i := range list {
			if !yield(list[i].fact, nil) {
				return false, nil
			}
		}
		return true, nil
	}
	for _, bucket := range group {
		more := true
		err := db.pages(ctx, int(bucket), generation, under, func(page []stored) bool {
			for i := 0; more && i < len(page); i++ {
				more = yield(page[i].fact, nil)
			}
			return more
		})
		if err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// pages reads the facts of an account in one bucket, in the order of their
// stored keys.
func (db *DB) pages(ctx context.Context, bucket int, generation int64, under activity.Prefix, each func([]stored) bool) error {
	text := "select " + selectFact + " from ebbmark.facts where bucket = $1 and generation = $2 and account = $3"
	text, args := ofClass(text, []any{int32(bucket), generation, []byte(shorten(under.Account, maxPart))}, under.Class)
	first, after := args, ""
	for {
		page, err := db.facts(ctx, text+after+" order by "+keyColumns+fmt.Sprintf(" limit %d", pageRows), args...)
		if err != nil {
			return err
		}
		if !each(page) || len(page) < pageRows {
			return nil
		}
		n := len(first)
		after = fmt.Sprintf(" and (principal, source, name, region, class, outcome, target) > ($%d, $%d, $%d, $%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4, n+5, n+6, n+7)
		k := page[len(page)-1].short
		args = slices.Concat(first, []any{[]byte(k.Principal), []byte(k.Source), []byte(k.Name), []byte(k.Region), int16(k.Class), int16(k.Outcome), []byte(k.Target)})
	}
}
