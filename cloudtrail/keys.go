package cloudtrail

import "encoding/binary"

// recordKey is a key of a record that means something.
type recordKey struct {
	name string
	// read reads the value at pos, whose first byte is c; nil: the record is
	// none, or wrapped in another, and is not for the quick way.
	read func(s *Scanner, c byte) bool
	// plain takes the text of a string without escapes, control characters and
	// what is not ASCII, of maxFieldBytes at most; nil: the value is no string.
	plain func(s *Scanner, b []byte)
	// open stands in for read on the quick way when the value is an object: its
	// members are found as such.
	open func(s *Scanner)
	rare bool // the value matters only when it has one of rareKeys
}

// recordKeys are all of them. No two end in the same seven characters, so a
// word tells which one a key can be.
var recordKeys = [...]recordKey{
	{name: "eventVersion", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.EventVersion, inVersion, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.EventVersion, inVersion, b) }},
	{name: "userIdentity", read: (*Scanner).identity, open: (*Scanner).openIdentity},
	{name: "eventTime", read: func(s *Scanner, c byte) bool { return s.bytes(&s.rec.EventTime, inTime, c) },
		plain: func(s *Scanner, b []byte) { s.plainBytes(&s.rec.EventTime, inTime, b) }},
	{name: "eventSource", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.EventSource, inSource, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.EventSource, inSource, b) }},
	{name: "eventName", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.EventName, inName, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.EventName, inName, b) }},
	{name: "awsRegion", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.Region, inRegion, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.Region, inRegion, b) }},
	{name: "errorCode", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.ErrorCode, inError, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.ErrorCode, inError, b) }},
	{name: "eventID", read: func(s *Scanner, c byte) bool { return s.bytes(&s.rec.EventID, inID, c) },
		plain: func(s *Scanner, b []byte) { s.plainBytes(&s.rec.EventID, inID, b) }},
	{name: "sharedEventID", read: func(s *Scanner, c byte) bool { return s.bytes(&s.rec.SharedID, inShared, c) },
		plain: func(s *Scanner, b []byte) { s.plainBytes(&s.rec.SharedID, inShared, b) }},
	{name: "recipientAccountId", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.Recipient, inRecipient, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.Recipient, inRecipient, b) }},
	{name: "eventType", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.EventType, inType, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.EventType, inType, b) }},
	{name: "eventCategory", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.Category, inCategory, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.Category, inCategory, b) }},
	{name: "managementEvent", read: func(s *Scanner, c byte) bool { return s.bool(&s.rec.Management, inManagement, c) }},
	{name: "readOnly", read: func(s *Scanner, c byte) bool { return s.bool(&s.rec.ReadOnly, inReadOnly, c) }},
	{name: "requestParameters", read: (*Scanner).parameters, rare: true},
	{name: "responseElements", read: (*Scanner).response, rare: true},
	{name: "detail"}, {name: "detail-type"}, {name: "CloudTrailEvent"},
}

// rareKeys are the keys that matter in values that rarely do.
var rareKeys = [...]uint64{wordOf("serviceNamespace"), wordOf("statement"), wordOf("ConsoleLogin")}

func isRare(word uint64) bool {
	return word == rareKeys[0] || word == rareKeys[1] || word == rareKeys[2]
}

// identityKeys are the keys of userIdentity that mean something, in the order
// in which AWS writes them. No two end in the same three characters.
var identityKeys = [...]recordKey{
	{name: "type", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.User.Type, inUserType, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.User.Type, inUserType, b) }},
	{name: "principalId", read: func(s *Scanner, c byte) bool { return s.bytes(&s.rec.User.PrincipalID, inUserPrincipal, c) },
		plain: func(s *Scanner, b []byte) { s.plainBytes(&s.rec.User.PrincipalID, inUserPrincipal, b) }},
	{name: "arn", read: func(s *Scanner, c byte) bool { return s.bytes(&s.rec.User.ARN, inUserARN, c) },
		plain: func(s *Scanner, b []byte) { s.plainBytes(&s.rec.User.ARN, inUserARN, b) }},
	{name: "accountId", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.User.AccountID, inUserAccount, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.User.AccountID, inUserAccount, b) }},
	{name: "accessKeyId", read: func(s *Scanner, c byte) bool { return s.bytes(&s.rec.User.AccessKeyID, inUserKey, c) },
		plain: func(s *Scanner, b []byte) { s.plainBytes(&s.rec.User.AccessKeyID, inUserKey, b) }},
	{name: "userName", read: func(s *Scanner, c byte) bool { return s.bytes(&s.rec.User.UserName, inUserName, c) },
		plain: func(s *Scanner, b []byte) { s.plainBytes(&s.rec.User.UserName, inUserName, b) }},
	{name: "sessionContext", read: (*Scanner).session, open: (*Scanner).openSession},
	{name: "invokedBy", read: func(s *Scanner, c byte) bool { return s.string(&s.rec.User.InvokedBy, inInvokedBy, c) },
		plain: func(s *Scanner, b []byte) { s.plainString(&s.rec.User.InvokedBy, inInvokedBy, b) }},
}

// The keys of sessionContext that mean something.
const (
	issuerName         = "sessionIssuer"
	sourceIdentityName = "sourceIdentity"
)

// recordKeySlots says where in recordKeys the key of a word is, if it is there:
// one more than its index. keyFactor spreads the words of recordKeys without a
// collision.
var recordKeySlots = makeKeySlots()

const (
	keyFactor = 0xb2221a58008a05a7
	slotShift = 58
)

func makeKeySlots() (slots [1 << (64 - slotShift)]uint8) {
	for i, k := range recordKeys {
		slots[slotOf(wordOf(k.name))] = uint8(i + 1)
	}
	return slots
}

func slotOf(word uint64) uint64 { return word * keyFactor >> slotShift }

// wordOf is the last eight bytes of a key with its quotes; zero when there are
// not so many.
func wordOf[T string | []byte](key T) uint64 {
	var word [wordBytes]byte
	n := len(key)
	switch {
	case n >= wordBytes-1:
		copy(word[:], key[n-(wordBytes-1):])
	case n == wordBytes-2:
		word[0] = '"'
		copy(word[1:], key)
	default:
		return 0
	}
	word[wordBytes-1] = '"'
	return binary.LittleEndian.Uint64(word[:])
}

// recordKeyOf is the record's key of that name; nil when it is none.
func recordKeyOf(key []byte) *recordKey {
	if i := recordKeySlots[slotOf(wordOf(key))]; i > 0 && recordKeys[i-1].name == string(key) {
		return &recordKeys[i-1]
	}
	return nil
}

func recordMember(s *Scanner, key []byte, c byte) bool {
	if k := recordKeyOf(key); k != nil && k.read != nil {
		return k.read(s, c)
	}
	return s.wrapperMember(key, c)
}

func (s *Scanner) parameters(c byte) bool {
	s.rec.ServiceNamespace, s.rec.StatementVerb = "", ""
	return s.optional(parameterMember, c)
}

func (s *Scanner) response(c byte) bool {
	s.rec.ConsoleLogin = ""
	return s.optional(responseMember, c)
}

func userMember(s *Scanner, key []byte, c byte) bool {
	for i := range identityKeys {
		if k := &identityKeys[i]; k.name == string(key) {
			return k.read(s, c)
		}
	}
	return s.skip(c)
}
