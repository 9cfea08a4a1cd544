package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ebbmark/ebbmark/api/iam"
)

// pathWriter are the two writers of a format.
type pathWriter struct {
	plain    func(io.Writer, pathFinding) error
	extended func(io.Writer, *extendedFinding) error
}

// pathFormat is the writer of --format.
func (p *program) pathFormat(f reportFlags) (pathWriter, error) {
	name := f.format
	if name == "" {
		name = "tsv"
		if isTerminal(p.stdout) {
			name = "table"
		}
	}
	switch name {
	case "table":
		colour := isTerminal(p.stdout) && p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb"
		return pathWriter{
			func(w io.Writer, f pathFinding) error { return writePathTable(w, f, colour) },
			func(w io.Writer, f *extendedFinding) error { return writeExtendedTable(w, f, colour) },
		}, nil
	case "tsv":
		return pathWriter{
			func(w io.Writer, f pathFinding) error { return writeLines(w, pathRows(f)) },
			func(w io.Writer, f *extendedFinding) error { return writeLines(w, extendedRows(f)) },
		}, nil
	case "csv":
		return pathWriter{
			func(w io.Writer, f pathFinding) error { return writeCSV(w, pathColumns, pathRows(f)) },
			func(w io.Writer, f *extendedFinding) error { return writeCSV(w, extendedColumns, extendedRows(f)) },
		}, nil
	case "json":
		return pathWriter{writePathJSON, writeExtendedJSON}, nil
	}
	return pathWriter{}, usageError("--format %q: want table, tsv, json or csv", f.format)
}

func writeLines(w io.Writer, rows [][]string) error {
	b := bufio.NewWriter(w)
	for _, row := range rows {
		b.WriteString(strings.Join(row, "\t"))
		b.WriteByte('\n')
	}
	return b.Flush()
}

func writeCSV(w io.Writer, columns []string, rows [][]string) error {
	c := csv.NewWriter(w)
	c.Write(columns)
	c.WriteAll(rows)
	return c.Error()
}

// pathJSON is what "aws iam get-organizations-access-report" prints, in its
// order: all services on one page.
type pathJSON struct {
	JobStatus, JobCreationDate, JobCompletionDate           string
	NumberOfServicesAccessible, NumberOfServicesNotAccessed int
	AccessDetails                                           []iam.AccessDetail
	IsTruncated                                             bool
}

func writePathJSON(w io.Writer, f pathFinding) error {
	date := f.now.Format("2006-01-02T15:04:05.000Z07:00") // LA-63
	return indented(w).Encode(pathJSON{"COMPLETED", date, date, len(f.report.Services), f.report.Unused(), iam.AccessDetails(f.report.Services), false})
}

// indented writes JSON as the AWS CLI does.
func indented(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	return enc
}

// pathColumns are the fields of a line, as the API names them.
var pathColumns = []string{"ServiceNamespace", "ServiceName", "LastAuthenticatedTime", "Region", "EntityPath", "TotalAuthenticatedEntities"}

func pathRows(f pathFinding) [][]string {
	var rows [][]string
	for _, s := range iam.AccessDetails(f.report.Services) {
		rows = append(rows, []string{
			s.ServiceNamespace, s.ServiceName, moment(s.LastAuthenticatedTime), s.Region, s.EntityPath, strconv.Itoa(s.TotalAuthenticatedEntities),
		})
	}
	return rows
}

// writePathTable writes the report for people, in the colours of
// writeReportTable.
func writePathTable(w io.Writer, f pathFinding, colour bool) error {
	b := bufio.NewWriter(w)
	all := len(f.report.Services)
	fmt.Fprintf(b, "%s\n%d services allowed, %d used in the %d days before %s\n",
		f.path, all, all-f.report.Unused(), f.span/aDay, f.now.Format("2006-01-02T15:04:05Z07:00"))
	if all > 0 {
		rows := []tableRow{{plain, []string{"SERVICE", "LAST ACCESSED", "DAYS AGO", "REGION", "ACCOUNTS", "BY ACCOUNT", "NAME"}}}
		for _, s := range iam.AccessDetails(f.report.Services) {
			when, ago, colour := lastCells(s.LastAuthenticatedTime, f.now)
			rows = append(rows, tableRow{colour, []string{
				s.ServiceNamespace, when, ago, s.Region, strconv.Itoa(s.TotalAuthenticatedEntities), lastStep(s.EntityPath), s.ServiceName,
			}})
		}
		b.WriteByte('\n')
		writeAligned(b, rows, colour)
	}
	return b.Flush()
}

// lastStep is the account of an entity path.
func lastStep(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
