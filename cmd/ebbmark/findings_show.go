package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/finding"
)

func (p *program) findingsShowCommand() *cobra.Command {
	var f findingsFlags
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a finding with all that is known",
		Long: `Shows one finding: of unused permissions every service and action, of access from
outside the conditions. ID is a finding's id or the beginning of it.`,
		Example: `  ebbmark findings show 6f1c0c1e
  ebbmark findings show 6f1c0c1e --format json`,
		Args: oneArgument("a finding's id"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.findingsShow(cmd.Context(), f, args[0]) },
	}
	storeFlag(cmd, &f.store)
	analyzerFlag(cmd, &f)
	cmd.Flags().StringVar(&f.format, "format", "table", findingsFormats)
	return cmd
}

func (p *program) findingsShow(ctx context.Context, f findingsFlags, id string) (err error) {
	write, err := p.findingsFormat(f.format)
	if err != nil {
		return err
	}
	d, err := p.openDesk(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	found, err := d.locate(ctx, f, []string{id})
	if err != nil {
		return err
	}
	one := found[0]
	if f.format != "table" {
		return write(ctx, d, []analyzerFindings{{one.view, []*finding.Finding{one.finding}}})
	}
	full, err := d.keeper.Detailed(ctx, one.view, one.finding)
	if err != nil {
		return fmt.Errorf("finding %s: %w", one.finding.ID, err)
	}
	return p.writeFinding(one.view.Analyzer, full)
}

// writeFinding is a finding for people.
func (p *program) writeFinding(a *finding.Analyzer, f *finding.Detailed) error {
	rows := []tableRow{
		{plain, []string{"finding", f.ID}},
		{plain, []string{"analyzer", a.ARN()}},
		{plain, []string{"type", string(f.Type)}},
		{plain, []string{"status", string(f.Status)}},
		{plain, []string{"resource", f.Resource}},
		{plain, []string{"created", moment(f.CreatedAt)}},
		{plain, []string{"updated", moment(f.UpdatedAt)}},
		{plain, []string{"analyzed", moment(f.AnalyzedAt)}},
	}
	if dated(&f.Finding) {
		rows = append(rows, tableRow{plain, []string{"last accessed", known(moment(f.LastAccessed))}})
	}
	if text := detailCell(&f.Finding); text != "" {
		rows = append(rows, tableRow{plain, []string{"details", text}})
	}
	if f.External != nil {
		rows = append(rows, externalRows(f.External)...)
	}
	for i := range rows {
		rows[i].cells[1] = strings.Map(printable, rows[i].cells[1])
	}
	b := bufio.NewWriter(p.stdout)
	writeAligned(b, rows, false)
	if f.Type == finding.UnusedPermission {
		b.WriteByte('\n')
		writeAligned(b, permissionRows(f.Details), p.colours())
		fmt.Fprintf(b, "\nebbmark findings recommend %s says how to take them away.\n", f.ID)
	}
	return b.Flush()
}

func known(text string) string {
	if text == "" {
		return "not known"
	}
	return text
}

func externalRows(e *finding.External) []tableRow {
	rows := []tableRow{{plain, []string{"actions", strings.Join(e.Actions, " ")}}}
	for _, key := range slices.Sorted(maps.Keys(e.Condition)) {
		rows = append(rows, tableRow{plain, []string{"condition", key + " " + e.Condition[key]}})
	}
	return rows
}

// permissionRows has a line for each service that was not used, and for each
// action of the others.
func permissionRows(details []finding.Detail) []tableRow {
	rows := []tableRow{{plain, []string{"SERVICE", "ACTION", "LAST ACCESSED"}}}
	for _, d := range details {
		if d.Permission == nil {
			continue
		}
		if len(d.Permission.Actions) == 0 {
			rows = append(rows, tableRow{yellow, []string{d.Permission.Namespace, "all", known(moment(d.Permission.LastAccessed))}})
		}
		for _, a := range d.Permission.Actions {
			rows = append(rows, tableRow{plain, []string{d.Permission.Namespace, a.Name, known(moment(a.LastAccessed))}})
		}
	}
	return rows
}
