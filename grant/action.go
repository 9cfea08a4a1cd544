package grant

import (
	"sort"
	"strings"

	"github.com/ebbmark/ebbmark/catalog"
)

// actions finds the catalogue actions that a pattern matches. The sorted keys
// turn the literal head of a pattern into a range; only what follows the first
// wildcard is compared one by one, and a star at the end not even that.
type actions struct {
	keys       []string // catalog.Keys()
	services   []catalog.Service
	namespaces []string       // in lower case, by service
	service    map[string]int // by namespace in lower case
}

func newActions(cat *catalog.Catalog) actions {
	a := actions{keys: cat.Keys(), services: cat.Services(), service: map[string]int{}}
	for i, s := range a.services {
		a.namespaces = append(a.namespaces, lower(s.Namespace))
		a.service[a.namespaces[i]] = i
	}
	return a
}

// mark adds to s what the pattern matches and reports whether that is anything.
// When the scans are used up it adds nothing and reports false.
func (a *actions) mark(s Set, pattern string, scans *budget) bool {
	p := squeeze(lower(pattern))
	if p == "*" || p == "*:*" {
		s.fill(0, len(a.keys))
		return len(a.keys) > 0
	}
	namespace, name, ok := strings.Cut(p, ":")
	switch {
	case !ok:
		return a.markRange(s, p, 0, len(a.keys), 0, scans)
	case strings.Contains(name, ":"):
		return false // a key has one colon
	case firstWildcard(namespace) < 0:
		i, ok := a.service[namespace]
		return ok && a.markService(s, i, name, scans)
	}
	return a.markServices(s, namespace, name, scans)
}

// markServices is for a wildcard in the namespace (LA-11): it cannot match the
// colon as the pattern has one of its own.
func (a *actions) markServices(s Set, namespace, name string, scans *budget) bool {
	found := false
	if !scans.spend(len(a.namespaces)) {
		return false
	}
	for i, n := range a.namespaces {
		if match(namespace, n) && a.markService(s, i, name, scans) {
			found = true
		}
	}
	return found
}

func (a *actions) markService(s Set, i int, name string, scans *budget) bool {
	v := &a.services[i]
	return a.markRange(s, name, v.First, v.End, len(a.namespaces[i])+1, scans)
}

// markRange marks those of keys[lo:hi] that match the pattern after their first
// skip bytes. The keys are equal in those.
func (a *actions) markRange(s Set, pattern string, lo, hi, skip int, scans *budget) bool {
	k := firstWildcard(pattern)
	if k < 0 {
		i := a.seek(lo, hi, skip, pattern)
		if i == hi || a.keys[i][skip:] != pattern {
			return false
		}
		s.add(i)
		return true
	}
	head, rest := pattern[:k], pattern[k:]
	if head != "" {
		lo, hi = a.headed(lo, hi, skip, head)
	}
	if rest == "*" {
		s.fill(lo, hi)
		return lo < hi
	}
	return scans.spend(hi-lo) && a.scan(s, rest, lo, hi, skip+k)
}

// scan compares keys one by one. The longest literal of the pattern, and what
// follows its last wildcard, sort most of them out at once.
func (a *actions) scan(s Set, rest string, lo, hi, skip int) bool {
	tail := rest[strings.LastIndexAny(rest, "*?")+1:]
	piece := longestPiece(rest)
	found := false
	for i := lo; i < hi; i++ {
		key := a.keys[i][skip:]
		if strings.HasSuffix(key, tail) && strings.Contains(key, piece) && match(rest, key) {
			s.add(i)
			found = true
		}
	}
	return found
}

// firstWildcard is the index of the first * or ?; -1: there is none.
func firstWildcard(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '*' || s[i] == '?' {
			return i
		}
	}
	return -1
}

// longestPiece is the longest text between wildcards.
func longestPiece(pattern string) string {
	longest, start := "", 0
	for i := 0; i <= len(pattern); i++ {
		if i == len(pattern) || pattern[i] == '*' || pattern[i] == '?' {
			if i-start > len(longest) {
				longest = pattern[start:i]
			}
			start = i + 1
		}
	}
	return longest
}

// seek is the first of keys[lo:hi] that is not below name after skip bytes.
func (a *actions) seek(lo, hi, skip int, name string) int {
	return lo + sort.Search(hi-lo, func(i int) bool { return a.keys[lo+i][skip:] >= name })
}

// headed is the range of those keys in keys[lo:hi] that go on with head after
// skip bytes.
func (a *actions) headed(lo, hi, skip int, head string) (int, int) {
	lo = a.seek(lo, hi, skip, head)
	return lo, lo + sort.Search(hi-lo, func(i int) bool { return !strings.HasPrefix(a.keys[lo+i][skip:], head) })
}

// match reports whether the pattern matches all of s. It compares bytes: what
// it is asked about is ASCII.
func match(pattern, s string) bool {
	p, mark, back := 0, -1, 0
	for i := 0; i < len(s); {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			p, mark, back = p+1, p, i
		case p < len(pattern) && (pattern[p] == s[i] || pattern[p] == '?'):
			p, i = p+1, i+1
		case mark >= 0:
			back++
			p, i = mark+1, back
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// lower changes ASCII letters only: Unicode has letters outside ASCII whose
// lower case is inside, such as the Kelvin sign, and they are not equal to
// those in an action's name.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			return lowered(s)
		}
	}
	return s
}

func lowered(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// squeeze makes one star of several in a row.
func squeeze(p string) string {
	if !strings.Contains(p, "**") {
		return p
	}
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] != '*' || i == 0 || p[i-1] != '*' {
			b.WriteByte(p[i])
		}
	}
	return b.String()
}
