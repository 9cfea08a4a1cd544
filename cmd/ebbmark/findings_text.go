package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/finding/format"
)

// findingsWriter writes lists of findings.
type findingsWriter func(context.Context, *desk, []analyzerFindings) error

// findingsFormat finds the writer of a --format.
func (p *program) findingsFormat(name string) (findingsWriter, error) {
	terminal := isTerminal(p.stdout)
	name = cmp.Or(name, map[bool]string{true: "table", false: "tsv"}[terminal])
	switch {
	case name == "table":
		return func(_ context.Context, _ *desk, lists []analyzerFindings) error { return p.findingsTable(lists) }, nil
	case name == "tsv":
		return func(_ context.Context, _ *desk, lists []analyzerFindings) error { return p.findingsLines(lists) }, nil
	case slices.Contains(format.Names(), name):
		return func(ctx context.Context, d *desk, lists []analyzerFindings) error {
			return p.findingsAs(ctx, d, name, lists)
		}, nil
	}
	return nil, usageError("--format %q: want %s", name, findingsFormats)
}

// findingsAs writes findings as another tool reads them. JSON and CSV do not say
// whose findings they are, so those of all analyzers are one list; a SARIF log is
// of one; the other forms have a line for each finding, with its analyzer.
func (p *program) findingsAs(ctx context.Context, d *desk, name string, lists []analyzerFindings) error {
	write := format.Named(name)
	switch {
	case name == "json" || name == "csv":
		return write(p.stdout, finding.Name{}, d.detailed(ctx, true, lists...))
	case name == "sarif" && len(lists) > 1:
		var all []*finding.Analyzer
		for _, l := range lists {
			all = append(all, l.view.Analyzer)
		}
		return usageError("a SARIF log is of one analyzer: say which with --analyzer; there %s", analyzerNames(all))
	}
	for _, l := range lists {
		if err := write(p.stdout, l.view.Analyzer.Name, d.detailed(ctx, name != "event", l)); err != nil {
			return err
		}
	}
	return nil
}

// detailed is findings with their details, read as they are needed. An event
// needs none.
func (d *desk) detailed(ctx context.Context, needed bool, lists ...analyzerFindings) format.Findings {
	return func(yield func(*finding.Detailed, error) bool) {
		for _, l := range lists {
			for _, f := range l.findings {
				full, err := f.Detail(nil), error(nil)
				if needed {
					full, err = d.keeper.Detailed(ctx, l.view, f)
				}
				if errors.Is(err, analyzers.ErrNoFinding) { // gone this moment
					continue
				}
				if !yield(full, err) || err != nil {
					return
				}
			}
		}
	}
}

// findingsLines is a line of fields for each finding.
func (p *program) findingsLines(lists []analyzerFindings) error {
	b := bufio.NewWriter(p.stdout)
	for _, l := range lists {
		name := l.view.Analyzer.ARN()
		for _, f := range l.findings {
			fields := []string{
				name, f.ID, string(f.Status), string(f.Type), f.Resource, f.Owner,
				moment(f.CreatedAt), moment(f.UpdatedAt), moment(f.LastAccessed), detailCell(f),
			}
			for i := range fields {
				fields[i] = strings.Map(printable, fields[i])
			}
			fmt.Fprintln(b, strings.Join(fields, "\t"))
		}
	}
	return b.Flush()
}

// findingsTable is a table for each analyzer. What is active is yellow, what
// needs nobody is dim.
func (p *program) findingsTable(lists []analyzerFindings) error {
	b := bufio.NewWriter(p.stdout)
	for i, l := range lists {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(b, "%s\n%s\n", l.view.Analyzer.ARN(), l.headline())
		if len(l.findings) == 0 {
			continue
		}
		rows := []tableRow{{plain, []string{"ID", "STATUS", "TYPE", "ACCOUNT", "RESOURCE", "LAST ACCESSED", "DETAILS"}}}
		for _, f := range l.findings {
			rows = append(rows, findingRow(f))
		}
		b.WriteByte('\n')
		writeAligned(b, rows, p.colours())
	}
	return b.Flush()
}

// colours reports whether standard output shows colours.
func (p *program) colours() bool {
	return isTerminal(p.stdout) && p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb"
}

func (l *analyzerFindings) headline() string {
	a, scanned := l.view.Analyzer, "never scanned"
	if at := l.view.Scanned; !at.IsZero() {
		scanned = "scanned " + at.UTC().Format(time.RFC3339)
	}
	what := "access from outside"
	if a.Type.Unused() {
		what = "unused for " + plural(a.Age, "day")
	}
	return fmt.Sprintf("%s (%s), %s", plural(len(l.findings), "finding"), what, scanned)
}

func findingRow(f *finding.Finding) tableRow {
	colour := dim
	if f.Status == finding.Active {
		colour = yellow
	}
	last := ""
	if dated(f) {
		last = "not known"
		if !f.LastAccessed.IsZero() {
			last = f.LastAccessed.Format(time.DateTime)
		}
	}
	return tableRow{colour, []string{
		shortID(f.ID), string(f.Status), string(f.Type), f.Owner, strings.Map(printable, entityCell(f.Resource)), last, strings.Map(printable, detailCell(f)),
	}}
}

// shortID is the first two groups of a UUID: enough of it to name a finding.
func shortID(id string) string { return id[:min(len(id), len("00000000-0000"))] }

// dated reports whether the finding is about something that has a last use.
func dated(f *finding.Finding) bool {
	return f.Type != finding.UnusedPermission && f.Type != finding.ExternalAccess
}

// detailCell is what there is to say besides who it is about.
func detailCell(f *finding.Finding) string {
	var said []string
	switch {
	case f.Type == finding.UnusedIAMUserAccessKey:
		said = append(said, f.Key)
	case f.Type == finding.UnusedPermission:
		said = append(said, "in "+plural(f.Services, "service"))
		if f.Actions > 0 {
			said = append(said, plural(f.Actions, "action"))
		}
	case f.External != nil:
		said = append(said, outsider(f.External))
		if f.External.Public {
			said = append(said, "public")
		}
	}
	if f.Error != "" {
		said = append(said, "not judged by the last scan")
	}
	return strings.Join(said, ", ")
}

// outsider is who is let in, such as "AWS 444455556666".
func outsider(e *finding.External) string {
	for kind, who := range e.Principal { // there is one
		return kind + " " + who
	}
	return ""
}
