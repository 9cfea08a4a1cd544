package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// storeManaged gives AWS managed policies to the accounts that take them: see
// inventory.Account.TakeManaged. It is no change of a mirror's entities.
func (p *program) storeManaged(ctx context.Context, s store.Store, managed []*inventory.Policy, result *importResult) error {
	book := accounts.New(s)
	ids, err := book.IDs(ctx)
	if err != nil {
		return err
	}
	var touched []*inventory.Account
	for _, id := range ids {
		a, c, err := takeManaged(ctx, book, id, managed)
		if err != nil {
			return fmt.Errorf("%w (run the import again)", err)
		}
		if c.None() {
			continue
		}
		touched = append(touched, a)
		row := importRow{Account: id, Partition: a.Partition, Users: len(a.Users), Groups: len(a.Groups), Roles: len(a.Roles), Policies: len(a.Policies),
			Result: resultChanged, Added: c.Added, Changed: c.Changed}
		result.Accounts = append(result.Accounts, row)
		fmt.Fprintf(p.stderr, "account %s: %s\n", id, row.summary())
	}
	if len(touched) == 0 {
		fmt.Fprintln(p.stderr, "nothing changed: no account takes these policies, or all hold them already")
		return nil
	}
	return p.warnUnknown(ctx, s, touched, result)
}

// errNothingToTake ends a change that changes nothing.
var errNothingToTake = errors.New("nothing to take")

func takeManaged(ctx context.Context, book *accounts.Book, id string, managed []*inventory.Policy) (*inventory.Account, inventory.Change, error) {
	mode, err := book.Mode(ctx, id)
	if err != nil {
		return nil, inventory.Change{}, err
	}
	var c inventory.Change
	err = book.Update(ctx, id, func(a *inventory.Account) error {
		if c = a.TakeManaged(managed, mode == accounts.Home); c.None() {
			return errNothingToTake
		}
		return nil
	})
	if errors.Is(err, errNothingToTake) {
		return nil, c, nil
	} else if err != nil {
		return nil, c, err
	}
	a, err := book.Account(ctx, id)
	return a, c, err
}
