package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

const otherAccount = "444455556666"

// rolled reads a rollup in the order of its keys, or ends the test.
func rolled(t *testing.T, s store.Rollups, accounts ...string) []activity.Fact {
	t.Helper()
	var list []activity.Fact
	for f, err := range s.Rollup(t.Context(), accounts) {
		if err != nil {
			t.Fatalf("Rollup(%q): %v", accounts, err)
		}
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b activity.Fact) int { return a.Key.Compare(b.Key) })
	return list
}

// rollup is a fact as a rollup has it.
func rollup(source, name, region string, class activity.Class, first, last int64, days ...activity.Day) activity.Fact {
	return activity.Fact{
		Key:   activity.Key{Account: account, Source: source, Name: name, Region: region, Class: class},
		First: activity.Mark{At: first}, Last: activity.Mark{At: last}, Days: activity.DaysOf(days...),
	}
}

func factsRollup(t *testing.T, b Backend) {
	backend := b.New(t)
	s, ok := backend.(store.Rollups)
	if !ok {
		return
	}
	fact := func(principal, name, region string, class activity.Class, outcome activity.Outcome, target string) activity.Key {
		return activity.Key{Account: account, Principal: principal, Source: "s3.amazonaws.com", Name: name, Region: region, Class: class, Outcome: outcome, Target: target}
	}
	const mgmt, data, succeeded, denied = activity.Management, activity.Data, activity.Succeeded, activity.Denied
	other := fact(alice, "ListBuckets", "us-east-1", mgmt, succeeded, "")
	other.Account = otherAccount
	merge(t, backend,
		activity.Attempt(fact(alice, "ListBuckets", "us-east-1", mgmt, succeeded, ""), tuesday, event1),
		activity.Attempt(fact(alice, "ListBuckets", "us-east-1", mgmt, denied, ""), monday, event2),
		activity.Attempt(fact(alice, "ListBuckets", "eu-west-1", mgmt, succeeded, ""), monday, event2),
		activity.Attempt(fact(bob, "GetObject", "us-east-1", data, succeeded, "a"), monday, event1),
		activity.Attempt(fact(alice, "", "", activity.KeyUse, succeeded, alice), friday, event1),
		activity.Attempt(fact(alice, "", "", activity.SignIn, succeeded, ""), friday, event1),
		activity.Attempt(fact(alice, "RunInstances", "us-east-1", activity.Passed, succeeded, "app"), friday, event1),
		activity.Attempt(fact(alice, "", "", activity.Session, succeeded, "i-*"), friday, event1),
		activity.Attempt(fact("", "", "us-east-1", activity.Coverage, succeeded, ""), friday, event1),
		activity.Attempt(other, friday, event3))
	merge(t, backend,
		activity.Attempt(fact(bob, "ListBuckets", "us-east-1", mgmt, succeeded, "x"), friday, event3),
		activity.Attempt(fact(bob, "GetObject", "us-east-1", data, succeeded, "b"), tuesday, event1))
	want := []activity.Fact{
		rollup("s3.amazonaws.com", "GetObject", "us-east-1", data, 1777887000000, 1778003112345, 20577, 20578),
		rollup("s3.amazonaws.com", "ListBuckets", "eu-west-1", mgmt, 1777887000000, 1777887000000, 20577),
		rollup("s3.amazonaws.com", "ListBuckets", "us-east-1", mgmt, 1777887000000, 1778198400000, 20577, 20578, 20581),
	}
	wantFacts(t, rolled(t, s, account), want)
	wantFacts(t, rolled(t, s, "999999999999", account), want)
	wantFacts(t, rolled(t, s, "999999999999"), nil)
	wantFacts(t, rolled(t, s), nil)
	if both := rolled(t, s, otherAccount, account); len(both) != 4 || both[3].Account != otherAccount || both[3].Last.At != 1778198400000 {
		t.Errorf("of both accounts: %v", both)
	}
	for range s.Rollup(t.Context(), []string{account}) { // a loop may write and stop
		merge(t, backend, activity.Attempt(fact(bob, "PutObject", "us-east-1", data, succeeded, ""), monday, event1))
		break
	}
	if n := len(rolled(t, s, account)); n != 4 {
		t.Errorf("%d after one more", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range s.Rollup(ctx, []string{account}) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("with a cancelled context: %v", err)
		}
	}
}

// factsRollupAnyOrder: however facts come, the rollup is their merge.
func factsRollupAnyOrder(t *testing.T, b Backend) {
	backend := b.New(t)
	s, ok := backend.(store.Rollups)
	if !ok {
		return
	}
	r := rand.New(rand.NewPCG(7, 8))
	facts := someFacts(r, 3000)
	for i := range facts {
		facts[i].Account = []string{account, otherAccount}[r.IntN(2)]
	}
	for range 2 {
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		for rest := facts; len(rest) > 0; {
			n := min(len(rest), 1+r.IntN(400))
			merge(t, backend, rest[:n]...)
			rest = rest[n:]
		}
	}
	merged := map[activity.Key]activity.Fact{}
	for _, f := range facts {
		key, call := f.Key.Rolled()
		if !call {
			continue
		}
		f.Key, f.First.Event, f.Last.Event = key, "", ""
		if old, there := merged[key]; there {
			f = activity.Merge(old, f)
		}
		merged[key] = f
	}
	var want []activity.Fact
	for _, f := range merged {
		want = append(want, f)
	}
	slices.SortFunc(want, func(a, b activity.Fact) int { return a.Key.Compare(b.Key) })
	if len(want) < 40 {
		t.Fatalf("%d rolled facts: the test tests nothing", len(want))
	}
	wantFacts(t, rolled(t, s, account, otherAccount), want)
	if b.Reopen != nil {
		wantFacts(t, rolled(t, b.Reopen(t, backend).(store.Rollups), account, otherAccount), want)
	}
}
