package accounts

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

// large is an account at AWS's quotas: 5,000 users, 1,000 roles and 1,250
// policies, with documents of the usual size.
func large() *inventory.Account {
	a := sample(5000)
	document := `{"Version": "2012-10-17", "Statement": [` + strings.Repeat(`{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::bucket/*"}, `, 9) +
		`{"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}]}`
	for _, p := range a.Policies {
		p.Versions[0].Document = document
	}
	for _, r := range a.Roles {
		r.Inline = []inventory.Inline{{Name: "own", Document: document}}
	}
	return a
}

// benchStore is an SQLite store with the large account, and its path.
func benchStore(b *testing.B) *sqlite.DB {
	s, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "s.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	if err := New(s).Replace(b.Context(), large()); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkLoad5000 reads the large account from SQLite, as a program does at
// its start.
func BenchmarkLoad5000(b *testing.B) {
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

// BenchmarkSmallUpdate changes one user of it.
func BenchmarkSmallUpdate(b *testing.B) {
	book := New(benchStore(b))
	for i := 0; b.Loop(); i++ {
		err := book.Update(b.Context(), testAccount, func(a *inventory.Account) error {
			a.UserByName("user-00042").Path = fmt.Sprintf("/%d/", i)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
