// Package grant decides which catalogue actions a set of policies grants
// (LA-7 to LA-19), and which policies grant access to a service (LA-103).
//
// Everything is decided on patterns: an action is granted when the languages of
// the patterns leave a resource, never because a sample ARN does. Where a
// policy is too hard (limits.go) or is none that AWS would store (resource.go),
// the answer is granted: to call something unused that is not is the worst that
// can happen.
//
// Bottom up: action.go turns action patterns into sets (set.go) by the sorted
// catalogue, glob.go reads resource patterns, intersect.go and automaton.go
// decide whether a resource exists, types.go prepares the catalogue's resource
// types, resource.go reads the resource element of a statement. compile.go makes
// sets of a document, which cache.go keeps; decide.go is for the actions that
// are denied on some resources only; reaches.go is LA-103, which has coarser
// rules of its own.
package grant

import (
	"slices"
	"strings"
	"sync"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
)

// Engine judges policies against one catalogue. Safe for concurrent use.
//
// It keeps documents compiled, found again by their content: many principals
// share the same managed policies. Documents are not kept and may be changed
// after a call.
type Engine struct {
	size    int // actions in the catalogue
	actions actions
	types   types
	fields  [][]glob // by service: service fields of the ARNs it acts on
	cache   cache
	scratch sync.Pool
}

// New makes an engine.
func New(cat *catalog.Catalog) *Engine {
	e := &Engine{size: len(cat.Actions()), actions: newActions(cat), types: newTypes(cat)}
	e.fields = serviceFields(cat)
	e.scratch.New = func() any {
		return &scratch{
			set:      newSet(e.size),
			patterns: make([]verdict, len(e.types.patterns)),
			sigs:     make([]verdict, len(e.types.signatures)),
		}
	}
	return e
}

// Granted is the set of actions that the policies grant when taken together
// (LA-8). The caller may change it.
func (e *Engine) Granted(set []*policy.Document) Set {
	docs := make([]*compiled, len(set))
	for i, d := range set {
		docs[i] = e.compiled(d)
	}
	return e.granted(docs)
}

func (e *Engine) granted(docs []*compiled) Set {
	granted := newSet(e.size)
	for _, d := range docs {
		granted.Or(d.reach)
	}
	for _, d := range docs {
		granted.AndNot(d.removed)
	}
	var partial Set
	for _, d := range docs {
		if d.partial != nil {
			partial = union(partial, d.partial)
		}
	}
	if partial != nil {
		partial.And(granted)
		e.removeDenied(granted, partial, [][]*compiled{docs})
	}
	return granted
}

// Unknown lists action patterns of Allow statements that match nothing in the
// catalogue, sorted, as written: an old catalogue would hide their services
// (LA-14). Of spellings that differ in case only it has one.
func (e *Engine) Unknown(set []*policy.Document) []string {
	var all []string
	for _, d := range set {
		all = append(all, e.compiled(d).unknown...)
	}
	slices.SortFunc(all, func(a, b string) int {
		if c := strings.Compare(lower(a), lower(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return slices.CompactFunc(all, func(a, b string) bool { return lower(a) == lower(b) })
}
