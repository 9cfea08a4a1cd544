package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

const (
	// maxRemembered bounds the answers that are kept: enough for all roles of a
	// large account. maxRememberedBody bounds the bytes of a document among them.
	maxRemembered     = 32_768
	maxRememberedBody = 1 << 10
)

// unchanged remembers answers for as long as nothing at all is committed, by
// whatever connection of whatever process. SQLite counts commits for each
// connection (PRAGMA data_version): two equal answers on one connection mean
// that none came between. So an answer that was read after the first of them is
// right at the second. Asking costs a few microseconds, a tenth of a query.
type unchanged struct {
	mu      sync.Mutex // of the connection that counts
	conn    *sql.Conn
	stmt    driver.StmtQueryContext
	started atomic.Int64 // questions that were begun
	count   int64        // the last answer

	cache  sync.Mutex
	at     int64 // the count at which the answers were right
	values map[any]any
}

// remembered is what read answers, or has answered before when nothing was
// committed since. The value is shared.
func remembered[V any](ctx context.Context, db *DB, key any, keep func(V) bool, read func() (V, error)) (V, error) {
	u := &db.unchanged
	at, err := u.commits(ctx, db.read)
	if err != nil { // whatever it is, the query itself will tell it better
		return read()
	}
	if v, ok := u.get(at, key).(V); ok {
		return v, nil
	}
	v, err := read()
	if err == nil && keep(v) {
		u.put(at, key, v)
	}
	return v, err
}

func (u *unchanged) get(at int64, key any) any {
	u.cache.Lock()
	defer u.cache.Unlock()
	if u.at != at {
		return nil
	}
	return u.values[key]
}

func (u *unchanged) put(at int64, key, v any) {
	u.cache.Lock()
	defer u.cache.Unlock()
	if u.at != at || u.values == nil || len(u.values) >= maxRemembered {
		u.at, u.values = at, map[any]any{}
	}
	u.values[key] = v
}

// commits is SQLite's count at a moment after the call. Calls that wait for their
// turn share the answer to a question that began after they came.
func (u *unchanged) commits(ctx context.Context, pool *sql.DB) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	before := u.started.Load()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conn != nil && u.started.Load() > before {
		return u.count, nil
	}
	u.started.Add(1)
	count, err := u.ask(pool)
	if err != nil {
		return 0, errors.Join(err, u.drop())
	}
	u.count = count
	return count, nil
}

// ask asks on a connection that does nothing else, so that counts compare. A
// question is over in microseconds: no caller's context ends it.
func (u *unchanged) ask(pool *sql.DB) (count int64, err error) {
	ctx := context.Background()
	if u.conn == nil {
		if u.conn, err = pool.Conn(ctx); err != nil {
			return 0, err
		}
		// drop has forgotten the answers: counts of another connection mean nothing.
	}
	err = u.conn.Raw(func(c any) (err error) {
		if u.stmt == nil {
			if u.stmt, err = prepareCount(ctx, c); err != nil {
				return err
			}
		}
		rows, err := u.stmt.QueryContext(ctx, nil)
		if err != nil {
			return err
		}
		row := make([]driver.Value, 1)
		if err := rows.Next(row); err != nil && !errors.Is(err, io.EOF) {
			return errors.Join(err, rows.Close())
		}
		n, ok := row[0].(int64)
		if !ok {
			return errors.Join(errCount, rows.Close())
		}
		count = n
		return rows.Close()
	})
	return count, err
}

var errCount = errors.New("the driver does not tell the data version")

func prepareCount(ctx context.Context, c any) (driver.StmtQueryContext, error) {
	p, ok := c.(driver.ConnPrepareContext)
	if !ok {
		return nil, errCount
	}
	s, err := p.PrepareContext(ctx, "PRAGMA data_version")
	if err != nil {
		return nil, err
	}
	if q, ok := s.(driver.StmtQueryContext); ok {
		return q, nil
	}
	return nil, errors.Join(errCount, s.Close())
}

// drop gives the connection back. The answers are forgotten with it.
func (u *unchanged) drop() error {
	if u.conn == nil {
		return nil
	}
	var err error
	if s, ok := u.stmt.(driver.Stmt); ok {
		err = u.conn.Raw(func(any) error { return s.Close() })
	}
	err = errors.Join(err, u.conn.Close())
	u.conn, u.stmt = nil, nil
	u.cache.Lock()
	defer u.cache.Unlock()
	u.at, u.values = -1, nil
	return err
}

func (u *unchanged) close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.drop()
}
