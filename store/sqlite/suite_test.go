package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.RunBackend(t, storetest.Backend{
		New:    func(t *testing.T) store.Store { return create(t, filepath.Join(t.TempDir(), "test.db")) },
		Reopen: func(t *testing.T, s store.Store) store.Store { return open(t, s.(*DB).path) },
	})
}

func create(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func open(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
