package storetest

import (
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// durable, twoHandles and twoHandlesSwap hold for backends that keep something
// outside the process; for others there is nothing to look at.

func durable(t *testing.T, b Backend) {
	if b.Reopen == nil {
		return
	}
	s := b.New(t)
	want := []activity.Fact{activity.Attempt(listBuckets(alice), monday, event1)}
	merge(t, s, want...)
	v := put(t, s, "test", "a", "body", 0)
	gone := put(t, s, "test", "gone", "body", 0)
	if err := s.DeleteDoc(t.Context(), "test", "gone", gone); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := b.Reopen(t, s)
	wantFacts(t, read(t, again, activity.Prefix{Account: account, Principal: alice}), want)
	if got := wantDoc(t, again, "test", "a", "body"); got != v {
		t.Fatalf("version %d after opening again, want %d", got, v)
	}
	for range 3 {
		if v := put(t, again, "test", "gone", "other", 0); v == gone {
			t.Fatalf("version %d came back after opening again", gone)
		} else if err := again.DeleteDoc(t.Context(), "test", "gone", v); err != nil {
			t.Fatal(err)
		}
	}
}

func twoHandles(t *testing.T, b Backend) {
	if b.Reopen == nil {
		return
	}
	s := b.New(t)
	other := b.Reopen(t, s)
	v := store.Version(0)
	for i, body := range []string{"1", "2", "3", "4"} {
		writer, reader := s, other
		if i%2 == 1 {
			writer, reader = other, s
		}
		v = put(t, writer, "test", "a", body, v)
		if got := wantDoc(t, reader, "test", "a", body); got != v {
			t.Fatalf("the other handle sees version %d, want %d", got, v)
		}
		k := listBuckets(alice)
		k.Name = body
		merge(t, writer, activity.Attempt(k, monday, event1))
		if got := read(t, reader, activity.Prefix{Account: account, Principal: alice}); len(got) != i+1 {
			t.Fatalf("the other handle sees %d facts, want %d", len(got), i+1)
		}
	}
}

func twoHandlesSwap(t *testing.T, b Backend) {
	if b.Reopen == nil {
		return
	}
	s := b.New(t)
	other := b.Reopen(t, s)
	v := store.Version(0)
	for range 5 {
		v = race(t, "a", v, s, other)
	}
	counter(t, s, other)
	mergeTogether(t, b, s, other)
}
