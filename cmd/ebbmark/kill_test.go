package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/dir"
	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/store"
)

// The processes that these tests kill are this test program again, told by the
// environment what to do and at which of its writes to die.
const (
	victimJob   = "EBBMARK_TEST_VICTIM" // ingest, rebuild, queue or run
	victimArgs  = "EBBMARK_TEST_ARGS"   // of run, which is the program itself
	victimStore = "EBBMARK_TEST_STORE"
	victimLogs  = "EBBMARK_TEST_LOGS"  // a folder, or the queue's URL
	victimDies  = "EBBMARK_TEST_DIES"  // at which write
	victimClock = "EBBMARK_TEST_CLOCK" // how wrong the clock of run is, a duration
	victimWrote = "EBBMARK_TEST_WROTE" // yes: after it was written, before it was acknowledged
)

func TestMain(m *testing.M) {
	if os.Getenv(victimJob) == "run" {
		os.Args = append(os.Args[:1], strings.Fields(os.Getenv(victimArgs))...)
		if wrong, err := time.ParseDuration(os.Getenv(victimClock)); err == nil {
			realClock = func() time.Time { return time.Now().Add(wrong) }
		}
		main()
	}
	if job := os.Getenv(victimJob); job != "" {
		if err := victim(job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func victim(job string) error {
	at, err := strconv.Atoi(os.Getenv(victimDies))
	if err != nil {
		return err
	}
	return work(context.Background(), job, os.Getenv(victimStore), os.Getenv(victimLogs), at, os.Getenv(victimWrote) == "yes")
}

// work does a job, and dies at one of its writes, if there are so many.
func work(ctx context.Context, job, path, logs string, at int, wrote bool) (err error) {
	s, err := openOrCreateStore(ctx, dsnOf(path), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if job == "queue" {
		return readQueue(ctx, s, logs, at, wrote)
	}
	m := &mortal{Store: s, left: at, wrote: wrote}
	p, _ := testProgram(nil)
	if job == "rebuild" {
		r := &ingest.Rebuild{Store: m, Now: p.now, Workers: 1, Look: lookers(awsFlags{}), Force: true}
		_, err = r.Run(ctx)
		return err
	}
	_, err = ingest.New(ingest.Config{Store: m, Sources: []ingest.Source{dir.Source{Path: logs}}, Now: p.now, Workers: 1}).Run(ctx)
	return err
}

// mortal is a store at one of whose writes the process is killed.
type mortal struct {
	store.Store
	left  int
	wrote bool
}

// do does a write, or dies before or after it.
func (m *mortal) do(write func() error) error {
	m.left--
	if m.left == 0 && !m.wrote {
		die()
	}
	err := write()
	if m.left == 0 {
		die()
	}
	return err
}

func die() {
	p, err := os.FindProcess(os.Getpid())
	if err = errors.Join(err, p.Kill()); err != nil {
		panic(err)
	}
	select {}
}

func (m *mortal) MergeFacts(ctx context.Context, facts []activity.Fact) error {
	return m.do(func() error { return m.Store.MergeFacts(ctx, facts) })
}

func (m *mortal) MergeDraft(ctx context.Context, draft int64, facts []activity.Fact) error {
	return m.do(func() error { return m.Store.MergeDraft(ctx, draft, facts) })
}

func (m *mortal) BeginDraft(ctx context.Context, rules int) (g store.Generation, err error) {
	err = m.do(func() (err error) { g, err = m.Store.BeginDraft(ctx, rules); return err })
	return g, err
}

func (m *mortal) Switch(ctx context.Context, draft int64, from, onto store.Kind) error {
	return m.do(func() error { return m.Store.Switch(ctx, draft, from, onto) })
}

func (m *mortal) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (v store.Version, err error) {
	err = m.do(func() (err error) { v, err = m.Store.PutDoc(ctx, kind, id, body, old); return err })
	return v, err
}

func (m *mortal) SetDocs(ctx context.Context, kind store.Kind, docs []store.Doc) error {
	return m.do(func() error { return m.Store.SetDocs(ctx, kind, docs) })
}

func (m *mortal) DeleteDoc(ctx context.Context, kind store.Kind, id string, old store.Version) error {
	return m.do(func() error { return m.Store.DeleteDoc(ctx, kind, id, old) })
}

// runVictim runs a process that dies at its nth write, and reports whether it
// came so far.
func runVictim(t *testing.T, job, path, logs string, n int, wrote string) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimJob+"="+job, victimStore+"="+path, victimLogs+"="+logs, victimDies+"="+strconv.Itoa(n), victimWrote+"="+wrote)
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) > 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	return err != nil
}

// sumsOf is the sums of a ledger as text.
func sumsOf(t *testing.T, path string) string {
	t.Helper()
	s, err := openStore(t.Context(), dsnOf(path))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sum, err := ingest.Ledger(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(sum.Files, sum.Counts)
}

// TestKilledAtEveryWrite kills real processes at each of their writes, before it
// and after it, in SQLite and in PostgreSQL: after the lease, in mid merge, between merge and ledger, and at
// every step of a rebuild. Another run must end with the facts and sums of one
// that was left alone; meanwhile the facts that answer are the older or the new.
func TestKilledAtEveryWrite(t *testing.T) {
	skipShort(t)
	tmp := t.TempDir()
	logs := filepath.Join(tmp, "logs")
	for i, name := range []string{"RunInstances", "StopInstances"} {
		text := call(10*i, aMonday, i, name) + "\n" + call(10*i+1, aMonday, i, "Describe") + "\n" + strings.Replace(call(10*i+2, aMonday, i, "x"), "2026-05-04", "yesterday", 1)
		writeFile(t, filepath.Join(logs, fmt.Sprint(i), "a.json"), []byte(text))
	}
	calm := filepath.Join(tmp, "calm.db")
	if err := work(t.Context(), "ingest", calm, logs, -1, false); err != nil {
		t.Fatal(err)
	}
	facts, sums := factsOf(t, calm), sumsOf(t, calm)
	if strings.Count(facts, "\n") < 4 || !strings.Contains(sums, "{6 4 ") {
		t.Fatalf("the test tests nothing: %s\n%s", sums, facts)
	}
	server := servers.Postgres(t)
	for backend, fresh := range map[string]func(name string) string{
		"sqlite":   func(name string) string { return filepath.Join(tmp, name+".db") },
		"postgres": func(name string) string { return newDatabase(t, server, strings.ReplaceAll(name, "-", "_")) },
	} {
		for _, job := range []string{"ingest", "rebuild"} {
			for _, wrote := range []string{"no", "yes"} {
				killed{t, backend, job, wrote, logs, facts, sums, fresh}.atEveryWrite()
			}
		}
	}
}

// killed is a job that is killed at each of its writes, before or after it, and
// what a run without that comes to.
type killed struct {
	t                                      *testing.T
	backend, job, wrote, logs, facts, sums string
	fresh                                  func(name string) string // a place for a store
}

func (k killed) atEveryWrite() {
	t := k.t
	t.Helper()
	deaths := 0
	for n := 1; ; n++ {
		path := k.fresh(fmt.Sprintf("%s-%s-%d", k.job, k.wrote, n))
		what := fmt.Sprintf("%s in %s, killed at write %d, written: %s", k.job, k.backend, n, k.wrote)
		older := ""
		if k.job == "rebuild" {
			if err := work(t.Context(), "ingest", path, k.logs, -1, false); err != nil {
				t.Fatal(err)
			}
			wrongFact(t, path)
			older = factsOf(t, path)
		}
		died := runVictim(t, k.job, path, k.logs, n, k.wrote)
		if got := factsOf(t, path); k.job == "rebuild" && got != older && got != k.facts {
			t.Fatalf("%s: facts are neither the older nor the new", what)
		}
		// The clock of the dead one's leases is the real one: they are over after a minute.
		forgetLeases(t, path)
		if err := work(t.Context(), k.job, path, k.logs, -1, false); err != nil {
			t.Fatal(err)
		}
		if got := factsOf(t, path); got != k.facts {
			t.Fatalf("%s: other facts\n%s", what, got)
		}
		if got := sumsOf(t, path); got != k.sums {
			t.Fatalf("%s: sums %s, want %s", what, got, k.sums)
		}
		if !died {
			break
		}
		deaths++
	}
	if deaths < 5 {
		t.Fatalf("%s in %s died %d times: the test tests nothing", k.job, k.backend, deaths)
	}
}

// skipShort leaves a long test out of the runs that look for races: what it does at
// once, other tests do too, or other processes, into which those do not see.
func skipShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("too long for a short run")
	}
}

// dsnOf is the DSN of a store: SQLite's path has the scheme left out.
func dsnOf(path string) string {
	if strings.Contains(path, "://") {
		return path
	}
	return "sqlite:" + path
}

// newDatabase makes a database and returns its DSN.
func newDatabase(t testing.TB, server *servers.PostgreSQL, name string) (dsn string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err == nil {
		_, err = conn.Exec(t.Context(), "create database "+name)
		err = errors.Join(err, conn.Close(t.Context()))
	}
	if err != nil {
		t.Fatal(err)
	}
	return server.DSN(name)
}

func forgetLeases(t *testing.T, path string) {
	t.Helper()
	s, err := openStore(t.Context(), dsnOf(path))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for id, err := range s.ListDocs(t.Context(), store.KindLease, "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		_, version, err := s.GetDoc(t.Context(), store.KindLease, id)
		if err = errors.Join(err, s.DeleteDoc(t.Context(), store.KindLease, id, version)); err != nil {
			t.Fatal(err)
		}
	}
}
