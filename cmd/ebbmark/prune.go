package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// leastKept is how many days of history a store must keep: the tracking period and
// the day that has begun. With less, reports would call unused what was used within it.
// mostKept is a hundred years, after which a number is a mistake.
const (
	leastKept = int(report.Span/aDay) + 1
	mostKept  = 36_500
)

type pruneFlags struct {
	store, format string
	keep          int
	dry           bool
}

func (p *program) pruneCommand() *cobra.Command {
	var f pruneFlags
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Give up what the logs told of long ago",
		Long: fmt.Sprintf(`Deletes calls that were made last before the days to keep, %d at least: those of the
tracking period of reports. What was used since stays, with its whole history; so does
the last use of access keys and passwords. Days are counted back from the latest record
in the store, or from today if that is earlier: a clock that is wrong deletes nothing
too young.

Reports of today are the same afterwards. Reports of the past (--as-of) that reach
behind the days that are kept know nothing of what was before, and say so: those days
count as days without a log from then on, in "ebbmark coverage" too, and nothing is
found to be unused in them. Servers that run with longer --days, or with --as-of, need
more days than others.

Log files stay in the ledger and are not read again. "ebbmark rebuild" reads them again,
and with them what was deleted: prune the store then once more. Servers may run
meanwhile, and the command may be interrupted and repeated. "ebbmark serve --keep" does
the same once a day.`, leastKept),
		Example: `  ebbmark prune --keep 800 --dry-run
  ebbmark prune --keep 800`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.prune(cmd.Context(), f) },
	}
	storeFlag(cmd, &f.store)
	flags := cmd.Flags()
	flags.IntVar(&f.keep, "keep", 0, fmt.Sprintf("days to keep, %d or more", leastKept))
	flags.BoolVar(&f.dry, "dry-run", false, "only count what would be deleted")
	flags.StringVar(&f.format, "format", "text", "text or json")
	return cmd
}

func (p *program) prune(ctx context.Context, f pruneFlags) error {
	switch {
	case f.keep < leastKept || f.keep > mostKept:
		return usageError("--keep %d: say how many days to keep, %d to %d", f.keep, leastKept, mostKept)
	case f.format != "text" && f.format != "json":
		return usageError("--format %q: want text or json", f.format)
	}
	s, err := openStore(ctx, f.store)
	if err != nil {
		return err
	}
	defer s.Close()
	today := activity.DayOf(p.now())
	latest, err := latestDay(ctx, s, today)
	if err != nil {
		return err
	}
	if latest < today-1 {
		p.warn("the latest record is of %s: the days to keep are counted back from there", dayText(latest))
	}
	before := keptFrom(latest, f.keep)
	gone, err := p.pruneBefore(ctx, s, before, f.dry)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("interrupted after %s facts: run the same command again to go on (%w)", thousands(gone), err)
	} else if err != nil {
		return err
	}
	if f.format == "json" {
		return json.NewEncoder(p.stdout).Encode(struct {
			Before  string `json:"before"`
			Deleted int64  `json:"deleted"`
			DryRun  bool   `json:"dryRun"`
		}{dayText(before), gone, f.dry})
	}
	verb := map[bool]string{false: "are deleted", true: "would be deleted"}[f.dry]
	_, err = fmt.Fprintf(p.stdout, "%s facts of calls that were made last before %s %s.\n", thousands(gone), dayText(before), verb)
	return err
}

func (p *program) pruneBefore(ctx context.Context, s store.Store, before activity.Day, dry bool) (gone int64, err error) {
	var buckets, so atomic.Int64
	defer p.showLine(ctx, "prune", func() string {
		if dry {
			return thousands(so.Load()) + " facts read"
		}
		return fmt.Sprintf("%d of %d parts, %s facts deleted", buckets.Load(), store.Buckets, thousands(so.Load()))
	})()
	if dry {
		return prunable(ctx, s, before, &so)
	}
	return store.Prune(ctx, s, before, func(n int, gone int64) { buckets.Store(int64(n)); so.Store(gone) })
}

// prunable counts what Prune would delete, and in read what it has looked at.
func prunable(ctx context.Context, s store.Store, before activity.Day, read *atomic.Int64) (gone int64, err error) {
	for _, kept := range []bool{false, true} {
		for f, err := range s.AllFacts(ctx, kept) {
			if err != nil {
				return 0, err
			}
			read.Add(1)
			if _, any := f.Pruned(before); !any {
				gone++
			}
		}
	}
	return gone, nil
}

// keptFrom is the first day of a number of days that end with the latest.
func keptFrom(latest activity.Day, days int) activity.Day { return latest - activity.Day(days) + 1 }

// latestDay is the day of the latest record in a store, today at most: whoever
// counts back from it deletes nothing too young, however wrong the clock is.
func latestDay(ctx context.Context, s store.Store, today activity.Day) (activity.Day, error) {
	ids, err := accounts.New(s).IDs(ctx)
	if err != nil {
		return 0, err
	}
	latest := activity.Day(0)
	for _, id := range ids {
		for f, err := range s.Facts(ctx, activity.Prefix{Account: id, Class: activity.Coverage}) {
			if err != nil {
				return 0, err
			}
			latest = max(latest, activity.DayOf(f.Last.Time()))
		}
	}
	if latest > 0 {
		return min(latest, today), nil
	}
	// Logs were read, but no account was imported yet that they are of.
	for f, err := range s.AllFacts(ctx, false) {
		if err != nil {
			return 0, err
		}
		latest = max(latest, activity.DayOf(f.Last.Time()))
	}
	if latest == 0 {
		return today, nil // there is nothing
	}
	return min(latest, today), nil
}

// showLine writes a line of progress on standard error, again and again, until the
// function that it returns is called, once or more.
func (p *program) showLine(ctx context.Context, command string, line func() string) (end func()) {
	ctx, stop := context.WithCancel(ctx)
	over := make(chan struct{})
	every, before, after := logEvery, "ebbmark: "+command+": ", "\n"
	if terminalWidth(p.stderr) > 0 {
		every, before, after = barEvery, "\r", "\x1b[K"
	}
	go func() {
		defer close(over)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				fmt.Fprint(p.stderr, before+line()+after)
			}
		}
	}()
	return sync.OnceFunc(func() {
		stop()
		<-over
		if terminalWidth(p.stderr) > 0 {
			fmt.Fprint(p.stderr, "\r\x1b[K")
		}
	})
}
