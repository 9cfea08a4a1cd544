package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/ebbmark/ebbmark/api/iam"
)

// reportFormat is the writer of a format.
func (p *program) reportFormat(name string) (func(io.Writer, entityReport) error, error) {
	if name == "" {
		name = "tsv"
		if isTerminal(p.stdout) {
			name = "table"
		}
	}
	switch name {
	case "table":
		colour := isTerminal(p.stdout) && p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb"
		return func(w io.Writer, f entityReport) error { return writeReportTable(w, f, colour) }, nil
	case "tsv":
		return writeReportTSV, nil
	case "csv":
		return writeReportCSV, nil
	case "json":
		return writeReportJSON, nil
	}
	return nil, usageError("--format %q: want table, tsv, json or csv", name)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// reportJSON is what "aws iam get-service-last-accessed-details" prints, in its
// order: all services on one page.
type reportJSON struct {
	JobStatus, JobType, JobCreationDate string
	ServicesLastAccessed                []iam.ServiceLastAccessed
	JobCompletionDate                   string
	IsTruncated                         bool
}

func writeReportJSON(w io.Writer, f entityReport) error {
	date := f.now.Format("2006-01-02T15:04:05.000Z07:00") // LA-63
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	return enc.Encode(reportJSON{"COMPLETED", f.granularity.String(), date, f.services, date, false})
}

// reportColumns are the fields of a line, as the API names them.
var reportColumns = []string{
	"ServiceNamespace", "ServiceName", "ActionName", "LastAccessed", "LastAccessedRegion", "LastAccessedEntity", "TotalAuthenticatedEntities",
}

// reportRows is the report as lines: one per service, followed by one per
// action. Only lines of services have the last field, only those of actions the
// third.
func reportRows(f entityReport) [][]string {
	var rows [][]string
	for _, s := range f.services {
		rows = append(rows, []string{
			s.ServiceNamespace, s.ServiceName, "", moment(s.LastAuthenticated),
			s.LastAuthenticatedRegion, s.LastAuthenticatedEntity, strconv.Itoa(s.TotalAuthenticatedEntities),
		})
		for _, a := range s.TrackedActionsLastAccessed {
			rows = append(rows, []string{
				s.ServiceNamespace, s.ServiceName, a.ActionName, moment(a.LastAccessedTime),
				a.LastAccessedRegion, a.LastAccessedEntity, "",
			})
		}
	}
	return rows
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func writeReportCSV(w io.Writer, f entityReport) error {
	c := csv.NewWriter(w)
	c.Write(reportColumns)
	c.WriteAll(reportRows(f))
	return c.Error()
}

func writeReportTSV(w io.Writer, f entityReport) error {
	b := bufio.NewWriter(w)
	for _, row := range reportRows(f) {
		b.WriteString(strings.Join(row, "\t"))
		b.WriteByte('\n')
	}
	return b.Flush()
}

// Colours of the table.
const (
	plain  = ""
	dim    = "\x1b[2m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

// staleDays is the age in days from which a last access is shown as old.
const staleDays = 90

// writeReportTable writes the report for people: used services in green, those
// not used for a long time in yellow, unused ones dim.
func writeReportTable(w io.Writer, f entityReport, colour bool) error {
	b := bufio.NewWriter(w)
	used := 0
	for _, s := range f.services {
		used += min(s.TotalAuthenticatedEntities, 1)
	}
	fmt.Fprintf(b, "%s\n%d services allowed, %d used in the %d days before %s\n",
		f.arn, len(f.services), used, f.span/aDay, f.now.Format(time.RFC3339))
	if len(f.services) > 0 {
		b.WriteByte('\n')
		writeAligned(b, tableRows(f), colour)
	}
	return b.Flush()
}

// tableRow is a line of the table and its colour.
type tableRow struct {
	colour string
	cells  []string
}

func tableRows(f entityReport) []tableRow {
	rows := []tableRow{{plain, []string{"SERVICE", "LAST ACCESSED", "DAYS AGO", "REGION", "ENTITIES", "BY", "NAME"}}}
	for _, s := range f.services {
		when, ago, colour := lastCells(s.LastAuthenticated, f.now)
		rows = append(rows, tableRow{colour, []string{
			s.ServiceNamespace, when, ago, s.LastAuthenticatedRegion,
			strconv.Itoa(s.TotalAuthenticatedEntities), entityCell(s.LastAuthenticatedEntity), s.ServiceName,
		}})
		for _, a := range s.TrackedActionsLastAccessed {
			when, ago, colour := lastCells(a.LastAccessedTime, f.now)
			rows = append(rows, tableRow{colour, []string{
				"  " + a.ActionName, when, ago, a.LastAccessedRegion, "", entityCell(a.LastAccessedEntity), "",
			}})
		}
	}
	return rows
}

func lastCells(at, now time.Time) (when, ago, colour string) {
	if at.IsZero() {
		return "not accessed", "", dim
	}
	days := int(now.Sub(at) / (24 * time.Hour))
	colour = green
	if days >= staleDays {
		colour = yellow
	}
	return at.Format("2006-01-02 15:04:05"), strconv.Itoa(days), colour
}

// entityCell is the part of an ARN that tells entities of an account apart.
func entityCell(text string) string { return text[strings.LastIndexByte(text, ':')+1:] }

// columnGap is the room between two columns.
const columnGap = 2

func writeAligned(b *bufio.Writer, rows []tableRow, colour bool) {
	var widths []int
	for _, r := range rows {
		widths = append(widths, make([]int, max(0, len(r.cells)-len(widths)))...)
		for i, cell := range r.cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		var line strings.Builder
		for i, cell := range r.cells {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+columnGap))
		}
		text := strings.TrimRight(line.String(), " ")
		if colour && r.colour != plain {
			text = r.colour + text + reset
		}
		fmt.Fprintln(b, text)
	}
}
