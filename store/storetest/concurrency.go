package storetest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// crowd is the number of goroutines that do the same at once.
const crowd = 16

// together runs n goroutines and waits for all.
func together(n int, each func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-start; each(i) })
	}
	close(start)
	wg.Wait()
}

// race lets the crowd write one document at one version and wants one winner.
func race(t *testing.T, id string, old store.Version, stores ...store.Store) store.Version {
	t.Helper()
	var won atomic.Int64
	var winner atomic.Int64
	together(crowd, func(i int) {
		v, err := stores[i%len(stores)].PutDoc(t.Context(), "test", id, fmt.Appendf(nil, "%d", i), old)
		switch {
		case err == nil:
			won.Add(1)
			winner.Store(int64(i)<<40 | int64(v)&(1<<40-1))
		case !errors.Is(err, store.ErrConflict):
			t.Errorf("writer %d: %v", i, err)
		}
	})
	if won.Load() != 1 {
		t.Fatalf("%d writers won, want 1", won.Load())
	}
	return wantDoc(t, stores[0], "test", id, fmt.Sprint(winner.Load()>>40))
}

func raceSwap(t *testing.T, b Backend) {
	s := b.New(t)
	v := put(t, s, "test", "a", "start", 0)
	for range 10 {
		v = race(t, "a", v, s)
	}
}

func raceCreate(t *testing.T, b Backend) {
	s := b.New(t)
	for i := range 10 {
		v := race(t, fmt.Sprint(i), 0, s)
		if err := s.DeleteDoc(t.Context(), "test", fmt.Sprint(i), v); err != nil {
			t.Fatal(err)
		}
		race(t, fmt.Sprint(i), 0, s)
	}
}

// count adds one to a counter in a document, trying until it wins.
func count(t *testing.T, s store.Store) {
	for {
		body, v, err := s.GetDoc(t.Context(), "test", "counter")
		if err != nil {
			t.Error(err)
			return
		}
		n := binary.BigEndian.Uint64(body)
		_, err = s.PutDoc(t.Context(), "test", "counter", binary.BigEndian.AppendUint64(nil, n+1), v)
		if err == nil {
			return
		}
		if !errors.Is(err, store.ErrConflict) {
			t.Error(err)
			return
		}
	}
}

func raceCounter(t *testing.T, b Backend) { counter(t, b.New(t)) }

func counter(t *testing.T, stores ...store.Store) {
	put(t, stores[0], "test", "counter", "\x00\x00\x00\x00\x00\x00\x00\x00", 0)
	together(8, func(i int) {
		for range 10 {
			count(t, stores[i%len(stores)])
		}
	})
	wantDoc(t, stores[0], "test", "counter", "\x00\x00\x00\x00\x00\x00\x00\x50")
}

func raceMerge(t *testing.T, b Backend) { mergeTogether(t, b, b.New(t)) }

// mergeTogether merges shuffled copies of the same facts from many goroutines
// and wants what one call gives.
func mergeTogether(t *testing.T, b Backend, stores ...store.Store) {
	facts := someFacts(rand.New(rand.NewPCG(5, 6)), 1000)
	one := b.New(t)
	merge(t, one, facts...)
	together(crowd, func(i int) {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		mine := slices.Clone(facts)
		r.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
		for part := range slices.Chunk(mine, 250) {
			if err := stores[i%len(stores)].MergeFacts(t.Context(), part); err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		}
	})
	want := sorted(t, one, activity.Prefix{Account: account})
	for _, s := range stores {
		wantFacts(t, sorted(t, s, activity.Prefix{Account: account}), want)
	}
}

// mergeShares lets every writer merge, once, what nobody else knows of the same
// keys: nothing may be lost.
func mergeShares(t *testing.T, b Backend) {
	s := b.New(t)
	const rounds = 20
	share := func(writer, round int) (list []activity.Fact) {
		for p := range 4 {
			k := listBuckets(fmt.Sprintf("AROA%05d", p))
			list = append(list, activity.Attempt(k, monday.AddDate(0, 0, writer*rounds+round), event1))
		}
		return list
	}
	together(crowd, func(i int) {
		for round := range rounds {
			if err := s.MergeFacts(t.Context(), share(i, round)); err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		}
	})
	got := read(t, s, activity.Prefix{Account: account})
	if len(got) != 4 {
		t.Fatalf("%d facts, want 4", len(got))
	}
	for _, f := range got {
		if f.Days.Len() != crowd*rounds {
			t.Errorf("%s has %d days, want %d", f.Principal, f.Days.Len(), crowd*rounds)
		}
	}
}

// raceRead wants every reader to see each key once, in order, and never a fact
// older than one that it has seen.
func raceRead(t *testing.T, b Backend) {
	s := b.New(t)
	var written atomic.Int64
	together(5, func(i int) {
		if i == 0 {
			for n := range 100 {
				var batch []activity.Fact
				for name := range 30 {
					k := listBuckets(alice)
					k.Name = fmt.Sprintf("Op%02d", name)
					batch = append(batch, activity.Attempt(k, monday.Add(time.Duration(n)*time.Hour), event1))
				}
				if err := s.MergeFacts(t.Context(), batch); err != nil {
					t.Error(err)
				}
				written.Store(int64(n + 1))
			}
			return
		}
		for written.Load() < 100 && !t.Failed() {
			readOnce(t, s, written.Load())
		}
	})
}

func readOnce(t *testing.T, s store.Store, written int64) {
	last := ""
	n := 0
	for f, err := range s.Facts(t.Context(), activity.Prefix{Account: account, Principal: alice}) {
		if err != nil {
			t.Error(err)
			return
		}
		if f.Name <= last {
			t.Errorf("%q came after %q", f.Name, last)
		}
		if oldest := monday.Add(time.Duration(written-1) * time.Hour).UnixMilli(); written > 0 && f.Last.At < oldest {
			t.Errorf("%s was last at %d, though %d was durable", f.Name, f.Last.At, oldest)
		}
		last = f.Name
		n++
	}
	if written > 0 && n != 30 {
		t.Errorf("%d facts, want 30", n)
	}
}
