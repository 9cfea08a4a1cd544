package sqlite

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// TestARememberedAnswerIsNeverOld writes by one handle and by another, as two
// processes would, and asks the first twice after each write.
func TestARememberedAnswerIsNeverOld(t *testing.T) {
	here, there := twoOfOne(t)
	version := store.Version(0)
	for i := range 200 {
		writer := here
		if i%2 == 1 {
			writer = there
		}
		body := fmt.Sprint("body ", i)
		next, err := writer.PutDoc(t.Context(), "test", "a", []byte(body), version)
		if err != nil {
			t.Fatal(err)
		}
		version = next
		at := time.UnixMilli(int64(1_700_000_000_000 + i)).UTC()
		if err := writer.MergeFacts(t.Context(), []activity.Fact{activity.Attempt(activity.Key{
			Account: "1", Principal: "p", Region: "r", Class: activity.Management, Outcome: activity.Succeeded}, at, "e")}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			got, v, err := here.GetDoc(t.Context(), "test", "a")
			alone, err1 := here.DocVersion(t.Context(), "test", "a")
			calls, err2 := here.LastCalls(t.Context(), "1", []string{"p", "q"})
			if err != nil || err1 != nil || err2 != nil || string(got) != body || v != version || alone != version ||
				len(calls) != 1 || !calls[0].Last.Equal(at) {
				t.Fatalf("after write %d: %q at %d and %d, want %d; calls %v; %v %v %v", i, got, v, alone, version, calls, err, err1, err2)
			}
			got[0] = 'x' // it is the caller's
		}
	}
}

// TestRememberedAnswersUnderWrites reads from many goroutines what another
// handle counts up: no goroutine ever sees less than it saw before, or than was
// written before it asked.
func TestRememberedAnswersUnderWrites(t *testing.T) {
	here, there := twoOfOne(t)
	var mu sync.Mutex
	written := store.Version(0)
	floor := func() store.Version {
		mu.Lock()
		defer mu.Unlock()
		return written
	}
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 8 {
		wg.Go(func() {
			for {
				least := floor()
				if got, err := here.DocVersion(t.Context(), "test", "a"); least > 0 && (err != nil || got < least) {
					t.Errorf("version %d, %v, after %d was written", got, err, least)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	version := store.Version(0)
	for i := range 100 {
		next, err := there.PutDoc(t.Context(), "test", "a", fmt.Append(nil, i), version)
		if err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		version, written = next, next
		mu.Unlock()
	}
	close(done)
	wg.Wait()
}

func TestFewAnswersAreRemembered(t *testing.T) {
	here, _ := twoOfOne(t)
	for i := range maxRemembered + 10 {
		if _, err := here.LastCalls(t.Context(), "1", []string{fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(here.unchanged.values); n > maxRemembered {
		t.Errorf("%d answers are kept", n)
	}
}

func twoOfOne(t *testing.T) (here, there *DB) {
	path := filepath.Join(t.TempDir(), "s.db")
	here, err := Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { here.Close() })
	if there, err = Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { there.Close() })
	return here, there
}
