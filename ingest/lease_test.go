package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

func TestGroups(t *testing.T) {
	for id, want := range map[string]string{
		"s3:s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/x.json.gz": "s3:s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1",
		"file:/logs/2026/05/x.json": "file:/logs",
		"file:/logs/x.json":         "file:/logs",
		"file:/2026/x.json":         "file:",
		"file:/x":                   "file:",
		"file:x":                    "file:",
		"s3:s3://b/x":               "s3:s3://b",
		"s3:s3://b/2026/05/31/x":    "s3:s3://b",
		"s3:s3://b/111122223333/x":  "s3:s3://b/111122223333",
	} {
		if got := groupOf(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// gated is a source whose files wait to be opened, and counts how often they are.
type gated struct {
	memory
	gate  chan struct{} // closed: nobody waits
	opens atomic.Int64
	begun chan struct{} // gets a value for each file that waits, if there is room
}

func (g *gated) Objects(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for o, err := range g.memory.Objects(ctx) {
			open := o.Open
			o.Open = func(ctx context.Context) (io.ReadCloser, error) {
				g.opens.Add(1)
				select {
				case g.begun <- struct{}{}:
				default:
				}
				select {
				case <-g.gate:
				case <-ctx.Done():
					return nil, ctx.Err()
				}
				return open(ctx)
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

func newGated(n int) *gated {
	g := &gated{gate: make(chan struct{}), begun: make(chan struct{}, 1)}
	for i := range n {
		g.memory = append(g.memory, blob{fmt.Sprintf("/logs/2026/05/%02d/x.json", i+1), []byte(records(alice(i, "2026-05-30T10:15:30Z", "s3.amazonaws.com", "ListBuckets", "")))})
	}
	return g
}

func TestTwoProcessesDoNotReadTheSame(t *testing.T) {
	s, g := mem.New(), newGated(8)
	var first sync.WaitGroup
	first.Go(func() {
		if sum, err := New(Config{Store: s, Sources: []Source{g}, Now: now, Workers: 2}).Run(t.Context()); err != nil || sum.Files.Done != 8 {
			t.Errorf("%+v, %v", sum, err)
		}
	})
	<-g.begun
	second := New(Config{Store: s, Sources: []Source{g}, Now: now, Workers: 2})
	sum, err := second.Run(t.Context())
	if err != nil || sum.Busy != 8 || sum.Files != (Files{}) {
		t.Fatalf("%+v, %v", sum, err)
	}
	close(g.gate)
	first.Wait()
	second.leases.busy = map[string]time.Time{} // their second is over
	if sum, err = second.Run(t.Context()); err != nil || sum.Busy != 0 || sum.Files != (Files{Skipped: 8}) || g.opens.Load() != 8 {
		t.Fatalf("%+v, %v, opened %d times", sum, err, g.opens.Load())
	}
	for id := range s.ListDocs(t.Context(), store.KindLease, "", 0) {
		t.Errorf("lease %s is left", id)
	}
}

// leased is a store whose leases cannot be written, before or after they are.
type leased struct {
	*mem.Store
	before, after error
}

func (l leased) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (store.Version, error) {
	if kind == store.KindLease && l.before != nil {
		return 0, l.before
	}
	v, err := l.Store.PutDoc(ctx, kind, id, body, old)
	if kind == store.KindLease && l.after != nil {
		return 0, l.after
	}
	return v, err
}

func TestALeaseOutlivesItsHolderByAMinute(t *testing.T) {
	broken := errors.New("the disk is full")
	for sentence, tt := range map[string]struct {
		fault leased
		busy  int64
	}{
		"not written":           {leased{before: broken}, 0},
		"written, then the end": {leased{after: broken}, 3},
	} {
		t.Run(sentence, func(t *testing.T) {
			g := newGated(3)
			close(g.gate)
			tt.fault.Store = mem.New()
			if _, err := New(Config{Store: tt.fault, Sources: []Source{g}, Now: now}).Run(t.Context()); !errors.Is(err, broken) {
				t.Fatal(err)
			}
			clock := now()
			in := New(Config{Store: tt.fault.Store, Sources: []Source{g}, Now: func() time.Time { return clock }})
			sum, err := in.Run(t.Context())
			if err != nil || sum.Busy != tt.busy || sum.Files.Done != 3-tt.busy {
				t.Fatalf("%+v, %v", sum, err)
			}
			clock = clock.Add(61 * time.Second)
			if sum, err = in.Run(t.Context()); err != nil || sum.Busy != 0 || sum.Files.Done != tt.busy {
				t.Fatalf("a minute later: %+v, %v", sum, err)
			}
			total, err := Ledger(t.Context(), tt.fault.Store)
			if err != nil || total.Records != 3 {
				t.Fatalf("%+v, %v", total, err)
			}
		})
	}
}

func TestALeaseIsRenewedAndCanBeLost(t *testing.T) {
	docs, clock := mem.New(), now()
	tick := func() time.Time { return clock }
	a, b := newLeases(docs, tick, "a"), newLeases(docs, tick, "b")
	claim := func(l *leases, want bool) {
		t.Helper()
		clear(l.busy)
		if c, err := l.claim(t.Context(), "g"); err != nil || c.ours != want {
			t.Fatalf("%v, %v; want %v", c, err, want)
		}
	}
	claim(a, true)
	for range 10 {
		clock = clock.Add(15 * time.Second)
		if err := a.renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		claim(b, false)
	}
	clock = clock.Add(time.Minute) // a stood still
	claim(b, true)
	if err := a.renew(t.Context()); err != nil || len(a.held) != 0 {
		t.Fatalf("%v, a still believes in %d leases", err, len(a.held))
	}
	claim(a, false)
	b.done("g")
	if err := b.settle(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	claim(a, true)
}

// flaky is a file that fails until it is mended.
type flaky struct {
	opens  int
	mended bool
}

func (*flaky) Kind() string { return "file" }
func (f *flaky) Objects(context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		yield(Object{Name: "/logs/x.json", Version: "1", Open: func(context.Context) (io.ReadCloser, error) {
			if f.opens++; !f.mended {
				return nil, errors.New("no route")
			}
			return io.NopCloser(bytes.NewReader([]byte(records(alice(1, "2026-05-30T10:15:30Z", "s3.amazonaws.com", "ListBuckets", ""))))), nil
		}}, nil)
	}
}

func TestFailedFilesAreReadAgainAfterGrowingPauses(t *testing.T) {
	s, f, clock := mem.New(), &flaky{}, now()
	in := New(Config{Store: s, Sources: []Source{f}, Now: func() time.Time { return clock }, Retry: true})
	look := func() Summary {
		t.Helper()
		sum, err := in.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	var at []time.Duration
	for start := clock; clock.Sub(start) < 48*time.Hour; clock = clock.Add(time.Minute) {
		if before := f.opens; look().Files.Failed == 1 && f.opens == before+1 {
			at = append(at, clock.Sub(start))
		}
	}
	minutes := []int{0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 871, 1231, 1591, 1951, 2311} // 1, 2, 4 … 256, then 360 each
	for i, want := range minutes {
		if i >= len(at) || at[i] != time.Duration(want)*time.Minute {
			t.Fatalf("read at %v, want minutes %v", at, minutes)
		}
	}
	if len(at) != len(minutes) {
		t.Fatalf("read %d times", len(at))
	}
	// The operator has mended it and says so.
	f.mended = true
	if n, err := Retry(t.Context(), s, Filter{Prefix: "/logs"}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if sum := look(); sum.Files.Done != 1 {
		t.Fatalf("%+v", sum)
	}
	if sum := look(); sum.Files != (Files{}) {
		t.Fatalf("%+v", sum)
	}
	if n, err := Forget(t.Context(), s, Filter{Prefix: "/other"}); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := Forget(t.Context(), s, Filter{Status: Done}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if sum := look(); sum.Files.Done != 1 {
		t.Fatalf("a forgotten file is not read again: %+v", sum)
	}
}

func TestAnUnversionedFileIsNotLeased(t *testing.T) {
	s := mem.New()
	src := streamed{memory{{"-", []byte(records())}}}
	if sum := run(t, s, src); sum.Files.Done != 1 {
		t.Fatalf("%+v", sum)
	}
}

type streamed struct{ memory }

func (s streamed) Objects(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for o, err := range s.memory.Objects(ctx) {
			if o.Version = ""; !yield(o, err) {
				return
			}
		}
	}
}

// pausing is a source that does something before it lists its second half.
type pausing struct {
	memory
	then func()
}

func (p pausing) Objects(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		n := 0
		for o, err := range p.memory.Objects(ctx) {
			if n++; n == len(p.memory)/2+1 {
				p.then()
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

// TestNothingIsReadTwiceOfAGroupThatAnotherHadFirst: a process that began with an
// empty ledger takes a group over that another one has read meanwhile.
func TestNothingIsReadTwiceOfAGroupThatAnotherHadFirst(t *testing.T) {
	var files memory
	for i := range 12 { // in two groups
		name := fmt.Sprintf("/logs/%s/2026/05/%02d/x.json", []string{"eu-west-1", "us-east-1"}[i/6], i+1)
		files = append(files, blob{name, []byte(records(alice(i, "2026-05-30T10:15:30Z", "s3.amazonaws.com", "ListBuckets", "")))})
	}
	s := mem.New()
	other := New(Config{Store: s, Sources: []Source{memory(files[6:])}, Now: now, Workers: 1})
	slow := New(Config{Store: s, Workers: 1, Now: now, Sources: []Source{pausing{files, func() {
		if sum, err := other.Run(t.Context()); err != nil || sum.Files.Done != 6 {
			t.Errorf("%+v, %v", sum, err)
		}
	}}}})
	sum, err := slow.Run(t.Context())
	if err != nil || sum.Files.Done != 6 || sum.Skipped["read before"] != 6 {
		t.Fatalf("of 12 files, 6 of them read by another process: %+v, %v", sum, err)
	}
}
