package cloudtrail

import (
	"strings"
	"time"
)

// Attempt is one authenticated call by a principal, or one of the side products
// of a record (CT-40, CT-41). Its strings stay valid.
type Attempt struct {
	Kind       Kind
	Account    string // of the principal, 12 digits (CT-20)
	Principal  string // unique id when the record has one, else ARN; for KeyUse the key id
	Source     string // eventSource as recorded
	Name       string // eventName as recorded, blanks trimmed, with "#value" where the mapping needs a parameter
	Region     string // awsRegion as recorded; empty when it was missing
	Management bool   // CT-3
	Denied     bool   // refused by authorization
	Failed     bool   // any error, denied included
	Target     string // by Kind: see there
	Time       time.Time
	EventID    string // shares memory with the ids of some neighbours: clone it to keep it for long
}

// Kind says what an Attempt is evidence of.
type Kind uint8

// Kinds of attempts.
const (
	Call    Kind = iota // an API call
	KeyUse              // use of a long-term access key; Target is the owner's unique id or ARN
	SignIn              // a console sign-in that succeeded
	Session             // who a role's session was: Target is its name by appendSession, or sourcePrefix and its source identity; without EventID
	Pass                // a role that the call may have handed over: Target is its ARN or name as recorded, or MoreRoles
)

// MoreRoles is the Target of a Pass that stands for the roles beyond the first
// maxRoles of a call. No role has that name.
const MoreRoles = "*"

// Attempts appends what the record is evidence of to list: a Call, with a
// KeyUse, up to two Sessions and up to maxRoles+1 Passes, or a SignIn. When it gives nothing, the reason says why; it is one of
// the Reason constants. now is the ingester's clock (CT-2); a record that
// cannot be used gives a *RecordError.
func (r *Record) Attempts(list []Attempt, now time.Time) (_ []Attempt, reason string, err error) {
	if r.Malformed != nil {
		return list, "", r.Malformed
	}
	if reason := r.otherEvent(); reason != "" {
		return list, reason, nil
	}
	if err := r.complete(); err != nil {
		return list, "", err
	}
	at, err := r.time(now)
	if err != nil {
		return list, "", err
	}
	signIn := r.isSignIn()
	if signIn && !r.signedIn() {
		return list, ReasonSignIn, nil
	}
	if isUnauthenticated(r.ErrorCode) {
		return list, ReasonUnauthenticated, nil
	}
	who, reason, err := r.principal()
	if err != nil || reason != "" {
		return list, reason, err
	}
	a := r.attempt(who, at)
	if signIn {
		a.Kind = SignIn
		return append(list, a), "", nil
	}
	list = append(list, a)
	if r.usesLongTermKey() {
		use := a
		use.Kind, use.Principal, use.Target = KeyUse, r.mem.text(r.User.AccessKeyID), who.id
		list = append(list, use)
	}
	for _, session := range [...]string{r.session(), r.source()} {
		if session != "" {
			who := a
			who.Kind, who.Target, who.EventID = Session, session, ""
			list = append(list, who)
		}
	}
	return r.passes(list, a), "", nil
}

// passes appends the roles that the call a may have handed over.
func (r *Record) passes(list []Attempt, a Attempt) []Attempt {
	if len(r.Roles) == 0 || !r.handsOver() {
		return list
	}
	a.Kind = Pass
	for _, role := range r.Roles {
		if isRoleName(role) {
			a.Target = role
			list = append(list, a)
		}
	}
	if r.MoreRoles {
		a.Target = MoreRoles
		list = append(list, a)
	}
	return list
}

func (r *Record) attempt(who principal, at time.Time) Attempt {
	return Attempt{
		Account:    who.account,
		Principal:  who.id,
		Source:     strings.TrimSpace(r.EventSource),
		Name:       r.fullName(),
		Region:     r.Region,
		Management: r.isManagement(),
		Denied:     isDenied(r.ErrorCode),
		Failed:     r.ErrorCode != "",
		Time:       at,
		EventID:    r.ID(),
	}
}

// complete checks the version and that what every record must have is there
// (CT-1), within the bounds of a store key.
func (r *Record) complete() error {
	switch {
	case len(r.EventTime) == 0:
		return &RecordError{RefusedMissing, "eventTime"}
	case isBlankText(r.EventSource):
		return &RecordError{RefusedMissing, "eventSource"}
	case isBlankText(r.EventName):
		return &RecordError{RefusedMissing, "eventName"}
	case !r.User.Present:
		return &RecordError{RefusedMissing, "userIdentity"}
	case len(r.EventSource) > maxSourceBytes:
		return refuse(RefusedLong, "eventSource has more than %d bytes", maxSourceBytes)
	case len(r.EventName) > maxNameBytes:
		return refuse(RefusedLong, "eventName has more than %d bytes", maxNameBytes)
	case len(r.EventID) > maxIDBytes:
		return refuse(RefusedLong, "eventID has more than %d bytes", maxIDBytes)
	case !isRegion(r.Region):
		return refuse(RefusedRegion, "awsRegion %s", quote(r.Region))
	}
	return checkVersion(r.EventVersion)
}

func isBlankText(s string) bool { return strings.TrimSpace(s) == "" }

// isRegion reports whether s can be a Region's name. A missing one is possible.
func isRegion(s string) bool {
	if len(s) > maxRegionBytes {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && !isLetter(c) && c != '-' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// checkVersion accepts a missing version (CT-1) and every minor one of major 1.
func checkVersion(v string) error {
	major, minor, dotted := strings.Cut(v, ".")
	if v != "" && (major != "1" || dotted && !isDigits(minor)) {
		return refuse(RefusedVersion, "eventVersion %s", quote(v))
	}
	return nil
}

func isDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
