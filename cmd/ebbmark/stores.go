package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/store"
)

// defaultStore is the store of every command that is not told another.
const defaultStore = "sqlite:ebbmark.db"

// stores is the table of backends, by the scheme of their DSN.
var stores = map[string]struct {
	open, create func(ctx context.Context, place string) (store.Store, error)
}{}

// storeFlag adds --store to a command.
func storeFlag(cmd *cobra.Command, dsn *string) {
	cmd.Flags().StringVar(dsn, "store", defaultStore, "where the data is: sqlite:PATH")
}

// openStore opens a store that exists.
func openStore(ctx context.Context, dsn string) (store.Store, error) {
	scheme, place, ok := strings.Cut(dsn, ":")
	backend, known := stores[scheme]
	if !ok || !known {
		return nil, usageError("--store %q: want sqlite:PATH", dsn)
	}
	return backend.open(ctx, place)
}

// createStore makes a store where there is none.
func createStore(ctx context.Context, dsn string) (store.Store, error) {
	scheme, place, ok := strings.Cut(dsn, ":")
	backend, known := stores[scheme]
	if !ok || !known {
		return nil, usageError("--store %q: want sqlite:PATH", dsn)
	}
	return backend.create(ctx, place)
}
