package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/finding"
)

func (p *program) findingsAnalyzersCommand() *cobra.Command {
	var f findingsFlags
	cmd := &cobra.Command{
		Use:   "analyzers",
		Short: "List analyzers, their last scan and how many findings they have",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.listAnalyzers(cmd.Context(), f) },
	}
	storeFlag(cmd, &f.store)
	cmd.Flags().StringVar(&f.region, "region", "", "only analyzers of this Region")
	cmd.Flags().StringVar(&f.format, "format", "", "table, tsv or json (default: table on a terminal, else tsv)")
	return cmd
}

// analyzerLine is what "ebbmark findings analyzers" says of one. Its JSON is
// that of the command.
type analyzerLine struct {
	ARN      string               `json:"arn"`
	Type     finding.AnalyzerType `json:"type"`
	Age      int                  `json:"unusedAccessAge,omitempty"` // days
	Created  time.Time            `json:"createdAt"`
	Scanned  time.Time            `json:"scannedAt,omitzero"`
	Active   int                  `json:"active"`
	Archived int                  `json:"archived"`
	Resolved int                  `json:"resolved"`
}

func (p *program) listAnalyzers(ctx context.Context, f findingsFlags) (err error) {
	write, err := p.analyzersFormat(f.format)
	if err != nil {
		return err
	}
	d, err := p.openDesk(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	all, err := d.list(ctx, f, nil)
	if err != nil {
		return err
	}
	var lines []analyzerLine
	for _, l := range all {
		a, n := l.view.Analyzer, finding.Count(l.findings)
		lines = append(lines, analyzerLine{a.ARN(), a.Type, a.Age, a.Created.UTC(), l.view.Scanned.UTC(), n.Active, n.Archived, n.Resolved})
	}
	return write(p.stdout, lines)
}

func (p *program) analyzersFormat(name string) (func(io.Writer, []analyzerLine) error, error) {
	switch cmp.Or(name, map[bool]string{true: "table", false: "tsv"}[isTerminal(p.stdout)]) {
	case "table":
		return func(w io.Writer, lines []analyzerLine) error {
			b := bufio.NewWriter(w)
			rows := []tableRow{{plain, []string{"ANALYZER", "TYPE", "DAYS", "LAST SCAN", "ACTIVE", "ARCHIVED", "RESOLVED"}}}
			for _, l := range lines {
				rows = append(rows, tableRow{plain, l.cells()})
			}
			writeAligned(b, rows, false)
			return b.Flush()
		}, nil
	case "tsv":
		return func(w io.Writer, lines []analyzerLine) error {
			b := bufio.NewWriter(w)
			for _, l := range lines {
				fmt.Fprintln(b, strings.Join(l.cells(), "\t"))
			}
			return b.Flush()
		}, nil
	case "json":
		return func(w io.Writer, lines []analyzerLine) error {
			enc := json.NewEncoder(w)
			enc.SetIndent("", "  ")
			return enc.Encode(map[string]any{"analyzers": lines})
		}, nil
	}
	return nil, usageError("--format %q: want table, tsv or json", name)
}

func (l analyzerLine) cells() []string {
	age := ""
	if l.Age > 0 {
		age = strconv.Itoa(l.Age)
	}
	return []string{
		l.ARN, string(l.Type), age, moment(l.Scanned), strconv.Itoa(l.Active), strconv.Itoa(l.Archived), strconv.Itoa(l.Resolved),
	}
}
