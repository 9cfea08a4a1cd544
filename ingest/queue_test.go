package ingest

import (
	"context"
	"strconv"
	"testing"
)

func TestEveryJobComesThroughTheQueueInOrder(t *testing.T) {
	for _, most := range []int{1, 3, maxWaiting} {
		q := newQueue()
		go func() {
			defer q.close()
			for i := range 5_000 {
				q.put(t.Context(), job{object: Object{Name: strconv.Itoa(i)}}, most)
			}
		}()
		n := 0
		for j := range q.jobs {
			if waiting := len(q.jobs); waiting > most {
				t.Fatalf("%d wait, at most %d may", waiting, most)
			}
			q.took()
			if j.object.Name != strconv.Itoa(n) {
				t.Fatalf("job %s came in place of %d", j.object.Name, n)
			}
			n++
		}
		if n != 5_000 {
			t.Fatalf("%d jobs of 5000, at most %d waiting", n, most)
		}
	}
}

func TestAFullQueueLetsGoOfItsLister(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	q := newQueue()
	for range 2 {
		if !q.put(ctx, job{}, 2) {
			t.Fatal("there was room")
		}
	}
	cancel()
	if q.put(ctx, job{}, 2) {
		t.Fatal("put more than there may be")
	}
}
