package evidence

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/activity"
)

// use is what was gathered, within bounds. It may be of nothing.
func (g *gathered) use(from, to activity.Day) (u Use) {
	if g == nil {
		return u
	}
	u.LastSuccess, u.LastDenied, u.LastFailed = moment(g.success), moment(g.denied), moment(g.failed)
	u.LastAttempt, u.FirstSeen = moment(max(g.success, g.denied, g.failed)), moment(g.first)
	in, _ := g.days.Spans(from, to)
	for _, s := range in {
		u.DaysUsed += s.Len()
	}
	u.Regions, u.RegionsTotal = bounded(g.regions, maxNames)
	for k, at := range g.who {
		k.Last = moment(at)
		u.Who = append(u.Who, k)
	}
	slices.SortFunc(u.Who, func(a, b Who) int {
		return cmp.Or(b.Last.Compare(a.Last), strings.Compare(a.Account, b.Account), strings.Compare(a.Principal, b.Principal))
	})
	u.WhoTotal = len(u.Who)
	u.Who = slices.Clip(u.Who[:min(len(u.Who), maxWho)])
	return u
}

// within reports whether it was in the window.
func (g *gathered) within() bool { return g != nil && g.inWindow }

// inferredUse is what was gathered of calls that may have needed something.
func (g *gathered) inferredUse(from, to activity.Day) *Inferred {
	if g == nil {
		return nil
	}
	i := &Inferred{Use: g.use(from, to)}
	i.Events, i.EventsTotal = bounded(g.events, maxNames)
	return i
}
