package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"sync"
)

const (
	// maxRemembered bounds the answers that are kept: enough for all roles of a
	// large account. maxRememberedBody bounds the bytes of a document among them.
	maxRemembered     = 32_768
	maxRememberedBody = 1 << 10
)

// unchanged remembers answers for as long as nothing at all is committed, by
// whatever connection of whatever process. Every commit changes the header of
// the write-ahead log's index, which all processes share in the file beside the
// database (sqlite.org/walformat.html, section 2.1): a connection compares it to
// learn whether its own pages are still right, and so do we, but without a lock
// and a query. Two equal headers mean that nothing was committed between them, so
// an answer that was read after the first is right at the second.
type unchanged struct {
	mu    sync.Mutex
	pin   *sql.Conn // as long as it is open, nobody makes the file anew
	index *os.File

	cache  sync.Mutex
	at     commit // the moment at which the answers were right
	values map[any]any
}

// commit is a state of the index: its header, which counts transactions.
type commit [indexHeader]byte

const (
	indexHeader  = 48 // bytes; the file begins with two copies
	indexVersion = 3_007_000
	indexReady   = 12 // the byte that says that the header is filled
)

// remembered is what read answers, or has answered before when nothing was
// committed since. The value is shared.
func remembered[V any](ctx context.Context, db *DB, key any, keep func(V) bool, read func() (V, error)) (V, error) {
	u := &db.unchanged
	at, ok := u.now(ctx, db.read)
	if !ok {
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

func (u *unchanged) get(at commit, key any) any {
	u.cache.Lock()
	defer u.cache.Unlock()
	if u.at != at {
		return nil
	}
	return u.values[key]
}

func (u *unchanged) put(at commit, key, v any) {
	u.cache.Lock()
	defer u.cache.Unlock()
	if u.at != at || u.values == nil || len(u.values) >= maxRemembered {
		u.at, u.values = at, map[any]any{}
	}
	u.values[key] = v
}

// now is the commit that the index shows, and whether it shows one: not while a
// writer is about to change it, nor when the file cannot be read or is of a kind
// we do not know. Whoever is told no asks the database, which tells it better.
func (u *unchanged) now(ctx context.Context, pool *sql.DB) (at commit, ok bool) {
	if ctx.Err() != nil {
		return at, false
	}
	index, err := u.open(pool)
	if err != nil {
		return at, false
	}
	var both [2 * indexHeader]byte
	if _, err := index.ReadAt(both[:], 0); err != nil {
		return at, false
	}
	at = commit(both[:indexHeader])
	return at, at == commit(both[indexHeader:]) && at[indexReady] == 1 && binary.NativeEndian.Uint32(at[:]) == indexVersion
}

// open opens the index once. It stays open until the store is closed: on Unix,
// closing any handle of a file gives up the process's locks on it, SQLite's too.
// (So a process that had one file open as two stores, and closed one of them in
// the middle of the other's read, could lose that read's lock. None of ours does.)
func (u *unchanged) open(pool *sql.DB) (*os.File, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.index != nil {
		return u.index, nil
	}
	ctx := context.Background() // what is opened is for all callers
	pin, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	index, err := openIndex(ctx, pin)
	if err != nil {
		return nil, errors.Join(err, pin.Close())
	}
	u.pin, u.index = pin, index
	return index, nil
}

func openIndex(ctx context.Context, pin *sql.Conn) (*os.File, error) {
	var seq int
	var name, path string // as SQLite sees it: no links
	if err := pin.QueryRowContext(ctx, "PRAGMA database_list").Scan(&seq, &name, &path); err != nil {
		return nil, err
	}
	var tables int // a read, which makes the connection join the log
	if err := pin.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return nil, err
	}
	return os.Open(path + "-shm")
}

// close ends the pin. The index must be closed after all connections are: see
// open.
func (u *unchanged) close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.pin == nil {
		return nil
	}
	return u.pin.Close()
}

// closeIndex gives back the file when no connection is left.
func (u *unchanged) closeIndex() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.index == nil {
		return nil
	}
	return u.index.Close()
}
