package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/refine/format"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// stageProposals denies what proposals would take away, in an inline policy of each user
// and role, and plans the removals. The plan is written first: it does nothing by itself,
// and a Deny without it could only be taken back.
func (p *program) stageProposals(ctx context.Context, s store.Store, f refineFlags, chosen []accountCandidates, list []*refine.Proposal) error {
	ready := p.ready(f, list)
	_, account, err := itemsOf(ready, statePlanned)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(chosen, func(c accountCandidates) bool { return c.account.ID == account })
	if i < 0 {
		_, err := fmt.Fprintln(p.stdout, "nothing to change")
		return err
	}
	r := refinement{At: p.now().UTC(), Account: account, Endpoint: f.apply.to.endpoint, Staged: true}
	if r.ID, err = p.newRefinementID(); err != nil {
		return err
	}
	ready, stages, err := p.stages(ctx, s, f, chosen[i], ready, "EbbmarkDeny-"+r.ID)
	if err != nil {
		return err
	}
	planned, _, err := itemsOf(ready, statePlanned)
	if err != nil {
		return err
	}
	if len(planned) == 0 {
		_, err := fmt.Fprintln(p.stdout, "nothing to change")
		return err
	}
	client, err := f.apply.to.open(ctx, account)
	if err != nil {
		return err
	}
	r.Items = len(planned) + len(stages)
	if err := begin(ctx, s, &r); err != nil {
		return err
	}
	for n, item := range planned {
		item.id = itemID(r.ID, n)
		if err := item.keep(ctx, s); err != nil {
			return err
		}
	}
	var denies []*refined
	for n, one := range stages {
		item := &refined{Change: one.Change, Removed: one.Denied, State: stateMeant, Deny: true, Users: []refinedUser{{one.Who, one.ID}}}
		item.id = itemID(r.ID, len(planned)+n)
		denies = append(denies, item)
	}
	refused, err := p.makeAll(ctx, s, client, r.ID, denies)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s denied as %s, %s planned; ebbmark refine finish %s removes it after some quiet days, ebbmark refine undo %s takes it back\n",
		plural(len(denies)-refused, "principal"), r.ID, plural(len(planned), "change"), r.ID, r.ID)
	if err != nil {
		return err
	}
	return someRefused(refused)
}

// stages are the Denies of proposals, and the proposals that can have one.
func (p *program) stages(ctx context.Context, s store.Store, f refineFlags, of accountCandidates, list []*refine.Proposal, name string) ([]*refine.Proposal, []refine.Stage, error) {
	cat, err := f.reading.catalog(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	engine := grant.New(cat)
	for {
		stages, err := refine.NewStages(of.account, list, name, cat, engine)
		long, tooLong := errors.AsType[*refine.StageError](err)
		if !tooLong {
			return list, stages, err
		}
		list = slices.DeleteFunc(list, func(one *refine.Proposal) bool {
			if !slices.ContainsFunc(one.Users, func(u report.Entity) bool { return u.ARN == long.ARN }) {
				return false
			}
			p.warn("%s stays as it is: %v; --apply without --stage needs no Deny", format.Title(one), long)
			return true
		})
	}
}
