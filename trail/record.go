package trail

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"
)

var accountForm = regexp.MustCompile(`^[0-9]{12}$`)

// Record is what is known of the trails of an account, over time.
type Record struct {
	Account string    `json:"account"`
	Lists   []Listing `json:"lists"`  // by time
	Trails  []History `json:"trails"` // by ARN
}

// Listing is which trails there were in a period.
type Listing struct {
	Period
	ARNs     []string `json:"arns"`
	Complete bool     `json:"complete"` // there were no others in any Region
}

// History is how a trail was, by time.
type History struct {
	ARN    string  `json:"arn"`
	States []State `json:"states"`
}

// State is how a trail was in a period.
type State struct {
	Period
	Trail Trail `json:"trail"`
}

// Period is from the first observation that said something to the last one that
// did, with no other between them. Nothing proves what was between two
// observations.
type Period struct {
	Since time.Time `json:"since"`
	AsOf  time.Time `json:"asOf"`
}

// Add takes in an observation, and reports whether it said anything new of the
// trails. A trail that could not be read whole is passed over when more is known
// of it: that keeps its date. The observation may be older than what is there.
func (r *Record) Add(o *Observation) (changed bool) {
	r.Account = o.Account
	l := Listing{Period{o.At, o.At}, o.arns(), o.Listed != nil}
	changed = r.addListing(l)
	for i := range o.Trails {
		changed = r.addTrail(&o.Trails[i], o.At) || changed
	}
	return changed
}

func (r *Record) addListing(l Listing) (changed bool) {
	r.Lists, changed = insert(r.Lists, l, func(l *Listing) *Period { return &l.Period },
		func(a, b *Listing) bool { return a.Complete == b.Complete && slices.Equal(a.ARNs, b.ARNs) })
	return changed
}

func (r *Record) addTrail(t *Trail, at time.Time) (changed bool) {
	i, found := slices.BinarySearchFunc(r.Trails, t.ARN, func(h History, arn string) int {
		if h.ARN < arn {
			return -1
		} else if h.ARN > arn {
			return 1
		}
		return 0
	})
	if !found {
		r.Trails = slices.Insert(r.Trails, i, History{ARN: t.ARN})
	}
	h := &r.Trails[i]
	if !t.Known() && slices.ContainsFunc(h.States, func(s State) bool { return s.Trail.Known() }) {
		return false
	}
	if t.Known() {
		h.States = slices.DeleteFunc(h.States, func(s State) bool { return !s.Trail.Known() })
	}
	h.States, changed = insert(h.States, State{Period{at, at}, *t}, func(s *State) *Period { return &s.Period },
		func(a, b *State) bool { return a.Trail.equal(&b.Trail) })
	return changed
}

// insert adds an observation to periods: it lengthens one that says the same, or
// stands alone. One that contradicts the period that it falls into leaves of that
// the two ends, which were observed.
func insert[T any](list []T, one T, period func(*T) *Period, same func(a, b *T) bool) ([]T, bool) {
	at := period(&one).Since
	i := 0
	for i < len(list) && period(&list[i]).AsOf.Before(at) {
		i++
	}
	if i < len(list) && !period(&list[i]).Since.After(at) { // within
		if same(&list[i], &one) {
			return list, false
		}
		after := list[i]
		period(&after).Since = period(&after).AsOf
		period(&list[i]).AsOf = period(&list[i]).Since
		return newest(slices.Insert(list, i+1, one, after)), true
	}
	before, after := i > 0 && same(&list[i-1], &one), i < len(list) && same(&list[i], &one)
	switch {
	case before && after:
		period(&list[i-1]).AsOf = period(&list[i]).AsOf
		return slices.Delete(list, i, i+1), false
	case before:
		period(&list[i-1]).AsOf = at
		return list, false
	case after:
		period(&list[i]).Since = at
		return list, false
	}
	return newest(slices.Insert(list, i, one)), true
}

func newest[T any](list []T) []T { return list[max(0, len(list)-maxPeriods):] }

// Listing is that of a moment: the last that was observed up to it.
func (r *Record) Listing(now time.Time) (l Listing, ok bool) {
	return upTo(r.Lists, now, func(l *Listing) *Period { return &l.Period })
}

// Earlier are the listings that were observed between two moments, but for the
// one of the later moment.
func (r *Record) Earlier(from, now time.Time) []Listing {
	return between(r.Lists, from, now, func(l *Listing) *Period { return &l.Period })
}

// State is how a trail was at a moment: as it was last observed up to it.
func (r *Record) State(arn string, now time.Time) (s State, ok bool) {
	return upTo(r.states(arn), now, func(s *State) *Period { return &s.Period })
}

// EarlierStates are those of a trail that were observed between two moments, but
// for that of the later moment.
func (r *Record) EarlierStates(arn string, from, now time.Time) []State {
	return between(r.states(arn), from, now, func(s *State) *Period { return &s.Period })
}

func (r *Record) states(arn string) []State {
	for i := range r.Trails {
		if r.Trails[i].ARN == arn {
			return r.Trails[i].States
		}
	}
	return nil
}

// upTo is the last of periods that began up to a moment. One that was observed
// again later counts as observed when it began: what was between is not known.
func upTo[T any](list []T, now time.Time, period func(*T) *Period) (last T, ok bool) {
	for i := range list {
		if period(&list[i]).Since.After(now) {
			break
		}
		last, ok = list[i], true
	}
	if p := period(&last); ok && p.AsOf.After(now) {
		p.AsOf = p.Since
	}
	return last, ok
}

func between[T any](list []T, from, now time.Time, period func(*T) *Period) (out []T) {
	for i := range list {
		if !period(&list[i]).AsOf.Before(from) && i+1 < len(list) && !period(&list[i+1]).Since.After(now) {
			out = append(out, list[i])
		}
	}
	return out
}

// Shrink forgets the older half of all periods, and reports whether there was any.
func (r *Record) Shrink() (smaller bool) {
	half := len(r.Lists) / 2
	r.Lists, smaller = r.Lists[half:], half > 0
	for i := range r.Trails {
		half := len(r.Trails[i].States) / 2
		r.Trails[i].States, smaller = r.Trails[i].States[half:], smaller || half > 0
	}
	return smaller
}

// Body is the document that a record is kept as.
func (r *Record) Body() ([]byte, error) { return json.Marshal(r) }

// ParseRecord reads a document.
func ParseRecord(body []byte) (*Record, error) {
	r := &Record{}
	if err := json.Unmarshal(body, r); err != nil {
		return nil, fmt.Errorf("trails: %w", err)
	}
	return r, nil
}
