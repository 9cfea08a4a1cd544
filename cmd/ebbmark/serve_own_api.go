package main

import (
	"context"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/api/ebbmark"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// ownAPI is the part of a server that speaks ebbmark's own API.
func (p *program) ownAPI(v serving, s store.Store, book *accounts.Book, engines *engineSource, states *feedStates) wire.Service {
	api := &ebbmark.API{
		Facts: s, Book: book, Clock: p.now, AsOf: v.asOf, Version: programVersion(), Sources: states.list,
		Catalog: func(ctx context.Context) (*catalog.Catalog, error) {
			cat, _, err := engines.Current(ctx)
			return cat, err
		},
		Reading: func(ctx context.Context) (int, error) { return ingest.Reading(ctx, s, p.now()) },
	}
	return api.Service()
}
