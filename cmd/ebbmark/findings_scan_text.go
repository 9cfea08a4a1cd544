package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
)

// scanFormat finds the writer of a --format.
func (p *program) scanFormat(name string) (func([]scan) error, error) {
	switch cmp.Or(name, map[bool]string{true: "table", false: "tsv"}[isTerminal(p.stdout)]) {
	case "table":
		return p.scanTable, nil
	case "tsv":
		return p.scanLines, nil
	case "json":
		return p.scanJSON, nil
	}
	return nil, usageError("--format %q: want table, tsv or json", name)
}

func byResourceIn(v *analyzers.View) []*finding.Finding {
	return slices.SortedFunc(slices.Values(v.In(finding.Order{Attribute: "resource"})), byResource)
}

func (p *program) scanTable(scans []scan) error {
	b := bufio.NewWriter(p.stdout)
	for i, s := range scans {
		if i > 0 {
			b.WriteByte('\n')
		}
		n := finding.Count(s.after.In(finding.Order{}))
		fmt.Fprintf(b, "%s\nscanned as of %s: %s, %d active now\n", s.after.Analyzer.ARN(),
			s.after.Scanned.UTC().Format(time.RFC3339), plural(len(s.changes), "change"), n.Active)
		if len(s.changes) == 0 {
			continue
		}
		rows := []tableRow{{plain, []string{"CHANGE", "ID", "STATUS", "TYPE", "ACCOUNT", "RESOURCE", "LAST ACCESSED", "DETAILS"}}}
		for _, c := range s.changes {
			row := findingRow(c.finding)
			row.cells = slices.Insert(row.cells, 0, c.What)
			rows = append(rows, row)
		}
		b.WriteByte('\n')
		writeAligned(b, rows, p.colours())
	}
	return b.Flush()
}

func (p *program) scanLines(scans []scan) error {
	b := bufio.NewWriter(p.stdout)
	for _, s := range scans {
		for _, c := range s.changes {
			f := c.finding
			fields := []string{s.after.Analyzer.ARN(), c.What, f.ID, string(f.Status), string(f.Type), f.Resource, f.Owner, detailCell(f)}
			fmt.Fprintln(b, strings.Map(tabOrPrintable, strings.Join(fields, "\t")))
		}
	}
	return b.Flush()
}

func tabOrPrintable(r rune) rune {
	if r == '\t' {
		return r
	}
	return printable(r)
}

// scanJSON names the members of a finding as the API does.
func (p *program) scanJSON(scans []scan) error {
	type changed struct {
		Change       string         `json:"change"`
		ID           string         `json:"id"`
		Status       finding.Status `json:"status"`
		Type         finding.Type   `json:"findingType"`
		Resource     string         `json:"resource"`
		ResourceType string         `json:"resourceType"`
		Owner        string         `json:"resourceOwnerAccount"`
	}
	type scanned struct {
		Analyzer string    `json:"analyzer"`
		AsOf     time.Time `json:"scannedAt"`
		Changes  []changed `json:"changes"`
	}
	list := make([]scanned, 0, len(scans))
	for _, s := range scans {
		one := scanned{s.after.Analyzer.ARN(), s.after.Scanned.UTC(), []changed{}}
		for _, c := range s.changes {
			f := c.finding
			one.Changes = append(one.Changes, changed{c.What, f.ID, f.Status, f.Type, f.Resource, f.ResourceType, f.Owner})
		}
		list = append(list, one)
	}
	enc := json.NewEncoder(p.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{"scans": list})
}
