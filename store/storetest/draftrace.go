package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
)

// draftWhileMerging: facts that were merged at the epoch of a draft or later are
// in it, whatever bucket they are of and wherever the draft began meanwhile; kept
// ones are in any; and of the facts of one call all are in a draft, or none.
func draftWhileMerging(t *testing.T, b Backend) {
	s := b.New(t)
	const writers, rounds = 3, 3
	var over atomic.Bool
	merged := make([]map[string]int64, writers) // epochs before merging, by name
	together(writers+1, func(w int) {
		if w < writers {
			merged[w] = map[string]int64{}
			for n := 0; !over.Load() && !t.Failed(); n++ {
				g, err := s.Generation(t.Context())
				name := fmt.Sprintf("%d-%d", w, n)
				if err == nil {
					err = errors.Join(s.MergeFacts(t.Context(), spread(name)), s.MergeKept(t.Context(), spread("kept "+name)))
				}
				if err != nil {
					t.Error(err)
					return
				}
				merged[w][name] = g.Epoch
			}
			return
		}
		defer over.Store(true)
		for range rounds {
			g, err := s.BeginDraft(t.Context(), 1)
			if err == nil {
				err = s.MergeFacts(t.Context(), spread("in the draft"))
			}
			if err == nil {
				err = s.Switch(t.Context(), g.Draft, "draft", "live")
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	if t.Failed() {
		return
	}
	since := generation(t, s).Since
	found := map[string]int{}
	for _, f := range read(t, s, activity.Prefix{Account: account}) {
		found[f.Name]++
	}
	if found["in the draft"] != len(spread("")) {
		t.Fatalf("%d facts that were merged beside the last draft", found["in the draft"])
	}
	for _, list := range merged {
		for name, epoch := range list {
			all := len(spread(""))
			if n := found[name]; n != all && (epoch >= since || n != 0) || found["kept "+name] != all {
				t.Fatalf("%s was merged at epoch %d, the facts that answer began at %d, and of %d facts it has %d and %d kept", name, epoch, since, all, n, found["kept "+name])
			}
		}
	}
}

// spread makes facts of one name in several buckets.
func spread(name string) (list []activity.Fact) {
	for p := range 6 {
		k := listBuckets(fmt.Sprintf("AROA%05d", p))
		k.Name = name
		list = append(list, activity.Attempt(k, monday, event1))
	}
	return list
}
