package accounts

import (
	"fmt"
	"path/filepath"
	"testing"

	largesample "github.com/ebbmark/ebbmark/internal/sample"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

// benchStore is an SQLite store with the large account.
func benchStore(b *testing.B) *sqlite.DB {
	s, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "s.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	if err := New(s).Replace(b.Context(), largesample.Large(testAccount)); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkLoad reads the large account from SQLite, as a program does at
// its start.
func BenchmarkLoad(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		if _, err := New(s).Account(b.Context(), testAccount); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAccountCached asks for it again when nothing has changed.
func BenchmarkAccountCached(b *testing.B) {
	book := New(benchStore(b))
	for b.Loop() {
		if _, err := book.Account(b.Context(), testAccount); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSmallUpdate changes one role of it.
func BenchmarkSmallUpdate(b *testing.B) {
	book := New(benchStore(b))
	for i := 0; b.Loop(); i++ {
		err := book.Update(b.Context(), testAccount, func(a *inventory.Account) error {
			a.RoleByName("data-role-00005").Description = fmt.Sprint(i)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSmallUpdateElsewhere changes one role in another process, and reads
// the account here.
func BenchmarkSmallUpdateElsewhere(b *testing.B) {
	s := benchStore(b)
	here, there := New(s), New(s)
	for i := 0; b.Loop(); i++ {
		err := there.Update(b.Context(), testAccount, func(a *inventory.Account) error {
			a.RoleByName("data-role-00005").Description = fmt.Sprint(i)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := here.Account(b.Context(), testAccount); err != nil {
			b.Fatal(err)
		}
	}
}
