package grant

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSet(t *testing.T) {
	s := newSet(200)
	if len(s) != 4 || !s.Empty() || s.Count() != 0 {
		t.Fatalf("new set: %v", s)
	}
	s.add(199)
	s.fill(62, 66)
	s.fill(5, 5)
	if got, want := slices.Collect(s.All()), []int{62, 63, 64, 65, 199}; !slices.Equal(got, want) {
		t.Errorf("members %v, want %v", got, want)
	}
	if s.Count() != 5 || s.Empty() || !s.Has(199) || s.Has(198) {
		t.Errorf("count %d, empty %t, has 199 %t and 198 %t", s.Count(), s.Empty(), s.Has(199), s.Has(198))
	}
	for _, c := range []struct {
		first, end, count int
	}{{0, 200, 5}, {0, 62, 0}, {62, 63, 1}, {63, 65, 2}, {66, 199, 0}, {199, 200, 1}, {64, 64, 0}} {
		if got := s.count(c.first, c.end); got != c.count || s.Any(c.first, c.end) != (c.count > 0) {
			t.Errorf("%d members from %d to %d, want %d", got, c.first, c.end, c.count)
		}
	}
}

func TestSetOperations(t *testing.T) {
	of := func(members ...int) Set {
		s := newSet(130)
		for _, i := range members {
			s.add(i)
		}
		return s
	}
	for name, c := range map[string]struct {
		do   func(s Set)
		want []int
	}{
		"or":            {func(s Set) { s.Or(of(2, 129)) }, []int{1, 2, 70, 129}},
		"and not":       {func(s Set) { s.AndNot(of(1, 2)) }, []int{70}},
		"and":           {func(s Set) { s.And(of(1, 2, 129)) }, []int{1}},
		"and none":      {func(s Set) { s.And(nil) }, nil},
		"and not none":  {func(s Set) { s.AndNot(nil) }, []int{1, 70}},
		"not, of 71":    {func(s Set) { s.fill(3, 70); s = s[:2]; s.not(71) }, []int{0, 2}},
		"remove":        {func(s Set) { s.remove(70) }, []int{1}},
		"fill two ends": {func(s Set) { s.fill(127, 130) }, []int{1, 70, 127, 128, 129}},
	} {
		s := of(1, 70)
		c.do(s)
		if got := slices.Collect(s.All()); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestAllStopsWhenAsked(t *testing.T) {
	s := newSet(100)
	s.not(100)
	n := 0
	for i := range s.All() {
		if n++; i == 70 {
			break
		}
	}
	if n != 71 {
		t.Errorf("%d members before the break, want 71", n)
	}
}

// Every kind of pattern finds what comparing it with each action finds.
func TestPatternsAgreeWithPlainComparison(t *testing.T) {
	keys := catalogue(t).Keys()
	if len(keys) < 20000 {
		t.Fatalf("only %d actions", len(keys))
	}
	a := newActions(catalogue(t))
	r := rand.New(rand.NewPCG(4, 4))
	patterns := mixed(keys, 150)
	for range 100 {
		patterns = append(patterns, worn(r, keys[r.IntN(len(keys))]))
	}
	patterns = append(patterns, "", ":", "*", "?", "**", "*:", ":*", "s3", "s3:", "s3?*", "*:*:*", "*s*", "???:*", "z*", "~*", "\x00*")
	for _, p := range patterns {
		got, scans := newSet(len(keys)), budget{maxScans}
		found := a.mark(got, p, &scans)
		want, g := newSet(len(keys)), wild(lower(p))
		for i, key := range keys {
			if matches(g, key) {
				want.add(i)
			}
		}
		if !equal(got, want) || found != !want.Empty() {
			t.Errorf("%q: %d actions (found %t), want %d", p, got.Count(), found, want.Count())
		}
	}
}

// worn puts wildcards into a key, anywhere.
func worn(r *rand.Rand, key string) string {
	b := []byte(key)
	for range 1 + r.IntN(3) {
		i := r.IntN(len(b))
		b = slices.Replace(b, i, min(len(b), i+r.IntN(6)), []byte{"*?"[r.IntN(2)]}...)
	}
	return string(b)
}
