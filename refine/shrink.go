package refine

import (
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/policy"
)

// shrinker makes the Allow statements of one document smaller.
type shrinker struct {
	*matcher
	needs   *needs
	granted grant.Set // by the document alone (AA-42)
	// keep reports whether an action stays that is not needed; nil: none does.
	keep func(action int) bool
	// written keeps the form of what stays: its order, and stars where a star
	// says the same. Without it the actions of a changed statement are ordered by
	// name (AA-44).
	written bool
	frozen  map[string]bool // patterns that stay as they are
	grown   map[string]int  // changed patterns, and how many characters came for them
}

// shrunk is what becomes of one statement.
type shrunk struct {
	changed bool
	action  []string // its actions from now on; of a changed statement only
	// alive: an action stays that was used or that nobody can judge.
	alive   bool
	removed []int // granted actions that it loses, ascending
}

// loses reports whether an action goes, and keeps whether it stays for a reason.
// An action that the document does not grant does neither: a Deny cancels it, or
// its resource is of another type.
func (s *shrinker) judge(i int) (loses, keeps bool) {
	r := s.needs.of(i)
	if s.written && (r == Untracked || r == Unobserved) && !s.granted.Has(i) {
		return false, false // no use of it is recorded, and none was possible
	}
	if r.keeps() || s.keep != nil && s.keep(i) {
		return false, true
	}
	return s.granted.Has(i), false
}

// statement shrinks one Allow.
func (s *shrinker) statement(st *policy.Statement) shrunk {
	if st.Action == nil {
		return s.exception(st.NotAction)
	}
	var out shrunk
	var names []string
	for _, p := range st.Action {
		kept, one := s.pattern(p)
		names = append(names, kept...)
		out.changed = out.changed || one.changed
		out.alive = out.alive || one.alive
		out.removed = append(out.removed, one.removed...)
	}
	if !out.changed {
		return out
	}
	out.action = s.tidy(names)
	slices.Sort(out.removed)
	out.removed = slices.Compact(out.removed)
	return out
}

// pattern is what a pattern leaves: itself when it loses nothing.
func (s *shrinker) pattern(p string) ([]string, shrunk) {
	matched, ok := s.actions(p)
	if !ok || s.frozen[p] {
		return []string{p}, shrunk{alive: true}
	}
	if len(matched) == 0 {
		return []string{p}, shrunk{alive: s.mayBeUsed(p)}
	}
	names, out := s.split(matched)
	if !out.changed {
		return []string{p}, out
	}
	open, ok := s.open(p, matched)
	if !ok {
		return []string{p}, shrunk{alive: true}
	}
	if s.written {
		names = s.starred(p, matched)
		s.grown[p] = length(names)
	}
	return append(open, names...), out
}

// mayBeUsed reports whether what the catalogue does not know may have been used:
// unless all of its service was not.
func (s *shrinker) mayBeUsed(pattern string) bool {
	i, known := s.service(pattern)
	return !known || s.needs.services[i]
}

// split parts actions into the names of those that stay and the rest.
func (s *shrinker) split(matched []int) (names []string, out shrunk) {
	for _, i := range matched {
		loses, keeps := s.judge(i)
		if loses {
			out.changed = true
			out.removed = append(out.removed, i)
		}
		if keeps {
			out.alive = true
			names = append(names, s.cat.FullName(i))
		}
	}
	return names, out
}

// open are the patterns that a pattern over several services leaves for those
// services in which a call worked that the catalogue does not know: a list of
// names would lack its action. False: there is no such pattern that is not wider.
func (s *shrinker) open(p string, matched []int) ([]string, bool) {
	if _, one := s.service(p); one {
		return nil, true // all of an unclear service stays, so that the pattern does
	}
	namespace, name, ok := strings.Cut(p, ":")
	if p == "*" {
		namespace, name, ok = "*", "*", true
	}
	var out []string
	for _, service := range s.unclearIn(matched) {
		if !ok {
			return nil, false // a pattern without a colon
		}
		n := s.cat.Services()[service].Namespace
		if policy.MatchFold(namespace, n) {
			out = append(out, n+":"+name)
		}
	}
	return out, true
}

func (s *shrinker) unclearIn(matched []int) []int {
	var out []int
	for _, i := range matched {
		service := s.cat.Actions()[i].Service
		if s.needs.unclear[service] && !slices.Contains(out, service) {
			out = append(out, service)
		}
	}
	return out
}

// exception shrinks an Allow with NotAction, which becomes a list of what stays.
func (s *shrinker) exception(not []string) shrunk {
	out := make([]bool, len(s.cat.Actions()))
	for _, p := range not {
		matched, ok := s.actions(p)
		if !ok {
			return shrunk{alive: true}
		}
		for _, i := range matched {
			out[i] = true
		}
	}
	var rest []int
	for i, excepted := range out {
		if !excepted {
			rest = append(rest, i)
		}
	}
	names, result := s.split(rest)
	if !result.changed {
		return result
	}
	for _, service := range s.unclearIn(rest) {
		n := s.cat.Services()[service].Namespace
		if slices.ContainsFunc(not, func(p string) bool { return s.mayConcern(p, n) }) {
			return shrunk{alive: true} // NS:* would be wider than what there was
		}
		names = append(names, n+":*")
	}
	result.action = s.tidy(names)
	return result
}

// mayConcern reports whether a pattern can match an action of the namespace.
func (s *shrinker) mayConcern(pattern, namespace string) bool {
	ns, _, ok := strings.Cut(pattern, ":")
	return !ok || policy.MatchFold(ns, namespace)
}

// tidy drops what comes twice and what a pattern of the list matches, and orders
// the rest.
func (s *shrinker) tidy(names []string) []string {
	var wild []string
	for _, n := range names {
		if strings.ContainsAny(n, "*?") {
			wild = append(wild, n)
		}
	}
	seen := map[string]bool{}
	out := make([]string, 0, len(names))
	for _, n := range names {
		low := strings.ToLower(n)
		if seen[low] || s.covered(n, wild) {
			continue
		}
		seen[low] = true
		out = append(out, n)
	}
	if !s.written {
		slices.Sort(out)
	}
	return out
}

// covered reports whether a name is matched by a pattern. Patterns are not
// compared with each other.
func (s *shrinker) covered(name string, wild []string) bool {
	if strings.ContainsAny(name, "*?") {
		return false
	}
	for _, p := range wild {
		if s.left--; s.left >= 0 && policy.MatchFold(p, name) {
			return true
		}
	}
	return false
}
