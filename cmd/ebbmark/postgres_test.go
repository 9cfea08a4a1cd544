package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/internal/sample"
	"github.com/ebbmark/ebbmark/internal/servers"
)

// TestPostgresSameReports reads the sample organization into PostgreSQL with the
// real program, twice, and wants every report to be that of SQLite to the byte.
func TestPostgresSameReports(t *testing.T) {
	server := servers.Postgres(t)
	dir := t.TempDir()
	binary := filepath.Join(dir, "ebbmark")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	snapshots, files := writtenSample(t, dir)
	second := strings.Replace(server.DSN("postgres"), "postgres:", "postgresql:", 1)
	first := "sqlite:" + filepath.Join(dir, "first.db")
	logs := filepath.Join(dir, "logs")
	if got := runCommand(t.Context(), "ingest", "--store", second, logs); got.code != 1 || !strings.Contains(got.stderr, "no store there (check the DSN, or use --init to make a new one)") {
		t.Fatalf("without a store: %+v", got)
	}
	for _, args := range [][]string{
		append([]string{"import", "--init", "--store", second, filepath.Join(dir, "organization.json")}, snapshots...),
		{"ingest", "--store", second, logs}, {"ingest", "--store", second, logs},
	} {
		cmd := exec.CommandContext(t.Context(), binary, args...)
		cmd.Env = append(os.Environ(), "EBBMARK_AS_OF="+proofEnd)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args[:2], err, out)
		}
	}
	mustRun(t, append([]string{"import", "--init", "--store", first, filepath.Join(dir, "organization.json")}, snapshots...)...)
	mustRun(t, "ingest", "--store", first, logs)
	want, got := ledgerWithout(t, first, ""), ledgerWithout(t, second, "")
	if got.Records != want.Records || got.Attempts != want.Attempts || got.Records < 4000 || files < 100 {
		t.Fatalf("sums %+v, want %+v of %d files", got, want, files)
	}
	sameReports(t, snapshots, first, second)
}

// createIn makes files in a folder, with the folders that they are in.
func createIn(dir string) func(name string) (io.WriteCloser, error) {
	return func(name string) (io.WriteCloser, error) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		return os.Create(path)
	}
}

// writtenSample writes the sample organization and its logs.
func writtenSample(t *testing.T, dir string) (snapshots []string, files int) {
	t.Helper()
	end, err := time.Parse(time.RFC3339, proofEnd)
	if err != nil {
		t.Fatal(err)
	}
	made, err := sample.Write(sample.Config{End: end, Events: 5_000, Seed: 4}, createIn(dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	snapshots, err = filepath.Glob(filepath.Join(dir, "iam", "*.json"))
	if err != nil || len(snapshots) < 5 {
		t.Fatalf("%d snapshots, %v", len(snapshots), err)
	}
	return snapshots, made.Files
}

func TestPasswordsAreNotShown(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://ebbmark:hunter2@db.example.com:5432/x":                      "postgres://ebbmark@db.example.com:5432/x",
		"postgres://db1.example.com,db2.example.com/x?password=hunter2&user=me": "postgres://db1.example.com,db2.example.com/x?user=me",
		"postgres://ebbmark:hun%ter2@db.example.com/x":                          "postgres://…",
		"sqlite:some where/100%.db":                                             "sqlite:some where/100%.db",
		"sqlite:ebbmark.db":                                                     "sqlite:ebbmark.db",
	} {
		if got := withoutPassword(dsn); got != want {
			t.Errorf("%s is shown as %s, want %s", dsn, got, want)
		}
	}
	got := runCommand(t.Context(), "ingest", "--store", "postgress://ebbmark:hunter2@db.example.com/x", "logs")
	const want = `--store "postgress://ebbmark@db.example.com/x": want sqlite:PATH or postgres://USER@HOST:PORT/DATABASE`
	if got.code != 2 || !strings.Contains(got.stderr, want) {
		t.Fatalf("%+v, want %s", got, want)
	}
}
