package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/transfer"
)

// copyOf runs "ebbmark copy" and returns what it says in JSON.
func copyOf(t *testing.T, from, to string) (out transfer.Result) {
	t.Helper()
	if err := json.Unmarshal([]byte(mustRun(t, "copy", "--from", from, "--to", to, "--format", "json")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// earlyRecord is oneRecord at a time that proofEnd knows.
func earlyRecord() string { return strings.ReplaceAll(oneRecord(), "2026-05-04", "2025-11-24") }

// TestCopyBothWays takes the sample organization from SQLite to PostgreSQL and
// back, and wants all digests equal and every report that of the source. A real
// process is killed half way, again and again, and the same command goes on.
func TestCopyBothWays(t *testing.T) {
	server := servers.Postgres(t)
	dir := t.TempDir()
	snapshots, _ := writtenSample(t, dir)
	first, second, third := "sqlite:"+filepath.Join(dir, "first.db"), server.DSN("postgres"), "sqlite:"+filepath.Join(dir, "third.db")
	mustRun(t, append([]string{"import", "--init", "--store", first, filepath.Join(dir, "organization.json")}, snapshots...)...)
	mustRun(t, "ingest", "--store", first, filepath.Join(dir, "logs"))

	for _, way := range []struct{ from, to string }{{first, second}, {second, third}} {
		if !killedCopying(t, way.from, way.to) {
			t.Fatalf("no copy to %s was killed half way: the test tests nothing", way.to)
		}
		got := runCommand(t.Context(), "ledger", "list", "--store", way.to)
		if got.code != 1 || !strings.Contains(got.stderr, "a copy into this store is not complete") {
			t.Fatalf("half a copy may be used: %+v", got)
		}
		copyOf(t, way.from, way.to)
	}
	a, b := copyOf(t, first, second), copyOf(t, second, third)
	if a.Digest != b.Digest || a.Digest.Facts < 300 || a.Digest.Docs < 100 || a.Passes != 1 {
		t.Fatalf("%+v\n%+v", a, b)
	}
	if x, y := factsOf(t, strings.TrimPrefix(first, "sqlite:")), factsOf(t, strings.TrimPrefix(third, "sqlite:")); x != y {
		t.Fatal("other facts came back")
	}
	if x, y := sumsOf(t, strings.TrimPrefix(first, "sqlite:")), sumsOf(t, strings.TrimPrefix(third, "sqlite:")); x != y {
		t.Fatalf("sums %s, want %s", y, x)
	}
	sameReports(t, snapshots, first, second)

	// What was used may not be copied over.
	mustRun(t, "ingest", "--store", second, writeFile(t, filepath.Join(dir, "more.json"), []byte(earlyRecord())))
	got := runCommand(t.Context(), "copy", "--from", first, "--to", second)
	if got.code != 1 || !strings.Contains(got.stderr, "it was used since it was copied") {
		t.Fatalf("%+v", got)
	}
	if got := runCommand(t.Context(), "copy", "--from", second, "--to", third); got.code != 0 {
		t.Fatalf("what is new: %+v", got)
	}
}

// killedCopying starts copies and kills each a little later than the one before,
// until one was killed when the target had its mark and was not complete.
func killedCopying(t *testing.T, from, to string) bool {
	t.Helper()
	for after := 5 * time.Millisecond; after < 10*time.Second; after = after * 3 / 2 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), victimJob+"=run", victimArgs+"=copy --from "+from+" --to "+to)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		over := make(chan error, 1)
		go func() { over <- cmd.Wait() }()
		select {
		case err := <-over:
			t.Logf("it was faster than %s: %v", after, err)
			return false
		case <-time.After(after):
		}
		_ = cmd.Process.Signal(syscall.SIGKILL) // it may have ended just now
		<-over
		if got := runCommand(t.Context(), "ledger", "list", "--store", to); strings.Contains(got.stderr, "is not complete") {
			return true
		}
	}
	return false
}

func TestCopyUsage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"copy", "--from", "sqlite:" + path}, 2, "--from and --to are both needed"},
		{[]string{"copy", "--from", "sqlite:" + path, "--to", "mysql:x"}, 2, `--to "mysql:x": want sqlite:PATH or postgres://`},
		{[]string{"copy", "--from", "sqlite:" + path, "--to", "sqlite:" + filepath.Dir(path) + "/../" + filepath.Base(filepath.Dir(path)) + "/x.db"}, 2, "--from and --to are the same store"},
		{[]string{"copy", "--from", "postgres://me:secret@h/x", "--to", "postgresql://me:other@h/x"}, 2, "are the same store, postgresql://me@h/x"},
		{[]string{"copy", "--from", "sqlite:" + path, "--to", "sqlite:y.db", "--interval", "0s"}, 2, "--interval must be positive"},
		{[]string{"copy", "--from", "sqlite:" + path, "--to", "sqlite:y.db", "--format", "xml"}, 2, `--format "xml": want text or json`},
		{[]string{"copy", "--from", "sqlite:" + path, "--to", "sqlite:" + path + "2"}, 1, "no store there"},
	} {
		if got := runCommand(t.Context(), c.args...); got.code != c.code || !strings.Contains(got.stderr, c.says) {
			t.Errorf("%q: %+v, want exit %d and %q", c.args, got, c.code, c.says)
		}
	}
	if _, err := os.Stat(path + "2"); err == nil {
		t.Error("a target was made although there is no source")
	}
}

// TestCopyFollows: with --follow it says how long passes take, and that the copy
// is not complete.
func TestCopyFollows(t *testing.T) {
	dir := t.TempDir()
	from, to := "sqlite:"+filepath.Join(dir, "a.db"), "sqlite:"+filepath.Join(dir, "b.db")
	mustRun(t, "ingest", "--init", "--store", from, writeFile(t, filepath.Join(dir, "a.json"), []byte(earlyRecord())))
	p, stderr := testProgram(nil)
	ctx, stop := cancellable(t)
	ended := make(chan int, 1)
	go func() {
		ended <- p.run(ctx, []string{"copy", "--follow", "--interval", "1ms", "--from", from, "--to", to})
	}()
	poll(t, "two passes", func() bool { return strings.Count(stderr.String(), "a pass took") >= 2 })
	stop()
	if code := <-ended; code != 0 || !strings.Contains(stderr.String(), "run the same command without --follow") {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	if got := runCommand(t.Context(), "ledger", "list", "--store", to); got.code != 1 {
		t.Fatalf("%+v", got)
	}
	if got := mustRun(t, "copy", "--from", from, "--to", to); !strings.HasPrefix(got, "Copied and compared: ") {
		t.Fatal(got)
	}
	mustRun(t, "ledger", "list", "--store", to)
}
