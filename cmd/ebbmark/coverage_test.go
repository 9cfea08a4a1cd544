package main

import (
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/calendar"
)

func TestCoverageNamesGaps(t *testing.T) {
	day := func(text string) activity.Day { return parseDayText(text) }
	days := activity.DaysOf(day("2026-05-01"), day("2026-05-03"), day("2026-05-04"), day("2026-05-09"), day("2026-06-01"))
	in, gaps := days.Spans(day("2026-05-02"), day("2026-05-10"))
	r := showRegion(calendar.Region{Name: "eu-west-1", Days: days, In: in, Gaps: gaps, Covered: 3})
	if r.Covered != 3 || len(r.Days) != 2 || r.Days[0] != (span{"2026-05-03", "2026-05-04", 2}) || r.Days[1] != (span{"2026-05-09", "2026-05-09", 1}) {
		t.Errorf("covered %+v", r)
	}
	want := []span{{"2026-05-02", "2026-05-02", 1}, {"2026-05-05", "2026-05-08", 4}, {"2026-05-10", "2026-05-10", 1}}
	if len(r.Gaps) != 3 || r.Gaps[0] != want[0] || r.Gaps[1] != want[1] || r.Gaps[2] != want[2] {
		t.Errorf("gaps %+v", r.Gaps)
	}
	text := coverageTable([]coverage{{Account: "111122223333", From: "2026-05-02", To: "2026-05-10", Regions: []regionCoverage{r}}}, plainMarks)
	for _, line := range []string{
		"eu-west-1: 3 of 9 days\n", "      May\n", "  Sun  #.\n", "  Mon  #\n", "  Tue  .\n", "  Sat .#\n", "  gap: 2026-05-02\n", "  gap: 2026-05-05 to 2026-05-08 (4 days)\n",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}

func TestCoverageWithoutAnyLog(t *testing.T) {
	c := coverage{Account: "111122223333", From: "2026-05-02", To: "2026-05-10"}
	if text := coverageTable([]coverage{c}, plainMarks); !strings.Contains(text, "nothing is proven unused") {
		t.Error(text)
	}
	if text := coverageLines([]coverage{c}); text != "111122223333\t\tgap\t2026-05-02\t2026-05-10\t\n" {
		t.Errorf("%q", text)
	}
}
