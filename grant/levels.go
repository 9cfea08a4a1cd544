package grant

import (
	"slices"

	"github.com/ebbmark/ebbmark/policy"
)

// Through is the set of actions that levels of policies leave, such as those of
// the service control policies from the root of an organization to an account
// (ORG-12, ORG-13, ORG-16): a resource exists that the Allows of every level
// match and no removing Deny of any level. No levels leave every action; a level
// without policies none. The caller may change the set.
func (e *Engine) Through(levels [][]*policy.Document) Set {
	list := make([][]*compiled, len(levels))
	for i, docs := range levels {
		for _, d := range docs {
			list[i] = append(list[i], e.compiled(d))
		}
	}
	return e.through(list)
}

func (e *Engine) through(levels [][]*compiled) Set {
	left := newSet(e.size)
	left.fill(0, e.size)
	var partial Set
	once, open := newSet(e.size), newSet(e.size) // what one level, two levels allow on some resources only
	for _, docs := range levels {
		reach, narrow := e.levelReach(docs)
		left.And(reach)
		both := slices.Clone(once)
		both.And(narrow)
		open.Or(both)
		once.Or(narrow)
		for _, d := range docs {
			if d.partial != nil {
				partial = union(partial, d.partial)
			}
		}
	}
	for _, docs := range levels {
		for _, d := range docs {
			left.AndNot(d.removed)
		}
	}
	if partial != nil {
		open.Or(partial)
	}
	if open.And(left); !open.Empty() {
		e.removeDenied(left, open, levels)
	}
	return left
}

// levelReach is what the Allows of a level reach, and what of it they reach on
// some resources only.
func (e *Engine) levelReach(docs []*compiled) (reach, narrow Set) {
	reach, everywhere := newSet(e.size), newSet(e.size)
	for _, d := range docs {
		reach.Or(d.reach)
		for i := range d.allows {
			if d.allows[i].all {
				d.allows[i].actions.addTo(everywhere)
			}
		}
	}
	narrow = slices.Clone(reach)
	narrow.AndNot(everywhere)
	return reach, narrow
}

// choiceSteps is what one choice of through costs of the solver's steps.
const choiceSteps = 64

// through reports whether what the question asks for can pass the levels from
// the given one on, and all Denies at hand. A level is passed by any of its
// Allows: those that name resources are one choice, because a question can ask
// for a match with any of a group; each that names exceptions is one of its own.
func (j *judge) through(q question, level int) bool {
	if !j.solver.steps.spend(choiceSteps) {
		return true
	}
	if level == len(j.allow) {
		return j.survives(q)
	}
	var named []glob
	for _, s := range j.allow[level] {
		switch {
		case s.all:
			return j.through(q, level+1)
		case s.negated:
			if next := q.copy(); next.exclude(s.globs, &j.solver) && j.through(next, level+1) {
				return true
			}
		default:
			named = append(named, s.globs...)
		}
	}
	next := q.copy()
	return len(named) > 0 && next.require(named, &j.solver) && j.through(next, level+1)
}

// copy is a question that can be narrowed without changing q.
func (q *question) copy() question {
	return question{q.inside, slices.Clip(q.outside), slices.Clip(q.groups)}
}
