package grant

import (
	"iter"
	"math/bits"
)

// Set is a set of catalogue actions, a bit per index of catalog.Actions().
type Set []uint64

// newSet is an empty set for n actions.
func newSet(n int) Set { return make(Set, (n+63)/64) }

// Has reports whether action i is in the set.
func (s Set) Has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }

// Count is the number of actions in the set.
func (s Set) Count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Empty reports whether the set has no action.
func (s Set) Empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// All yields the actions of the set, ascending.
func (s Set) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for k, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(k<<6 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

// Any reports whether an action i with first <= i < end is in the set, for
// example one of a service (catalog.Service.First, End).
func (s Set) Any(first, end int) bool {
	return s.count(first, end) > 0
}

// Or adds the actions of t, which is of the same catalogue.
func (s Set) Or(t Set) {
	for k, w := range t {
		s[k] |= w
	}
}

// AndNot takes away the actions of t, which is of the same catalogue.
func (s Set) AndNot(t Set) {
	for k, w := range t {
		s[k] &^= w
	}
}

// And keeps only the actions that are also in t, which is of the same catalogue.
func (s Set) And(t Set) {
	for k := range s {
		if k < len(t) {
			s[k] &= t[k]
		} else {
			s[k] = 0
		}
	}
}

func (s Set) add(i int)    { s[i>>6] |= 1 << (i & 63) }
func (s Set) remove(i int) { s[i>>6] &^= 1 << (i & 63) }

// fill adds all i with first <= i < end.
func (s Set) fill(first, end int) {
	s.words(first, end, func(k int, mask uint64) { s[k] |= mask })
}

// count is the number of members i with first <= i < end.
func (s Set) count(first, end int) int {
	n := 0
	s.words(first, end, func(k int, mask uint64) { n += bits.OnesCount64(s[k] & mask) })
	return n
}

// words calls f for every word that first <= i < end touches, with the mask of
// those i in it.
func (s Set) words(first, end int, f func(k int, mask uint64)) {
	for first < end {
		k, stop := first>>6, min(end, first|63+1)
		f(k, ^uint64(0)<<(first&63)&(^uint64(0)>>(63-(stop-1)&63)))
		first = stop
	}
}

// not turns the set, of n actions, into its complement.
func (s Set) not(n int) {
	for k := range s {
		s[k] = ^s[k]
	}
	if n&63 != 0 {
		s[len(s)-1] &= 1<<(n&63) - 1
	}
}

// slice is a part of a set without the empty words around it: a statement
// usually names actions of a service or two.
type slice struct {
	first int // index of words[0] in the set
	words []uint64
}

func sliceOf(s Set) slice {
	first, end := 0, len(s)
	for first < end && s[first] == 0 {
		first++
	}
	for end > first && s[end-1] == 0 {
		end--
	}
	return slice{first, append([]uint64(nil), s[first:end]...)}
}

// word is word k of the whole set.
func (s slice) word(k int) uint64 {
	if k < s.first || k >= s.first+len(s.words) {
		return 0
	}
	return s.words[k-s.first]
}

// addTo adds the actions of the slice to the whole set.
func (s slice) addTo(all Set) {
	for i, w := range s.words {
		all[s.first+i] |= w
	}
}
