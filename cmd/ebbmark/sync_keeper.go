package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/pull"
	"github.com/ebbmark/ebbmark/store"
	trails "github.com/ebbmark/ebbmark/trail"
)

// syncKeeper puts what is pulled into a store.
type syncKeeper struct {
	book    *accounts.Book
	catalog *catalog.Catalog

	mu      sync.Mutex
	unknown map[string]bool // actions that the catalogue does not know
}

func newSyncKeeper(ctx context.Context, docs store.Docs) (*syncKeeper, error) {
	cat, err := loadCatalog(ctx, docs)
	if err != nil {
		return nil, err
	}
	return &syncKeeper{book: accounts.New(docs), catalog: cat, unknown: map[string]bool{}}, nil
}

// Home implements pull.Keeper. A home that is still empty may be replaced.
func (k *syncKeeper) Home(ctx context.Context, id string) (bool, error) {
	err := k.book.Replaceable(ctx, id)
	if errors.Is(err, accounts.ErrHome) {
		return true, nil
	}
	return false, err
}

// KeepAccount implements pull.Keeper.
func (k *syncKeeper) KeepAccount(ctx context.Context, a *inventory.Account) (string, error) {
	unknown := grant.New(k.catalog).Unknown(documents([]*inventory.Account{a}))
	k.mu.Lock()
	for _, action := range unknown {
		k.unknown[action] = true
	}
	k.mu.Unlock()
	row, err := replaceAccount(ctx, k.book, a)
	return row.summary(), err
}

// KeepTrails implements pull.Keeper.
func (k *syncKeeper) KeepTrails(ctx context.Context, o *trails.Observation) error {
	_, err := k.book.ObserveTrails(ctx, o)
	return err
}

// unknownActions are those of all accounts, sorted.
func (k *syncKeeper) unknownActions() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Sorted(maps.Keys(k.unknown))
}

// KeepOrganization implements pull.Keeper.
func (k *syncKeeper) KeepOrganization(ctx context.Context, export []byte) (string, error) {
	o, err := organization.ReadExport(bytes.NewReader(export))
	if err != nil {
		return "", fmt.Errorf("%w: %w", pull.ErrRefused, err)
	}
	err = organizationReplaceable(ctx, k.book, o.ID)
	if errors.Is(err, accounts.ErrOrganizationHome) {
		return "", fmt.Errorf("%w: %w", pull.ErrHome, err)
	} else if err != nil {
		return "", err
	}
	row, err := replaceOrganization(ctx, k.book, o)
	if errors.Is(err, accounts.ErrInOrganization) {
		err = fmt.Errorf("%w: %w", pull.ErrRefused, err)
	}
	return row.Result, err
}
