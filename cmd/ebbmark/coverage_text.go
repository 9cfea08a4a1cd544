package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
)

// maxGapsShown is how many gaps of a Region the table names; the other formats
// have all.
const maxGapsShown = 8

// coverageFormat finds the writer of a --format.
func (p *program) coverageFormat(format string) (func([]coverage) error, error) {
	terminal := isTerminal(p.stdout)
	switch cmp.Or(format, map[bool]string{true: "table", false: "tsv"}[terminal]) {
	case "table":
		marks := plainMarks
		if terminal && p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb" {
			marks = colourMarks
		}
		return func(list []coverage) error { return p.writeText(coverageTable(list, marks)) }, nil
	case "tsv":
		return func(list []coverage) error { return p.writeText(coverageLines(list)) }, nil
	case "json":
		return p.coverageJSON, nil
	}
	return nil, usageError("--format %q: want table, tsv or json", format)
}

func (p *program) writeText(text string) error {
	_, err := io.WriteString(p.stdout, text)
	return err
}

func (p *program) coverageJSON(list []coverage) error {
	enc := json.NewEncoder(p.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{"accounts": list})
}

// coverageLines is a line for each span: account, Region, covered or gap, first
// day, last day, days.
func coverageLines(list []coverage) string {
	var b strings.Builder
	for _, c := range list {
		if len(c.Regions) == 0 {
			fmt.Fprintf(&b, "%s\t\tgap\t%s\t%s\t\n", c.Account, c.From, c.To)
		}
		for _, r := range c.Regions {
			for _, s := range r.Days {
				fmt.Fprintf(&b, "%s\t%s\tcovered\t%s\t%s\t%d\n", c.Account, r.Region, s.From, s.To, s.Days)
			}
			for _, s := range r.Gaps {
				fmt.Fprintf(&b, "%s\t%s\tgap\t%s\t%s\t%d\n", c.Account, r.Region, s.From, s.To, s.Days)
			}
		}
	}
	return b.String()
}

// marks are the characters of a calendar.
type marks struct{ covered, gap string }

// The marks of a file or pipe, and those of a terminal with colours.
var (
	plainMarks  = marks{"#", "."}
	colourMarks = marks{"\x1b[32m■\x1b[0m", "\x1b[31m·\x1b[0m"}
)

func coverageTable(list []coverage, m marks) string {
	var b strings.Builder
	for i, c := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "account %s, %s to %s (UTC)   %s log read   %s no log\n", c.Account, c.From, c.To, m.covered, m.gap)
		if len(c.Regions) == 0 {
			b.WriteString("  no log of this account was read: nothing is proven unused\n")
		}
		for _, r := range c.Regions {
			r.table(&b, c, m)
		}
	}
	return b.String()
}

func (r *regionCoverage) table(b *strings.Builder, c coverage, m marks) {
	total := r.Covered
	for _, g := range r.Gaps {
		total += g.Days
	}
	fmt.Fprintf(b, "\n%s: %d of %d days\n", cmp.Or(r.Region, "(no Region)"), r.Covered, total)
	from, to := parseDayText(c.From), parseDayText(c.To)
	r.calendar(b, from, to, m)
	for i, g := range r.Gaps {
		if i == maxGapsShown {
			fmt.Fprintf(b, "  and %d more gaps (--format json names all)\n", len(r.Gaps)-i)
			break
		}
		if g.From == g.To {
			fmt.Fprintf(b, "  gap: %s\n", g.From)
			continue
		}
		fmt.Fprintf(b, "  gap: %s to %s (%d days)\n", g.From, g.To, g.Days)
	}
}

// calendar draws a column for each week, and the months above.
func (r *regionCoverage) calendar(b *strings.Builder, from, to activity.Day, m marks) {
	sunday := from - activity.Day(from.Start().Weekday())
	b.WriteString("      " + months(sunday, to) + "\n")
	covered := map[activity.Day]bool{}
	for d := range r.all.All() {
		covered[d] = true
	}
	for weekday := range activity.Day(7) {
		fmt.Fprintf(b, "  %.3s ", time.Weekday(weekday))
		for d := sunday + weekday; d <= to; d += 7 {
			switch {
			case d < from:
				b.WriteByte(' ')
			case covered[d]:
				b.WriteString(m.covered)
			default:
				b.WriteString(m.gap)
			}
		}
		b.WriteByte('\n')
	}
}

// months names each month above the week in which it begins.
func months(sunday, to activity.Day) string {
	var line []byte
	week := 0
	for d := sunday; d <= to; d += 7 {
		if at := (d + 6).Start(); at.Day() <= 7 && week >= len(line) {
			line = fmt.Appendf(line, "%*s%s", week-len(line), "", at.Format("Jan"))
		}
		week++
	}
	return string(line)
}

func parseDayText(text string) activity.Day {
	at, _ := time.Parse(time.DateOnly, text) // written by dayText
	return activity.DayOf(at)
}
