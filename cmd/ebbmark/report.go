package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/api/iam"
	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// reportFlags is the command line of "ebbmark report".
type reportFlags struct {
	store, account, granularity, format string
	policy                              string // id of a service control policy
	extended                            bool
	asOf                                time.Time
	reading                             reading
}

func (p *program) reportCommand() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report ARN|PATH",
		Short: "Show what a user, group, role, policy, unit or account may use and when it last did",
		Long: `Show which services (and with --granularity action: which actions) a user, group,
role or managed policy may use, and when it last tried to. No server is needed.

The answer is that of "aws iam get-service-last-accessed-details"; --format json
prints what that command prints. A terminal gets a table, a pipe gets lines of
fields separated by tabs: service, name, action, time, Region, ARN, entities.

Given the path of an organization's root, unit or account, as in
"aws iam generate-organizations-access-report", it shows which services the service
control policies allow there and when an account last used each: the answer of
"aws iam get-organizations-access-report". With --extended it says more than AWS
does: actions, which principals used them, what service and resource control
policies take away, the management account too, and since when there are logs.`,
		Example: `  ebbmark report arn:aws:iam::111122223333:role/app
  ebbmark report arn:aws:iam::111122223333:user/alice --granularity action --format csv
  ebbmark report arn:aws:iam::aws:policy/ReadOnlyAccess --account 111122223333
  ebbmark report o-a1b2c3d4e5/r-ab12/ou-ab12-work0001
  ebbmark report o-a1b2c3d4e5/r-ab12 --organizations-policy-id p-examplepolicy
  ebbmark report o-a1b2c3d4e5/r-ab12/ou-ab12-work0001/111122223333 --extended`,
		Args: oneArgument("an ARN such as arn:aws:iam::111122223333:user/alice or a path such as o-a1b2c3d4e5/r-ab12"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.report(cmd.Context(), f, args[0]) },
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.granularity, "granularity", "service", "service or action (also SERVICE_LEVEL, ACTION_LEVEL)")
	cmd.Flags().StringVar(&f.format, "format", "", "table, tsv, json or csv (default: table on a terminal, else tsv)")
	cmd.Flags().StringVar(&f.account, "account", "", "the account whose entities count in the report of an AWS managed policy")
	cmd.Flags().StringVar(&f.policy, "organizations-policy-id", "", "of a path: what this service control policy alone allows")
	cmd.Flags().BoolVar(&f.extended, "extended", false, "of a path: actions, principals, what policies take away, since when there are logs")
	cmd.Flags().TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, "report use up to this moment instead of now (RFC 3339)")
	readingFlags(cmd, &f.reading)
	return cmd
}

// entityReport is a report and the entity of IAM that it is about.
type entityReport struct {
	arn         string
	granularity report.Granularity
	now         time.Time
	span        time.Duration
	reading     reading
	services    []iam.ServiceLastAccessed
}

func (p *program) report(ctx context.Context, f reportFlags, text string) error {
	switch {
	case isEntityPath(text):
		return p.reportOnPath(ctx, f, text)
	case f.extended || f.policy != "":
		return usageError("%q: --extended and --organizations-policy-id are for the path of an organization's root, unit or account, such as o-a1b2c3d4e5/r-ab12", text)
	}
	granularity, err := parseGranularity(f.granularity)
	if err != nil {
		return err
	}
	write, err := p.reportFormat(f.format)
	if err != nil {
		return err
	}
	span, err := f.reading.span()
	if err != nil {
		return err
	}
	if err := checkReportARN(text); err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	account, err := reportAccount(ctx, s, f, text)
	if err != nil {
		return err
	}
	found := entityReport{arn: text, granularity: granularity, now: p.momentOf(f), span: span, reading: f.reading}
	if found.services, err = p.computeReport(ctx, s, account, found); err != nil {
		return err
	}
	return write(p.stdout, found)
}

// momentOf is the moment that a report speaks of.
func (p *program) momentOf(f reportFlags) time.Time {
	return p.present(f.asOf).UTC().Truncate(time.Millisecond)
}

func parseGranularity(text string) (report.Granularity, error) {
	switch strings.ToLower(text) {
	case "service", "service_level":
		return report.ServiceLevel, nil
	case "action", "action_level":
		return report.ActionLevel, nil
	}
	return 0, usageError("--granularity %q: want service or action", text)
}

// checkReportARN refuses what no account has a report of.
func checkReportARN(text string) error {
	a, err := arn.Parse(text)
	if err == nil {
		err = report.Check(text, a.Partition)
	}
	if err != nil {
		return usageError("%q: %w; want the ARN of a user, group, role or managed policy, such as arn:aws:iam::111122223333:user/alice", text, err)
	}
	return nil
}

// reportAccount is the account that the ARN is looked up in.
func reportAccount(ctx context.Context, docs store.Docs, f reportFlags, text string) (*inventory.Account, error) {
	book := accounts.New(docs)
	a, err := arn.Parse(text)
	if err != nil {
		return nil, err
	}
	id := a.Account
	switch {
	case id == "aws" && f.account != "":
		id = f.account
	case id == "aws":
		if id, err = onlyAccount(ctx, book); err != nil {
			return nil, err
		}
	case f.account != "" && f.account != id:
		return nil, usageError("--account %s: %s belongs to account %s", f.account, text, id)
	}
	account, err := book.Account(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("account %s is not in %s: import its snapshot first (ebbmark import --store %[2]s FILE)", id, withoutPassword(f.store))
	}
	return account, err
}

// onlyAccount is the account of a store that has just one.
func onlyAccount(ctx context.Context, book *accounts.Book) (string, error) {
	ids, err := book.IDs(ctx)
	switch {
	case err != nil:
		return "", err
	case len(ids) == 0:
		return "", errors.New("no account has been imported yet: run ebbmark import FILE first")
	case len(ids) > 1:
		return "", usageError("an AWS managed policy is reported per account: say which with --account (%s)", strings.Join(ids, ", "))
	}
	return ids[0], nil
}

// computeReport makes the report, and warns of what it cannot know.
func (p *program) computeReport(ctx context.Context, s store.Store, account *inventory.Account, f entityReport) ([]iam.ServiceLastAccessed, error) {
	subject, err := report.Find(account, f.arn)
	if errors.Is(err, report.ErrAbsent) {
		return nil, fmt.Errorf("%s does not exist in the snapshot of account %s: if it is new, import a newer snapshot", f.arn, account.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.arn, err)
	}
	cat, err := f.reading.catalog(ctx, s)
	if err != nil {
		return nil, err
	}
	policies, err := subject.Documents()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.arn, err)
	}
	engine := grant.New(cat)
	if err := p.warnIncomplete(ctx, s, subject, engine.Unknown(policies)); err != nil {
		return nil, err
	}
	var r *report.Report
	err = store.Steady(ctx, s, func() (err error) {
		r, err = report.Compute(report.Input{
			Kind:        subject.Kind,
			Granularity: f.granularity,
			Policies:    policies,
			Entities:    subject.Entities,
			Now:         f.now,
			Span:        f.span,
			Catalog:     cat,
			Engine:      engine,
		}, iam.FactsOf(ctx, s, subject.Account))
		return err
	})
	if err == nil {
		err = p.warnGaps(ctx, s, subject.Account, f)
	}
	if err != nil {
		return nil, err
	}
	return iam.Services(r.Services, subject.Entities), nil
}

// warnIncomplete says on standard error why the report may know too little.
func (p *program) warnIncomplete(ctx context.Context, facts store.Facts, s *report.Subject, unknown []string) error {
	for _, action := range unknown {
		p.warn("the catalogue does not know action %s: its service may be missing from the report (LA-14)", action)
	}
	for _, missing := range s.Missing {
		p.warn("attached policy %s is not in the snapshot: what it grants is missing from the report", missing)
	}
	for _, err := range facts.Facts(ctx, activity.Prefix{Account: s.Account}) {
		return err
	}
	p.warn("no activity of account %s has been ingested: everything looks unused", s.Account)
	return nil
}

func (p *program) warn(format string, args ...any) {
	fmt.Fprintf(p.stderr, "ebbmark: warning: "+format+"\n", args...)
}
