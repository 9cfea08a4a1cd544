package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
)

// Use is who used something.
type Use struct {
	Total      int            // principals that used it
	Principals []PrincipalUse // the most recent first, at most MaxPrincipals
}

// PrincipalUse is the last attempt of a principal at something.
type PrincipalUse struct {
	Account   string
	Principal string // as facts name it: unique id or ARN
	At        int64  // Unix milliseconds
	Success   int64  // of the last attempt that succeeded; zero: none
	Region    string
	Outcome   activity.Outcome
	Event     string // of an inferred use: the call, as "namespace:name"
}

// Time is the moment in UTC.
func (u PrincipalUse) Time() time.Time { return time.UnixMilli(u.At).UTC() }

// gatheredUse is a Use in the making; now has the principals of the account at
// hand.
type gatheredUse struct {
	Use
	now map[string]PrincipalUse
}

func (g *gatheredUse) add(u PrincipalUse) {
	if g.now == nil {
		g.now = map[string]PrincipalUse{}
	}
	if old, there := g.now[u.Principal]; there {
		success := max(u.Success, old.Success)
		if moreRecent(old, u) < 0 {
			u = old
		}
		u.Success = success
	}
	g.now[u.Principal] = u
}

// close ends an account, and reports whether it used the thing.
func (g *gatheredUse) close() bool {
	if len(g.now) == 0 {
		return false
	}
	g.Total += len(g.now)
	for _, u := range g.now {
		g.Principals = append(g.Principals, u)
	}
	slices.SortFunc(g.Principals, moreRecent)
	g.Principals = slices.Clone(g.Principals[:min(len(g.Principals), MaxPrincipals)])
	g.now = nil
	return true
}

// moreRecent orders uses: the latest first, then by account, principal, Region,
// outcome and event.
func moreRecent(a, b PrincipalUse) int {
	return cmp.Or(cmp.Compare(b.At, a.At), strings.Compare(a.Account, b.Account), strings.Compare(a.Principal, b.Principal),
		strings.Compare(a.Region, b.Region), cmp.Compare(a.Outcome, b.Outcome), strings.Compare(a.Event, b.Event))
}
