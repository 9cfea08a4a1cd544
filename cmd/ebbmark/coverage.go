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
	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/calendar"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// coverageFlags is the command line of "ebbmark coverage".
type coverageFlags struct {
	store, format string
	days          int
	asOf          time.Time
}

// maxCoverageDays bounds --days.
const maxCoverageDays = 3660

func (p *program) coverageCommand() *cobra.Command {
	var f coverageFlags
	cmd := &cobra.Command{
		Use:   "coverage [ARN|ACCOUNT]",
		Short: "Show which days of which Regions the logs cover",
		Long: `Show for each account and Region the days of which a log was read, as a calendar:
one column a week, Sunday at the top. Without coverage, "unused" is not proven, so
days without a log are named as gaps. A day counts as covered when a record of it
or a log file delivered on it was read; whether the log was complete, only
"ebbmark validate-logs" can tell.

Given the ARN of a user or role, the account is that of the ARN. Without an
argument, every account in the store is shown.`,
		Example: `  ebbmark coverage 111122223333
  ebbmark coverage arn:aws:iam::111122223333:role/app --days 90
  ebbmark coverage --format json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return p.coverage(cmd.Context(), f, args) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "", "table, tsv or json (default: table on a terminal, else tsv)")
	flags.IntVar(&f.days, "days", int(report.Span/aDay), "how many days to look back")
	flags.TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, "look back from this moment instead of now (RFC 3339)")
	return cmd
}

// coverage is what is known of one account. Its JSON is that of the command.
type coverage struct {
	Account string           `json:"account"`
	From    string           `json:"from"` // the window, both days included
	To      string           `json:"to"`
	Regions []regionCoverage `json:"regions"` // those with a log, by name
}

// regionCoverage is the covered days of one Region within the window.
type regionCoverage struct {
	Region  string `json:"region"` // empty: records without a Region
	Covered int    `json:"coveredDays"`
	Days    []span `json:"covered"`
	Gaps    []span `json:"gaps"`
	all     activity.Days
}

// span is some days in a row, both ends included.
type span struct {
	From string `json:"from"`
	To   string `json:"to"`
	Days int    `json:"days"`
}

func (p *program) coverage(ctx context.Context, f coverageFlags, args []string) (err error) {
	if f.days < 1 || f.days > maxCoverageDays {
		return usageError("--days %d: want 1 to %d", f.days, maxCoverageDays)
	}
	write, err := p.coverageFormat(f.format)
	if err != nil {
		return err
	}
	asked, err := coverageAccount(args)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	ids := []string{asked}
	if asked == "" {
		if ids, err = accounts.New(s).IDs(ctx); err != nil {
			return err
		}
	}
	now := p.present(f.asOf)
	to := activity.DayOf(now)
	list := make([]coverage, 0, len(ids))
	for _, id := range ids {
		c, err := readCoverage(ctx, s, id, to-activity.Day(f.days)+1, to, now)
		if err != nil {
			return err
		}
		list = append(list, c)
	}
	return write(list)
}

// coverageAccount is the account that the argument means; empty: all.
func coverageAccount(args []string) (string, error) {
	if len(args) == 0 {
		return "", nil
	}
	id := args[0]
	if name, err := arn.Parse(id); err == nil {
		id = name.Account
	}
	if len(id) != 12 || strings.Trim(id, "0123456789") != "" {
		return "", usageError("%q: want an account's 12 digits or an ARN with an account in it", args[0])
	}
	return id, nil
}

func readCoverage(ctx context.Context, s store.Records, account string, from, to activity.Day, now time.Time) (coverage, error) {
	c := coverage{Account: account, From: dayText(from), To: dayText(to), Regions: []regionCoverage{}}
	regions, err := calendar.Coverage(store.Coverage(ctx, s, account), from, to, now)
	for _, r := range regions {
		c.Regions = append(c.Regions, showRegion(r))
	}
	if err != nil {
		err = fmt.Errorf("account %s: %w", account, err)
	}
	return c, err
}

func showRegion(of calendar.Region) regionCoverage {
	r := regionCoverage{Region: of.Name, Covered: of.Covered, Days: []span{}, Gaps: []span{}, all: of.Days}
	for _, s := range of.In {
		r.Days = append(r.Days, newSpan(s))
	}
	for _, s := range of.Gaps {
		r.Gaps = append(r.Gaps, newSpan(s))
	}
	return r
}

func newSpan(s activity.Span) span { return span{dayText(s.From), dayText(s.To), s.Len()} }

func dayText(d activity.Day) string { return d.Start().Format(time.DateOnly) }
