package refine

import "github.com/ebbmark/ebbmark/catalog"

// Reason says why an action is kept or taken out.
type Reason uint8

// The reasons. All but the first two keep an action.
const (
	UnusedService Reason = iota + 1 // nothing of the service was used (AA-44)
	UnusedAction                    // tracked, and not used, of a service that was
	Used                            // recorded in the window
	Inferred                        // a call that worked may have needed it (CT-38)
	Unclear                         // a call of the service worked of which no action is known
	Untracked                       // AWS does not track it, and its service was used (AA-27)
	Kept                            // kept because it was asked for
)

// String is the reason in a few words.
func (r Reason) String() string {
	switch r {
	case UnusedService:
		return "service not used"
	case UnusedAction:
		return "action not used"
	case Used:
		return "used"
	case Inferred:
		return "may have been needed by a call that worked"
	case Unclear:
		return "a call of its service worked whose action is not known"
	case Untracked:
		return "not tracked, and its service was used"
	case Kept:
		return "kept as asked for"
	}
	return "not judged"
}

// keeps reports whether the action stays.
func (r Reason) keeps() bool { return r >= Used }

// needs is what a history makes needed.
type needs struct {
	cat      *catalog.Catalog
	used     map[int]bool // by action
	inferred map[int]bool
	services map[int]bool // used
	unclear  map[int]bool // by service
}

func newNeeds(cat *catalog.Catalog, h History) *needs {
	n := &needs{cat, map[int]bool{}, map[int]bool{}, map[int]bool{}, map[int]bool{}}
	for i := range h {
		n.add(&h[i])
	}
	return n
}

// add counts as used what last accessed reports count, attempts that were
// refused among them (LA-20), and every call that worked, also where those
// reports do not look.
func (n *needs) add(u *Use) {
	if u.Worked || u.Counted {
		n.services[u.Service] = true
	}
	if u.Action >= 0 && (u.Worked || u.CountedAction) {
		n.used[u.Action] = true
	}
	for _, i := range u.Inferred {
		n.inferred[i] = true
	}
	if u.Action < 0 && u.Worked && len(u.Inferred) == 0 {
		n.unclear[u.Service] = true
	}
}

// of judges one action (AA-44).
func (n *needs) of(i int) Reason {
	a := &n.cat.Actions()[i]
	switch {
	case n.used[i]:
		return Used
	case n.inferred[i]:
		return Inferred
	case n.unclear[a.Service]:
		return Unclear
	case !n.services[a.Service]:
		return UnusedService
	case a.Tracked:
		return UnusedAction
	}
	return Untracked
}
