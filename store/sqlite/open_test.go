package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ebbmark/ebbmark/store"
)

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	place := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := filepath.Join(dir, "foreign.db")
	run(t, foreign, "CREATE TABLE t (x)")
	damaged := filepath.Join(dir, "damaged.db")
	create(t, damaged).Close()
	whole, _ := os.ReadFile(damaged)
	os.WriteFile(damaged, append(whole[:100:100], bytes.Repeat([]byte{0xee}, len(whole)-100)...), 0o600)

	for sentence, tt := range map[string]struct {
		path, text string
		is         error
	}{
		"no file":                      {filepath.Join(dir, "none.db"), "none.db", store.ErrNoStore},
		"no folder":                    {filepath.Join(dir, "none", "x.db"), "--init", store.ErrNoStore},
		"a folder":                     {dir, "is not a file", nil},
		"an empty file":                {place("empty.db", ""), "the file is empty", nil},
		"a text file":                  {place("text.db", strings.Repeat("hello ", 1000)), "is not an ebbmark store", nil},
		"a short file":                 {place("short.db", "x"), "not an ebbmark store", nil},
		"a database of another kind":   {foreign, "a database, but not an ebbmark store", nil},
		"a store with damaged content": {damaged, "damaged", nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			before, _ := os.ReadFile(tt.path)
			_, err := Open(t.Context(), tt.path)
			if err == nil || !strings.Contains(err.Error(), tt.text) {
				t.Fatalf("error %q, want it to say %q", err, tt.text)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Fatalf("error %q is not %q", err, tt.is)
			}
			if after, _ := os.ReadFile(tt.path); !bytes.Equal(before, after) {
				t.Fatal("opening changed the file")
			}
		})
	}
}

// run runs SQL on a file, making it if need be.
func run(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestAStoreOfANewerProgramIsNotOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newer.db")
	create(t, path).Close()
	run(t, path, "PRAGMA user_version = 4711")
	_, err := Open(t.Context(), path)
	if !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "version 4711") {
		t.Fatalf("error %v, want store.ErrNewer with the version", err)
	}
}

func TestAnOlderStoreIsBroughtUpToDateOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	db := create(t, path)
	facts := population(500)
	if err := db.MergeFacts(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	want := rollupOf(t, db, facts[0].Account)
	db.Close()
	// An older store is one whose last steps were not made.
	run(t, path, "DROP TABLE rollups; DROP TABLE facts_kept; DROP TABLE generation; PRAGMA user_version = 1")
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			db, err := Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				failed.Store(true)
				return
			}
			defer db.Close()
			if got := rollupOf(t, db, facts[0].Account); got != want || len(want) < 1000 {
				t.Errorf("rolled up %d bytes of text, want %d", len(got), len(want))
			}
			if g, err := db.Generation(t.Context()); err != nil || g != (store.Generation{Epoch: 1, Rules: 1}) {
				t.Errorf("the facts of an older store are of %+v, %v; want the first rules", g, err)
			}
			if err := db.SetDocs(t.Context(), "test", []store.Doc{{ID: "a", Body: []byte("x")}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// rollupOf is an account's rollup as text.
func rollupOf(t *testing.T, db *DB, account string) string {
	t.Helper()
	var text strings.Builder
	for f, err := range db.Rollup(t.Context(), []string{account}) {
		if err != nil {
			t.Error(err)
		}
		fmt.Fprintln(&text, f)
	}
	return text.String()
}

func TestCreateNeverTakesTheNameOfAnother(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	var made, refused atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			db, err := Create(t.Context(), path)
			switch {
			case err == nil:
				made.Add(1)
				db.Close()
			case errors.Is(err, store.ErrExists):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 || refused.Load() != 7 {
		t.Fatalf("%d made, %d refused; want 1 and 7", made.Load(), refused.Load())
	}
	if left, _ := filepath.Glob(path + ".new-*"); len(left) != 0 {
		t.Fatalf("left behind: %v", left)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file has mode %v (%v), want 0600", info.Mode(), err)
	}
	if _, err := Create(t.Context(), filepath.Join(dir, "none", "a.db")); err == nil || !strings.Contains(err.Error(), "no such file or directory") {
		t.Fatalf("in a folder that is not there: %v", err)
	}
}

func TestOddFileNames(t *testing.T) {
	for _, name := range []string{"with space.db", "a?mode=memory", "100%41.db", "#hash", "a&b=c.db", "ü.db", "file:x.db"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			create(t, path).Close()
			if _, err := os.Stat(path); err != nil {
				t.Fatal(err)
			}
			open(t, path)
		})
	}
}
