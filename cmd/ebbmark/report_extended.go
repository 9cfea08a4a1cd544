package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// extendedFinding is an extended report and the ARNs of the principals in it
// that the inventories know.
type extendedFinding struct {
	now    time.Time
	span   time.Duration
	report *report.ExtendedReport
	arns   map[string]string // by unique id
	gaps   extendedGaps
}

// name is the ARN of a principal, or what the logs call it.
func (f *extendedFinding) name(u report.PrincipalUse) string {
	if arn := f.arns[u.Principal]; arn != "" {
		return arn
	}
	return u.Principal
}

// computeExtended makes the report, reading each account's facts once.
func (p *program) computeExtended(ctx context.Context, s store.Store, f reportFlags, o *organization.Organization, path string, span time.Duration) (*extendedFinding, error) {
	cat, err := f.reading.catalog(ctx, s)
	if err != nil {
		return nil, err
	}
	extras, err := catalog.LoadExtras(cat)
	if err != nil {
		return nil, err
	}
	found := &extendedFinding{now: p.momentOf(f), span: span}
	in := report.ExtendedInput{Organization: o, Path: path, Now: found.now, Span: span, Catalog: cat, Extras: extras, Engine: grant.New(cat)}
	err = store.SinceKept(ctx, s, func(since activity.Day) error {
		return store.Steady(ctx, s, func() (err error) {
			found.report, err = report.ComputeExtended(in, func(account string) iter.Seq2[activity.Fact, error] {
				return coveredSince(since, s.Facts(ctx, activity.Prefix{Account: account}))
			})
			return err
		})
	})
	if errors.Is(err, report.ErrEntityPath) {
		return nil, noSuchPath(path)
	}
	if err == nil {
		found.arns, err = principalARNs(ctx, accounts.New(s), found.report)
	}
	if err == nil {
		found.gaps, err = gapsUnder(ctx, s, o, found)
	}
	if err == nil {
		p.warnExtendedGaps(found)
		err = p.warnPruned(ctx, s, found.now, span)
	}
	return found, err
}

// coveredSince is the facts without coverage of days before one.
func coveredSince(since activity.Day, facts iter.Seq2[activity.Fact, error]) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		for f, err := range facts {
			any := true
			if f.Class == activity.Coverage {
				f, any = f.Pruned(since)
			}
			if any && !yield(f, err) {
				return
			}
		}
	}
}

// principalARNs looks up the principals that a report names.
func principalARNs(ctx context.Context, book *accounts.Book, r *report.ExtendedReport) (map[string]string, error) {
	arns := map[string]string{}
	byAccount := map[string]bool{}
	for u := range namedPrincipals(r) {
		arns[u.Principal], byAccount[u.Account] = "", true
	}
	for _, id := range slices.Sorted(maps.Keys(byAccount)) {
		account, err := book.Account(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue // never imported: its principals go by the names in logs
		} else if err != nil {
			return nil, fmt.Errorf("names of principals: %w", err)
		}
		for _, u := range account.Users {
			learn(arns, u.ID, u.ARN)
		}
		for _, r := range account.Roles {
			learn(arns, r.ID, r.ARN)
		}
	}
	return arns, nil
}

// learn keeps the ARN of an id that is looked for.
func learn(arns map[string]string, id, arn string) {
	if _, wanted := arns[id]; wanted {
		arns[id] = arn
	}
}

// namedPrincipals are all uses in a report.
func namedPrincipals(r *report.ExtendedReport) iter.Seq[report.PrincipalUse] {
	return func(yield func(report.PrincipalUse) bool) {
		for i := range r.Services {
			s := &r.Services[i]
			lists := [][]report.PrincipalUse{s.Principals}
			for k := range s.Actions {
				lists = append(lists, s.Actions[k].Principals, s.Actions[k].Inferred.Principals)
			}
			for _, u := range slices.Concat(lists...) {
				if !yield(u) {
					return
				}
			}
		}
	}
}
