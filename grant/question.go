package grant

import "slices"

// question asks whether a string exists that every glob inside matches, no glob
// outside matches, and of every group of groups at least one glob matches.
//
// The automaton could answer any question alone. But most exceptions either
// have nothing to do with what is inside or plainly contain it, which is seen
// much faster: exclude and require sort those out.
type question struct {
	inside  []glob // these have a string in common
	outside []glob
	groups  [][]glob
}

// decide answers the question.
func (q *question) decide(by *solver) bool {
	return len(q.outside) == 0 && len(q.groups) == 0 || q.answer(&by.steps)
}

// size is the number of positions that the globs have together.
func (q *question) size() int {
	n := 0
	for _, list := range append([][]glob{q.inside, q.outside}, q.groups...) {
		for _, g := range list {
			n += len(g) + 1
		}
	}
	return n
}

// exclude adds the globs to those outside; false: one of them contains all.
func (q *question) exclude(globs []glob, by *solver) bool {
	for _, g := range globs {
		if q.within(g, by) {
			return false
		}
		if q.concerned(g, by) {
			q.outside = append(q.outside, g)
		}
	}
	return true
}

// require adds the globs as a group; false: none of them can match.
func (q *question) require(globs []glob, by *solver) bool {
	var group []glob
	for _, g := range globs {
		if q.within(g, by) {
			return true
		}
		if q.concerned(g, by) {
			group = append(group, g)
		}
	}
	q.groups = append(q.groups, group)
	return len(group) > 0
}

// within reports whether g plainly contains what is inside.
func (q *question) within(g glob, by *solver) bool {
	return slices.ContainsFunc(q.inside, func(in glob) bool { return by.contains(g, in) })
}

// concerned reports whether g has a string in common with each glob inside.
func (q *question) concerned(g glob, by *solver) bool {
	return !slices.ContainsFunc(q.inside, func(in glob) bool { return !by.intersects(in, g) })
}
