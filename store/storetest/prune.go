package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// pruning: calls by their last use, coverage by day, the rest not at all; of those
// that answer and those that are kept, and not of a draft.
func pruning(t *testing.T, b Backend) {
	s := b.New(t)
	cut := activity.DayOf(monday)
	old, on := monday.AddDate(0, 0, -1), cut.Start()
	fact := func(class activity.Class, name string) activity.Key {
		k := activity.Key{Account: "111122223333", Principal: alice, Source: "s3.amazonaws.com", Name: name, Region: "eu-west-1", Class: class, Outcome: activity.Succeeded}
		if class == activity.Coverage {
			k.Principal, k.Source, k.Outcome, k.Name, k.Region = "", "", 0, "", name
		}
		return k
	}
	at := activity.Attempt
	stays := []activity.Fact{
		at(fact(activity.Management, "OnTheDay"), on, event1),
		activity.Merge(at(fact(activity.Data, "OldAndNew"), old.AddDate(-1, 0, 0), event1), at(fact(activity.Data, "OldAndNew"), monday, event2)),
		at(fact(activity.KeyUse, "Key"), old.AddDate(-3, 0, 0), event1),
		at(fact(activity.SignIn, "Password"), old.AddDate(-3, 0, 0), event1),
		at(fact(activity.Coverage, "new"), monday, event1),
		at(fact(activity.Passed, "OnTheDay"), on, event1),
		at(fact(activity.Session, "OnTheDay"), on, event1),
	}
	goes := []activity.Fact{
		at(fact(activity.Management, "Old"), old, event1),
		at(fact(activity.Data, "Old"), old, event1),
		at(fact(activity.Passed, "Old"), old, event1),
		at(fact(activity.Session, ""), old, event1),
		at(fact(activity.Coverage, "old"), old, event1),
	}
	both := activity.Merge(at(fact(activity.Coverage, "both"), old, event1), at(fact(activity.Coverage, "both"), monday, event2))
	merge(t, s, append(append(append([]activity.Fact{}, stays...), goes...), both)...)
	must(t, s.MergeKept(t.Context(), []activity.Fact{goes[0], both}))
	elsewhere := at(activity.Key{Account: "444455556666", Principal: bob, Source: "s3.amazonaws.com", Name: "Old", Region: "eu-west-1", Class: activity.Management}, old, event1)
	merge(t, s, elsewhere)
	draft := begin(t, s, 3)
	must(t, s.MergeDraft(t.Context(), draft, goes))

	if _, err := store.Prune(cancelled(t), s, cut, nil); err == nil {
		t.Fatal("no error after the caller has left")
	}
	gone, err := store.Prune(t.Context(), s, cut, nil)
	must(t, err)
	if want := int64(len(goes) + 2); gone != want { // those that answer, one that is kept, and that of the other account
		t.Errorf("%d facts are gone, want %d", gone, want)
	}
	left := both
	left.Days, left.First = activity.DaysOf(cut), activity.Mark{At: on.UnixMilli()}
	want := append([]activity.Fact{left}, stays...)
	wantFacts(t, sortedFacts(all(t, s, false)), sortedFacts(want))
	wantFacts(t, all(t, s, true), []activity.Fact{left})
	if gone, err := store.Prune(t.Context(), s, cut, nil); err != nil || gone != 0 {
		t.Errorf("a second time %d, %v", gone, err)
	}
	if since, err := store.KeptSince(t.Context(), s); err != nil || since != cut {
		t.Errorf("history is kept since %d, want %d; %v", since, cut, err)
	}
	merge(t, s, goes[0])
	wantFacts(t, sortedFacts(all(t, s, false)), sortedFacts(append(want, goes[0])))
	must(t, s.Switch(t.Context(), draft, "draft", "live"))
	names := map[string]bool{}
	for _, f := range all(t, s, false) {
		names[fmt.Sprint(f.Class, f.Name, f.Region)] = true
	}
	for _, f := range goes {
		if !names[fmt.Sprint(f.Class, f.Name, f.Region)] {
			t.Errorf("%v is gone from the draft", f.Key)
		}
	}
}

func pruneMany(t *testing.T, b Backend) {
	s := b.New(t)
	var list []activity.Fact
	for i := range 12_000 {
		k := activity.Key{Account: "111122223333", Principal: alice, Source: "ec2.amazonaws.com", Name: fmt.Sprintf("N%05d", i), Region: "eu-west-1", Class: activity.Management, Outcome: activity.Succeeded}
		list = append(list, activity.Attempt(k, monday.AddDate(0, 0, -i%2), event1))
	}
	merge(t, s, list...)
	gone, err := store.Prune(t.Context(), s, activity.DayOf(monday), nil)
	must(t, err)
	if n := len(all(t, s, false)); gone != 6_000 || n != 6_000 {
		t.Fatalf("%d are gone and %d are left of 12,000", gone, n)
	}
}

func pruneRace(t *testing.T, b Backend) {
	s := b.New(t)
	var writing sync.WaitGroup
	for w := range 3 {
		writing.Go(func() {
			for i := range 40 {
				var list []activity.Fact
				for n := range 20 {
					k := activity.Key{Account: "111122223333", Principal: fmt.Sprintf("AROA%02d", n), Source: "ec2.amazonaws.com", Name: fmt.Sprintf("W%dN%d", w, i), Region: "eu-west-1", Class: activity.Management}
					list = append(list, activity.Attempt(k, monday, event1))
					k.Name += "Old"
					list = append(list, activity.Attempt(k, monday.AddDate(0, 0, -5), event1))
				}
				if err := s.MergeFacts(t.Context(), list); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		if _, err := store.Prune(t.Context(), s, activity.DayOf(monday), nil); err != nil {
			t.Error(err)
		}
	}
	writing.Wait()
	_, err := store.Prune(t.Context(), s, activity.DayOf(monday), nil)
	must(t, err)
	if n := len(all(t, s, false)); n != 3*40*20 {
		t.Fatalf("%d facts, want %d", n, 3*40*20)
	}
}

// sortedFacts is the list in the order of keys.
func sortedFacts(list []activity.Fact) []activity.Fact {
	slices.SortFunc(list, func(a, b activity.Fact) int { return a.Key.Compare(b.Key) })
	return list
}
