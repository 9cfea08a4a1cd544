package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/internal/sample"
	"github.com/ebbmark/ebbmark/internal/servers"
)

// TestPrune reads three years of logs into two stores and prunes one of them, in
// SQLite and in PostgreSQL: every report of today is the same to the byte, and one of
// the past says what it cannot know.
func TestPrune(t *testing.T) {
	skipShort(t)
	server := servers.Postgres(t)
	dir := t.TempDir()
	end, err := time.Parse(time.RFC3339, proofEnd)
	if err == nil {
		_, err = sample.Write(sample.Config{End: end, Events: 8_000, Days: 1100, Seed: 4}, createIn(dir), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	snapshots, err := filepath.Glob(filepath.Join(dir, "iam", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	whole := "sqlite:" + filepath.Join(dir, "whole.db")
	fill := func(dsn string) {
		t.Helper()
		mustRun(t, append([]string{"import", "--init", "--store", dsn, filepath.Join(dir, "organization.json")}, snapshots...)...)
		mustRun(t, "ingest", "--store", dsn, filepath.Join(dir, "logs"))
	}
	fill(whole)
	for name, dsn := range map[string]string{"sqlite": "sqlite:" + filepath.Join(dir, "pruned.db"), "postgres": newDatabase(t, server, "pruned")} {
		t.Run(name, func(t *testing.T) {
			fill(dsn)
			would := mustRun(t, "prune", "--store", dsn, "--keep", "401", "--dry-run")
			if got := strings.Replace(mustRun(t, "prune", "--store", dsn, "--keep", "401"), "are deleted", "would be deleted", 1); got != would || strings.HasPrefix(got, "0 ") {
				t.Fatalf("%s\nand in earnest %s", would, got)
			}
			if !strings.HasSuffix(would, " facts of calls that were made last before 2024-10-27 would be deleted.\n") {
				t.Errorf("says %q", would)
			}
			if got := mustRun(t, "prune", "--store", dsn, "--keep", "401", "--format", "json"); got != `{"before":"2024-10-27","deleted":0,"dryRun":false}`+"\n" {
				t.Errorf("a second time %s", got)
			}
			sameReports(t, snapshots, whole, dsn)
			role := "arn:aws:iam::333344445555:role/payments/payments-api"
			_, full, _ := runAt(t.Context(), proofEnd, "report", "--store", whole, "--as-of", "2024-06-01T00:00:00Z", role)
			_, says, code := runAt(t.Context(), proofEnd, "report", "--store", dsn, "--as-of", "2024-06-01T00:00:00Z", role)
			if strings.Contains(full, "eu-central-1 2024-0") || code != 0 || !strings.Contains(says, "no log of account 333344445555 was read of 401 days within the tracking period (2023-04-28 to 2024-06-01)") {
				t.Errorf("exit %d: of the past it says %q, and with all facts %q", code, says, full)
			}
			// A period whose history was deleted proves nothing unused.
			for _, args := range [][]string{{"rank", "--account", "333344445555"}, {"refine", role}} {
				out, says, code := runAt(t.Context(), proofEnd, append(args, "--store", dsn, "--as-of", "2024-06-01T00:00:00Z")...)
				if code != 0 || !strings.Contains(out, "the account's logs do not reach over the window") || !strings.Contains(says, "history before 2024-10-27 was deleted") {
					t.Errorf("%s: exit %d\n%s%s", args, code, out, says)
				}
			}
			// A clock that is years ahead deletes nothing: days count from the latest record.
			ahead, says, code := runAt(t.Context(), "2031-01-01T00:00:00Z", "prune", "--store", dsn, "--keep", "401")
			if code != 0 || !strings.HasPrefix(ahead, "0 facts") || !strings.Contains(says, "the latest record is of 2025-12-0") {
				t.Errorf("exit %d with a clock that is ahead: %s%s", code, ahead, says)
			}
			// What is read again comes back, and counts as deleted still.
			mustRun(t, "rebuild", "--store", dsn, "--force")
			if got := mustRun(t, "prune", "--store", dsn, "--keep", "401", "--dry-run"); got != would {
				t.Errorf("after a rebuild %q, want %q", got, would)
			}
			if _, says, _ := runAt(t.Context(), proofEnd, "report", "--store", dsn, "--as-of", "2024-06-01T00:00:00Z", role); !strings.Contains(says, "history before 2024-10-27 was deleted (ebbmark prune), and the tracking period begins before that") {
				t.Errorf("after a rebuild %q", says)
			}
		})
	}
}

func TestPruneRefuses(t *testing.T) {
	dsn := reportStore(t)
	for args, says := range map[string]string{
		"":                        "--keep 0: say how many days to keep, 401 to 36500",
		"--keep 400":              "--keep 400: say how many days to keep",
		"--keep 40000":            "--keep 40000",
		"--keep 401 --format xml": "want text or json",
	} {
		if got := runCommand(t.Context(), append([]string{"prune", "--store", dsn}, strings.Fields(args)...)...); got.code != 2 || !strings.Contains(got.stderr, says) {
			t.Errorf("%q: %+v", args, got)
		}
	}
}
