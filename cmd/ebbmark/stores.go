package main

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/postgres"
	"github.com/ebbmark/ebbmark/store/sqlite"
	"github.com/ebbmark/ebbmark/transfer"
)

// defaultStore is the store of every command that is not told another.
const defaultStore = "sqlite:ebbmark.db"

// backend makes stores of one kind. A place is what follows the scheme in a
// DSN.
type backend struct {
	scheme string
	form   string                                                       // of a DSN, for messages and help
	open   func(ctx context.Context, place string) (store.Store, error) // store.ErrNoStore when there is none
	create func(ctx context.Context, place string) (store.Store, error) // store.ErrExists when there is one
}

// backends is the table of stores.
func backends() []backend {
	return []backend{
		{"sqlite", "sqlite:PATH", as(sqlite.Open), as(sqlite.Create)},
		{"postgres", postgresForm, as(inPostgres(postgres.Open)), as(inPostgres(postgres.Create))},
		{"postgresql", postgresForm, as(inPostgres(postgres.Open)), as(inPostgres(postgres.Create))},
	}
}

// postgresForm is a DSN of PostgreSQL: a URL, see docs/postgres.md.
const postgresForm = "postgres://USER@HOST:PORT/DATABASE"

// inPostgres gives a place its scheme back: the constructor wants the URL.
func inPostgres(make func(context.Context, string) (*postgres.DB, error)) func(context.Context, string) (*postgres.DB, error) {
	return func(ctx context.Context, place string) (*postgres.DB, error) { return make(ctx, "postgres:"+place) }
}

// as turns the constructor of a backend into one of the contract.
func as[S store.Store](make func(context.Context, string) (S, error)) func(context.Context, string) (store.Store, error) {
	return func(ctx context.Context, place string) (store.Store, error) {
		s, err := make(ctx, place)
		if err != nil {
			return nil, err // s is a nil pointer, which must not become a store
		}
		return s, nil
	}
}

// storeFlag adds --store to a command.
func storeFlag(cmd *cobra.Command, dsn *string) {
	cmd.Flags().StringVar(dsn, "store", defaultStore, "where the data is: "+storeForms())
}

// storeForms lists the forms of a DSN.
func storeForms() string {
	var list []string
	for _, b := range backends() {
		if !slices.Contains(list, b.form) {
			list = append(list, b.form)
		}
	}
	return strings.Join(list, " or ")
}

// findBackend reads the DSN of --store.
func findBackend(dsn string) (b backend, place string, err error) { return backendOf("--store", dsn) }

// backendOf reads the DSN of a flag.
func backendOf(flag, dsn string) (b backend, place string, err error) {
	scheme, place, _ := strings.Cut(dsn, ":")
	for _, b := range backends() {
		if b.scheme == scheme && place != "" {
			return b, place, nil
		}
	}
	return backend{}, "", usageError("%s %q: want %s", flag, withoutPassword(dsn), storeForms())
}

// withoutPassword is a DSN as it may be shown.
func withoutPassword(dsn string) string {
	scheme, _, isURL := strings.Cut(dsn, "://")
	if !isURL {
		return dsn
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return scheme + "://…"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	if q := u.Query(); q.Has("password") {
		q.Del("password")
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// openStore opens a store that exists, and that is not half a copy.
func openStore(ctx context.Context, dsn string) (store.Store, error) {
	s, err := openBackend(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := transfer.Complete(ctx, s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openBackend opens a store that exists, complete or not.
func openBackend(ctx context.Context, dsn string) (store.Store, error) {
	b, place, err := findBackend(dsn)
	if err != nil {
		return nil, err
	}
	return b.open(ctx, place)
}

// createStore makes a store where there is none.
func createStore(ctx context.Context, dsn string) (store.Store, error) {
	b, place, err := findBackend(dsn)
	if err != nil {
		return nil, err
	}
	return b.create(ctx, place)
}

// openOrCreateStore opens a store, and makes one where there is none if init is
// set or the DSN is the default: a mistyped path must not start an empty
// history.
func openOrCreateStore(ctx context.Context, dsn string, init bool) (store.Store, error) {
	s, err := openStore(ctx, dsn)
	if !errors.Is(err, store.ErrNoStore) {
		return s, err
	}
	if !init && dsn != defaultStore {
		return nil, err
	}
	s, err = createStore(ctx, dsn)
	if errors.Is(err, store.ErrExists) { // another process was faster
		return openStore(ctx, dsn)
	}
	return s, err
}
