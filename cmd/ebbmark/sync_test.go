package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/pull"
)

func TestSyncUsage(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"an argument":         {"x", `want no argument; got "x"`},
		"a short account":     {"--account 1234", `--account "1234": want an account id of 12 digits`},
		"a role's ARN":        {"--role arn:aws:iam::111122223333:role/r", "want the name of a role"},
		"an empty role":       {"--role=", "want the name of a role"},
		"nothing in parallel": {"--parallel 0", "--parallel 0: want 1 to 64"},
		"too much":            {"--parallel 65", "--parallel 65: want 1 to 64"},
		"no rate":             {"--rate 0", "--rate 0: want 0.1 to 1000"},
		"an odd rate":         {"--rate NaN", "--rate NaN: want 0.1 to 1000"},
		"no address":          {"--endpoint-url localhost:4780", "want an address such as"},
		"a format":            {"--format csv", `--format "csv": want table or json`},
		"a store":             {"--store oracle:x", `--store "oracle:x": want`},
	} {
		var out, problems bytes.Buffer
		p := &program{stdin: strings.NewReader(""), stdout: &out, stderr: &problems, getenv: func(string) string { return "" }, now: time.Now, random: randomSource()}
		code := p.run(t.Context(), append([]string{"sync", "aws"}, strings.Fields(c.line)...))
		if code != 2 || out.Len() > 0 || !strings.Contains(problems.String(), c.want) {
			t.Errorf("%s: exit code %d, %s%s", name, code, out.String(), problems.String())
		}
	}
}

func TestSyncProgressInWords(t *testing.T) {
	began := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		at        syncProgress
		bar, text string
	}{
		"before the number is known": {syncProgress{total: -1, requests: 1234}, "", "reading the organization, 1,234 requests"},
		"at the start":               {syncProgress{total: 40, began: began}, "[------------------------] ", "0 of 40 accounts, 0 requests"},
		"half":                       {syncProgress{total: 40, done: 20, failed: 3, requests: 90, throttled: 2, began: began}, "[############------------] ", "20 of 40 accounts, 3 failed, 90 requests, 2 throttled, 1:00 left"},
		"at the end":                 {syncProgress{total: 1, done: 1, requests: 9, began: began}, "[########################] ", "1 of 1 account, 9 requests, 0:00 left"},
		"nothing to do":              {syncProgress{total: 0, began: began}, "", "0 of 0 accounts, 0 requests"},
	} {
		if bar, text := c.at.bar(), c.at.text(began.Add(time.Minute)); bar != c.bar || text != c.text {
			t.Errorf("%s: %q %q", name, bar, text)
		}
	}
}

// TestSyncShowsOnATerminal: the bar is drawn over, and what failed stays.
func TestSyncShowsOnATerminal(t *testing.T) {
	var out bytes.Buffer
	s := &syncShow{out: &out, width: 40, traffic: &pull.Traffic{}, now: time.Now}
	s.planned(2)
	s.ended(pull.AccountResult{Account: "111122223333", Status: pull.Done, Result: "new", Warnings: []string{"look"}})
	s.ended(pull.AccountResult{Account: "444455556666", Status: pull.Failed, Reason: "no"})
	if want := "\r\x1b[Kebbmark: warning: account 111122223333: look\n\r\x1b[Kaccount 444455556666: failed: no\n"; out.String() != want {
		t.Errorf("%q", out.String())
	}
	if s.at.done != 2 || s.at.failed != 1 {
		t.Errorf("%+v", s.at)
	}
}
