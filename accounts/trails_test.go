package accounts

import (
	"sync"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/trail"
)

// TestTrailsAreObserved: by several at once, none of which is lost.
func TestTrailsAreObserved(t *testing.T) {
	docs := mem.New()
	book := New(docs)
	const id, arn = "111122223333", "arn:aws:cloudtrail:us-east-1:111122223333:trail/all"
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	observe := func(d int, bucket string) *trail.Observation {
		return &trail.Observation{Account: id, At: day(d), Listed: []string{arn}, Trails: []trail.Trail{{
			ARN: arn, HomeRegion: "us-east-1", Bucket: bucket, Status: &trail.Status{Logging: true}, Selectors: &trail.Selectors{},
		}}}
	}
	r, err := Trails(t.Context(), docs, id)
	if err != nil || len(r.Trails) != 0 {
		t.Fatal(r, err)
	}
	var all sync.WaitGroup
	for d := 1; d <= 20; d++ {
		all.Go(func() {
			if _, err := book.ObserveTrails(t.Context(), observe(d, "b")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	r, err = Trails(t.Context(), docs, id)
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := r.State(arn, day(25)); !ok || !s.Since.Equal(day(1)) || !s.AsOf.Equal(day(20)) || len(r.Trails[0].States) != 1 {
		t.Errorf("%+v", r.Trails)
	}
	for _, c := range []struct {
		of   *trail.Observation
		want bool
	}{{observe(21, "b"), false}, {observe(22, "c"), true}, {observe(22, "c"), false}} {
		if changed, err := book.ObserveTrails(t.Context(), c.of); err != nil || changed != c.want {
			t.Errorf("changed %v, %v", changed, err)
		}
	}
	if _, err := book.ObserveTrails(t.Context(), &trail.Observation{Account: "1"}); err == nil {
		t.Error("an odd account is taken")
	}
}
