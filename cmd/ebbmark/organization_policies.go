package main

import (
	"context"
	"errors"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/policy"
)

// organizationPolicies yields the service control policies that bind an
// account, as the guard and the simulations ask for them.
func organizationPolicies(book *accounts.Book) func(ctx context.Context, account string) ([][]*policy.Document, error) {
	return func(ctx context.Context, account string) ([][]*policy.Document, error) {
		o, err := book.OrganizationOf(ctx, account)
		if errors.Is(err, accounts.ErrNoOrganization) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return o.Levels(account), nil
	}
}
