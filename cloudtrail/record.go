package cloudtrail

// Record is the part of one CloudTrail record that ebbmark looks at. A field
// that is missing or null is empty. Values are as recorded; the Text fields
// and the Record itself belong to the scanner and change with the next record.
type Record struct {
	Offset    int64 // of its first byte in the decompressed text
	Malformed error // a *RecordError: why the record cannot be used; the other fields may be empty

	EventVersion string
	EventTime    Text
	EventSource  string
	EventName    string
	Region       string // awsRegion
	ErrorCode    string
	EventID      Text
	SharedID     Text   // sharedEventID
	Recipient    string // recipientAccountId
	EventType    string
	Category     string // eventCategory
	Management   Bool   // managementEvent
	ReadOnly     Bool
	User         Identity

	ServiceNamespace string // requestParameters.serviceNamespace (CT-37)
	StatementVerb    string // the first word of requestParameters.statement, upper-cased (CT-34)
	ConsoleLogin     string // responseElements.ConsoleLogin (CT-40)

	// Roles are the values of the keys of requestParameters that name roles
	// (role.go), each once, maxRoles at most; MoreRoles: there were more.
	Roles     []string
	MoreRoles bool

	faults [fields]fault
	faulty bool
	mem    *memory
}

// Text is a value that differs from record to record. It belongs to the scanner.
type Text []byte

// String makes a copy.
func (t Text) String() string { return string(t) }

// Identity is userIdentity and the session issuer in it.
type Identity struct {
	Present     bool // userIdentity is an object
	Type        string
	PrincipalID Text
	ARN         Text
	AccountID   string
	AccessKeyID Text
	UserName    Text // never an identity (CT-18)
	InvokedBy   string
	Issuer      Issuer

	SourceIdentity string // sessionContext.sourceIdentity
}

// reset empties the identity and keeps its buffers. Field by field: a literal
// would be built beside it and copied, which costs more than the record's reading.
func (u *Identity) reset() {
	u.Present, u.Type, u.AccountID, u.InvokedBy = false, "", "", ""
	u.PrincipalID, u.ARN, u.AccessKeyID, u.UserName = u.PrincipalID[:0], u.ARN[:0], u.AccessKeyID[:0], u.UserName[:0]
	u.Issuer, u.SourceIdentity = Issuer{}, ""
}

// Issuer is userIdentity.sessionContext.sessionIssuer.
type Issuer struct {
	Type        string
	PrincipalID string
	ARN         string
	AccountID   string
	UserName    string
}

// Bool is a boolean field of a record, which may be missing.
type Bool uint8

// Values of a Bool.
const (
	Unset Bool = iota
	False
	True
)

// reset empties the record and keeps its buffers.
func (r *Record) reset(mem *memory, offset int64) {
	r.Offset, r.Malformed, r.mem = offset, nil, mem
	r.EventVersion, r.EventSource, r.EventName, r.Region, r.ErrorCode = "", "", "", "", ""
	r.Recipient, r.EventType, r.Category = "", "", ""
	r.Management, r.ReadOnly = Unset, Unset
	r.ServiceNamespace, r.StatementVerb, r.ConsoleLogin = "", "", ""
	r.Roles, r.MoreRoles = r.Roles[:0], false
	r.EventTime, r.EventID, r.SharedID = r.EventTime[:0], r.EventID[:0], r.SharedID[:0]
	r.User.reset()
	if r.faulty {
		r.faults, r.faulty = [fields]fault{}, false
	}
}

// firstFault is what is wrong with the first field that has a fault; nil when
// every fault was mended by a later field of the same key.
func (r *Record) firstFault() error {
	for f, what := range r.faults {
		if what != 0 {
			return what.refusal(fieldNames[f])
		}
	}
	return nil
}

// looksReal reports whether a field was there that only a CloudTrail record has,
// well formed or not.
func (r *Record) looksReal() bool {
	return r.EventName != "" || r.EventSource != "" || r.EventVersion != "" || r.User.Present ||
		len(r.EventTime) > 0 || len(r.EventID) > 0 || r.faulty && r.faults[inVersion]|r.faults[inTime]|
		r.faults[inSource]|r.faults[inName]|r.faults[inID]|r.faults[inUser] != 0
}
