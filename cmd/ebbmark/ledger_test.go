package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// printed runs a command line and returns what it prints.
func printed(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p, said := testProgram(nil)
	var out bytes.Buffer
	p.stdout = &out
	code = p.run(t.Context(), args)
	return code, out.String(), said.String()
}

func TestLedger(t *testing.T) {
	dir := t.TempDir()
	logs, dsn := filepath.Join(dir, "logs"), "sqlite:"+filepath.Join(dir, "x.db")
	good := writeFile(t, filepath.Join(logs, "good.json"), []byte(`{"Records":[`+call(1, aMonday, 1, "RunInstances")+`,{"eventTime":5,"x":"\u0007bell`+"\t"+`tab"}]}`))
	bad := writeFile(t, filepath.Join(logs, "bad.json"), []byte("no log"))
	if got := runIngest(t, nil, "--store", dsn, "--init", logs); got.code != 1 {
		t.Fatalf("%+v", got)
	}
	ledger := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := printed(t, append(append([]string{"ledger"}, args...), "--store", dsn)...)
		if code != 0 {
			t.Fatalf("%v: exit %d: %s", args, code, stderr)
		}
		return stdout
	}
	table := ledger("list")
	if lines := strings.Split(table, "\n"); len(lines) != 4 || !strings.HasPrefix(lines[0], "STATE   RECORDS    REFUSED") || !strings.HasPrefix(lines[1], "failed  0") || !strings.Contains(lines[1], bad) || !strings.HasPrefix(lines[2], "done    2          1") {
		t.Fatalf("%s", table)
	}
	if got := ledger("list", "--state", "failed", "--format", "tsv"); strings.Count(got, "\n") != 2 || strings.Split(strings.Split(got, "\n")[1], "\t")[5] != bad {
		t.Fatalf("%s", got)
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(ledger("list", "--format", "json", good)), &rows); err != nil || len(rows) != 1 || rows[0]["file"] != good || rows[0]["kind"] != "file" || rows[0]["status"] != "done" || rows[0]["records"] != 2.0 {
		t.Fatalf("%v, %v", rows, err)
	}
	if got := ledger("list", "--format", "json", "/nowhere"); got != "[]\n" {
		t.Fatalf("%q", got)
	}
	var refused []map[string]any
	if err := json.Unmarshal([]byte(ledger("list", "--quarantined", "--format", "json")), &refused); err != nil || len(refused) != 1 || refused[0]["file"] != good || refused[0]["reason"] == "" || !strings.HasPrefix(refused[0]["head"].(string), `{"eventTime":5`) {
		t.Fatalf("%v, %v", refused, err)
	}
	if got := ledger("list", "--quarantined", "--format", "tsv"); strings.Count(got, "\t") != 8 || strings.Count(got, "\n") != 2 {
		t.Fatalf("what a log says breaks the table: %q", got)
	}
	if got := ledger("retry", logs); got != "1 failed files are read again at the next look\n" {
		t.Fatal(got)
	}
	if got := ledger("forget", "--state", "failed", "--all"); got != "1 rows removed\n" {
		t.Fatal(got)
	}
	if got := ledger("forget", logs); got != "1 rows removed\n" || ledger("list", "--quarantined", "--format", "json") != "[]\n" || ledger("list", "--format", "json") != "[]\n" {
		t.Fatal(got)
	}
	if got := runIngest(t, nil, "--store", dsn, "--format", "json", logs); !strings.Contains(got.stdout, `"skipped": 0`) {
		t.Fatalf("forgotten files are not read again: %+v", got)
	}
}

func TestLedgerCommandLine(t *testing.T) {
	for sentence, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"forget without a prefix":   {[]string{"forget"}, 2, "name a PREFIX, or say --all"},
		"retry with both":           {[]string{"retry", "--all", "x"}, 2, "name a PREFIX, or say --all"},
		"an unknown state":          {[]string{"list", "--state", "x"}, 2, `--state "x": want done or failed`},
		"an unknown format":         {[]string{"list", "--format", "x"}, 2, `--format "x": want table, json or tsv`},
		"two prefixes":              {[]string{"list", "x", "y"}, 2, "one PREFIX at most"},
		"records that are done":     {[]string{"list", "--quarantined", "--state", "done"}, 2, "--state is about files"},
		"a store that is not there": {[]string{"list", "--store", "sqlite:/nowhere/x.db"}, 1, "no store there"},
	} {
		code, _, stderr := printed(t, append([]string{"ledger"}, tt.args...)...)
		if code != tt.code || !strings.Contains(stderr, tt.says) {
			t.Errorf("%s: exit %d, %q; want %d, %q", sentence, code, stderr, tt.code, tt.says)
		}
	}
}
