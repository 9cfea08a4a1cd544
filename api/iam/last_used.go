package iam

import (
	"context"
	"fmt"
	"iter"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/lastused"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// factReaders bounds the reads of facts that one request does at once. Their
// number is that of the entities on a page, never that of the account's.
const factReaders = 8

// useRules are the rules of last use at this moment.
func (a *API) useRules(ctx context.Context) (lastused.Rules, error) {
	cat, _, err := a.Catalog(ctx)
	if err != nil {
		return lastused.Rules{}, fmt.Errorf("catalogue: %w", err)
	}
	return lastused.Rules{Now: a.now(), Span: a.Span, RegionStart: cat.RegionStart}, nil
}

// rolesLastUsed is the last use of each role (IAM-30).
func (a *API) rolesLastUsed(ctx context.Context, account *inventory.Account, roles []*inventory.Role) ([]RoleLastUsed, error) {
	rules, err := a.useRules(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]RoleLastUsed, len(roles))
	err = a.read(ctx, len(roles), account, anyClass, func(i int, facts report.FactSource) error {
		r := roles[i]
		said := lastused.Use{At: r.LastUsed, Region: r.LastUsedRegion}
		entity := report.Entity{Kind: report.Role, ID: r.ID, ARN: r.ARN}
		used, told, err := a.roleByRegion(ctx, account, entity, said, rules)
		if err == nil && !told {
			used, err = lastused.Role(entity, said, facts, rules)
		}
		out[i] = newRoleLastUsed(used)
		return err
	})
	return out, err
}

// roleByRegion is the last use of a role by the latest calls alone, where the
// store can tell them: a busy role has thousands of facts. False: it cannot, or
// they do not say it.
func (a *API) roleByRegion(
	ctx context.Context, account *inventory.Account, role report.Entity, said lastused.Use, rules lastused.Rules,
) (lastused.Use, bool, error) {
	source, ok := a.Facts.(store.LastCalls)
	if !ok {
		return lastused.Use{}, false, nil
	}
	found, err := source.LastCalls(ctx, account.ID, role.Principals())
	if err != nil {
		return lastused.Use{}, false, fmt.Errorf("read the last calls of %s: %w", role.ARN, err)
	}
	calls := make([]lastused.Calls, len(found))
	for i, f := range found {
		calls[i] = lastused.Calls(f)
	}
	used, told := lastused.RoleByRegion(calls, said, rules)
	return used, told, nil
}

// passwordsLastUsed is the last sign-in of each user, zero for those who never
// did (IAM-31).
func (a *API) passwordsLastUsed(ctx context.Context, account *inventory.Account, users []*inventory.User) ([]time.Time, error) {
	rules := lastused.Rules{Now: a.now()}
	out := make([]time.Time, len(users))
	err := a.read(ctx, len(users), account, activity.SignIn, func(i int, facts report.FactSource) (err error) {
		u := users[i]
		out[i], err = lastused.Password(report.Entity{Kind: report.User, ID: u.ID, ARN: u.ARN}, u.PasswordLastUsed, facts, rules)
		return err
	})
	return out, err
}

// rootLastUsed is the last sign-in of root.
func (a *API) rootLastUsed(ctx context.Context, account *inventory.Account) (last time.Time, err error) {
	root := report.Entity{Kind: report.User, ARN: rootARN(account)}
	err = store.Again(func() error {
		last, err = lastused.Password(root, time.Time{}, a.factsOf(ctx, account, activity.SignIn), lastused.Rules{Now: a.now()})
		return err
	})
	return last, err
}

func rootARN(account *inventory.Account) string {
	return fmt.Sprintf("arn:%s:iam::%s:root", account.Partition, account.ID)
}

// anyClass reads facts of all classes.
const anyClass activity.Class = 0

// factsOf reads the facts of one class of an account's principals: what a
// principal called would cost a list of sign-ins many times more.
func (a *API) factsOf(ctx context.Context, account *inventory.Account, class activity.Class) report.FactSource {
	return func(principal string) iter.Seq2[activity.Fact, error] {
		return a.Facts.Facts(ctx, activity.Prefix{Account: account.ID, Principal: principal, Class: class})
	}
}

// read does n reads of facts of the account, several at once. The first error
// ends it.
func (a *API) read(
	ctx context.Context, n int, account *inventory.Account, class activity.Class, do func(i int, facts report.FactSource) error,
) error {
	if n == 1 {
		return store.Again(func() error { return do(0, a.factsOf(ctx, account, class)) })
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(factReaders)
	facts := a.factsOf(ctx, account, class)
	for i := range n {
		group.Go(func() error { return store.Again(func() error { return do(i, facts) }) })
	}
	return group.Wait()
}
