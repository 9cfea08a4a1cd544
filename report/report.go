// Package report computes last accessed reports: which services and actions a
// subject may use, and when its entities last tried to (docs/spec/last-accessed.md,
// sections 2 to 5, 8 and 9).
//
// The whole room is two functions. Find freezes what a report is about: the
// policies and the entities of a subject. Compute turns that, the facts of the
// entities, a catalogue and a moment into a Report. Neither knows where the
// facts are kept or how the answer is spoken.
package report

import (
	"iter"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/policy"
)

// Span is how far a report looks back (LA-40).
const Span = 400 * 24 * time.Hour

// Input is what a report is computed from, besides the facts.
type Input struct {
	Kind        Kind
	Granularity Granularity
	Policies    []*policy.Document // taken together they decide what is granted
	Entities    []Entity           // whose activity counts
	Now         time.Time          // the moment the report speaks of; later activity does not exist
	Span        time.Duration      // how far to look back; zero: Span
	Catalog     *catalog.Catalog
	Engine      *grant.Engine // of the same catalogue
}

// FactSource yields the facts of one principal of the subject's account. An
// error ends the sequence.
type FactSource func(principal string) iter.Seq2[activity.Fact, error]

// Report is the answer. Entities are named by their index in Input.Entities.
type Report struct {
	Services []Service // that the subject may use, by namespace in byte order (LA-15, LA-70)
}

// Service is what is known of one service.
type Service struct {
	Namespace, Name string
	Last            Access         // zero when no entity used it
	Entities        []EntityAccess // those that used it, by index; their number is LA-75
	Actions         []Action       // tracked and granted, by name in byte order; nil at service level (LA-77, LA-78)
}

// Action is what is known of one tracked action.
type Action struct {
	Name string // without namespace
	Last Access // zero when no entity used it
}

// Access is the most recent counted activity.
type Access struct {
	At     int64 // Unix milliseconds; zero: none
	Entity int
	Region string
}

// Ever reports whether there was any.
func (a Access) Ever() bool { return a.At != 0 }

// Time is the moment in UTC.
func (a Access) Time() time.Time { return time.UnixMilli(a.At).UTC() }

// EntityAccess is the most recent counted activity of one entity.
type EntityAccess struct {
	Entity int
	At     int64 // Unix milliseconds
}

// Granularity says how deep a report goes.
type Granularity uint8

// The granularities (LA-53).
const (
	ServiceLevel Granularity = iota + 1
	ActionLevel
)

// String is the name the API uses.
func (g Granularity) String() string {
	if g == ActionLevel {
		return "ACTION_LEVEL"
	}
	return "SERVICE_LEVEL"
}

// Kind says what a subject or entity is.
type Kind uint8

// The kinds of subjects; only users and roles are entities.
const (
	User Kind = iota + 1
	Group
	Role
	ManagedPolicy
)

// shared reports whether several entities stand behind the subject, so that
// only what its own policies grant counts (LA-30, LA-31).
func (k Kind) shared() bool { return k == Group || k == ManagedPolicy }
