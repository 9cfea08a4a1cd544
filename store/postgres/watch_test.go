package postgres

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// watch is a tracer that holds every write against design rule 1: a transaction
// touches one bucket, and its rows are sorted by key. Turns, which change all
// gates, are left out from the moment at which they take a second gate.
type watch struct {
	mu     sync.Mutex
	open   map[*pgx.Conn]*watched
	writes int
	turns  int
	wrong  []string
	codes  map[string]int // SQLSTATEs of failed statements
}

// watched is the transaction of a connection.
type watched struct {
	bucket  int32
	known   bool
	gates   int
	inside  bool // between begin and commit
	lastKey map[string]string
}

func newWatch() *watch { return &watch{open: map[*pgx.Conn]*watched{}, codes: map[string]int{}} }

func (w *watch) tune(c *pgxpool.Config) { c.ConnConfig.Tracer = w }

var writes = regexp.MustCompile(`^\s*(insert into|update|delete from) ebbmark\.(\w+)`)

func (w *watch) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := strings.TrimSpace(data.SQL)
	switch {
	case strings.HasPrefix(text, "begin"):
		w.open[conn] = &watched{inside: true, lastKey: map[string]string{}}
		return ctx
	case text == "commit" || text == "rollback":
		delete(w.open, conn)
		return ctx
	}
	now := w.open[conn]
	if now == nil {
		now = &watched{lastKey: map[string]string{}} // a statement that is a transaction of its own
	}
	if strings.HasSuffix(text, "for update") {
		if now.gates++; now.gates == 2 {
			w.turns++
		}
		if now.gates > 1 { // a turn: gates are taken in order
			if bucket := data.Args[0].(int32); bucket != now.bucket+1 {
				w.wrong = append(w.wrong, fmt.Sprintf("gate %d after %d", bucket, now.bucket))
			}
		}
		now.bucket, now.known = data.Args[0].(int32), true
		return ctx
	}
	if to := writes.FindStringSubmatch(text); to != nil && now.gates < 2 {
		w.writes++
		w.check(now, to[2], text, data.Args)
	}
	return ctx
}

func (w *watch) check(now *watched, table, text string, args []any) {
	if len(args) == 0 {
		w.wrong = append(w.wrong, "no bucket in "+text)
		return
	}
	bucket, ok := args[0].(int32)
	if !ok || now.known && bucket != now.bucket {
		w.wrong = append(w.wrong, fmt.Sprintf("a transaction of bucket %d writes into %v: %s", now.bucket, args[0], text))
	}
	now.bucket, now.known = bucket, true
	if !strings.Contains(text, "unnest") {
		return
	}
	var columns []any // of the key, after the bucket
	prefix := table
	if table == "docs" {
		columns = args[2:3]
	} else {
		prefix += fmt.Sprintf(" %d", args[1].(int64))
		columns = args[2:10]
	}
	for i := range rowsOf(columns[0]) {
		key := ""
		for _, c := range columns {
			key += sortable(c, i)
		}
		if last, there := now.lastKey[prefix]; there && key <= last {
			w.wrong = append(w.wrong, fmt.Sprintf("row %d of %s is not after the one before", i, prefix))
		}
		now.lastKey[prefix] = key
	}
}

func rowsOf(column any) int {
	if list, ok := column.([][]byte); ok {
		return len(list)
	}
	return len(column.([]int16))
}

// sortable writes a value so that texts compare as PostgreSQL compares values.
func sortable(column any, i int) string {
	if list, ok := column.([][]byte); ok {
		text := bytes.ReplaceAll(list[i], []byte{0}, []byte{0, 1})
		return string(text) + "\x00\x00"
	}
	return fmt.Sprintf("%06d", column.([]int16)[i])
}

func (w *watch) TraceQueryEnd(_ context.Context, conn *pgx.Conn, data pgx.TraceQueryEndData) {
	if data.Err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.codes[sqlState(data.Err)]++
	}
}

// want ends the test unless there were writes, and none of them was wrong.
func (w *watch) want(t *testing.T, writes int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.wrong) > 0 {
		t.Errorf("%d writes against the rule, such as %s", len(w.wrong), w.wrong[0])
	}
	if w.writes < writes {
		t.Errorf("%d writes were seen, want %d or more: the test tests nothing", w.writes, writes)
	}
}
