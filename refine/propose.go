package refine

import (
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
)

// Proposal is the smallest edit of a candidate, and its proof.
type Proposal struct {
	Candidate
	*Edited
	// Earlier are removed actions that somebody used before the window: once a quarter
	// or a year, perhaps.
	Earlier []Denial
	Uses    int      // recorded uses of all users that were replayed
	Denied  []Denial // of them, those that may be denied: of a sound proposal, none
	Changes []Change // in IAM, in their order; empty: nothing goes
	Parts   []Part   // what takes the place of a policy of AWS; empty where all goes
	Folded  []Folded // policies of AWS that go from a permission set
}

// earlier finds the removed actions that somebody used.
func (p *Proposal) earlier(cat *catalog.Catalog, users []*person) {
	last := map[string]time.Time{}
	for _, who := range users {
		for _, u := range who.older {
			if name := cat.FullName(u.Action); u.Last.After(last[name]) {
				last[name] = u.Last
			}
		}
	}
	seen := map[string]bool{}
	for _, r := range p.Removed {
		if at, used := last[r.Action]; used && !seen[r.Action] {
			seen[r.Action] = true
			p.Earlier = append(p.Earlier, Denial{Action: r.Action, Last: at, Reason: r.Reason, Statement: r.Statement})
		}
	}
}

// Taken are the names of the actions that go, each once.
func (p *Proposal) Taken() []string { return p.Edited.taken() }

func (e *Edited) taken() (names []string) {
	for _, r := range e.Removed {
		names = append(names, r.Action)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
