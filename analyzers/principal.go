package analyzers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// principal is a user or role with what it is granted.
type principal struct {
	entity   report.Entity
	policies []inventory.Source
}

// errNoPrincipal: there is no such user or role.
var errNoPrincipal = errors.New("no such user or role")

// principal finds a user or role by its ARN.
func (k *Keeper) principal(ctx context.Context, name string) (account string, p *principal, err error) {
	parsed, err := arn.Parse(name)
	if err != nil || parsed.Service != "iam" {
		return "", nil, errNoPrincipal
	}
	a, err := k.Book.Account(ctx, parsed.Account)
	if errors.Is(err, store.ErrNotFound) {
		return parsed.Account, nil, errNoPrincipal
	}
	if err != nil {
		return parsed.Account, nil, fmt.Errorf("account of %s: %w", name, err)
	}
	last := name[strings.LastIndexByte(name, '/')+1:]
	if r := a.RoleByName(last); r != nil && r.ARN == name {
		return a.ID, &principal{report.Entity{Kind: report.Role, ID: r.ID, ARN: r.ARN}, a.RolePolicies(r)}, nil
	}
	if u := a.UserByName(last); u != nil && u.ARN == name {
		return a.ID, &principal{report.Entity{Kind: report.User, ID: u.ID, ARN: u.ARN}, a.UserPolicies(u)}, nil
	}
	return a.ID, nil, errNoPrincipal
}

// owner is the account of a resource that the analyzer covers. A principal that
// is gone is one still while there are findings of it.
func (l *look) owner(ctx context.Context, resource string) (string, error) {
	account, _, err := l.k.principal(ctx, resource)
	if err != nil && !errors.Is(err, errNoPrincipal) {
		return "", err
	}
	if !slices.Contains(l.covered.accounts, account) {
		return "", ErrNoResource
	}
	if err == nil {
		return account, nil
	}
	v, err := l.k.view(ctx, l.a)
	if err != nil {
		return "", err
	}
	for _, e := range v.account(account) {
		if e.Resource == resource {
			return account, nil
		}
	}
	return "", ErrNoResource
}
