package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

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
the last use of access keys and passwords.

Reports of today are the same afterwards. Reports of the past (--as-of) that reach
behind the days that are kept know nothing of what was before, and say so: those days
count as days without a log, in "ebbmark coverage" too. Servers that run with longer
--days, or with --as-of, need more days than others.

Log files stay in the ledger and are not read again. "ebbmark rebuild" reads them again,
and with them what was deleted: prune the store then once more. Servers may run
meanwhile, and the command may be interrupted and repeated.`, leastKept),
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
	before := activity.DayOf(p.now()) - activity.Day(f.keep) + 1
	prune := s.Prune
	if f.dry {
		prune = func(ctx context.Context, before activity.Day) (int64, error) { return prunable(ctx, s, before) }
	}
	gone, err := prune(ctx, before)
	if err != nil {
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

// prunable counts what Prune would delete.
func prunable(ctx context.Context, s store.Store, before activity.Day) (gone int64, err error) {
	for _, kept := range []bool{false, true} {
		for f, err := range s.AllFacts(ctx, kept) {
			if err != nil {
				return 0, err
			}
			if _, any := f.Pruned(before); !any {
				gone++
			}
		}
	}
	return gone, nil
}
