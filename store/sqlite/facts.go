package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// chunk is the number of facts that one statement reads or writes: large
// enough that the cost of a statement disappears, and few enough that its
// parameters stay below SQLite's limit of 32,766.
const chunk = 256

const (
	keyColumns   = "bucket, account, principal, source, name, region, class, outcome, target"
	valueColumns = "first_at, first_event, last_at, last_event, days"
	keyWidth     = 9
	valueWidth   = 5
)

// MergeFacts implements store.Facts. It merges all of them or none.
func (db *DB) MergeFacts(ctx context.Context, facts []activity.Fact) error {
	return db.merge(ctx, facts, func(g store.Generation) ([]tables, error) {
		if g.Draft != 0 {
			return []tables{live, draft}, nil
		}
		return []tables{live}, nil
	})
}

// tables are where facts are merged into.
type tables struct {
	facts   string
	rollups string // empty: no rollups are kept of these facts
}

var (
	live  = tables{"facts", "rollups"}
	draft = tables{"facts_draft", "rollups_draft"}
	kept  = tables{"facts_kept", ""}
)

// merge merges facts into the tables that are right for the generation, in one
// transaction.
func (db *DB) merge(ctx context.Context, facts []activity.Fact, into func(store.Generation) ([]tables, error)) error {
	if len(facts) == 0 {
		return ctx.Err()
	}
	var n *naming
	err := db.write.do(ctx, func(t *tx) error {
		g, err := t.generation()
		if err != nil {
			return err
		}
		list, err := into(g)
		if err != nil {
			return err
		}
		if n, err = t.naming(db.names); err != nil {
			return err
		}
		rows := prepare(n, facts)
		if err := n.write(t); err != nil {
			return err
		}
		for _, to := range list {
			if err := t.mergeInto(to, slices.Clone(rows)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		n.publish()
	}
	return explain(fmt.Sprintf("merge %d facts", len(facts)), err)
}

// mergeInto merges sorted rows, which it changes.
func (t *tx) mergeInto(to tables, rows []row) error {
	calls := rollup{}
	if err := t.mergeRows(to, rows, calls); err != nil {
		return err
	}
	if to.rollups == "" {
		return nil
	}
	return t.mergeRollup(to, calls)
}

// rowKey is the key columns of a row, in their order.
type rowKey [keyWidth]int64

// row is a fact with its key in numbers. The fact may be the caller's: it is
// replaced, never changed.
type row struct {
	key  rowKey
	fact *activity.Fact
}

// prepare gives every fact its key, sorts by bucket and key, and merges those
// of one key.
func prepare(n *naming, facts []activity.Fact) []row {
	rows := make([]row, len(facts))
	for i := range facts {
		rows[i] = row{n.key(&facts[i].Key), &facts[i]}
	}
	slices.SortFunc(rows, func(a, b row) int { return slices.Compare(a.key[:], b.key[:]) })
	out := rows[:0]
	for _, r := range rows {
		if last := len(out) - 1; last >= 0 && out[last].key == r.key {
			merged := activity.Merge(*out[last].fact, *r.fact)
			out[last].fact = &merged
		} else {
			out = append(out, r)
		}
	}
	return out
}

func (n *naming) key(k *activity.Key) rowKey {
	return rowKey{
		int64(store.Bucket(k.Account, k.Principal)), n.id(k.Account), n.id(k.Principal),
		n.id(k.Source), n.id(k.Name), n.id(k.Region), int64(k.Class), int64(k.Outcome), n.id(k.Target),
	}
}

// mergeRows merges chunk by chunk: reads what is stored, merges, and writes
// what is not as stored. That also goes into the rollup.
func (t *tx) mergeRows(to tables, rows []row, calls rollup) error {
	for part := range slices.Chunk(rows, chunk) {
		if err := t.caller.Err(); err != nil {
			return err
		}
		changed, err := t.mergeStored(to, part)
		calls.add(changed)
		if err == nil && len(changed) > 0 {
			_, err = t.exec(writeQuery(to, len(changed)), writeArgs(changed)...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mergeStored merges what is stored into the rows and returns those that are
// not stored in this form already.
func (t *tx) mergeStored(to tables, rows []row) (changed []row, err error) {
	same := make([]bool, len(rows))
	var i int
	var v value
	columns := append([]any{&i}, v.columns()...)
	err = t.query(func(r *sql.Rows) error {
		if err := r.Scan(columns...); err != nil {
			return err
		}
		old := activity.Fact{Key: rows[i].fact.Key}
		if err := v.decode(&old); err != nil {
			return err
		}
		merged := activity.Merge(old, *rows[i].fact)
		rows[i].fact = &merged
		same[i] = old.First == merged.First && old.Last == merged.Last && old.Days.Equal(merged.Days)
		return nil
	}, readQuery(to, len(rows)), readArgs(rows)...)
	for i, r := range rows {
		if !same[i] {
			changed = append(changed, r)
		}
	}
	return changed, err
}

// readQuery reads n rows by key; the first column is the row's number.
func readQuery(to tables, n int) string {
	return "WITH want(n, " + keyColumns + ") AS (VALUES " + places(n, 1+keyWidth) + ") SELECT n, " + valueColumns +
		" FROM want CROSS JOIN " + to.facts + " USING (" + keyColumns + ")"
}

func readArgs(rows []row) []any {
	args := make([]any, 0, len(rows)*(1+keyWidth))
	for i, r := range rows {
		args = append(args, i)
		for _, k := range r.key {
			args = append(args, k)
		}
	}
	return args
}

func writeQuery(to tables, n int) string {
	return "REPLACE INTO " + to.facts + " (" + keyColumns + ", " + valueColumns + ") VALUES " + places(n, keyWidth+valueWidth)
}

func writeArgs(rows []row) []any {
	args := make([]any, 0, len(rows)*(keyWidth+valueWidth))
	for _, r := range rows {
		for _, k := range r.key {
			args = append(args, k)
		}
		args = append(args, valueArgs(r.fact)...)
	}
	return args
}

// places is n groups of width question marks.
func places(n, width int) string {
	group := "(" + strings.Repeat("?, ", width-1) + "?)"
	return strings.Repeat(group+", ", n-1) + group
}
