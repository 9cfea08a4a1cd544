package iam

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// faulty fails one write of a document, before or after it has been done.
type faulty struct {
	store.Docs
	countdown int  // the write that fails; 1: the next one
	done      bool // it is done nevertheless
}

var errDisk = errors.New("disk on fire")

func (f *faulty) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (store.Version, error) {
	f.countdown--
	if f.countdown != 0 {
		return f.Docs.PutDoc(ctx, kind, id, body, old)
	}
	if f.done {
		if _, err := f.Docs.PutDoc(ctx, kind, id, body, old); err != nil {
			return 0, err
		}
	}
	return 0, errDisk
}

// jobIDs lists the stored jobs.
func (w *world) jobIDs() []string {
	var ids []string
	for id, err := range w.store.ListDocs(w.t.Context(), store.KindJob, "", 0) {
		w.must(err)
		ids = append(ids, id)
	}
	return ids
}

// restarted is another process on the same store: same data, no memory.
func (w *world) restarted(change ...func(*Config)) *world {
	w.t.Helper()
	next := newWorld(w.t, append([]func(*Config){func(c *Config) {
		c.Docs, c.Facts, c.Book, c.NewID = w.store, w.store, w.Book, w.NewID
	}}, change...)...)
	next.store, next.clock = w.store, w.clock
	return next
}

// faultyWorld is a world whose nth write of a document fails.
func faultyWorld(t *testing.T, n int, done bool) *world {
	f := &faulty{done: done}
	w := newWorld(t, func(c *Config) {
		f.Docs = c.Docs
		c.Docs = f
	})
	f.countdown = n
	return w
}

func TestJobThatCannotBeWritten(t *testing.T) {
	const failure = "500 ServiceFailure: An internal error occurred. The server's log has the reason under this request id."
	for name, c := range map[string]struct {
		done bool
		jobs int
	}{
		"not written":                   {false, 0},
		"written, but not acknowledged": {true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := faultyWorld(t, 1, c.done)
			if got := w.fails(auditor(), "GenerateServiceLastAccessedDetails", "Arn", f1Prefix+"user/alice"); got != failure {
				t.Error(got)
			}
			ids := w.jobIDs()
			if len(ids) != c.jobs {
				t.Fatalf("jobs in the store: %v", ids)
			}
			next := w.restarted()
			if n, err := next.Resume(t.Context()); n != c.jobs || err != nil {
				t.Errorf("resumed %d, %v", n, err)
			}
			for _, id := range ids {
				same(t, next.details(id), example(t, "A1", 0))
			}
			if job := next.generate(f1Prefix+"user/alice", "ACTION_LEVEL"); job != "" {
				same(t, next.details(job), example(t, "A2", 0))
			}
		})
	}
}

func TestResultThatCannotBeWritten(t *testing.T) {
	for name, done := range map[string]bool{"not written": false, "written, but not acknowledged": true} {
		t.Run(name, func(t *testing.T) {
			w := faultyWorld(t, 2, done)
			job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
			if !strings.Contains(w.log.String(), errDisk.Error()) {
				t.Errorf("the log does not say so: %s", w.log)
			}
			w.change(func(a *inventory.Account) { a.UserByName("alice").Inline = nil })
			same(t, w.details(job), example(t, "A1", 0))
			same(t, w.restarted().details(job), example(t, "A1", 0))
		})
	}
	t.Run("nor when it is read", func(t *testing.T) {
		w := faultyWorld(t, 2, false)
		job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
		w.Docs.(*faulty).countdown = 1
		if got := w.fails(auditor(), "GetServiceLastAccessedDetails", "JobId", job); !strings.HasPrefix(got, "500 ServiceFailure") {
			t.Error(got)
		}
		same(t, w.details(job), example(t, "A1", 0))
	})
}

func TestResume(t *testing.T) {
	held := func(c *Config) { c.Hook = func(string) error { return ErrHold } }
	w := newWorld(t, held)
	job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
	w.generate(f1Prefix+"group/developers", "SERVICE_LEVEL")
	w.change(func(a *inventory.Account) { a.Users = nil })
	next := w.restarted()
	next.change(func(a *inventory.Account) { a.Users = nil })
	if n, err := next.Resume(t.Context()); n != 2 || err != nil {
		t.Fatalf("resumed %d, %v", n, err)
	}
	if n, err := next.Resume(t.Context()); n != 0 || err != nil {
		t.Errorf("resumed again: %d, %v", n, err)
	}
	same(t, next.details(job), example(t, "A1", 0))
	same(t, w.details(job), example(t, "A1", 0)) // the first process sees it too
	if n, err := w.restarted(held).Resume(t.Context()); n != 0 || err != nil {
		t.Errorf("resumed finished jobs: %d, %v", n, err)
	}
}

// Of two processes that compute a job, the one that stores first is right.
func TestTwoProcessesFinishOneJob(t *testing.T) {
	var meanwhile func()
	w := newWorld(t, func(c *Config) {
		c.Hook = func(string) error {
			if meanwhile == nil {
				return ErrHold
			}
			meanwhile()
			return nil
		}
	})
	job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
	meanwhile = func() {
		meanwhile = func() {}
		same(t, w.restarted().details(job), example(t, "A1", 0))
		w.must(w.store.MergeFacts(t.Context(), []activity.Fact{
			event("2026-06-01T11:59:00Z", aliceID, "ec2", "RunInstances", "us-east-1", activity.Management, activity.Succeeded),
		}))
	}
	same(t, w.details(job), example(t, "A1", 0))
}

func TestExpiry(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
	w.clock = w.clock.Add(24*time.Hour - time.Millisecond)
	same(t, w.details(job), example(t, "A1", 0))
	if n, err := w.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	w.clock = w.clock.Add(time.Millisecond)
	if got := w.fails(auditor(), "GetServiceLastAccessedDetails", "JobId", job); got != "404 NoSuchEntity: Job "+job+" does not exist." {
		t.Error(got)
	}
	if n, err := w.Sweep(t.Context()); n != 1 || err != nil || len(w.jobIDs()) != 0 {
		t.Errorf("swept %d, %v; left %v", n, err, w.jobIDs())
	}
}

func TestJobsOfOtherKindsAndBrokenOnes(t *testing.T) {
	const organizations, broken = "00000000-0000-4000-9000-000000000001", "00000000-0000-4000-9000-000000000002"
	w := newWorld(t)
	put := func(id, body string) {
		_, err := w.store.PutDoc(t.Context(), store.KindJob, id, []byte(body), 0)
		w.must(err)
	}
	doc, err := w.codec.encode(&job{jobHead: jobHead{Format: jobFormat, Type: "Organizations", Status: statusCompleted, Owner: ownerOf(auditor())}})
	w.must(err)
	put(organizations, string(doc))
	put(broken, "{}")
	if got := w.fails(auditor(), "GetServiceLastAccessedDetails", "JobId", organizations); got != "404 NoSuchEntity: Job "+organizations+" does not exist." {
		t.Error(got)
	}
	if got := w.fails(auditor(), "GetServiceLastAccessedDetails", "JobId", broken); !strings.HasPrefix(got, "500 ServiceFailure") {
		t.Error(got)
	}
	id := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
	w.clock = w.clock.Add(48 * time.Hour)
	n, err := w.Sweep(t.Context())
	if n != 1 || err == nil || !strings.Contains(err.Error(), broken) {
		t.Errorf("swept %d, %v", n, err)
	}
	if left := strings.Join(w.jobIDs(), " "); strings.Contains(left, id) || left != organizations+" "+broken {
		t.Errorf("left: %s", left)
	}
}

func TestFailures(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no catalogue": func(c *Config) {
			c.Catalog = func(context.Context) (*catalog.Catalog, *grant.Engine, error) { return nil, nil, errDisk }
		},
		"no facts": func(c *Config) { c.Facts = brokenFacts{} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, change)
			job := w.generate(f1Prefix+"user/alice", "SERVICE_LEVEL")
			if got := w.details(job); got["JobStatus"] != "FAILED" || got["ServicesLastAccessed"] != nil {
				t.Errorf("got %v", got)
			}
		})
	}
	t.Run("a policy that cannot be read", func(t *testing.T) {
		w := newWorld(t)
		w.change(func(a *inventory.Account) {
			a.UserByName("bob").Inline = []inventory.Inline{{Name: "Broken", Document: "{"}}
		})
		if got := w.details(w.generate(f1Prefix+"user/bob", "SERVICE_LEVEL")); got["JobStatus"] != "FAILED" {
			t.Errorf("got %v", got)
		}
	})
}

type brokenFacts struct{}

func (brokenFacts) MergeFacts(context.Context, []activity.Fact) error { return errDisk }

func (brokenFacts) Facts(context.Context, activity.Prefix) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) { yield(activity.Fact{}, errDisk) }
}

// A finished report is kept as it was: another process, and another catalogue,
// show the same (LA-64).
func TestStoredReport(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"role/service/app", "ACTION_LEVEL")
	next := w.restarted(func(c *Config) {
		c.Catalog = func(context.Context) (*catalog.Catalog, *grant.Engine, error) { return nil, nil, errDisk }
	})
	for range 2 { // from the store, then from the cache
		same(t, next.details(job), example(t, "A7", 0))
	}
}

func TestStoredReportIsCompact(t *testing.T) {
	w := newWorld(t)
	job := w.generate(f1Prefix+"policy/BoundaryAll", "ACTION_LEVEL")
	doc, _, err := w.store.GetDoc(t.Context(), store.KindJob, job)
	w.must(err)
	if len(doc) > 200_000 {
		t.Errorf("the report of all services takes %d bytes", len(doc))
	}
	actions := 0
	for _, s := range w.details(job, "MaxItems", "1000")["ServicesLastAccessed"].([]any) {
		list, _ := s.(map[string]any)["TrackedActionsLastAccessed"].([]any)
		actions += len(list)
	}
	if actions < 9000 {
		t.Errorf("only %d actions", actions)
	}
}

func TestWarnings(t *testing.T) {
	w := newWorld(t)
	w.change(func(a *inventory.Account) {
		bob := a.UserByName("bob")
		bob.Inline = []inventory.Inline{{Name: "New", Document: allow("s3:NoSuchAction", "brandnew:*")}}
		bob.Attached = []string{f1Prefix + "policy/Elsewhere"}
	})
	for range 3 {
		w.generate(f1Prefix+"user/bob", "SERVICE_LEVEL")
	}
	for _, thing := range []string{"s3:NoSuchAction", "brandnew:*", "policy/Elsewhere"} {
		if n := strings.Count(w.log.String(), thing); n != 1 {
			t.Errorf("%s is mentioned %d times", thing, n)
		}
	}
}

func TestJobCache(t *testing.T) {
	c := newJobCache(10)
	of := func(entities int) *job {
		return &job{jobBody: jobBody{Subject: report.Subject{Entities: make([]report.Entity, entities-1)}}}
	}
	c.put("a", of(4))
	c.put("b", of(4))
	c.get("a")
	c.put("c", of(4)) // b was read longest ago
	c.put("huge", of(11))
	got := ""
	for _, id := range []string{"a", "b", "c", "huge"} {
		if c.get(id) != nil {
			got += id
		}
	}
	if got != "ac" || c.rows != 8 {
		t.Errorf("kept %q, %d rows", got, c.rows)
	}
	c.put("c", of(1))
	c.drop("a")
	c.drop("a")
	if c.rows != 1 || c.order.Len() != 1 || len(c.byID) != 1 {
		t.Errorf("%d rows in %d entries, %d by id", c.rows, c.order.Len(), len(c.byID))
	}
}

// The whole of an all-services report at action level: made, stored and read
// back from the cache.
func BenchmarkGenerateAndGet(b *testing.B) {
	w := newWorld(b)
	for b.Loop() {
		job := w.generate(f1Prefix+"policy/BoundaryAll", "ACTION_LEVEL")
		in := &GetServiceLastAccessedDetailsInput{JobId: job}
		if out, err := w.GetServiceLastAccessedDetails(b.Context(), auditor(), in); err != nil || len(out.ServicesLastAccessed) != 200 {
			b.Fatal(err)
		}
	}
}

// Reading a report that another process made.
func BenchmarkDecodeJob(b *testing.B) {
	w := newWorld(b)
	doc, _, err := w.store.GetDoc(b.Context(), store.KindJob, w.generate(f1Prefix+"policy/BoundaryAll", "ACTION_LEVEL"))
	w.must(err)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := w.codec.decode(doc); err != nil {
			b.Fatal(err)
		}
	}
}
