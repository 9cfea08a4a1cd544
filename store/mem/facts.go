package mem

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/ebbmark/ebbmark/activity"
)

// MergeFacts implements store.Facts. It merges all of them or, when ctx has
// ended, none.
func (s *Store) MergeFacts(ctx context.Context, facts []activity.Fact) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts.merge(facts)
	if s.state.Draft != 0 {
		s.draft.merge(facts)
	}
	return nil
}

func (all facts) merge(list []activity.Fact) {
	for _, f := range list {
		all.mergeOne(f)
	}
}

func (all facts) mergeOne(f activity.Fact) {
	principals := all[f.Account]
	if principals == nil {
		principals = map[string]map[activity.Key]activity.Fact{}
		all[f.Account] = principals
	}
	keys := principals[f.Principal]
	if keys == nil {
		keys = map[activity.Key]activity.Fact{}
		principals[f.Principal] = keys
	}
	if old, ok := keys[f.Key]; ok {
		f = activity.Merge(old, f)
	}
	keys[f.Key] = f
}

// each yields all facts, in any order.
func (all facts) each(yield func(activity.Fact) bool) {
	for _, principals := range all {
		for _, keys := range principals {
			for _, f := range keys {
				if !yield(f) {
					return
				}
			}
		}
	}
}

func (all facts) has(k activity.Key) bool {
	_, ok := all[k.Account][k.Principal][k]
	return ok
}

// Facts implements store.Facts. The iteration goes over a copy, so the loop
// may write.
func (s *Store) Facts(ctx context.Context, under activity.Prefix) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		for _, f := range s.under(under) {
			if err := ctx.Err(); err != nil {
				yield(activity.Fact{}, err)
				return
			}
			if !yield(f, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(activity.Fact{}, err)
		}
	}
}

// under returns the facts of the prefix in the order of their keys.
func (s *Store) under(p activity.Prefix) []activity.Fact {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []activity.Fact
	if p.Principal != "" {
		list = slices.Collect(maps.Values(s.facts[p.Account][p.Principal]))
	} else {
		for _, keys := range s.facts[p.Account] {
			list = slices.AppendSeq(list, maps.Values(keys))
		}
	}
	list = slices.DeleteFunc(list, func(f activity.Fact) bool { return !p.Holds(f.Key) })
	slices.SortFunc(list, func(a, b activity.Fact) int { return a.Key.Compare(b.Key) })
	return list
}
