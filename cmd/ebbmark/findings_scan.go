package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
)

func (p *program) findingsScanCommand() *cobra.Command {
	var f findingsFlags
	cmd := &cobra.Command{
		Use:   "scan [ANALYZER]",
		Short: "Scan now, and show what changed",
		Long: `Scans all analyzers, or the one of that name or ARN, at once and as a whole, and shows
the findings that are new, changed or resolved. A server does the same by itself
every 24 hours (serve --scan-interval); the two do not hinder each other.

A pipe gets lines of fields separated by tabs: analyzer, change, id, status, type,
resource, account, details. The changes are new, again (it was resolved), resolved,
changed (other details), archived, active, and gone (it was resolved for 90 days).

With --fail-on the command fails, with exit code 1, when the scan made a finding
ACTIVE: new for any, or a type.`,
		Example: `  ebbmark findings scan
  ebbmark findings scan unused --fail-on new`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError("want one analyzer at most; got %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				f.analyzer = args[0]
			}
			return p.findingsScan(cmd.Context(), f)
		},
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.format, "format", "", "table, tsv or json (default: table on a terminal, else tsv)")
	cmd.Flags().StringSliceVar(&f.failOn, "fail-on", nil, "fail when a finding becomes ACTIVE: new for any, or its type; may be a list")
	computeFlags(cmd, &f, "scan as of this moment instead of now; later use is not seen, and findings say so")
	return cmd
}

func (p *program) findingsScan(ctx context.Context, f findingsFlags) (err error) {
	gate, err := newGate(f.failOn, "new", nil)
	if err != nil {
		return err
	}
	write, err := p.scanFormat(f.format)
	if err != nil {
		return err
	}
	d, err := p.openDesk(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	chosen, err := d.choose(ctx, f)
	if err != nil {
		return err
	}
	scans, failed := p.scanAll(ctx, d, chosen)
	if err := write(scans); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	for _, s := range scans {
		for _, c := range s.changes {
			if c.What == newFinding || c.What == againFinding {
				gate.count(c.finding)
			}
		}
	}
	return gate.result()
}

// scanAll scans analyzers one after the other. The error is of those that were
// not scanned.
func (p *program) scanAll(ctx context.Context, d *desk, list []*finding.Analyzer) (scans []scan, err error) {
	for _, a := range list {
		s, failed := d.scan(ctx, a)
		if failed == nil {
			failed = p.warnUnseen(ctx, d, a)
		}
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("scan %s: %w", a.ARN(), failed))
			continue
		}
		scans = append(scans, s)
	}
	return scans, err
}

// scan is what one scan came to.
type scan struct {
	after   *analyzers.View
	changes []findingChange
}

// findingChange is a finding that a scan made or changed.
type findingChange struct {
	What    string
	finding *finding.Finding // as it is; as it was when it is gone
}

// The changes.
const (
	newFinding      = "new"
	againFinding    = "again"
	resolvedFinding = "resolved"
	changedFinding  = "changed"
	goneFinding     = "gone"
)

// scan scans an analyzer and compares what it had found before with what it has
// found now.
func (d *desk) scan(ctx context.Context, a *finding.Analyzer) (s scan, err error) {
	before, err := d.keeper.View(ctx, a.Name)
	if err != nil {
		return s, err
	}
	err = d.keeper.Scan(ctx, a.Name)
	if errors.Is(err, analyzers.ErrScanRuns) {
		return s, errors.New("another process is scanning it: wait until that has ended (ebbmark findings analyzers shows the last scan)")
	}
	if err != nil {
		return s, err
	}
	if s.after, err = d.keeper.View(ctx, a.Name); err != nil {
		return s, err
	}
	s.changes = difference(before, s.after)
	return s, nil
}

// difference is what became of the findings between two views, by resource; what
// is gone comes last.
func difference(before, after *analyzers.View) (list []findingChange) {
	for _, f := range byResourceIn(after) {
		if what := changeOf(before.Finding(f.ID), f); what != "" {
			list = append(list, findingChange{what, f})
		}
	}
	for _, f := range byResourceIn(before) {
		if after.Finding(f.ID) == nil {
			list = append(list, findingChange{goneFinding, f})
		}
	}
	return list
}

// changeOf is what happened to a finding; empty: nothing.
func changeOf(was, is *finding.Finding) string {
	switch {
	case was == nil:
		return newFinding
	case was.Status == finding.Resolved && is.Status != finding.Resolved:
		return againFinding
	case was.Status != is.Status && is.Status == finding.Resolved:
		return resolvedFinding
	case was.Status != is.Status && is.Status == finding.Archived: // by somebody meanwhile, as is the next
		return "archived"
	case was.Status != is.Status:
		return "active"
	case !was.UpdatedAt.Equal(is.UpdatedAt):
		return changedFinding
	}
	return ""
}
