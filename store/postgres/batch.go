package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

const (
	keyColumns   = "account, principal, source, name, region, class, outcome, target"
	valueColumns = "first_at, first_event, last_at, last_event, days"
)

// row is a fact with its key as it is stored. The fact may be the caller's: it
// is replaced, never changed.
type row struct {
	key  activity.Key
	more []byte
	fact *activity.Fact
}

// byBucket gives every fact its bucket, sorts each bucket by key, and merges
// those of one key.
func byBucket(facts []activity.Fact) map[int][]row {
	all := map[int][]row{}
	for i := range facts {
		f := &facts[i]
		key, more := shortKey(f.Key)
		bucket := store.Bucket(f.Account, f.Principal)
		all[bucket] = append(all[bucket], row{key, more, f})
	}
	for bucket, rows := range all {
		all[bucket] = inOrder(rows)
	}
	return all
}

// inOrder sorts rows by key and merges those of one key.
func inOrder(rows []row) []row {
	slices.SortFunc(rows, func(a, b row) int { return a.key.Compare(b.key) })
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

// place is where rows are: a table, and the first two columns of their keys.
type place struct {
	table      string
	bucket     int
	generation int64
}

// keyArgs are the arrays for the columns of keys, after the place.
func (p place) keyArgs(rows []row) []any {
	var text [6][][]byte
	var class, outcome []int16
	for i := range rows {
		k := rows[i].key
		for n, part := range parts(&k) {
			text[n] = append(text[n], []byte(*part))
		}
		class, outcome = append(class, int16(k.Class)), append(outcome, int16(k.Outcome))
	}
	return []any{int32(p.bucket), p.generation, text[0], text[1], text[2], text[3], text[4], class, outcome, text[5]}
}

// allArgs are keyArgs and the arrays of values.
func (p place) allArgs(rows []row) []any {
	var firstAt, lastAt []int64
	var more, firstEvent, lastEvent, days [][]byte
	for i := range rows {
		f := rows[i].fact
		set, _ := f.Days.AppendBinary([]byte{}) // has no way to fail
		more = append(more, rows[i].more)
		firstAt, lastAt = append(firstAt, f.First.At), append(lastAt, f.Last.At)
		firstEvent, lastEvent = append(firstEvent, []byte(f.First.Event)), append(lastEvent, []byte(f.Last.Event))
		days = append(days, set)
	}
	return append(p.keyArgs(rows), more, firstAt, firstEvent, lastAt, lastEvent, days)
}

const keyArrays = "$3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], $8::smallint[], $9::smallint[], $10::bytea[]"

// readKeys is the statement that reads rows by key; the first column is the
// row's number, from 1.
func (p place) readKeys() string {
	var same []string
	for _, c := range strings.Split(keyColumns, ", ") {
		same = append(same, fmt.Sprintf("f.%s = w.%[1]s", c))
	}
	return "select w.n, " + valueColumns + " from unnest(" + keyArrays + ") with ordinality as w(" + keyColumns + ", n) join ebbmark." + p.table +
		" f on f.bucket = $1 and f.generation = $2 and " + strings.Join(same, " and ")
}

// writeRows is the statement that writes rows.
func (p place) writeRows() string {
	var set []string
	for _, c := range strings.Split(valueColumns, ", ") {
		set = append(set, c+" = excluded."+c)
	}
	return "insert into ebbmark." + p.table + " (bucket, generation, " + keyColumns + ", more, " + valueColumns + ") select $1::integer, $2::bigint, w.* from unnest(" + keyArrays +
		", $11::bytea[], $12::bigint[], $13::bytea[], $14::bigint[], $15::bytea[], $16::bytea[]) as w" +
		" on conflict (bucket, generation, " + keyColumns + ") do update set " + strings.Join(set, ", ")
}

// value holds the value columns of a row as they are read.
type value struct {
	firstAt, lastAt             int64
	firstEvent, lastEvent, days []byte
}

func (v *value) columns() []any {
	return []any{&v.firstAt, &v.firstEvent, &v.lastAt, &v.lastEvent, &v.days}
}

func (v *value) decode(f *activity.Fact) error {
	f.First = activity.Mark{At: v.firstAt, Event: string(v.firstEvent)}
	f.Last = activity.Mark{At: v.lastAt, Event: string(v.lastEvent)}
	return f.Days.UnmarshalBinary(v.days)
}

// selectFact are the columns that scanFact reads.
const selectFact = keyColumns + ", more, " + valueColumns

// scanFact reads a row of facts: the fact, and its key as it is stored.
func scanFact(r pgx.Rows) (f activity.Fact, short activity.Key, more []byte, err error) {
	var v value
	var text [6][]byte
	var class, outcome int16
	err = r.Scan(append([]any{&text[0], &text[1], &text[2], &text[3], &text[4], &class, &outcome, &text[5], &more}, v.columns()...)...)
	if err != nil {
		return f, short, nil, err
	}
	for i, part := range parts(&short) {
		*part = string(text[i])
	}
	short.Class, short.Outcome = activity.Class(class), activity.Outcome(outcome)
	f.Key = short
	if err := fullKey(&f.Key, more); err != nil {
		return f, short, nil, err
	}
	return f, short, more, v.decode(&f)
}
