package transfer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

var day = time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)

func factOf(account string, n int) activity.Fact {
	k := activity.Key{Account: account, Principal: fmt.Sprintf("AROA%d", n%7), Source: "ec2.amazonaws.com", Name: fmt.Sprintf("N%d", n), Region: "eu-west-1", Class: activity.Management, Outcome: activity.Succeeded}
	return activity.Attempt(k, day.AddDate(0, 0, n%30), fmt.Sprintf("event-%d", n))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, s store.Store, kind store.Kind, id, body string) {
	t.Helper()
	must(t, s.SetDocs(t.Context(), kind, []store.Doc{{ID: id, Body: []byte(body)}}))
}

// full is a store that was rebuilt once, with something of everything.
func full(t *testing.T) *mem.Store {
	t.Helper()
	s := mem.New()
	must(t, s.SetRules(t.Context(), 1))
	g, err := s.BeginDraft(t.Context(), 2)
	must(t, err)
	must(t, s.Switch(t.Context(), g.Draft, store.KindRebuild, store.KindLedger))
	for i := range 40 {
		must(t, s.MergeFacts(t.Context(), []activity.Fact{factOf([]string{"111122223333", "444455556666", "\xff\x00"}[i%3], i)}))
		set(t, s, store.KindLedger, fmt.Sprintf("dir:%d", i), "row "+strings.Repeat("x", i))
	}
	must(t, s.MergeKept(t.Context(), []activity.Fact{factOf("111122223333", 99)}))
	set(t, s, store.KindServer, "setup", "")
	set(t, s, store.KindJob, "", "empty id")
	set(t, s, store.KindFindings, "\x00\xfe", "\x00\x01\xff")
	set(t, s, store.KindLease, "dir:x", "not to be copied")
	return s
}

// contents is all that a copy must bring over, told without the digest.
func contents(t *testing.T, s store.Store) string {
	t.Helper()
	var lines []string
	for _, kind := range store.Kinds() {
		if kind == store.KindLease || kind == store.KindCopy {
			continue
		}
		for id, err := range s.ListDocs(t.Context(), kind, "", 0) {
			must(t, err)
			body, _, err := s.GetDoc(t.Context(), kind, id)
			must(t, err)
			lines = append(lines, fmt.Sprintf("%s %q %q", kind, id, body))
		}
	}
	for _, kept := range []bool{false, true} {
		for f, err := range s.AllFacts(t.Context(), kept) {
			must(t, err)
			lines = append(lines, fmt.Sprintf("%v %q %v %v %v", kept, fmt.Sprint(f.Key), f.First, f.Last, slices.Collect(f.Days.All())))
		}
	}
	g, err := s.Generation(t.Context())
	must(t, err)
	slices.Sort(lines)
	return fmt.Sprintf("since %d rules %d\n", g.Since, g.Rules) + strings.Join(lines, "\n")
}

func copying(from, to store.Store) *Copy {
	return &Copy{From: from, To: to, Source: "mem:from", Progress: new(Progress)}
}

func wantCopied(t *testing.T, from, to store.Store) {
	t.Helper()
	if a, b := contents(t, from), contents(t, to); a != b {
		t.Fatalf("the source has\n%s\nthe target\n%s", a, b)
	}
}

func TestCopy(t *testing.T) {
	from, to := full(t), mem.New()
	out, err := copying(from, to).Run(t.Context())
	must(t, err)
	if out.Same || out.Passes != 1 || out.Digest.Facts != 41 || out.Digest.Kept != 1 || out.Digest.Docs != 43 {
		t.Fatalf("%+v", out)
	}
	wantCopied(t, from, to)
	if strings.Count(contents(t, to), "\n") != 85 {
		t.Fatal("the test tests nothing")
	}
	a, _ := from.Generation(t.Context())
	b, _ := to.Generation(t.Context())
	if b.Epoch < a.Epoch || a.Since == 0 {
		t.Fatalf("the source is at %+v, the target at %+v", a, b)
	}
	for range from.ListDocs(t.Context(), store.KindLease, "", 0) {
		for id := range to.ListDocs(t.Context(), store.KindLease, "", 0) {
			t.Fatalf("lease %s was copied", id)
		}
	}
	must(t, Complete(t.Context(), to))

	// And again, when the source has gone on.
	must(t, from.MergeFacts(t.Context(), []activity.Fact{factOf("111122223333", 500), activity.Attempt(factOf("111122223333", 0).Key, day.AddDate(1, 0, 0), "later")}))
	set(t, from, store.KindLedger, "dir:3", "changed")
	_, version, err := from.GetDoc(t.Context(), store.KindLedger, "dir:4")
	must(t, err)
	must(t, from.DeleteDoc(t.Context(), store.KindLedger, "dir:4", version))
	again := copying(from, to)
	_, err = again.Run(t.Context())
	must(t, err)
	wantCopied(t, from, to)
	if n := again.Progress.Written.Load(); n != 1 {
		t.Fatalf("%d documents were written, want the one that has changed", n)
	}
}

func TestCopyRefuses(t *testing.T) {
	for what, test := range map[string]struct {
		prepare func(t *testing.T, from, to *mem.Store)
		want    error
		says    string
	}{
		"a target with other facts": {func(t *testing.T, _, to *mem.Store) {
			must(t, to.MergeFacts(t.Context(), []activity.Fact{factOf("1", 1)}))
		}, ErrOccupied, "1 facts and 0 documents; the source has 41 and 43"},
		"a target with other documents": {func(t *testing.T, _, to *mem.Store) { set(t, to, store.KindServer, "setup", "other") }, ErrOccupied, "take an empty one"},
		"a target that was used since it was copied": {func(t *testing.T, from, to *mem.Store) {
			_, err := copying(from, to).Run(t.Context())
			must(t, err)
			set(t, to, store.KindLedger, "dir:new", "row")
		}, ErrOccupied, "it was used since it was copied from mem:from"},
		"the beginning of another copy": {func(t *testing.T, _, to *mem.Store) { must(t, writeMark(t.Context(), to, mark{From: "mem:other"})) }, ErrOccupied, "a copy of mem:other was begun there"},
		"a source that is not complete": {func(t *testing.T, from, _ *mem.Store) { must(t, writeMark(t.Context(), from, mark{From: "mem:first"})) }, ErrUnfinished, `run "ebbmark copy" from mem:first again`},
		"a source that is rebuilt": {func(t *testing.T, from, _ *mem.Store) {
			_, err := from.BeginDraft(t.Context(), 3)
			must(t, err)
		}, ErrRebuild, "--abandon"},
		"a source that was rebuilt since": {func(t *testing.T, from, to *mem.Store) {
			_, err := copying(from, to).Run(t.Context())
			must(t, err)
			g, err := from.BeginDraft(t.Context(), 3)
			must(t, err)
			must(t, from.Switch(t.Context(), g.Draft, store.KindRebuild, store.KindLedger))
		}, store.ErrSwitched, "begin again with an empty target"},
	} {
		t.Run(what, func(t *testing.T) {
			from, to := full(t), mem.New()
			test.prepare(t, from, to)
			before := contents(t, to)
			_, err := copying(from, to).Run(t.Context())
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("%v, want %v and %q", err, test.want, test.says)
			}
			if contents(t, to) != before {
				t.Fatal("the target was changed")
			}
		})
	}
}

// TestCopyOfTheSame: a target that is the same already, copied or not, needs
// nothing.
func TestCopyOfTheSame(t *testing.T) {
	s := full(t)
	out, err := copying(s, s).Run(t.Context())
	if err != nil || !out.Same || out.Digest.Docs != 43 {
		t.Fatalf("%+v, %v", out, err)
	}
}

var errBroken = errors.New("broken")

// breaking fails at its nth write, before it is written or after.
type breaking struct {
	store.Store
	left  int
	wrote bool
}

func (b *breaking) do(write func() error) error {
	b.left--
	if b.left == 0 && !b.wrote {
		return errBroken
	}
	if err := write(); err != nil || b.left != 0 {
		return err
	}
	return errBroken
}

func (b *breaking) MergeFacts(ctx context.Context, facts []activity.Fact) error {
	return b.do(func() error { return b.Store.MergeFacts(ctx, facts) })
}

func (b *breaking) MergeKept(ctx context.Context, facts []activity.Fact) error {
	return b.do(func() error { return b.Store.MergeKept(ctx, facts) })
}

func (b *breaking) SetDocs(ctx context.Context, kind store.Kind, docs []store.Doc) error {
	return b.do(func() error { return b.Store.SetDocs(ctx, kind, docs) })
}

func (b *breaking) Adopt(ctx context.Context, g store.Generation) error {
	return b.do(func() error { return b.Store.Adopt(ctx, g) })
}

// TestCopyBrokenAtEveryWrite: nobody may use what is not complete, and the same
// command completes it.
func TestCopyBrokenAtEveryWrite(t *testing.T) {
	from := full(t)
	for _, wrote := range []bool{false, true} {
		broken := 0
		for n := 1; ; n++ {
			to := mem.New()
			_, err := copying(from, &breaking{to, n, wrote}).Run(t.Context())
			if err == nil {
				break
			}
			if !errors.Is(err, errBroken) {
				t.Fatal(err)
			}
			broken++
			// Only at the mark of the end may the target be complete.
			if err := Complete(t.Context(), to); err == nil && contents(t, to) != contents(t, from) && n > 1 {
				t.Fatalf("broken at write %d, written: %v: half a copy may be used", n, wrote)
			}
			if _, err := copying(from, to).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantCopied(t, from, to)
		}
		if broken < 8 {
			t.Fatalf("broken %d times: the test tests nothing", broken)
		}
	}
}

// busy is a source to which something is written whenever its generation is
// asked for, so many times.
type busy struct {
	*mem.Store
	t    *testing.T
	left int
}

func (b *busy) AllFacts(ctx context.Context, kept bool) iter.Seq2[activity.Fact, error] {
	if b.left--; b.left > 0 {
		must(b.t, b.MergeFacts(ctx, []activity.Fact{factOf("111122223333", 1000+b.left)}))
	}
	return b.Store.AllFacts(ctx, kept)
}

func TestCopyOfABusySource(t *testing.T) {
	from, to := &busy{full(t), t, 4}, mem.New()
	out, err := copying(from, to).Run(t.Context())
	if err != nil || out.Passes != 2 {
		t.Fatalf("%+v, %v", out, err)
	}
	wantCopied(t, from.Store, to)
	_, err = copying(&busy{full(t), t, 1000}, mem.New()).Run(t.Context())
	if !errors.Is(err, ErrBusy) {
		t.Fatalf("%v, want %v", err, ErrBusy)
	}
}

func TestFollow(t *testing.T) {
	from, to := full(t), mem.New()
	ctx, stop := context.WithCancel(t.Context())
	passes := 0
	err := copying(from, to).Follow(ctx, time.Millisecond, func(time.Duration) {
		passes++
		wantCopied(t, from, to)
		if passes == 3 {
			stop()
		}
		must(t, from.MergeFacts(t.Context(), []activity.Fact{factOf("111122223333", 100+passes)}))
		set(t, from, store.KindLedger, fmt.Sprintf("dir:new%d", passes), "row")
	}, time.Now)
	if !errors.Is(err, context.Canceled) || passes != 3 {
		t.Fatalf("%d passes, %v", passes, err)
	}
	if err := Complete(t.Context(), to); !errors.Is(err, ErrUnfinished) {
		t.Fatalf("what follows may be used: %v", err)
	}
	_, err = copying(from, to).Run(t.Context())
	must(t, err)
	wantCopied(t, from, to)
	must(t, Complete(t.Context(), to))
}

// TestDigestTellsWhatDiffers: every part of a fact and of a document counts, the
// order does not.
func TestDigestTellsWhatDiffers(t *testing.T) {
	digest := func(change func(*activity.Fact), doc store.Doc, kind store.Kind, kept bool) string {
		s := mem.New()
		f := factOf("111122223333", 1)
		change(&f)
		merge := s.MergeFacts
		if kept {
			merge = s.MergeKept
		}
		must(t, merge(t.Context(), []activity.Fact{f}))
		must(t, s.SetDocs(t.Context(), kind, []store.Doc{doc}))
		d, err := DigestOf(t.Context(), s, new(Progress))
		must(t, err)
		return d.Sum
	}
	doc := store.Doc{ID: "ab", Body: []byte("c")}
	seen := map[string]string{}
	for what, change := range map[string]func(*activity.Fact){
		"nothing":    func(*activity.Fact) {},
		"account":    func(f *activity.Fact) { f.Account = "111122223334" },
		"principal":  func(f *activity.Fact) { f.Principal = "x" },
		"source":     func(f *activity.Fact) { f.Source = "x" },
		"name":       func(f *activity.Fact) { f.Name = "x" },
		"region":     func(f *activity.Fact) { f.Region = "x" },
		"class":      func(f *activity.Fact) { f.Class = activity.Data },
		"outcome":    func(f *activity.Fact) { f.Outcome = activity.Denied },
		"target":     func(f *activity.Fact) { f.Target = "x" },
		"first":      func(f *activity.Fact) { f.First.At-- },
		"firstEvent": func(f *activity.Fact) { f.First.Event = "x" },
		"last":       func(f *activity.Fact) { f.Last.At++ },
		"lastEvent":  func(f *activity.Fact) { f.Last.Event = "x" },
		"days":       func(f *activity.Fact) { f.Days = activity.DaysOf(1) },
	} {
		seen[digest(change, doc, store.KindJob, false)] = what
	}
	same := func(*activity.Fact) {}
	seen[digest(same, store.Doc{ID: "a", Body: []byte("bc")}, store.KindJob, false)] = "id"
	seen[digest(same, store.Doc{ID: "ab", Body: []byte("d")}, store.KindJob, false)] = "body"
	seen[digest(same, doc, store.KindReport, false)] = "kind"
	seen[digest(same, doc, store.KindJob, true)] = "kept"
	if len(seen) != 18 {
		t.Fatalf("%d digests of 18 stores that differ: %v", len(seen), seen)
	}
}
