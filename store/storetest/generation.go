package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

func generation(t *testing.T, s store.Store) store.Generation {
	t.Helper()
	g, err := s.Generation(t.Context())
	if err != nil {
		t.Fatalf("Generation: %v", err)
	}
	return g
}

func begin(t *testing.T, s store.Store, rules int) int64 {
	t.Helper()
	before := generation(t, s)
	g, err := s.BeginDraft(t.Context(), rules)
	if err != nil {
		t.Fatalf("BeginDraft: %v", err)
	}
	if g.Epoch <= before.Epoch || g.Draft != g.Epoch || g.DraftRules != rules || g.Since != before.Since || g.Rules != before.Rules {
		t.Fatalf("a draft was begun: %+v became %+v", before, g)
	}
	return g.Draft
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// named is a fact of alice of that name.
func named(name string) activity.Fact {
	k := listBuckets(alice)
	k.Name = name
	return activity.Attempt(k, monday, event1)
}

// wantNames ends the test unless these are the names of alice's facts, and of
// the rolled up calls of her account.
func wantNames(t *testing.T, s store.Store, names ...string) {
	t.Helper()
	got := map[string]bool{}
	for _, f := range read(t, s, activity.Prefix{Account: account}) {
		got[f.Name] = true
	}
	rolled := map[string]bool{}
	for f, err := range store.Rollup(t.Context(), s, []string{account}) {
		must(t, err)
		rolled[f.Name] = true
	}
	for _, name := range names {
		if !got[name] || !rolled[name] {
			t.Fatalf("%q is missing: facts %v, rolled up %v", name, got, rolled)
		}
	}
	if len(got) != len(names) || len(rolled) != len(names) {
		t.Fatalf("facts %v, rolled up %v, want %v", got, rolled, names)
	}
}

func draftTakesThePlace(t *testing.T, b Backend) {
	s := b.New(t)
	merge(t, s, named("old"))
	must(t, s.MergeKept(t.Context(), []activity.Fact{named("kept before")}))
	d := begin(t, s, 7)
	must(t, s.MergeDraft(t.Context(), d, []activity.Fact{named("made anew")}))
	merge(t, s, named("meanwhile"))
	must(t, s.MergeKept(t.Context(), []activity.Fact{named("kept meanwhile")}))
	wantNames(t, s, "old", "kept before", "meanwhile", "kept meanwhile")
	diff, err := s.CompareDraft(t.Context(), d)
	if err != nil || diff != (store.Difference{Gone: 1, New: 1}) {
		t.Fatalf("CompareDraft: %+v, %v; want 1 gone and 1 new", diff, err)
	}
	put(t, s, "draft", "a", "new a", 0)
	old := put(t, s, "live", "a", "old a", 0)
	put(t, s, "live", "b", "old b", 0)
	before := generation(t, s)
	must(t, s.Switch(t.Context(), d, "draft", "live"))
	wantNames(t, s, "kept before", "made anew", "meanwhile", "kept meanwhile")
	if v := wantDoc(t, s, "live", "a", "new a"); v == old {
		t.Fatal("the document that was replaced has its old version")
	}
	wantDoc(t, s, "live", "b", "old b")
	if left := list(t, s, "draft", "", 0); len(left) != 0 {
		t.Fatalf("documents were left behind: %q", left)
	}
	if g := generation(t, s); g.Epoch <= before.Epoch || g != (store.Generation{Epoch: g.Epoch, Since: d, Rules: 7}) {
		t.Fatalf("after the switch: %+v", g)
	}
	merge(t, s, named("after"))
	wantNames(t, s, "kept before", "made anew", "meanwhile", "kept meanwhile", "after")
	begin(t, s, 8)
	must(t, s.Switch(t.Context(), generation(t, s).Draft, "draft", "live"))
	wantNames(t, s, "kept before", "kept meanwhile")
}

// draftIsItsOwn: what was stored of a key does not leak into the draft.
func draftIsItsOwn(t *testing.T, b Backend) {
	s := b.New(t)
	k := listBuckets(alice)
	merge(t, s, activity.Attempt(k, monday, event1))
	d := begin(t, s, 1)
	later := activity.Attempt(k, monday.AddDate(0, 0, 9), event2)
	merge(t, s, later)
	must(t, s.Switch(t.Context(), d, "draft", "live"))
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: alice}), []activity.Fact{later})
}

func draftCopies(t *testing.T, b Backend) {
	s := b.New(t)
	k := listBuckets(alice)
	early, late := activity.Attempt(k, monday, event1), activity.Attempt(k, monday.AddDate(0, 0, 9), event2)
	merge(t, s, early, named("old"))
	d := begin(t, s, 1)
	must(t, s.MergeDraft(t.Context(), d, []activity.Fact{late}))
	for range 2 {
		must(t, s.CopyToDraft(t.Context(), d))
	}
	must(t, s.Switch(t.Context(), d, "draft", "live"))
	wantNames(t, s, k.Name, "old")
	for _, f := range read(t, s, activity.Prefix{Account: account, Principal: alice}) {
		if want := activity.Merge(early, late); f.Key == k && !sameFact(f, want) {
			t.Fatalf("copied and merged: %+v, want %+v", f, want)
		}
	}
}

func draftRefuses(t *testing.T, b Backend) {
	s := b.New(t)
	one := []activity.Fact{named("x")}
	for _, draft := range []int64{0, 5} {
		wantErr(t, "MergeDraft without one", s.MergeDraft(t.Context(), draft, one), store.ErrNoDraft)
		wantErr(t, "CopyToDraft without one", s.CopyToDraft(t.Context(), draft), store.ErrNoDraft)
		wantErr(t, "Switch without one", s.Switch(t.Context(), draft, "draft", "live"), store.ErrNoDraft)
		_, err := s.CompareDraft(t.Context(), draft)
		wantErr(t, "CompareDraft without one", err, store.ErrNoDraft)
	}
	d := begin(t, s, 1)
	_, err := s.BeginDraft(t.Context(), 2)
	wantErr(t, "BeginDraft beside another", err, store.ErrDraft)
	must(t, s.MergeDraft(t.Context(), d, one))
	for range 2 {
		must(t, s.DropDraft(t.Context()))
	}
	again := begin(t, s, 2)
	if again == d {
		t.Fatalf("the epoch %d came back", d)
	}
	wantErr(t, "MergeDraft into one that was dropped", s.MergeDraft(t.Context(), d, one), store.ErrNoDraft)
	wantErr(t, "Switch to one that was dropped", s.Switch(t.Context(), d, "draft", "live"), store.ErrNoDraft)
	must(t, s.Switch(t.Context(), again, "draft", "live"))
	wantNames(t, s)
	ctx := cancelled(t)
	_, err = s.BeginDraft(ctx, 1)
	wantErr(t, "BeginDraft", err, context.Canceled)
	wantErr(t, "MergeKept", s.MergeKept(ctx, one), context.Canceled)
	wantErr(t, "DropDraft", s.DropDraft(ctx), context.Canceled)
}

func rulesAreSaidOnce(t *testing.T, b Backend) {
	s := b.New(t)
	if g := generation(t, s); g.Since != 0 || g.Epoch == 0 || g.Rules != 0 || g.Draft != 0 {
		t.Fatalf("of a new store: %+v", g)
	}
	must(t, s.SetRules(t.Context(), 3))
	must(t, s.SetRules(t.Context(), 4))
	if g := generation(t, s); g.Rules != 3 {
		t.Fatalf("rules %d, want 3, which was said first", g.Rules)
	}
}

// switchWhileRead: a loop over an account that is cut by a switch ends with an
// error or has read all of the same facts.
func switchWhileRead(t *testing.T, b Backend) {
	s := b.New(t)
	var facts []activity.Fact
	for range 3 {
		facts = append(facts, named(string(rune('a'+len(facts)))))
	}
	merge(t, s, facts...)
	rounds := 0
	err := store.Steady(t.Context(), s, func() error {
		rounds++
		seen := 0
		for _, err := range s.Facts(t.Context(), activity.Prefix{Account: account}) {
			if err != nil {
				return err
			}
			if seen++; seen == 1 && rounds == 1 {
				must(t, s.Switch(t.Context(), begin(t, s, 1), "draft", "live"))
			}
		}
		if rounds == 2 && seen != 0 {
			t.Fatalf("%d facts after a switch to none", seen)
		}
		return nil
	})
	if err != nil || rounds != 2 {
		t.Fatalf("%v after %d rounds, want 2", err, rounds)
	}
	broken := errors.New("broken")
	wantErr(t, "an error of the reader", store.Steady(t.Context(), s, func() error { return broken }), broken)
}

func draftOfTwoHandles(t *testing.T, b Backend) {
	if b.Reopen == nil {
		return
	}
	s := b.New(t)
	other := b.Reopen(t, s)
	merge(t, s, named("old"))
	wantNames(t, other, "old")
	d := begin(t, s, 1)
	merge(t, other, named("by the other"))
	must(t, other.MergeKept(t.Context(), []activity.Fact{named("kept by the other")}))
	must(t, other.MergeDraft(t.Context(), d, []activity.Fact{named("made anew by the other")}))
	must(t, s.Switch(t.Context(), d, "draft", "live"))
	wantNames(t, other, "by the other", "kept by the other", "made anew by the other")
	if g := generation(t, other); g != generation(t, s) {
		t.Fatalf("the other handle sees %+v", g)
	}
	merge(t, other, named("after"))
	wantNames(t, s, "by the other", "kept by the other", "made anew by the other", "after")
}
