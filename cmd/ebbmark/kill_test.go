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

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/dir"
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
	victimWrote = "EBBMARK_TEST_WROTE" // yes: after it was written, before it was acknowledged
)

func TestMain(m *testing.M) {
	if os.Getenv(victimJob) == "run" {
		os.Args = append(os.Args[:1], strings.Fields(os.Getenv(victimArgs))...)
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
	s, err := openOrCreateStore(ctx, "sqlite:"+path, true)
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
	s, err := openStore(t.Context(), "sqlite:"+path)
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
// and after it: after the lease, in mid merge, between merge and ledger, and at
// every step of a rebuild. Another run must end with the facts and sums of one
// that was left alone; meanwhile the facts that answer are the older or the new.
func TestKilledAtEveryWrite(t *testing.T) {
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
	for _, job := range []string{"ingest", "rebuild"} {
		for _, wrote := range []string{"no", "yes"} {
			deaths := 0
			for n := 1; ; n++ {
				path := filepath.Join(tmp, fmt.Sprintf("%s-%s-%d.db", job, wrote, n))
				older := ""
				if job == "rebuild" {
					body, err := os.ReadFile(calm)
					if err != nil {
						t.Fatal(err)
					}
					writeFile(t, path, body)
					wrongFact(t, path)
					older = factsOf(t, path)
				}
				died := runVictim(t, job, path, logs, n, wrote)
				if got := factsOf(t, path); job == "rebuild" && got != older && got != facts {
					t.Fatalf("killed at write %d, written: %s: facts are neither the older nor the new", n, wrote)
				}
				// The clock of the dead one's leases is the real one: they are over after a minute.
				forgetLeases(t, path)
				if err := work(t.Context(), job, path, logs, -1, false); err != nil {
					t.Fatal(err)
				}
				if got := factsOf(t, path); got != facts {
					t.Fatalf("%s killed at write %d, written: %s: other facts\n%s", job, n, wrote, got)
				}
				if got := sumsOf(t, path); got != sums {
					t.Fatalf("%s killed at write %d, written: %s: sums %s, want %s", job, n, wrote, got, sums)
				}
				if !died {
					break
				}
				deaths++
			}
			if deaths < 5 {
				t.Fatalf("%s died %d times: the test tests nothing", job, deaths)
			}
		}
	}
}

func forgetLeases(t *testing.T, path string) {
	t.Helper()
	s, err := openStore(t.Context(), "sqlite:"+path)
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
