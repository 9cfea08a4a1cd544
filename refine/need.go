package refine

import "github.com/ebbmark/ebbmark/catalog"

// Reason says why an action is kept or taken out.
type Reason uint8

// The reasons. All from Used on keep an action.
const (
	UnusedService Reason = iota + 1 // nothing of the service was used (AA-44)
	UnusedAction                    // tracked, and not used, of a service that was
	Dropped                         // not used and not tracked; taken out because it was asked for
	Used                            // recorded in the window
	Inferred                        // a call that worked may have needed it (CT-38)
	Unclear                         // a call of the service worked of which no action is known
	Untracked                       // AWS does not track it, and its service was used (AA-27)
	Unobserved                      // not tracked, and a log that shows nothing of its service may not show it either
	Kept                            // kept because it was asked for
	Young                           // not granted for as long as the window
	Crowded                         // without it the policy would become longer than AWS takes
)

// String is the reason in a few words.
func (r Reason) String() string {
	switch r {
	case UnusedService:
		return "service not used"
	case UnusedAction:
		return "action not used"
	case Dropped:
		return "not used and not tracked; taken out as asked for"
	case Used:
		return "used"
	case Inferred:
		return "may have been needed by a call that worked"
	case Unclear:
		return "a call of its service worked whose action is not known"
	case Untracked:
		return "not tracked, and its service was used"
	case Unobserved:
		return "not tracked: no log is sure to show it"
	case Kept:
		return "kept as asked for"
	case Young:
		return "granted for less than the window"
	case Crowded:
		return "in a wildcard that has no shorter form"
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
	// How untracked actions are judged that were not used: by their service
	// (AA-44), unless one of these says otherwise.
	dropUntracked, keepUntracked bool
}

func newNeeds(cat *catalog.Catalog, h History) *needs {
	n := &needs{cat: cat, used: map[int]bool{}, inferred: map[int]bool{}, services: map[int]bool{}, unclear: map[int]bool{}}
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
	case !a.Tracked && n.dropUntracked:
		return Dropped
	case !a.Tracked && n.services[a.Service]:
		return Untracked
	case !a.Tracked && n.keepUntracked:
		return Unobserved
	case n.services[a.Service]:
		return UnusedAction
	}
	return UnusedService
}
