package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
)

// The cast of most tests.
const (
	account = "111122223333"
	alice   = "AIDAALICEEXAMPLE00001"
	bob     = "AIDABOBEXAMPLE0000001"
	event1  = "0a1b2c3d-0000-4000-8000-000000000001"
	event2  = "0a1b2c3d-0000-4000-8000-000000000002"
	event3  = "0a1b2c3d-0000-4000-8000-000000000003"
)

var (
	monday  = time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)
	tuesday = time.Date(2026, 5, 5, 17, 45, 12, 345e6, time.UTC)
	friday  = time.Date(2026, 5, 8, 0, 0, 0, 0, time.UTC)
)

func listBuckets(principal string) activity.Key {
	return activity.Key{Account: account, Principal: principal, Source: "s3.amazonaws.com", Name: "ListBuckets",
		Region: "us-east-1", Class: activity.Management, Outcome: activity.Succeeded}
}

func factsComeBack(t *testing.T, b Backend) {
	s := b.New(t)
	f := activity.Fact{
		Key: activity.Key{Account: account, Principal: alice, Source: "s3.amazonaws.com", Name: "GetObject", Region: "eu-west-1",
			Class: activity.Data, Outcome: activity.Denied, Target: "arn:aws:s3:::reports"},
		First: activity.Mark{At: -1, Event: event2},
		Last:  activity.Mark{At: 1777973112345, Event: "not-a-uuid"},
		Days:  activity.DaysOf(-1, 0, 20578),
	}
	merge(t, s, f)
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: alice}), []activity.Fact{f})
	wantFacts(t, read(t, s, activity.Prefix{Account: account}), []activity.Fact{f})
}

func factsMerge(t *testing.T, b Backend) {
	s := b.New(t)
	k := listBuckets(alice)
	merge(t, s, activity.Attempt(k, tuesday, event2))
	merge(t, s, activity.Attempt(k, monday, event1))
	merge(t, s, activity.Attempt(k, friday, event3))
	merge(t, s, activity.Attempt(k, tuesday, event2))
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: alice}), []activity.Fact{{
		Key:   k,
		First: activity.Mark{At: 1777887000000, Event: event1},
		Last:  activity.Mark{At: 1778198400000, Event: event3},
		Days:  activity.DaysOf(20577, 20578, 20581),
	}})
}

func factsDuplicates(t *testing.T, b Backend) {
	s := b.New(t)
	k := listBuckets(alice)
	merge(t, s,
		activity.Attempt(k, friday, event3), activity.Attempt(listBuckets(bob), monday, event1), activity.Attempt(k, monday, event1),
		activity.Attempt(k, friday, event2), activity.Attempt(k, friday, event3))
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: alice}), []activity.Fact{{
		Key:   k,
		First: activity.Mark{At: 1777887000000, Event: event1},
		Last:  activity.Mark{At: 1778198400000, Event: event3},
		Days:  activity.DaysOf(20577, 20581),
	}})
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: bob}), []activity.Fact{activity.Attempt(listBuckets(bob), monday, event1)})
}

// someFacts makes n facts of few keys of all classes, so that many merge.
func someFacts(r *rand.Rand, n int) []activity.Fact {
	classes := []activity.Class{activity.Management, activity.Data, activity.KeyUse, activity.SignIn, activity.Coverage, activity.Passed, activity.Session}
	list := make([]activity.Fact, n)
	for i := range list {
		k := activity.Key{
			Account:   account,
			Principal: fmt.Sprintf("AROA%05d", r.IntN(7)),
			Source:    []string{"s3.amazonaws.com", "ec2.amazonaws.com"}[r.IntN(2)],
			Name:      []string{"GetObject", "RunInstances", "ListBuckets"}[r.IntN(3)],
			Region:    []string{"us-east-1", "eu-west-1"}[r.IntN(2)],
			Class:     classes[r.IntN(len(classes))],
			Outcome:   activity.Outcome(1 + r.IntN(3)),
		}
		at := monday.Add(time.Duration(r.IntN(90*24*3600)) * time.Second)
		list[i] = activity.Attempt(k, at, fmt.Sprintf("0a1b2c3d-0000-4000-8000-%012x", r.IntN(50)))
	}
	return list
}

func factsAnyOrder(t *testing.T, b Backend) {
	r := rand.New(rand.NewPCG(1, 2))
	facts := someFacts(r, 2000)
	one := b.New(t)
	merge(t, one, facts...)
	want := sorted(t, one, activity.Prefix{Account: account})
	if len(want) < 100 || len(want) > 1900 {
		t.Fatalf("%d facts of 2000: the test tests nothing", len(want))
	}
	other := b.New(t)
	for range 2 {
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		for rest := facts; len(rest) > 0; {
			n := min(len(rest), r.IntN(300))
			merge(t, other, rest[:n]...)
			rest = rest[n:]
		}
	}
	wantFacts(t, sorted(t, other, activity.Prefix{Account: account}), want)
}

func factsOrder(t *testing.T, b Backend) {
	s := b.New(t)
	k := func(source, name, region string, c activity.Class, o activity.Outcome, target string) activity.Fact {
		return activity.Attempt(activity.Key{Account: account, Principal: alice, Source: source, Name: name, Region: region, Class: c, Outcome: o, Target: target}, monday, event1)
	}
	want := []activity.Fact{
		k("", "", "", 0, 0, ""),
		k("", "", "", 0, 0, "\x00"),
		k("", "", "", 0, 200, ""),
		k("", "", "", 1, 0, ""),
		k("", "", "a", 0, 0, ""),
		k("", "a", "", 0, 0, ""),
		k("B", "", "", 0, 0, ""),
		k("a", "", "", 0, 0, ""),
		k("a", "a", "a", 1, 1, ""),
		k("a", "a", "a", 1, 1, "x"),
		k("a", "a", "a", 1, 2, ""),
		k("a", "a", "a", 2, 1, ""),
		k("a", "a", "b", 1, 1, ""),
		k("a", "b", "a", 1, 1, ""),
		k("a\x00", "a", "a", 1, 1, ""),
		k("aa", "", "", 0, 0, ""),
		k("é", "", "", 0, 0, ""),
		k("\xff", "", "", 0, 0, ""),
	}
	mixed := slices.Clone(want)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	merge(t, s, mixed...)
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: alice}), want)
}

func factsPrefix(t *testing.T, b Backend) {
	s := b.New(t)
	fact := func(account, principal string) activity.Fact {
		k := listBuckets(principal)
		k.Account = account
		return activity.Attempt(k, monday, event1)
	}
	all := []activity.Fact{
		fact("", ""), fact("", "x"),
		fact("111122223333", ""), fact("111122223333", "A"), fact("111122223333", "AB"), fact("111122223333", "a"), fact("111122223333", "A\x00"),
		fact("1111222233330", "A"), fact("11112222333", "3A"), fact("444455556666", "A"),
	}
	merge(t, s, all...)
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: "A"}), all[3:4])
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: "A\x00"}), all[6:7])
	wantFacts(t, sorted(t, s, activity.Prefix{Account: account}), []activity.Fact{all[2], all[3], all[6], all[4], all[5]})
	wantFacts(t, sorted(t, s, activity.Prefix{}), all[:2])
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: "B"}), nil)
	wantFacts(t, read(t, s, activity.Prefix{Account: "11112222333_", Principal: "%"}), nil)
}

func factsOfAClass(t *testing.T, b Backend) {
	s := b.New(t)
	fact := func(principal, source string, class activity.Class) activity.Fact {
		k := listBuckets(principal)
		k.Source, k.Class = source, class
		return activity.Attempt(k, monday, event1)
	}
	all := []activity.Fact{
		fact("A", "a", activity.Management), fact("A", "b", activity.SignIn), fact("A", "c", activity.Management), fact("A", "c", activity.SignIn),
		fact("B", "a", activity.KeyUse), fact("B", "b", activity.SignIn),
	}
	merge(t, s, all...)
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: "A", Class: activity.SignIn}), []activity.Fact{all[1], all[3]})
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: "A", Class: activity.Data}), nil)
	wantFacts(t, sorted(t, s, activity.Prefix{Account: account, Class: activity.SignIn}), []activity.Fact{all[1], all[3], all[5]})
	wantFacts(t, sorted(t, s, activity.Prefix{Account: account, Class: activity.KeyUse}), all[4:5])
}

// nasty are strings that have broken stores before.
var nasty = []string{
	"", " ", "\x00", "a\x00b", "\xff\xfe", "'; DROP TABLE facts; --", `"quoted"`, "%_\\", "日本語", "e\u0301", "NULL", "1e3", "\ufeffbom", "a\nb\tc",
	strings.Repeat("x", 2048), strings.Repeat("\xf0\x9f\x92\xa9", 512),
}

func factsAnyBytes(t *testing.T, b Backend) {
	s := b.New(t)
	var want []activity.Fact
	for _, x := range nasty {
		want = append(want, activity.Attempt(activity.Key{Account: account, Principal: alice, Source: x, Name: x, Region: x, Class: 1, Outcome: 1, Target: x}, monday, x))
	}
	slices.SortFunc(want, func(a, b activity.Fact) int { return strings.Compare(a.Source, b.Source) })
	merge(t, s, want...)
	merge(t, s, want...)
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: alice}), want)
	for _, x := range nasty[1:] {
		k := listBuckets(x)
		k.Account = x
		merge(t, s, activity.Attempt(k, tuesday, event1))
		wantFacts(t, read(t, s, activity.Prefix{Account: x, Principal: x}), []activity.Fact{activity.Attempt(k, tuesday, event1)})
	}
}

func factsDays(t *testing.T, b Backend) {
	s := b.New(t)
	var years []activity.Day
	for d := activity.Day(14610); d < 14610+20*365; d++ {
		years = append(years, d)
	}
	sets := []activity.Days{{}, activity.DaysOf(0), activity.DaysOf(63, 64), activity.DaysOf(-1), activity.DaysOf(-719162, 2932896), activity.DaysOf(years...)}
	var want []activity.Fact
	for i, days := range sets {
		f := activity.Attempt(listBuckets(alice), monday, event1)
		f.Region, f.Days = fmt.Sprintf("region-%d", i), days
		want = append(want, f)
	}
	merge(t, s, want...)
	got := read(t, s, activity.Prefix{Account: account, Principal: alice})
	wantFacts(t, got, want)
	for i, n := range []int{0, 1, 2, 1, 2, 7300} {
		if got[i].Days.Len() != n {
			t.Errorf("set %d has %d days, want %d", i, got[i].Days.Len(), n)
		}
	}
}

func factsNotKept(t *testing.T, b Backend) {
	s := b.New(t)
	facts := []activity.Fact{
		activity.Attempt(listBuckets(bob), monday, event1),
		activity.Attempt(listBuckets(alice), tuesday, event2),
		activity.Attempt(listBuckets(alice), monday, event1),
	}
	before := slices.Clone(facts)
	merge(t, s, facts...)
	wantFacts(t, facts, before)
	clear(facts)
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: bob}), before[:1])
}

func factsMany(t *testing.T, b Backend) {
	s := b.New(t)
	const n = 20_000
	facts := make([]activity.Fact, n)
	for i := range facts {
		k := listBuckets(fmt.Sprintf("AROA%d", i%3))
		k.Name = fmt.Sprintf("Operation%05d", i/3)
		facts[i] = activity.Attempt(k, monday, event1)
	}
	merge(t, s, facts...)
	total := 0
	for p := range 3 {
		got := read(t, s, activity.Prefix{Account: account, Principal: fmt.Sprintf("AROA%d", p)})
		total += len(got)
		for i, f := range got {
			if want := fmt.Sprintf("Operation%05d", i); f.Name != want {
				t.Fatalf("fact %d of principal %d has name %s, want %s", i, p, f.Name, want)
			}
		}
	}
	if total != n {
		t.Fatalf("%d facts came back, want %d", total, n)
	}
	if got := len(read(t, s, activity.Prefix{Account: account, Class: activity.Management})); got != n {
		t.Errorf("%d facts of the class, want %d", got, n)
	}
	if got := len(read(t, s, activity.Prefix{Account: account})); got != n {
		t.Fatalf("%d facts of the account, want %d", got, n)
	}
}

func factsLoop(t *testing.T, b Backend) {
	s := b.New(t)
	merge(t, s, activity.Attempt(listBuckets(alice), monday, event1), activity.Attempt(listBuckets(bob), monday, event1))
	rounds := 0
	for f, err := range s.Facts(t.Context(), activity.Prefix{Account: account}) {
		if err != nil {
			t.Fatal(err)
		}
		merge(t, s, activity.Attempt(f.Key, tuesday, event2))
		wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: f.Principal})[:1],
			[]activity.Fact{activity.Merge(activity.Attempt(f.Key, monday, event1), activity.Attempt(f.Key, tuesday, event2))})
		put(t, s, "test", f.Principal, "seen", 0)
		rounds++
	}
	if rounds != 2 {
		t.Fatalf("%d rounds, want 2", rounds)
	}
	for range s.Facts(t.Context(), activity.Prefix{Account: account}) {
		rounds++
		break
	}
	if rounds != 3 {
		t.Fatalf("the loop went on after break")
	}
}

func factsNone(t *testing.T, b Backend) {
	s := b.New(t)
	merge(t, s)
	if err := s.MergeFacts(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	wantFacts(t, read(t, s, activity.Prefix{Account: account}), nil)
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: alice}), nil)
}

func factsCancelled(t *testing.T, b Backend) {
	s := b.New(t)
	ctx := cancelled(t)
	err := s.MergeFacts(ctx, []activity.Fact{activity.Attempt(listBuckets(alice), monday, event1)})
	wantErr(t, "MergeFacts", err, context.Canceled)
	merge(t, s, activity.Attempt(listBuckets(alice), monday, event1))
	var last error
	for f, err := range s.Facts(ctx, activity.Prefix{Account: account, Principal: alice}) {
		if last = err; err != nil && f.Key != (activity.Key{}) {
			t.Errorf("the fact beside error %v is not zero: %v", err, f)
		}
	}
	if !errors.Is(last, context.Canceled) {
		t.Fatalf("Facts ended with %v, want context.Canceled", last)
	}
	wantFacts(t, read(t, s, activity.Prefix{Account: account, Principal: alice}), []activity.Fact{activity.Attempt(listBuckets(alice), monday, event1)})
}
