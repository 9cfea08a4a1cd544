package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// refineSets proposes smaller permission sets: those of these names, or all.
func (p *program) refineSets(ctx context.Context, s store.Store, f refineFlags, names []string) error {
	sets, missing, err := permissionSets(ctx, s, names)
	if err != nil {
		return err
	}
	window := p.refineWindow(f)
	var found []*refine.Proposal
	err = store.SinceKept(ctx, s, func(since activity.Day) error {
		return store.Steady(ctx, s, func() (err error) {
			found = nil
			r := ranking{store: s, kept: since, window: window}
			in, err := r.editing(ctx, f)
			if err != nil {
				return err
			}
			of, err := r.proposers(ctx, sets, in)
			for _, set := range sets {
				if err != nil {
					return err
				}
				var some []*refine.Proposal
				some, err = r.set(ctx, f, set, of, missing)
				found = append(found, some...)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	var ids []string
	for _, set := range sets {
		ids = append(ids, set.Accounts()...)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if err := p.warnGaps(ctx, s, id, entityReport{now: window.To, span: window.To.Sub(window.From)}); err != nil {
			return err
		}
	}
	return refineFormats[f.format](p.stdout, found)
}

// proposers are the Proposers of the accounts of permission sets.
func (r *ranking) proposers(ctx context.Context, sets []*refine.PermissionSet, in refine.Editing) (func(*inventory.Account) *refine.Proposer, error) {
	of := map[string]*refine.Proposer{}
	for _, set := range sets {
		for _, role := range set.Roles {
			if a := role.Account; of[a.ID] == nil {
				var err error
				if in.Unseen, err = r.unseen(ctx, a.ID); err != nil {
					return nil, err
				}
				of[a.ID] = r.proposer(ctx, a, in)
			}
		}
	}
	return func(a *inventory.Account) *refine.Proposer { return of[a.ID] }, nil
}

// permissionSets finds the permission sets in the accounts of a store. missing says, by
// account of an organization, which of its accounts is not in the store; they may have
// the permission sets, too.
func permissionSets(ctx context.Context, s store.Store, names []string) (sets []*refine.PermissionSet, missing map[string]string, err error) {
	book := accounts.New(s)
	ids, err := book.IDs(ctx)
	if err != nil {
		return nil, nil, err
	}
	var all []*inventory.Account
	missing = map[string]string{}
	for _, id := range ids {
		a, err := book.Account(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, a)
		o, err := book.OrganizationOf(ctx, id)
		if errors.Is(err, accounts.ErrNoOrganization) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		for _, other := range o.Accounts {
			if other.Status == organization.Active && !slices.Contains(ids, other.ID) {
				missing[id] = other.ID
			}
		}
	}
	sets = refine.PermissionSets(all)
	for _, name := range names {
		if !slices.ContainsFunc(sets, func(s *refine.PermissionSet) bool { return s.Name == name }) {
			return nil, nil, fmt.Errorf("no account of the store has a role of a permission set %q", name)
		}
	}
	return slices.DeleteFunc(sets, func(s *refine.PermissionSet) bool { return len(names) > 0 && !slices.Contains(names, s.Name) }), missing, nil
}

// set are the proposals of a permission set.
func (r *ranking) set(ctx context.Context, f refineFlags, set *refine.PermissionSet, of func(*inventory.Account) *refine.Proposer, missing map[string]string) ([]*refine.Proposal, error) {
	c := set.Candidate(r.window)
	if c.Document == "" && c.Doubt == "" && !f.replace {
		return references(set, f), nil
	}
	if err := r.setDoubts(ctx, f, set, &c, missing); err != nil {
		return nil, err
	}
	if c.Doubt != "" {
		return append([]*refine.Proposal{{Candidate: c}}, references(set, f)...), nil
	}
	one, stay, err := set.Propose(c, of, r.window, f.replace)
	switch _, unread := errors.AsType[*refine.GatherError](err); {
	case unread:
		return nil, err
	case err != nil:
		c.Doubt = err.Error()
	case len(one.Denied) > 0:
		c.Doubt = "the edit would deny recorded use: " + (&refine.DeniedError{Denied: one.Denied}).Error()
	}
	var list []*refine.Proposal
	switch {
	case c.Doubt != "":
		list = append(list, &refine.Proposal{Candidate: c})
	case c.Document != "" || one.Changed():
		list = append(list, one)
	}
	return slices.Concat(list, stay, references(set, f)), nil
}

// references are proposals of nothing, with the reason.
func references(set *refine.PermissionSet, f refineFlags) (list []*refine.Proposal) {
	for _, c := range set.References(f.replace) {
		list = append(list, &refine.Proposal{Candidate: c})
	}
	return list
}

// setDoubts adds what speaks against a permission set in any account.
func (r *ranking) setDoubts(ctx context.Context, f refineFlags, set *refine.PermissionSet, c *refine.Candidate, missing map[string]string) error {
	for _, role := range set.Roles {
		id := role.Account.ID
		excluded := []refine.Candidate{*c}
		if f.exclusions().Exclude(role.Account, excluded); excluded[0].Doubt != c.Doubt {
			c.Doubt = excluded[0].Doubt
		}
		if slices.Contains(f.notAccounts, id) {
			c.Doubt = fmt.Sprintf("account %s has it, and is excluded", id)
		}
		if c.Doubt != "" {
			return nil
		}
		enough, err := r.reaches(ctx, id)
		switch {
		case err != nil:
			return err
		case !enough:
			c.Doubt = fmt.Sprintf("the logs of account %s do not reach over the window", id)
		case missing[id] != "":
			c.Doubt = fmt.Sprintf("account %s of the organization is not in the store, and may have it: sync or import it", missing[id])
		case !f.given:
			if c.Doubt, err = r.setGiven(ctx, role); err != nil {
				return err
			}
		}
	}
	return nil
}

// setGiven says why what a role of a permission set has may be younger than the window.
func (r *ranking) setGiven(ctx context.Context, role refine.SetRole) (string, error) {
	given, err := r.given(ctx, role.Account.ID)
	if err != nil {
		return "", err
	}
	who := []report.Entity{{Kind: report.Role, ID: role.Role.ID, ARN: role.Role.ARN}}
	for _, holder := range []string{role.Role.ARN, ""} { // its inline policy, and what is attached
		if why := given.Doubt(holder, who); why != "" {
			return fmt.Sprintf("in account %s %s", role.Account.ID, why), nil
		}
	}
	return "", nil
}

// setText is what text says of a permission set beside what it says of any policy.
func setText(p *refine.Proposal) (text string) {
	if p.Set == "" {
		return ""
	}
	text = "  in accounts " + strings.Join(p.Accounts, ", ") + "; see with aws sso-admin list-accounts-for-provisioned-permission-set that there is no other\n"
	for _, f := range p.Folded {
		rest := "what stays of it is in this policy"
		if f.Delete {
			rest = "nothing of it is left"
		}
		text += fmt.Sprintf("  detach %s: %s\n", f.ID, rest)
	}
	return text
}
