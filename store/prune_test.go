package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

var june = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

const account = "111122223333"

// onDays is a fact of coverage of some days of June.
func onDays(region string, days ...int) activity.Fact {
	k := activity.Key{Account: account, Region: region, Class: activity.Coverage}
	f := activity.Attempt(k, june.AddDate(0, 0, days[0]-1), "")
	for _, d := range days[1:] {
		f = activity.Merge(f, activity.Attempt(k, june.AddDate(0, 0, d-1), ""))
	}
	return f
}

// covered is what store.Coverage tells, as "eu-west-1 10 11".
func covered(t *testing.T, s store.Records) (list []string) {
	t.Helper()
	for f, err := range store.Coverage(t.Context(), s, account) {
		if err != nil {
			t.Fatal(err)
		}
		text := f.Region
		for day := range f.Days.All() {
			text += fmt.Sprint(" ", int(day-activity.DayOf(june))+1)
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

// broken fails at a bucket.
type broken struct {
	store.Store
	at int
}

func (b broken) PruneBucket(ctx context.Context, bucket int, before activity.Day) (int64, error) {
	if bucket == b.at {
		return 0, errors.New("power cut")
	}
	return b.Store.PruneBucket(ctx, bucket, before)
}

// TestCoverageGoesByTheNote: what was given up is not covered, from before the
// first fact goes, whatever becomes of the facts of coverage themselves.
func TestCoverageGoesByTheNote(t *testing.T) {
	for _, at := range []int{0, 7, store.Buckets - 1} {
		s := mem.New()
		facts := []activity.Fact{onDays("eu-west-1", 1, 9, 10, 11), onDays("us-east-1", 2)}
		if err := s.MergeFacts(t.Context(), facts); err != nil {
			t.Fatal(err)
		}
		if got := covered(t, s); !slices.Equal(got, []string{"eu-west-1 1 9 10 11", "us-east-1 2"}) {
			t.Fatalf("before: %q", got)
		}
		tenth := activity.DayOf(june.AddDate(0, 0, 9))
		if _, err := store.Prune(t.Context(), broken{s, at}, tenth, nil); err == nil {
			t.Fatal("no error of a power cut")
		}
		want := []string{"eu-west-1 10 11"}
		if got := covered(t, s); !slices.Equal(got, want) {
			t.Errorf("cut at part %d: %q", at, got)
		}
		if _, err := store.Prune(t.Context(), s, tenth, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.MergeFacts(t.Context(), facts); err != nil { // an old log is read again
			t.Fatal(err)
		}
		if got := covered(t, s); !slices.Equal(got, want) {
			t.Errorf("after an old log: %q", got)
		}
		// Who keeps more from now on has not got back what is gone.
		if _, err := store.Prune(t.Context(), s, tenth-5, nil); err != nil {
			t.Fatal(err)
		}
		if since, err := store.KeptSince(t.Context(), s); err != nil || since != tenth {
			t.Errorf("kept since %d, want %d; %v", since, tenth, err)
		}
	}
}

// TestANoteThatCannotBeReadIsNotNone: nobody goes on as if all were there.
func TestANoteThatCannotBeReadIsNotNone(t *testing.T) {
	for _, body := range []string{"", "{", `{"format":1}`, `{"before":"yesterday"}`} {
		s := mem.New()
		if _, err := s.PutDoc(t.Context(), store.KindPruned, "facts", []byte(body), 0); err != nil {
			t.Fatal(err)
		}
		for what, err := range map[string]error{
			"KeptSince": second(store.KeptSince(t.Context(), s)),
			"Prune":     second(store.Prune(t.Context(), s, 20_000, nil)),
			"SinceKept": store.SinceKept(t.Context(), s, func(activity.Day) error { return nil }),
		} {
			if err == nil {
				t.Errorf("%s: no error of the note %q", what, body)
			}
		}
		n := 0
		for _, err := range store.Coverage(t.Context(), s, account) {
			if n++; err == nil {
				t.Errorf("coverage with the note %q", body)
			}
		}
		if n != 1 {
			t.Errorf("%d facts of coverage with the note %q, want an error", n, body)
		}
	}
}

func second[A any](_ A, err error) error { return err }

// TestSinceKept reads again when something was given up meanwhile.
func TestSinceKept(t *testing.T) {
	s := mem.New()
	var reads []activity.Day
	err := store.SinceKept(t.Context(), s, func(since activity.Day) error {
		reads = append(reads, since)
		if len(reads) < 3 {
			return second(store.Prune(t.Context(), s, activity.Day(100*len(reads)), nil))
		}
		return nil
	})
	if err != nil || !slices.Equal(reads, []activity.Day{0, 100, 200}) {
		t.Errorf("read with %v, %v", reads, err)
	}
	ever := activity.Day(200)
	err = store.SinceKept(t.Context(), s, func(activity.Day) error {
		ever++
		return second(store.Prune(t.Context(), s, ever, nil))
	})
	if !errors.Is(err, store.ErrSwitched) {
		t.Errorf("with a note that moves for ever: %v", err)
	}
}
