package refine

import (
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
)

// matcher finds the catalogue actions that patterns match.
type matcher struct {
	cat  *catalog.Catalog
	left int // comparisons that may still be made
}

func newMatcher(cat *catalog.Catalog) *matcher { return &matcher{cat: cat} }

// actions are the actions that the pattern matches, ascending; false: the
// comparisons are used up.
func (m *matcher) actions(pattern string) ([]int, bool) {
	if !strings.ContainsAny(pattern, "*?") {
		namespace, name, _ := strings.Cut(pattern, ":")
		if i, ok := m.cat.Action(namespace, name); ok {
			return []int{i}, true
		}
		return nil, true
	}
	first, end := m.span(pattern)
	if m.left -= end - first; m.left < 0 {
		return nil, false
	}
	all := pattern == "*" || pattern == "*:*"
	var found []int
	for i := first; i < end; i++ {
		if all || policy.MatchFold(pattern, m.cat.Keys()[i]) {
			found = append(found, i)
		}
	}
	return found, true
}

// span is the range of actions in which those of the pattern lie.
func (m *matcher) span(pattern string) (first, end int) {
	namespace, _, ok := strings.Cut(pattern, ":")
	if !ok || strings.ContainsAny(namespace, "*?") {
		return 0, len(m.cat.Actions())
	}
	if i, ok := m.namespace(namespace); ok {
		s := &m.cat.Services()[i]
		return s.First, s.End
	}
	return 0, 0
}

// namespace finds a service whatever the case.
func (m *matcher) namespace(name string) (int, bool) {
	if i, ok := m.cat.Service(name); ok {
		return i, true
	}
	i := slices.IndexFunc(m.cat.Services(), func(s catalog.Service) bool { return strings.EqualFold(s.Namespace, name) })
	return i, i >= 0
}

// service is the one service that the pattern is about; false: it is about
// several, or about one that the catalogue does not know.
func (m *matcher) service(pattern string) (int, bool) {
	namespace, _, ok := strings.Cut(pattern, ":")
	i, known := m.namespace(namespace)
	return i, ok && known
}
