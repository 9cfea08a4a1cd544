package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
)

func (p *program) findingsArchiveCommand() *cobra.Command {
	return p.findingsStatusCommand(finding.Archived, &cobra.Command{
		Use:   "archive ID...",
		Short: "Archive findings: the access is meant to be",
		Long: `Archives findings. They stay archived as long as what they are about holds, and are
resolved when it does not. ID is a finding's id or the beginning of it; unless all
can be archived, none is. Archive rules, which the API makes, do it for findings to come.`,
		Example: "  ebbmark findings archive 6f1c0c1e 7a20d1b4",
	})
}

func (p *program) findingsActivateCommand() *cobra.Command {
	return p.findingsStatusCommand(finding.Active, &cobra.Command{
		Use:   "activate ID...",
		Short: "Make archived findings active again",
		Long: `Makes archived findings active again. ID is a finding's id or the beginning of it;
unless all can be made so, none is.`,
		Example: "  ebbmark findings activate 6f1c0c1e",
	})
}

func (p *program) findingsStatusCommand(to finding.Status, cmd *cobra.Command) *cobra.Command {
	var f findingsFlags
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError("want the ids of findings: ebbmark findings lists them")
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return p.setFindings(cmd.Context(), f, to, args) }
	storeFlag(cmd, &f.store)
	analyzerFlag(cmd, &f)
	cmd.Flags().TimeVar(&f.asOf, "as-of", time.Time{}, []string{time.RFC3339}, "the moment of the change instead of now, for stores that are served so (RFC 3339)")
	return cmd
}

// setFindings gives findings another status.
func (p *program) setFindings(ctx context.Context, f findingsFlags, to finding.Status, ids []string) (err error) {
	d, err := p.openDesk(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	found, err := d.locate(ctx, f, ids)
	if err != nil {
		return err
	}
	moved, by := 0, map[finding.Name][]string{}
	for _, one := range found {
		if one.finding.Status == finding.Resolved {
			return fmt.Errorf("finding %s is resolved: what it was about does not hold any more, and its status changes only when it does again", one.finding.ID)
		}
		if one.finding.Status != to {
			moved++
		}
		by[one.view.Analyzer.Name] = append(by[one.view.Analyzer.Name], one.finding.ID)
	}
	for name, ids := range by {
		if err := d.keeper.SetStatus(ctx, name, to, ids, ""); errors.Is(err, analyzers.ErrBusy) {
			return fmt.Errorf("%w: try again", err)
		} else if err != nil {
			return err
		}
	}
	same := ""
	if n := len(found) - moved; n > 0 {
		same = fmt.Sprintf(", %d already were", n)
	}
	_, err = fmt.Fprintf(p.stdout, "%s now %s%s\n", plural(moved, "finding"), strings.ToLower(string(to)), same)
	return err
}
