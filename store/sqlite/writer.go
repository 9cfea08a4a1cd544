package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// writer is the one connection that writes, used by one goroutine at a time.
type writer struct {
	turn chan struct{} // holds one token while nobody writes
	pool *sql.DB
	conn *sql.Conn
	made map[string]*sql.Stmt // prepared statements by their text; for the holder of the turn
}

func openWriter(ctx context.Context, path string) (*writer, error) {
	pool, err := sql.Open("sqlite", location(path,
		fmt.Sprintf("busy_timeout(%d)", lockPoll),
		"synchronous(FULL)",
		fmt.Sprintf("cache_size(-%d)", writerCache),
		fmt.Sprintf("wal_autocheckpoint(%d)", checkpointAt),
	))
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	w := &writer{make(chan struct{}, 1), pool, conn, map[string]*sql.Stmt{}}
	w.turn <- struct{}{}
	return w, nil
}

// errClosed: the store was closed before.
var errClosed = errors.New("the store is closed")

func (w *writer) close() error {
	if _, open := <-w.turn; !open {
		return nil
	}
	close(w.turn)
	var list []error
	for _, s := range w.made {
		list = append(list, s.Close())
	}
	return errors.Join(append(list, w.conn.Close(), w.pool.Close())...)
}

// do runs work in one transaction: all of it is on the disk when do returns
// nil, and nothing of it otherwise.
//
// Statements run to their end even when ctx is done: interrupting SQLite in
// the middle of a write gains milliseconds and costs certainty. Work that
// takes longer looks at the context between statements.
func (w *writer) do(ctx context.Context, work func(*tx) error) (err error) {
	select {
	case _, open := <-w.turn:
		if !open {
			return errClosed
		}
		defer func() { w.turn <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	t := &tx{ctx, context.WithoutCancel(ctx), w}
	defer func() {
		if done := recover(); done != nil {
			t.exec("ROLLBACK")
			panic(done)
		}
	}()
	if err = work(t); err == nil {
		_, err = t.exec("COMMIT")
	}
	if err != nil {
		// After some errors SQLite has rolled back by itself, after others
		// (a COMMIT on a full disk) the transaction is still open. Asking for
		// it always is right in both cases; the first answers with an error.
		t.exec("ROLLBACK")
	}
	return err
}

// begin takes SQLite's write lock, waiting for other processes up to lockWait.
func (w *writer) begin(ctx context.Context) error {
	for start := time.Now(); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := w.conn.ExecContext(context.WithoutCancel(ctx), "BEGIN IMMEDIATE")
		if err == nil || !isBusy(err) {
			return err
		}
		if time.Since(start) > lockWait {
			return fmt.Errorf("another process has held the write lock for %s: %w", lockWait, err)
		}
	}
}

// tx is an open write transaction.
type tx struct {
	caller context.Context // may be done at any time
	ctx    context.Context // never done
	w      *writer
}

// exec prepares the statement unless it was before, and runs it.
func (t *tx) exec(query string, args ...any) (sql.Result, error) {
	s, err := t.w.prepare(t.ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(t.ctx, args...)
}

// query runs a statement and hands each row to each.
func (t *tx) query(each func(*sql.Rows) error, query string, args ...any) error {
	s, err := t.w.prepare(t.ctx, query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(t.ctx, args...)
	return scan(rows, err, each)
}

func (w *writer) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := w.made[query]; s != nil {
		return s, nil
	}
	s, err := w.conn.PrepareContext(ctx, query)
	if err == nil {
		w.made[query] = s
	}
	return s, err
}

// scan hands each row to each, until one fails.
func scan(rows *sql.Rows, err error, each func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
