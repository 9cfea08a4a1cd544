package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ebbmark/ebbmark/ingest"
)

// maxShown is how many problems the closing table shows; --format json has
// more.
const maxShown = 20

// summaryTable is the closing report for people.
func summaryTable(s ingest.Summary) string {
	var t table
	t.row(0, "files read", s.Files.Done)
	t.row(0, "files skipped", s.Files.Skipped)
	t.reasons(s.Skipped)
	t.row(0, "files failed", s.Files.Failed)
	t.row(0, "records", s.Records)
	t.row(1, "attempts", s.Attempts)
	t.row(1, "not attempts", total(s.NotAttempts))
	t.reasons(s.NotAttempts)
	t.row(1, "refused", total(s.Refused))
	t.reasons(s.Refused)
	t.row(0, "bytes", s.Bytes)
	return t.String() + problemList(s)
}

func problemList(s ingest.Summary) string {
	var b strings.Builder
	if len(s.Problems) > 0 {
		b.WriteString("\nproblems\n")
	}
	for i, p := range s.Problems {
		if i == maxShown {
			break
		}
		fmt.Fprintf(&b, "  %s, byte %d: %s\n", p.File, p.Offset, p.Reason)
	}
	if left := int64(len(s.Problems)) - maxShown; left > 0 || s.Unlisted > 0 {
		fmt.Fprintf(&b, "  and %s more (--format json lists up to 1,000)\n", thousands(max(left, 0)+s.Unlisted))
	}
	return b.String()
}

func total(by map[string]int64) (n int64) {
	for _, k := range by {
		n += k
	}
	return n
}

// table is lines of a name and a number.
type table struct{ lines [][2]string }

func (t *table) row(indent int, name string, n int64) {
	t.lines = append(t.lines, [2]string{strings.Repeat("  ", indent) + name, thousands(n)})
}

// reasons adds a row for each reason, in order.
func (t *table) reasons(by map[string]int64) {
	for _, reason := range slices.Sorted(maps.Keys(by)) {
		t.row(2, reason, by[reason])
	}
}

func (t *table) String() string {
	var names, numbers int
	for _, l := range t.lines {
		names, numbers = max(names, len(l[0])), max(numbers, len(l[1]))
	}
	var b strings.Builder
	for _, l := range t.lines {
		fmt.Fprintf(&b, "%-*s  %*s\n", names, l[0], numbers, l[1])
	}
	return b.String()
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
