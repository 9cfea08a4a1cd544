package grant

import (
	"strings"
	"sync"

	"github.com/ebbmark/ebbmark/policy"
)

// compiled is a document as sets of actions.
type compiled struct {
	reach   Set // an Allow matches them on a resource of their types, whatever is denied
	removed Set // a Deny takes them away on every resource; nil: none
	partial Set // a Deny takes them away on some resources; nil: none

	allows, denies []statement // the Allows, and the Denies behind partial
	unknown        []string    // action patterns of Allows that match nothing (LA-14), as written

	listOnce sync.Once
	listed   Set // services that ListPoliciesGrantingServiceAccess lists it for; see reaches.go
}

// statement is a statement as far as the decision on resources needs it.
type statement struct {
	actions   slice // those that it matches on a resource of their types
	resources       // unless everything
	all       bool  // it matches every resource
}

// scratch is what the compilation of one document needs and the next one can
// use again.
type scratch struct {
	set      Set       // actions of the statement at hand
	patterns []verdict // by type pattern, for the statement at hand
	sigs     []verdict // by signature, for the statement at hand
}

type verdict uint8

const (
	unasked verdict = iota
	no
	yes
)

func verdictOf(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// compiler compiles one document.
type compiler struct {
	*Engine
	tmp    *scratch
	out    *compiled
	solver solver
	scans  budget
}

// compile reads a document into sets.
func (e *Engine) compile(doc *policy.Document) *compiled {
	c := e.newCompiler(&compiled{reach: newSet(e.size)})
	defer e.scratch.Put(c.tmp)
	for i := range doc.Statements {
		if s := &doc.Statements[i]; s.Allow {
			c.allow(s, doc.Version)
		} else {
			c.deny(s, doc.Version)
		}
	}
	return c.out
}

// newCompiler makes a compiler; its tmp is to be put back.
func (e *Engine) newCompiler(out *compiled) *compiler {
	return &compiler{
		Engine: e, tmp: e.scratch.Get().(*scratch), out: out,
		solver: newSolver(compileSteps), scans: budget{maxScans},
	}
}

func (c *compiler) allow(s *policy.Statement, version string) {
	c.markAllowed(s)
	r, kind := readResources(s, version)
	switch kind {
	case nothing:
		return
	case some:
		c.keepTyped(&r)
	}
	if set := c.tmp.set; !set.Empty() {
		c.out.reach.Or(set)
		c.out.allows = append(c.out.allows, statement{sliceOf(set), r, kind == all})
	}
}

func (c *compiler) deny(s *policy.Statement, version string) {
	if len(s.Condition) > 0 {
		return // LA-10
	}
	r, kind := readResources(s, version)
	if kind == nothing || !c.markActions(s) {
		return
	}
	if kind == all {
		c.out.removed = union(c.out.removed, c.tmp.set)
		return
	}
	if !r.negated { // an exception from a Deny of everything rarely saves a type
		c.keepTyped(&r)
	}
	if set := c.tmp.set; !set.Empty() {
		c.out.partial = union(c.out.partial, set)
		c.out.denies = append(c.out.denies, statement{actions: sliceOf(set), resources: r})
	}
}

// markAllowed makes tmp.set the actions that the Allow matches.
func (c *compiler) markAllowed(s *policy.Statement) {
	if exact := c.markActions(s); !exact {
		c.tmp.set.fill(0, c.size)
	}
}

func union(a, b Set) Set {
	if a == nil {
		a = make(Set, len(b))
	}
	a.Or(b)
	return a
}

// markActions makes tmp.set the actions that the statement matches, and
// reports whether it did: with false the scans are used up, and the set is of
// no use. It notes the patterns of an Allow that match nothing.
func (c *compiler) markActions(s *policy.Statement) bool {
	set := c.tmp.set
	clear(set)
	for _, p := range s.Action {
		if !c.actions.mark(set, p, &c.scans) && s.Allow && !c.scans.spent() {
			c.out.unknown = append(c.out.unknown, strings.Clone(p))
		}
	}
	if s.Action == nil {
		for _, p := range s.NotAction {
			c.actions.mark(set, p, &c.scans)
		}
		set.not(c.size)
	}
	return !c.scans.spent()
}

// keepTyped keeps those of tmp.set that have a resource, by their
// types, which r matches (LA-13).
func (c *compiler) keepTyped(r *resources) {
	clear(c.tmp.sigs)
	clear(c.tmp.patterns)
	for i := range c.tmp.set.All() {
		sig := c.types.signature[i]
		if c.tmp.sigs[sig] == unasked {
			c.tmp.sigs[sig] = verdictOf(c.touchesAny(r, c.types.signatures[sig]))
		}
		if c.tmp.sigs[sig] == no {
			c.tmp.set.remove(i)
		}
	}
}

func (c *compiler) touchesAny(r *resources, patterns []int32) bool {
	for _, p := range patterns {
		if c.tmp.patterns[p] == unasked {
			c.tmp.patterns[p] = verdictOf(r.touches(c.types.patterns[p], &c.solver))
		}
		if c.tmp.patterns[p] == yes {
			return true
		}
	}
	return false
}
