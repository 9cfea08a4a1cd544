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
// enough that the cost of a statement disappears, small enough that a few left
// over (done one by one) do not matter.
const chunk = 64

const (
	keyColumns   = "bucket, account, principal, source, name, region, class, outcome, target"
	valueColumns = "first_at, first_event, last_at, last_event, days"
	keyWidth     = 9
	valueWidth   = 5
)

// MergeFacts implements store.Facts. It merges all of them or none.
func (db *DB) MergeFacts(ctx context.Context, facts []activity.Fact) error {
	rows := prepare(facts)
	if len(rows) == 0 {
		return ctx.Err()
	}
	m := &merger{}
	err := db.write.do(ctx, func(t *tx) error {
		for part := range slices.Chunk(rows, chunk) {
			if err := t.caller.Err(); err != nil {
				return err
			}
			if err := m.merge(t, part); err != nil {
				return err
			}
		}
		return nil
	})
	return explain(fmt.Sprintf("merge %d facts", len(rows)), err)
}

// row is a fact with its bucket.
type row struct {
	bucket int
	fact   activity.Fact
}

// prepare sorts the facts by bucket and key and merges those of one key, in a
// slice of its own.
func prepare(facts []activity.Fact) []row {
	rows := make([]row, len(facts))
	for i, f := range facts {
		rows[i] = row{store.Bucket(f.Account, f.Principal), f}
	}
	slices.SortFunc(rows, func(a, b row) int {
		if a.bucket != b.bucket {
			return a.bucket - b.bucket
		}
		return a.fact.Key.Compare(b.fact.Key)
	})
	out := rows[:0]
	for _, r := range rows {
		if last := len(out) - 1; last >= 0 && out[last].fact.Key == r.fact.Key {
			out[last].fact = activity.Merge(out[last].fact, r.fact)
		} else {
			out = append(out, r)
		}
	}
	return out
}

// merger merges chunk after chunk, keeping its buffers.
type merger struct {
	args    []any
	changed []row
}

// merge reads what is stored under the keys of the rows, merges, and writes
// those that differ.
func (m *merger) merge(t *tx, rows []row) error {
	fresh, err := m.read(t, rows)
	if err != nil {
		return err
	}
	m.changed = m.changed[:0]
	for i, r := range rows {
		if !fresh[i].same {
			m.changed = append(m.changed, row{r.bucket, fresh[i].fact})
		}
	}
	return m.write(t, m.changed)
}

// outcome of comparing one row with what is stored.
type outcome struct {
	fact activity.Fact
	same bool // as stored already
}

func (m *merger) read(t *tx, rows []row) ([]outcome, error) {
	list := make([]outcome, len(rows))
	for i, r := range rows {
		list[i].fact = r.fact
	}
	each := func(r *sql.Rows) error {
		var i int
		var v value
		if err := r.Scan(append([]any{&i}, v.columns()...)...); err != nil {
			return err
		}
		old := activity.Fact{Key: rows[i].fact.Key}
		if err := v.decode(&old); err != nil {
			return err
		}
		list[i].fact = activity.Merge(old, rows[i].fact)
		list[i].same = equal(old, list[i].fact)
		return nil
	}
	return list, m.run(rows, readQuery, func(i int, r row) []any {
		return append([]any{i}, keyArgs(r)...)
	}, func(query string, args []any) error { return t.query(each, query, args...) })
}

func (m *merger) write(t *tx, rows []row) error {
	return m.run(rows, writeQuery, func(_ int, r row) []any {
		return append(keyArgs(r), valueArgs(r.fact)...)
	}, func(query string, args []any) error {
		_, err := t.exec(query, args...)
		return err
	})
}

func (m *merger) run(rows []row, query func(int) string, args func(int, row) []any, do func(string, []any) error) error {
	if len(rows) == 0 {
		return nil
	}
	m.args = m.args[:0]
	for i, r := range rows {
		m.args = append(m.args, args(i, r)...)
	}
	return do(query(len(rows)), m.args)
}

func readQuery(n int) string {
	return "WITH want(n, " + keyColumns + ") AS (VALUES " + places(n, keyWidth+1) + ") SELECT n, " + valueColumns +
		" FROM want CROSS JOIN facts USING (" + keyColumns + ")"
}

func writeQuery(n int) string {
	return "REPLACE INTO facts (" + keyColumns + ", " + valueColumns + ") VALUES " + places(n, keyWidth+valueWidth)
}

// places is n groups of width question marks.
func places(n, width int) string {
	group := "(" + strings.Repeat("?, ", width-1) + "?)"
	return strings.Repeat(group+", ", n-1) + group
}

func keyArgs(r row) []any {
	k := &r.fact.Key
	return []any{r.bucket, k.Account, k.Principal, k.Source, k.Name, k.Region, int64(k.Class), int64(k.Outcome), k.Target}
}

func equal(a, b activity.Fact) bool {
	return a.First == b.First && a.Last == b.Last && a.Days.Equal(b.Days)
}
