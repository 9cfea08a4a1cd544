package refine

import (
	"strings"
	"unicode/utf8"

	"github.com/ebbmark/ebbmark/policy"
)

// starred writes what stays of a pattern: names, and in place of minStarred or
// more of them that begin with the same words a star, if the pattern had all that
// begins so and none of it goes. So a policy stays as short as a person would
// write it, and no star is wider than the one that it comes from.
func (s *shrinker) starred(p string, matched []int) []string {
	w := starrer{shrinker: s, pattern: p, keeps: map[int]bool{}, loses: map[int]bool{}}
	for _, i := range matched {
		w.loses[i], w.keeps[i] = s.judge(i)
	}
	last := -1
	for _, i := range matched {
		if service := s.cat.Actions()[i].Service; service != last {
			last = service
			v := &s.cat.Services()[service]
			w.stretch(v.First, v.End, len(v.Namespace)+1)
		}
	}
	return w.out
}

type starrer struct {
	*shrinker
	pattern      string
	keeps, loses map[int]bool
	out          []string
}

// stretch writes what stays of the actions lo <= i < hi, which have the first n
// bytes of their names in common.
func (w *starrer) stretch(lo, hi, n int) {
	keep, lose := 0, 0
	for i := lo; i < hi; i++ {
		if w.keeps[i] {
			keep++
		}
		if w.loses[i] {
			lose++
		}
	}
	prefix := w.cat.FullName(lo)[:n]
	switch {
	case keep == 0:
	case lose == 0 && keep >= minStarred && strings.HasSuffix(w.pattern, "*") && policy.MatchFold(w.pattern, prefix):
		w.out = append(w.out, w.common(lo, hi, n)+"*")
	case hi-lo == 1:
		w.out = append(w.out, w.cat.FullName(lo))
	default:
		w.words(lo, hi, n)
	}
}

// common is the longest beginning, in whole words, that the names lo <= i < hi have in
// common: at least n bytes.
func (w *starrer) common(lo, hi, n int) string {
	keys, name := w.cat.Keys(), w.cat.FullName(lo)
	for n < len(name) {
		to := wordEnd(name, n)
		if to == len(name) || !strings.HasPrefix(keys[hi-1], keys[lo][:to]) { // the keys are in order
			break
		}
		n = to
	}
	return name[:n]
}

// words goes on by the next word of the names.
func (w *starrer) words(lo, hi, n int) {
	keys := w.cat.Keys()
	if len(keys[lo]) == n { // a name that others begin with
		w.stretch(lo, lo+1, n)
		lo++
	}
	for lo < hi {
		to := wordEnd(w.cat.FullName(lo), n)
		end := lo + 1
		for end < hi && strings.HasPrefix(keys[end], keys[lo][:to]) {
			end++
		}
		w.stretch(lo, end, to)
		lo = end
	}
}

// wordEnd is where the word ends that begins at n: before the next capital that
// follows a small letter.
func wordEnd(name string, n int) int {
	for i := n + 1; i < len(name); i++ {
		if capital(name[i]) && !capital(name[i-1]) {
			return i
		}
	}
	return len(name)
}

func capital(c byte) bool { return 'A' <= c && c <= 'Z' }

// length is the number of characters that a list takes in a policy.
func length(names []string) (n int) {
	for _, name := range names {
		n += utf8.RuneCountInString(name) + len(`"",`)
	}
	return n
}
