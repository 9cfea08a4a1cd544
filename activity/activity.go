// Package activity holds the one thing ebbmark keeps of every log record: the
// fact, and the law by which two facts of one key become one.
//
// A fact says what the log said, never what we make of it: the raw event
// source and name. Mapping to IAM actions happens when a report is read, so
// that a better catalogue corrects history without reading a log again.
//
// Merge is commutative, associative and idempotent. Duplicates, disorder,
// replays and many writers therefore need no special code anywhere else.
package activity

import (
	"slices"
	"time"
)

// Class says what kind of evidence a fact is. The values are stored: never
// renumber.
type Class uint8

const (
	Management Class = 1 // a control-plane call
	Data       Class = 2 // a data-plane call, such as S3 GetObject
	KeyUse     Class = 3 // use of an access key: Principal is the key id, Target the owner (CT-41)
	SignIn     Class = 4 // a successful console sign-in (CT-40)
	Coverage   Class = 5 // a log was read: Principal, Source and Name are empty

	// Passed is a call, which has its own fact as well, of which Target is a role
	// that it may have handed over (CT-38): an ARN or name as recorded, of a role
	// or an instance profile, or "*" for those that were too many to be kept. The
	// catalogue says whether calls of that name do hand roles over.
	Passed Class = 6
	// Session is all calls of a role's sessions to a Source: Target is what the
	// names of the sessions are without their numbers ("i-*"), or their source
	// identity behind "source-identity:". Name and Region are empty, and so are
	// the events of its marks.
	Session Class = 7
)

// SourceIdentity is what the Target of a Session begins with that is a source
// identity. Names of sessions have no colon.
const SourceIdentity = "source-identity:"

// MorePassed is the Target of a Passed that stands for those beyond a bound.
const MorePassed = "*"

// Call reports whether facts of the class are calls, which reports count.
func (c Class) Call() bool { return c == Management || c == Data }

// DatedClasses are all classes of which Dated is true.
var DatedClasses = [...]Class{Management, Data, Passed, Session}

// Dated reports whether facts of the class are given up when their last use is
// old: calls, and what is known of them beside.
func (c Class) Dated() bool { return slices.Contains(DatedClasses[:], c) }

// Outcome says how an attempt ended. The values are stored: never renumber.
type Outcome uint8

const (
	Succeeded Outcome = 1
	Denied    Outcome = 2 // refused by authorization
	Failed    Outcome = 3 // any other error: throttled, invalid, not found
)

// Key names what is counted as one: the same principal doing the same thing in
// the same Region with the same outcome.
type Key struct {
	Account   string // the principal's account (CT-20), 12 digits
	Principal string // unique id (AIDA…, AROA…) when the record has one, else ARN (LA-29)
	Source    string // raw eventSource
	Name      string // raw eventName, with a suffix "#value" where the mapping needs a parameter
	Region    string // raw awsRegion
	Class     Class
	Outcome   Outcome
	Target    string // what the call acted on; empty in most facts
}

// Compare orders keys field by field as they stand in Key. Stores keep and
// return facts in this order within an account and principal.
func (k Key) Compare(o Key) int { return compareKeys(k, o) }

// Mark is one moment of a fact: when, and which event said so.
type Mark struct {
	At    int64  // Unix milliseconds, UTC
	Event string // eventID; breaks ties between equal times
}

// Time is the moment in UTC.
func (m Mark) Time() time.Time { return time.UnixMilli(m.At).UTC() }

// Fact is all that is kept of the attempts of one Key.
type Fact struct {
	Key
	First, Last Mark
	Days        Days // UTC days with at least one attempt
}

// Attempt is the fact of a single event.
func Attempt(k Key, at time.Time, event string) Fact {
	m := Mark{at.UnixMilli(), event}
	return Fact{k, m, m, DaysOf(DayOf(at))}
}

// Prefix selects facts: those of an account, or of one principal of it when
// Principal is set. Of them only those of one class, when Class is set: a
// principal has many calls, and few sign-ins.
type Prefix struct {
	Account, Principal string
	Class              Class
}

// Holds reports whether the key lies under the prefix.
func (p Prefix) Holds(k Key) bool {
	return k.Account == p.Account && (p.Principal == "" || k.Principal == p.Principal) && (p.Class == 0 || k.Class == p.Class)
}

// Rolled is the key of a call without principal, outcome and target: what
// stores roll up for reports on whole accounts. False: the key is no call's.
func (k Key) Rolled() (Key, bool) {
	if !k.Class.Call() {
		return Key{}, false
	}
	return Key{Account: k.Account, Source: k.Source, Name: k.Name, Region: k.Region, Class: k.Class}, true
}
