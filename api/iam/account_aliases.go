package iam

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Account aliases: three operations. An account has none or one.

// OfAlias is an account alias. Embed it.
type OfAlias struct {
	AccountAlias string `required:"true" min:"3" max:"63"`
}

// aliasForm is AWS's pattern but for two hyphens in a row, which its own
// pattern forbids by a means that Go's do not have.
var aliasForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// Check implements wire.Checker.
func (in *OfAlias) Check(wire.Caller) error {
	if !aliasForm.MatchString(in.AccountAlias) || strings.Contains(in.AccountAlias, "--") {
		return validationError(`1 validation error detected: Value at 'accountAlias' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`)
	}
	return nil
}

// CreateAccountAliasInput is the alias to be.
type CreateAccountAliasInput struct{ OfAlias }

// CreateAccountAlias gives the account an alias in place of the one it has.
func (a *API) CreateAccountAlias(ctx context.Context, caller wire.Caller, in *CreateAccountAliasInput) (*wire.NoOutput, error) {
	if err := a.aliasFree(ctx, caller, in.AccountAlias); err != nil {
		return nil, err
	}
	return nil, a.write(ctx, caller, func(account *inventory.Account) error {
		account.Settings.Aliases = []string{in.AccountAlias}
		return nil
	})
}

// aliasFree refuses an alias of another account of this store.
func (a *API) aliasFree(ctx context.Context, caller wire.Caller, alias string) error {
	ids, err := a.Book.IDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		account, err := a.Book.Account(ctx, id)
		if err != nil {
			return err
		}
		if id != caller.Account && slices.Contains(account.Settings.Aliases, alias) {
			return entityAlreadyExists("The account alias %s already exists.", alias)
		}
	}
	return nil
}

// DeleteAccountAliasInput is the alias to go.
type DeleteAccountAliasInput struct{ OfAlias }

// DeleteAccountAlias takes the account's alias away.
func (a *API) DeleteAccountAlias(ctx context.Context, caller wire.Caller, in *DeleteAccountAliasInput) (*wire.NoOutput, error) {
	return nil, a.write(ctx, caller, func(account *inventory.Account) error {
		if !slices.Contains(account.Settings.Aliases, in.AccountAlias) {
			return noSuchEntity("The account alias %s cannot be found.", in.AccountAlias)
		}
		account.Settings.Aliases = nil
		return nil
	})
}

// ListAccountAliasesInput is described in section 3.2 of the specification.
type ListAccountAliasesInput struct{ Paging }

// ListAccountAliasesOutput holds no alias or one.
type ListAccountAliasesOutput struct {
	AccountAliases []string
	Page
}

// ListAccountAliases tells the account's alias.
func (a *API) ListAccountAliases(ctx context.Context, caller wire.Caller, in *ListAccountAliasesInput) (*ListAccountAliasesOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	p, err := newPager(in.Paging, "ListAccountAliases")
	if err != nil {
		return nil, err
	}
	page := take(p, account.Settings.Aliases, func(alias string) string { return alias }, nil)
	return &ListAccountAliasesOutput{page, p.page()}, nil
}
