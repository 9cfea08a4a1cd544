package policy

import (
	"maps"
	"slices"
	"strings"
)

// Context holds the condition keys of a request and their values: most keys
// have one, multivalued keys such as aws:TagKeys several. The case of keys is
// ignored. A key without values counts as absent.
type Context map[string][]string

// Set replaces the values of a key.
func (c Context) Set(key string, values ...string) { c[strings.ToLower(key)] = values }

// lookup answers context questions of one evaluation and remembers the keys
// that were asked for in vain.
type lookup struct {
	values  map[string][]string // by lower-case key
	missing map[string]string   // lower-case key → as first asked for
}

// newLookup indexes the keys of a request: those given, and those that follow
// from the caller and were not given.
func newLookup(ctx Context, caller *Caller) *lookup {
	l := &lookup{values: make(map[string][]string, len(ctx)+5), missing: map[string]string{}}
	// Sorted: two spellings of a key must give the same order every time.
	for _, key := range slices.Sorted(maps.Keys(ctx)) {
		low := strings.ToLower(key)
		l.values[low] = append(l.values[low], ctx[key]...)
	}
	for key, value := range caller.Keys() {
		if len(l.values[key]) == 0 {
			l.values[key] = []string{value}
		}
	}
	return l
}

// all are the values of a key; none: absent.
func (l *lookup) all(key string) []string {
	low := strings.ToLower(key)
	values := l.values[low]
	if _, noted := l.missing[low]; len(values) == 0 && !noted {
		l.missing[low] = key
	}
	return values
}

// one is the value of a key that has exactly one: a variable cannot stand for
// several.
func (l *lookup) one(key string) (string, bool) {
	values := l.all(key)
	if len(values) != 1 || !usable(values[0]) {
		return "", false
	}
	return values[0], true
}

// has reports whether a key is present, without noting it as missing.
func (l *lookup) has(key string) bool { return len(l.values[strings.ToLower(key)]) > 0 }

// missed are the keys asked for in vain, sorted.
func (l *lookup) missed() []string {
	return slices.Sorted(maps.Values(l.missing))
}
