package cloudtrail

import "time"

// Attempt is one authenticated call by a principal, or one of the side products
// of a record (CT-40, CT-41).
type Attempt struct {
	Kind       Kind
	Account    string // of the principal (CT-20)
	Principal  string // unique id when the record has one, else ARN; for KeyUse the key id
	Source     string // eventSource as recorded
	Name       string // eventName as recorded, blanks trimmed, with "#value" where the mapping needs a parameter
	Region     string
	Management bool
	Denied     bool // refused by authorization
	Failed     bool // any error, denied included
	Target     string
	Time       time.Time
	EventID    string
}

// Kind says what an Attempt is evidence of.
type Kind uint8

// Kinds of attempts.
const (
	Call   Kind = iota // an API call
	KeyUse             // use of a long-term access key; Target is the owner's unique id or ARN
	SignIn             // a console sign-in that succeeded
)

// Attempts appends what the record is evidence of to list. When it gives
// nothing, the reason says why, in a few fixed words fit for a table such as
// "service event" or "unauthenticated". now is the ingester's clock (CT-2); a
// record that cannot be used gives an error.
func (r *Record) Attempts(list []Attempt, now time.Time) (_ []Attempt, reason string, err error) {
	return list, "", r.Malformed
}
