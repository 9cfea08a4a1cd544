package grant

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
)

// removeDenied takes out of granted those actions of open for which the
// documents of all levels leave no resource. Every action of open is matched on
// some resources by an Allow of every level, and perhaps by a Deny; on which it
// is matched by all of them depends on the patterns.
func (e *Engine) removeDenied(granted, open Set, levels [][]*compiled) {
	j := judge{
		types: &e.types, solver: newSolver(grantedSteps),
		allows: make([][]*statement, len(levels)), allow: make([][]*statement, len(levels)),
		vectors: map[[sha256.Size]byte]int32{}, known: map[cause]bool{},
	}
	for i, docs := range levels {
		for _, d := range docs {
			j.allows[i] = appendPointers(j.allows[i], d.allows)
			j.denies = appendPointers(j.denies, d.denies)
			j.statements += len(d.allows) + len(d.denies)
		}
	}
	for k, w := range open {
		for w != 0 {
			if !j.solver.steps.spend(j.statements / 8) {
				return // what is left stays granted
			}
			same := j.sameStatements(k, w)
			for m := same; m != 0; m &= m - 1 {
				bit := bits.TrailingZeros64(m)
				if !j.remains(e.types.signature[k<<6+bit]) {
					granted[k] &^= 1 << bit
				}
			}
			w &^= same
		}
	}
}

func appendPointers(to []*statement, list []statement) []*statement {
	for i := range list {
		to = append(to, &list[i])
	}
	return to
}

// judge decides for one call of Granted or Through. Actions that the same
// statements match share their decisions.
type judge struct {
	types      *types
	allows     [][]*statement // of all documents, by level; Granted has one level
	denies     []*statement   // of all documents
	statements int            // their number
	solver     solver

	vectors map[[sha256.Size]byte]int32 // by digest: thousands of statements make long keys
	known   map[cause]bool

	// The statements of the actions at hand, set by sameStatements.
	vector int32
	allow  [][]*statement // by level
	deny   []*statement
	key    []byte
}

// cause is a type pattern under a combination of statements.
type cause struct{ vector, pattern int32 }

// sameStatements finds the statements that match the lowest action of w, which
// is word k of a set, and returns those actions of w that the same ones match.
func (j *judge) sameStatements(k int, w uint64) uint64 {
	low := w & -w
	j.key = j.key[:0]
	for i, allows := range j.allows {
		j.allow[i], w = j.matching(j.allow[i][:0], allows, k, w, low)
		j.key = append(j.key, 0)
	}
	j.deny, w = j.matching(j.deny[:0], j.denies, k, w, low)
	j.vector = j.numberOf(sha256.Sum256(j.key))
	for l, allow := range j.allow {
		if i := slices.IndexFunc(allow, func(s *statement) bool { return s.all }); i >= 0 {
			j.allow[l] = append(allow[:0], allow[i]) // the others add nothing to it
		}
	}
	return w
}

func (j *judge) numberOf(digest [sha256.Size]byte) int32 {
	n, ok := j.vectors[digest]
	if !ok {
		n = int32(len(j.vectors))
		j.vectors[digest] = n
	}
	return n
}

// matching appends those statements of the list that match the action low, and
// narrows w to the actions that the same ones match.
func (j *judge) matching(to, list []*statement, k int, w, low uint64) ([]*statement, uint64) {
	for i, s := range list {
		word := s.actions.word(k)
		if word&low == 0 {
			w &^= word
			continue
		}
		w &= word
		to = append(to, s)
		j.key = binary.AppendUvarint(j.key, uint64(i)+1)
	}
	return to, w
}

// remains reports whether the statements at hand leave a resource of one of the
// signature's types.
func (j *judge) remains(signature int32) bool {
	for _, p := range j.types.signatures[signature] {
		c := cause{j.vector, p}
		left, ok := j.known[c]
		if !ok {
			left = j.leaves(j.types.patterns[p])
			j.known[c] = left
		}
		if left {
			return true
		}
	}
	return false
}

// leaves reports whether the statements at hand leave a resource of the type.
func (j *judge) leaves(t glob) bool {
	if len(j.allow) != 1 {
		return j.through(question{inside: []glob{t}}, 0)
	}
	for _, s := range j.allow[0] {
		switch {
		case s.all:
			if j.left([]glob{t}, nil) {
				return true
			}
		case s.negated:
			if j.left([]glob{t}, s.globs) {
				return true
			}
		default:
			for _, g := range s.globs {
				if j.solver.intersects(t, g) && j.left([]glob{t, g}, nil) {
					return true
				}
			}
		}
	}
	return false
}

// left reports whether a string exists that all globs of in match, none of out
// and no Deny at hand. The globs of in have a string in common.
func (j *judge) left(in, out []glob) bool {
	q := question{inside: in}
	return q.exclude(out, &j.solver) && j.survives(q)
}

// survives reports whether what the question asks for exists outside of every
// Deny at hand.
func (j *judge) survives(q question) bool {
	for _, d := range j.deny {
		ok := true
		if d.negated {
			ok = q.require(d.globs, &j.solver) // the Deny takes everything else
		} else {
			ok = q.exclude(d.globs, &j.solver)
		}
		if !ok {
			return false
		}
	}
	return q.decide(&j.solver)
}
