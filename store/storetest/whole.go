package storetest

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// all returns all facts of a store, in the order of their keys.
func all(t *testing.T, s store.Store, kept bool) []activity.Fact {
	t.Helper()
	var list []activity.Fact
	for f, err := range s.AllFacts(t.Context(), kept) {
		must(t, err)
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b activity.Fact) int { return a.Key.Compare(b.Key) })
	return list
}

// wholeFacts: of all accounts, more than any page holds in one bucket, with keys
// of any bytes; the kept ones apart.
func wholeFacts(t *testing.T, b Backend) {
	s := b.New(t)
	var want []activity.Fact
	for i := range 5_000 {
		k := activity.Key{Account: "111122223333", Principal: alice, Source: "ec2.amazonaws.com", Name: "N" + strconv.Itoa(i), Region: "eu-west-1", Class: activity.Management, Outcome: activity.Succeeded}
		want = append(want, activity.Attempt(k, monday, event1))
	}
	for i, account := range []string{"", "444455556666", "\x00\xff", strings.Repeat("long ", 200)} {
		k := activity.Key{Account: account, Principal: strings.Repeat("p", 300*i), Class: activity.Class(i + 1), Outcome: activity.Denied, Target: "\xfe"}
		want = append(want, activity.Attempt(k, monday.AddDate(0, 0, i), event2))
	}
	merge(t, s, want...)
	only := named("kept")
	must(t, s.MergeKept(t.Context(), []activity.Fact{only}))
	wantFacts(t, all(t, s, true), []activity.Fact{only})
	want = append(want, only)
	slices.SortFunc(want, func(a, b activity.Fact) int { return a.Key.Compare(b.Key) })
	wantFacts(t, all(t, s, false), want)
	for range s.AllFacts(t.Context(), false) {
		break
	}
	for _, err := range s.AllFacts(cancelled(t), false) {
		if err == nil {
			t.Fatal("facts are yielded after the caller has left")
		}
	}
}

// wholeIsWhatAnswers: neither a draft nor what was replaced is among the facts.
func wholeIsWhatAnswers(t *testing.T, b Backend) {
	s := b.New(t)
	merge(t, s, named("old"))
	d := begin(t, s, 3)
	must(t, s.MergeDraft(t.Context(), d, []activity.Fact{named("new")}))
	wantFacts(t, all(t, s, false), []activity.Fact{named("old")})
	must(t, s.Switch(t.Context(), d, "draft", "live"))
	wantFacts(t, all(t, s, false), []activity.Fact{named("new")})
}

func adopting(t *testing.T, b Backend) {
	s := b.New(t)
	must(t, s.Adopt(t.Context(), store.Generation{Epoch: 9, Since: 5, Rules: 4, Draft: 8, DraftRules: 7}))
	want := store.Generation{Epoch: 9, Since: 5, Rules: 4}
	if got := generation(t, s); got != want {
		t.Fatalf("after Adopt: %+v, want %+v", got, want)
	}
	merge(t, s, named("x"))
	wantNames(t, s, "x")
	must(t, s.Adopt(t.Context(), store.Generation{Epoch: 3, Since: 5, Rules: 4})) // again, of a store that was behind
	if got := generation(t, s); got != want {
		t.Fatalf("after another Adopt: %+v, want %+v", got, want)
	}
	wantErr(t, "another beginning", s.Adopt(t.Context(), store.Generation{Epoch: 12, Since: 11, Rules: 4}), store.ErrSwitched)
	if d := begin(t, s, 6); d != 10 {
		t.Fatalf("the next draft is %d, want 10", d)
	}
	wantErr(t, "with a draft", s.Adopt(t.Context(), want), store.ErrDraft)
	wantNames(t, s, "x")
}
