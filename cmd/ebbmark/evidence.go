package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/api/ebbmark"
	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/evidence"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// mostEvidenceWindow is the most days of --window: what the API takes, too.
const mostEvidenceWindow = 3660

type evidenceFlags struct {
	store, account, service string
	granularity, format     string
	window                  int
	inUse                   []string
	everyRegion             bool
	only                    string
	asOf                    time.Time
	reading                 reading
}

func (p *program) evidenceCommand() *cobra.Command {
	var f evidenceFlags
	cmd := &cobra.Command{
		Use:   "evidence ARN|PATH",
		Short: "Show what the logs prove of everything that somebody is granted",
		Long: `Shows, for every service and action that a user, group, role, managed policy, account (its
root's ARN) or a path of an organization is granted or has used: the last success, the last
refusal, the days and Regions, who it was, the statement that grants it, what a permissions
boundary and service control policies take away, and a verdict with the reason:

  used                an attempt in the window
  inferred            a call in the window may have needed it, such as iam:PassRole
  unused              none, and the logs that would show it cover the whole window
  not observable      no log could show it: CloudTrail does not record it, or as data events that
                      are not known to be delivered whole
  not enough history  the logs, the principal or the grant do not reach over the window

CloudTrail writes no log of a Region in which nothing happens. Unless you say which Regions
are in use (--in-use), or that a trail logs all of them (--every-region), a Region without
logs may be one without a trail, and nothing is called unused.

A terminal gets a table, a pipe gets lines of fields separated by tabs: namespace, action
(empty for the service), verdict, reason, granted, taken away by, last success, last denied,
last failure for another reason, first seen, days used, Regions, who it was last, how many
used it, granted since at the latest, statement that grants it, how CloudTrail records it.`,
		Example: `  ebbmark evidence arn:aws:iam::111122223333:role/app --every-region
  ebbmark evidence arn:aws:iam::111122223333:role/app --service s3 --in-use us-east-1,eu-west-1
  ebbmark evidence o-a1b2c3d4e5/r-ab12 --granularity action --verdict unused --format csv`,
		Args: oneArgument("an ARN such as arn:aws:iam::111122223333:role/app or a path such as o-a1b2c3d4e5/r-ab12"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.evidence(cmd.Context(), f, args[0]) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.StringVar(&f.account, "account", "", "of an AWS managed policy: the account it is looked at in")
	flags.IntVar(&f.window, "window", int(evidence.DefaultWindow/aDay), "days without use that make unused")
	flags.StringVar(&f.service, "service", "", "only this service namespace, with its actions")
	flags.StringVar(&f.granularity, "granularity", "", "service or action (default: service, with --service action)")
	flags.StringVar(&f.only, "verdict", "", "only what has this verdict: used, inferred, unused, not-observable or not-enough-history")
	flags.StringSliceVar(&f.inUse, "in-use", nil, "the Regions in use: each must have a log of every day")
	flags.BoolVar(&f.everyRegion, "every-region", false, "a trail logs every Region: one without a log of a day was idle if another one has one")
	flags.StringVar(&f.format, "format", "", "table, tsv, csv or json (default: table on a terminal, else tsv)")
	flags.TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, "the evidence as of this moment instead of now (RFC 3339)")
	readingFlags(cmd, &f.reading)
	return cmd
}

// check refuses flags that cannot be meant.
func (f *evidenceFlags) check() error {
	verdicts := []string{"", "used", "inferred", "unused", "not-observable", "not-enough-history"}
	switch {
	case f.window < 1 || f.window > mostEvidenceWindow:
		return usageError("--window %d: want 1 to %d days", f.window, mostEvidenceWindow)
	case f.granularity != "" && f.granularity != "service" && f.granularity != "action":
		return usageError("--granularity %q: want service or action", f.granularity)
	case !slices.Contains(verdicts, f.only):
		return usageError("--verdict %q: want one of %s", f.only, strings.Join(verdicts[1:], ", "))
	case f.everyRegion && len(f.inUse) > 0:
		return usageError("--in-use and --every-region say different things: give one of them")
	}
	if f.granularity == "" {
		f.granularity = "service"
		if f.service != "" {
			f.granularity = "action"
		}
	}
	return nil
}

func (p *program) evidence(ctx context.Context, f evidenceFlags, text string) error {
	if err := f.check(); err != nil {
		return err
	}
	write, err := p.evidenceFormat(f.format)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	scope, err := evidenceScope(ctx, s, f, text)
	if err != nil {
		return err
	}
	in := evidence.Input{
		Scope: scope, Now: p.present(f.asOf).UTC().Truncate(time.Millisecond), Window: time.Duration(f.window) * aDay,
		Regions: f.inUse, EveryRegion: f.everyRegion, Service: f.service,
	}
	if in.Catalog, err = f.reading.catalog(ctx, s); err != nil {
		return err
	}
	if _, known := in.Catalog.Service(f.service); f.service != "" && !known {
		return usageError("--service %q is no service namespace of the catalogue", f.service)
	}
	for _, r := range f.inUse {
		if _, known := in.Catalog.RegionStart(r); !known {
			return usageError("--in-use %q is no Region of the catalogue", r)
		}
	}
	e, err := ebbmark.Evidence(ctx, s, in)
	if err != nil {
		return err
	}
	p.warnEvidence(e, f)
	f.choose(e)
	return write(p.stdout, e)
}

func evidenceScope(ctx context.Context, s store.Store, f evidenceFlags, text string) (*evidence.Scope, error) {
	if isEntityPath(text) {
		if f.account != "" {
			return nil, usageError("--account is for AWS managed policies: an account of an organization is named by its path")
		}
		o, err := organizationOn(ctx, s, reportFlags{store: f.store}, text)
		if err != nil {
			return nil, err
		}
		scope, err := ebbmark.ScopeUnder(ctx, accounts.New(s), o, text)
		if errors.Is(err, report.ErrEntityPath) {
			return nil, noSuchPath(text)
		}
		return scope, err
	}
	if _, err := arn.Parse(text); err != nil {
		return nil, usageError("%q is neither an ARN nor the path of an organization's root, unit or account", text)
	}
	if _, err := evidence.CheckARN(text); err != nil {
		return nil, usageError("%q: %v; want a user, group, role, managed policy or the root of an account", text, err)
	}
	account, err := reportAccount(ctx, s, reportFlags{store: f.store, account: f.account}, text)
	if err != nil {
		return nil, err
	}
	scope, err := ebbmark.ScopeOf(ctx, accounts.New(s), account.ID, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	return scope, nil
}

// warnEvidence says what makes verdicts weaker than they could be.
func (p *program) warnEvidence(e *evidence.Evidence, f evidenceFlags) {
	if c := e.Coverage; c.SilentTotal > 0 && !f.everyRegion && f.inUse == nil {
		p.warn("%s of the accounts have no log in the window: nothing is called unused unless you say which Regions are in use (--in-use) or that a trail logs all of them (--every-region)",
			plural(c.SilentTotal, "Region"))
	} else if !c.Whole {
		p.warn("the logs do not cover the whole window, so nothing is called unused: %s", plural(c.GapsTotal+c.SilentTotal, "gap"))
	}
	if len(e.Missing) > 0 {
		p.warn("no snapshot has %s: what they grant is not in the evidence", strings.Join(e.Missing[:min(len(e.Missing), maxGapsTold)], ", "))
	}
}

// choose leaves what is asked for.
func (f *evidenceFlags) choose(e *evidence.Evidence) {
	wanted := func(v report.Verdict) bool { return f.only == "" || strings.ReplaceAll(string(v), " ", "-") == f.only }
	if f.granularity == "service" {
		for i := range e.Services {
			e.Services[i].Actions = nil
		}
		e.Services = slices.DeleteFunc(e.Services, func(s evidence.Service) bool { return !wanted(s.Verdict) })
		return
	}
	for i := range e.Services {
		s := &e.Services[i]
		s.Actions = slices.DeleteFunc(s.Actions, func(a evidence.Action) bool { return !wanted(a.Verdict) })
	}
	e.Services = slices.DeleteFunc(e.Services, func(s evidence.Service) bool { return len(s.Actions) == 0 && !wanted(s.Verdict) })
}
