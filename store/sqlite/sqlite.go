// Package sqlite keeps a store in one SQLite file, which several processes may
// use at the same time.
//
// A file has many readers and one writer. In this process the writer is one
// connection behind a lock; between processes it is SQLite's own write lock,
// taken at the start of a write (BEGIN IMMEDIATE), so that no write ever fails
// half way because another came in between. Each MergeFacts, PutDoc, SetDocs
// and DeleteDoc is one transaction, written to the disk (WAL with
// synchronous=FULL) before it returns.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/ebbmark/ebbmark/store"
)

// Limits of the backend.
const (
	lockWait     = 60 * time.Second // how long a write waits for other processes before it gives up
	lockPoll     = 200              // milliseconds in SQLite's busy handler before we look at the context again
	readWait     = 10_000           // milliseconds a reader waits while another process opens or closes the file
	readers      = 16               // reading connections at most
	idleReaders  = 8                // reading connections kept open
	writerCache  = 64 << 10         // KiB of pages the writer keeps in memory
	readerCache  = 8 << 10          // KiB of pages each reader keeps in memory
	checkpointAt = 4096             // pages in the WAL before they are moved to the main file
	pageFacts    = 2048             // facts read in one go
	pageIDs      = 4096             // document ids read in one go
)

// DB is an open store.
type DB struct {
	path  string
	read  *sql.DB
	write *writer
	names *names

	prepared  prepared // statements of read
	unchanged unchanged
}

var _ store.Store = (*DB)(nil)

// Open opens the store in the file at path. The file must exist
// (store.ErrNoStore), hold a store, and not be newer than this program
// (store.ErrNewer). An older one is brought up to date.
func Open(ctx context.Context, path string) (*DB, error) {
	if err := lookFor(path); err != nil {
		return nil, err
	}
	db, err := connect(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := db.migrate(ctx, false); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// lookFor says in words of our own why a file cannot be a store, where SQLite
// would say "unable to open database file".
func lookFor(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("open store %s: %w (check the path, or use --init to make a new one)", path, store.ErrNoStore)
	case err != nil:
		return fmt.Errorf("open store: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("open store %s: is not a file", path)
	case info.Size() == 0:
		return fmt.Errorf("open store %s: the file is empty, not a store (remove it and use --init to make a new one)", path)
	}
	return nil
}

// Create makes a new store in a file at path, readable and writable by its
// owner only. There must not be one (store.ErrExists). The file appears under
// its name only when it is complete, so a crash or another process never meets
// half a store.
func Create(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("create store %s: %w", path, store.ErrExists)
	}
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return nil, fmt.Errorf("create store: %w", err)
	}
	defer os.Remove(draft.Name())
	if err := errors.Join(draft.Close(), fill(ctx, draft.Name())); err != nil {
		return nil, fmt.Errorf("create store %s: %w", path, err)
	}
	if err := publish(draft.Name(), path); err != nil {
		return nil, err
	}
	return Open(ctx, path)
}

// fill makes an empty file a store. Closing it moves everything from the WAL
// into the file itself, which can then be given its name.
func fill(ctx context.Context, path string) error {
	db, err := connect(ctx, path)
	if err != nil {
		return err
	}
	_, err = db.write.conn.ExecContext(ctx, "PRAGMA journal_mode=WAL")
	if err == nil {
		err = db.migrate(ctx, true)
	}
	return errors.Join(err, db.Close())
}

// publish gives the draft its name unless something has that name. A hard link
// is the one way to do both at once.
func publish(draft, path string) error {
	err := os.Link(draft, path)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("create store %s: %w", path, store.ErrExists)
	}
	if err != nil { // a file system without hard links
		err = os.Rename(draft, path)
	}
	if err != nil {
		return fmt.Errorf("create store: %w", err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("create store %s: %w", path, err)
	}
	defer dir.Close()
	_ = dir.Sync() // some file systems cannot sync a folder; the store itself is safe
	return nil
}

// connect opens the connections to a file that exists.
func connect(ctx context.Context, path string) (*DB, error) {
	w, err := openWriter(ctx, path)
	if err != nil {
		return nil, explain("open store "+path, err)
	}
	read, err := sql.Open("sqlite", location(path,
		fmt.Sprintf("busy_timeout(%d)", readWait),
		fmt.Sprintf("cache_size(-%d)", readerCache),
		"query_only(1)",
	))
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(idleReaders)
	return &DB{path: path, read: read, write: w, names: &names{ids: map[string]int64{}}}, nil
}

// location is the driver's name for the file, with settings for each
// connection. The file is never made by opening it.
func location(path string, pragmas ...string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	q := url.Values{"mode": {"rw"}, "_pragma": pragmas}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: q.Encode()}).String()
}

// Close implements store.Store.
func (db *DB) Close() error {
	return errors.Join(db.unchanged.close(), db.prepared.close(), db.read.Close(), db.write.close(), db.unchanged.closeIndex())
}
