package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/ebbmark/ebbmark/ingest"
)

// ledgerPrinter prints rows as they come, since there may be millions.
type ledgerPrinter struct {
	out   io.Writer
	json  bool
	tsv   bool
	count int
}

func (p *program) ledgerPrinter(format string, quarantined bool) (*ledgerPrinter, error) {
	l := &ledgerPrinter{out: p.stdout}
	columns := []string{"STATE", "RECORDS", "REFUSED", "TRIES", "WHEN", "FILE", "OFFSET", "REASON"}
	if quarantined {
		columns = []string{"WHEN", "FILE", "OFFSET", "REASON", "HEAD"}
	}
	switch format {
	case "json":
		l.json = true
		return l, nil
	case "tsv":
		l.tsv = true
	case "table":
	default:
		return nil, usageError("--format %q: want table, json or tsv", format)
	}
	return l, l.line(columns)
}

// fileWidth is the width of a column of a table that comes before the file's name.
func fileWidth(column int) int {
	if widths := [...]int{6, 9, 7, 5, 20}; column < len(widths) {
		return widths[column]
	}
	return 0
}

func (l *ledgerPrinter) file(e ingest.Entry) error {
	if l.json {
		return l.object(e)
	}
	return l.line([]string{
		string(e.Status), strconv.FormatInt(e.Records, 10), strconv.FormatInt(e.AllRefused(), 10), strconv.Itoa(e.Tries),
		e.When.UTC().Format(time.RFC3339), e.File, strconv.FormatInt(e.Offset, 10), e.Reason,
	})
}

func (l *ledgerPrinter) record(r ingest.Refused) error {
	if l.json {
		return l.object(r)
	}
	return l.line([]string{r.When.UTC().Format(time.RFC3339), r.File, strconv.FormatInt(r.Offset, 10), r.Reason, r.Head})
}

// object prints one member of a JSON list.
func (l *ledgerPrinter) object(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	before := ",\n"
	if l.count == 0 {
		before = "[\n"
	}
	l.count++
	_, err = fmt.Fprintf(l.out, "%s  %s", before, body)
	return err
}

// line prints cells. What a log says may hold anything: control characters are
// shown as blanks, so that neither columns nor a terminal are disturbed.
func (l *ledgerPrinter) line(cells []string) error {
	for i, c := range cells {
		c = strings.Map(printable, c)
		if !l.tsv && len(cells) > 5 {
			c = fmt.Sprintf("%-*s", fileWidth(i), c)
		}
		cells[i] = c
	}
	between := "  "
	if l.tsv {
		between = "\t"
	}
	_, err := fmt.Fprintln(l.out, strings.TrimRight(strings.Join(cells, between), " "))
	return err
}

func printable(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}

// end ends the list.
func (l *ledgerPrinter) end() error {
	if !l.json {
		return nil
	}
	text := "\n]\n"
	if l.count == 0 {
		text = "[]\n"
	}
	_, err := io.WriteString(l.out, text)
	return err
}
