package finding

import "github.com/ebbmark/ebbmark/activity"

// ShortHistory is the Reason of what cannot be told because the records of an
// account do not reach over the whole tracking period (AA-29).
const ShortHistory = "the records of the account do not reach over the whole tracking period"

// reach is how far the records of an account reach: those of use by anybody, and
// those that say that a log was read.
type reach struct {
	before bool // some lie at the beginning of the period or before it
	within bool // some lie in the period
}

func (r *reach) see(f *activity.Fact, w *window) {
	r.before = r.before || f.First.At <= w.periodStart
	r.within = r.within || f.Last.At > w.periodStart && f.First.At <= w.upTo
}

// enough reports whether what is not recorded was not used.
func (r *reach) enough() bool { return r.before && r.within }

// untold is what is seen of a principal when too little is recorded.
func (s *subject) untold() Seen {
	types := []Type{UnusedIAMRole, UnusedPermission}
	if s.user != nil {
		types = []Type{UnusedIAMUserAccessKey, UnusedIAMUserPassword, UnusedPermission}
	}
	seen := Seen{Resource: s.arn}
	for _, t := range types {
		seen.Unjudged = append(seen.Unjudged, Unjudged{s.arn, t, ShortHistory})
	}
	return seen
}
