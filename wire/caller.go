package wire

import "time"

// Caller is who signed a request.
type Caller struct {
	Account   string // 12 digits
	Partition string // "aws", …
	// UserID is what GetCallerIdentity answers (IAM-50): AIDA… for a user,
	// AROA…:session for a role session, ACCOUNT:name for a federated user, the
	// account id for root. Two callers are the same principal when Account and
	// UserID are equal (LA-66).
	UserID string
	ARN    string // as GetCallerIdentity answers it
	Kind   CallerKind
	// Entity is the unique id of the IAM user or role behind the caller, empty
	// for root: what the inventory knows it by.
	Entity string
	// KeyID is the access key that signed the request.
	KeyID string
	// Keys are the condition keys of the request, such as "aws:SourceIp":
	// what policies may ask about beyond who calls.
	Keys map[string][]string
	// SessionPolicies limit what the session may do (JSON text); none when nil.
	SessionPolicies []string
	// Temporary reports whether the credentials are of a session: they end.
	Temporary bool
	// SourceIdentity and Transitive (session tags) go with a session into every
	// role that it assumes.
	SourceIdentity string
	Transitive     map[string]string
	// MFA is when the session proved a code of an MFA device, zero: it did not.
	MFA time.Time
}

// CallerKind says what a caller is.
type CallerKind uint8

// The kinds of callers.
const (
	RootCaller CallerKind = iota + 1
	UserCaller
	RoleCaller
	FederatedCaller
)
