package sqlite

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// fillUp writes documents until the store says that there is no room, and
// returns how many are in.
func fillUp(t *testing.T, db *DB) (n int, err error) {
	t.Helper()
	for ; n < 10_000; n++ {
		id := string(rune('a'+n%26)) + strings.Repeat("x", n/26)
		if _, err = db.PutDoc(t.Context(), "test", id, bytes.Repeat([]byte{byte(n)}, 20_000), 0); err != nil {
			return n, err
		}
	}
	t.Fatal("there was always room")
	return n, nil
}

// wantWhole ends the test unless exactly n documents are there, whole, and
// facts were merged whole or not at all.
func wantWhole(t *testing.T, db *DB, n, facts int) {
	t.Helper()
	got := 0
	for id, err := range db.ListDocs(t.Context(), "test", "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		body, _, err := db.GetDoc(t.Context(), "test", id)
		if err != nil || len(body) != 20_000 || bytes.Count(body, body[:1]) != 20_000 {
			t.Fatalf("document %s: %d bytes, %v", id, len(body), err)
		}
		got++
	}
	if got != n {
		t.Fatalf("%d documents, want %d", got, n)
	}
	seen := 0
	for _, err := range db.Facts(t.Context(), activity.Prefix{Account: "111100000000"}) {
		if err != nil {
			t.Fatal(err)
		}
		seen++
	}
	if seen != facts {
		t.Fatalf("%d facts, want %d", seen, facts)
	}
	result := ""
	if err := db.read.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&result); err != nil || result != "ok" {
		t.Fatalf("integrity check: %s, %v", result, err)
	}
}

// wantRecovery wants a full store to refuse in clear words, to keep what it
// has, and to go on when there is room again.
func wantRecovery(t *testing.T, db *DB, path string, makeRoom func()) {
	t.Helper()
	n, err := fillUp(t, db)
	if !strings.Contains(err.Error(), "full") {
		t.Fatalf("error %v, want it to say that the disk is full", err)
	}
	facts := population(20_000)
	if err := db.MergeFacts(t.Context(), facts); err == nil {
		t.Fatal("20,000 facts went into a full store")
	}
	wantWhole(t, db, n, 0)
	makeRoom()
	if err := db.MergeFacts(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	wantWhole(t, db, n, 20_000)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wantWhole(t, open(t, path), n, 20_000)
}

func TestAStoreThatMayNotGrow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "small.db")
	db := create(t, path)
	limit := func(pages string) {
		if _, err := db.write.conn.ExecContext(t.Context(), "PRAGMA max_page_count = "+pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("300")
	wantRecovery(t, db, path, func() { limit("100000") })
}

// TestAFullDisk needs the right to mount. Without it TestAStoreThatMayNotGrow
// is what there is.
func TestAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); errors.Is(err, syscall.EPERM) {
		t.Log("not permitted to mount a small disk")
		return
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	path := filepath.Join(dir, "small.db")
	wantRecovery(t, create(t, path), path, func() {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAClosedStoreSaysSo(t *testing.T) {
	db := create(t, filepath.Join(t.TempDir(), "a.db"))
	if err := errors.Join(db.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := db.SetDocs(t.Context(), "test", []store.Doc{{ID: "a"}}); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Fatalf("writing to a closed store: %v", err)
	}
	if _, _, err := db.GetDoc(t.Context(), "test", "a"); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Fatalf("reading a closed store: %v", err)
	}
}
