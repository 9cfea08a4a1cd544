package iam

import (
	"crypto/rand"
	"testing"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
)

// newHome is F1 as a home, with what its writes need.
func newHome(t testing.TB) *world {
	t.Helper()
	w := newWorld(t, withKeys(t))
	w.must(w.Book.SetMode(t.Context(), f1Account, accounts.Home))
	return w
}

func withKeys(t testing.TB) func(*Config) {
	t.Helper()
	key := make([]byte, auth.KeySize)
	rand.Read(key)
	sealer, err := auth.NewSealer(key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return func(c *Config) { c.Keys = &auth.Keyring{Docs: c.Docs, Sealer: sealer, Random: rand.Reader} }
}

// done is a call that succeeds and answers with nothing else.
func (w *world) done(operation string, pairs ...string) {
	w.t.Helper()
	if status, answer := w.call(auditor(), operation, pairs...); status != 200 {
		w.t.Fatalf("%s %v: %d %v", operation, pairs, status, answer)
	}
}

// home is the account as it is stored.
func (w *world) home() *inventory.Account {
	w.t.Helper()
	account, err := w.Book.Account(w.t.Context(), f1Account)
	w.must(err)
	return account
}
