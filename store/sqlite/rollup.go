package sqlite

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// The table rollups holds what store.Rollups tells: the facts of calls merged
// over principals, outcomes and targets. A row has all calls of an account to
// one event source, packed, because what costs in SQLite is the row: a report on
// thousands of accounts reads tens of thousands of rows instead of millions of
// facts. MergeFacts keeps it, in the same transaction.

var _ store.Rollups = (*DB)(nil)

// pageKey names a row of rollups.
type pageKey struct{ account, source int64 }

// callKey names a call within a row.
type callKey struct{ name, region, class int64 }

func (a callKey) compare(b callKey) int {
	return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.region, b.region), cmp.Compare(a.class, b.class))
}

// call is what is kept of a call.
type call struct {
	callKey
	first, last int64 // Unix milliseconds
	days        activity.Days
}

func (c *call) merge(o call) {
	c.first, c.last, c.days = min(c.first, o.first), max(c.last, o.last), c.days.Union(o.days)
}

// rollup gathers what a transaction adds.
type rollup map[pageKey]map[callKey]*call

// add takes up facts. They may be taken up again: merging is idempotent.
func (u rollup) add(rows []row) {
	for i := range rows {
		k, f := &rows[i].key, rows[i].fact
		if f.Class != activity.Management && f.Class != activity.Data {
			continue
		}
		page := pageKey{k[1], k[3]}
		calls := u[page]
		if calls == nil {
			calls = map[callKey]*call{}
			u[page] = calls
		}
		c := call{callKey{k[4], k[5], k[6]}, f.First.At, f.Last.At, f.Days}
		if old := calls[c.callKey]; old != nil {
			old.merge(c)
		} else {
			calls[c.callKey] = &c
		}
	}
}

// mergeRollup merges what was gathered into the table, in the order of its key.
func (t *tx) mergeRollup(to tables, u rollup) error {
	pages := make([]pageKey, 0, len(u))
	for page := range u {
		pages = append(pages, page)
	}
	slices.SortFunc(pages, func(a, b pageKey) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.source, b.source))
	})
	for part := range slices.Chunk(pages, chunk) {
		if err := t.caller.Err(); err != nil {
			return err
		}
		if err := t.mergePages(to, part, u); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) mergePages(to tables, pages []pageKey, u rollup) error {
	stored := make([][]byte, len(pages))
	args := make([]any, 0, 3*len(pages))
	for i, p := range pages {
		args = append(args, i, p.account, p.source)
	}
	var i int
	var body sql.RawBytes
	err := t.query(func(r *sql.Rows) error {
		if err := r.Scan(&i, &body); err != nil {
			return err
		}
		stored[i] = bytes.Clone(body)
		return nil
	}, "WITH want(n, account, source) AS (VALUES "+places(len(pages), 3)+") SELECT n, calls FROM want CROSS JOIN "+to.rollups+" USING (account, source)", args...)
	if err != nil {
		return err
	}
	args = args[:0]
	for i, p := range pages {
		calls, err := decodeCalls(stored[i])
		if err != nil {
			return err
		}
		if body := encodeCalls(mergeCalls(calls, u[p])); !bytes.Equal(body, stored[i]) {
			args = append(args, p.account, p.source, blob(body))
		}
	}
	if len(args) == 0 {
		return nil
	}
	_, err = t.exec("REPLACE INTO "+to.rollups+" (account, source, calls) VALUES "+places(len(args)/3, 3), args...)
	return err
}

// mergeCalls merges calls into a sorted list.
func mergeCalls(list []call, more map[callKey]*call) []call {
	known := len(list)
	for _, c := range more {
		if i, found := slices.BinarySearchFunc(list[:known], c.callKey, func(a call, k callKey) int { return a.compare(k) }); found {
			list[i].merge(*c)
		} else {
			list = append(list, *c)
		}
	}
	slices.SortFunc(list, func(a, b call) int { return a.compare(b.callKey) })
	return list
}

// encodeCalls packs a sorted list: per call the distance of its name from the
// one before, Region, class, first, the distance of last, and the days with
// their length, all numbers as varints.
func encodeCalls(list []call) []byte {
	var out, days []byte
	name := int64(0)
	for i := range list {
		c := &list[i]
		out = binary.AppendUvarint(out, uint64(c.name-name))
		out = binary.AppendUvarint(out, uint64(c.region))
		out = binary.AppendUvarint(out, uint64(c.class))
		out = binary.AppendVarint(out, c.first)
		out = binary.AppendUvarint(out, uint64(c.last-c.first))
		days, _ = c.days.AppendBinary(days[:0]) // has no way to fail
		out = binary.AppendUvarint(out, uint64(len(days)))
		out = append(out, days...)
		name = c.name
	}
	return out
}

var errCalls = errors.New("damaged row: not the calls of a rollup")

// decodeCalls unpacks what encodeCalls packed.
func decodeCalls(in []byte) ([]call, error) {
	list := make([]call, 0, len(in)/24)
	name := int64(0)
	for len(in) > 0 {
		var c call
		var numbers [6]uint64
		for i := range numbers {
			n := 0
			if i == 3 {
				var signed int64
				signed, n = binary.Varint(in)
				numbers[i] = uint64(signed)
			} else {
				numbers[i], n = binary.Uvarint(in)
			}
			if n <= 0 {
				return nil, errCalls
			}
			in = in[n:]
		}
		c.callKey = callKey{name + int64(numbers[0]), int64(numbers[1]), int64(numbers[2])}
		c.first = int64(numbers[3])
		c.last = c.first + int64(numbers[4])
		size := numbers[5]
		if size > uint64(len(in)) {
			return nil, errCalls
		}
		if err := c.days.UnmarshalBinary(in[:size]); err != nil {
			return nil, err
		}
		in, name = in[size:], c.name
		list = append(list, c)
	}
	return list, nil
}

// accountsAtOnce is how many accounts one statement reads: few enough that what
// it finds is a small part of memory.
const accountsAtOnce = 64

// Rollup implements store.Rollups. As in Facts, no read is open while the
// caller's loop runs.
func (db *DB) Rollup(ctx context.Context, accounts []string) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		for part := range slices.Chunk(accounts, accountsAtOnce) {
			pages, err := db.pages(ctx, part)
			if err == nil {
				err = db.yieldPages(ctx, pages, yield)
			}
			if errors.Is(err, errStopped) {
				return
			}
			if err != nil {
				yield(activity.Fact{}, explain(fmt.Sprintf("read the calls of %d accounts", len(accounts)), err))
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(activity.Fact{}, err)
		}
	}
}

// errStopped: the loop over a sequence has ended.
var errStopped = errors.New("stopped")

// page is a row as it is read.
type page struct {
	pageKey
	calls []byte
}

// pages reads the rows of some accounts.
func (db *DB) pages(ctx context.Context, accounts []string) (list []page, err error) {
	var args []any
	for _, account := range accounts {
		id, known, err := db.nameID(ctx, account)
		if err != nil {
			return nil, err
		}
		if known {
			args = append(args, id)
		}
	}
	if len(args) == 0 {
		return nil, nil
	}
	var p page
	var body sql.RawBytes
	err = db.query(ctx, func(r *sql.Rows) error {
		if err := r.Scan(&p.account, &p.source, &body); err != nil {
			return err
		}
		p.calls = bytes.Clone(body)
		list = append(list, p)
		return nil
	}, "SELECT account, source, calls FROM rollups WHERE account IN "+places(1, len(args))+" ORDER BY account, source", args...)
	return list, err
}

func (db *DB) yieldPages(ctx context.Context, pages []page, yield func(activity.Fact, error) bool) error {
	texts := db.names.texts()
	for _, p := range pages {
		calls, err := decodeCalls(p.calls)
		if err != nil {
			return err
		}
		for i := range calls {
			c := &calls[i]
			if top := max(p.account, p.source, c.name, c.region); top > int64(len(texts)) {
				if texts, err = db.textsUpTo(ctx, top); err != nil {
					return err
				}
			}
			f := activity.Fact{
				Key: activity.Key{Account: texts[p.account-1], Source: texts[p.source-1], Name: texts[c.name-1],
					Region: texts[c.region-1], Class: activity.Class(c.class)},
				First: activity.Mark{At: c.first}, Last: activity.Mark{At: c.last}, Days: c.days,
			}
			if !yield(f, nil) {
				return errStopped
			}
		}
	}
	return nil
}

// textsUpTo reads the names that another process has written since.
func (db *DB) textsUpTo(ctx context.Context, top int64) ([]string, error) {
	if err := db.updateNames(ctx); err != nil {
		return nil, err
	}
	texts := db.names.texts()
	if top > int64(len(texts)) {
		return nil, errNames
	}
	return texts, nil
}

// rollAll fills the table from facts that have no rollups yet.
func (t *tx) rollAll(of tables) error {
	for bucket := range store.Buckets {
		u := rollup{}
		var p place
		var account int64
		var v value
		columns := append(append([]any{&account}, p.columns()...), v.columns()...)
		err := t.query(func(r *sql.Rows) error {
			if err := r.Scan(columns...); err != nil {
				return err
			}
			f := activity.Fact{Key: activity.Key{Class: activity.Class(p.class)}}
			if err := v.decode(&f); err != nil {
				return err
			}
			u.add([]row{{rowKey{int64(bucket), account, p.principal, p.source, p.name, p.region, p.class}, &f}})
			return nil
		}, "SELECT account, principal, source, name, region, class, outcome, target, "+valueColumns+" FROM "+of.facts+" WHERE bucket = ?", bucket)
		if err == nil {
			err = t.mergeRollup(of, u)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
