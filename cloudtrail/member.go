package cloudtrail

import "bytes"

// field names a field that is read and must be well formed.
type field uint8

const (
	inVersion field = iota
	inTime
	inSource
	inName
	inRegion
	inError
	inID
	inShared
	inRecipient
	inType
	inCategory
	inManagement
	inReadOnly
	inUser
	inUserType
	inUserPrincipal
	inUserARN
	inUserAccount
	inUserKey
	inUserName
	inInvokedBy
	inContext
	inIssuer
	inIssuerType
	inIssuerPrincipal
	inIssuerARN
	inIssuerAccount
	inIssuerName
	fields
)

var fieldNames = [fields]string{
	"eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "errorCode", "eventID", "sharedEventID",
	"recipientAccountId", "eventType", "eventCategory", "managementEvent", "readOnly", "userIdentity",
	"userIdentity.type", "userIdentity.principalId", "userIdentity.arn", "userIdentity.accountId",
	"userIdentity.accessKeyId", "userIdentity.userName", "userIdentity.invokedBy", "userIdentity.sessionContext",
	"sessionIssuer", "sessionIssuer.type", "sessionIssuer.principalId", "sessionIssuer.arn",
	"sessionIssuer.accountId", "sessionIssuer.userName",
}

// member reads or passes over the value of one key; c is its first byte.
type member func(s *Scanner, key []byte, c byte) bool

// members reads the object whose brace is at pos.
func (s *Scanner) members(each member) bool {
	s.pos++
	c := s.peek()
	if c == '}' {
		s.pos++
		return true
	}
	for {
		if c != '"' {
			return s.expect("a key")
		}
		key, c0, ok := s.key()
		if !ok || !each(s, key, c0) {
			return false
		}
		switch s.peek() {
		case ',':
			s.pos++
			c = s.peek()
		case '}':
			s.pos++
			return true
		default:
			return s.expect("a comma or }")
		}
	}
}

// key takes the key whose quote is at pos, and the colon. It gives the decoded
// key, good until the next call, and the first byte of the value. A key too
// long or too strange to be one of ours is nil.
func (l *lexer) key() ([]byte, byte, bool) {
	i := l.pos + 1
	j := special(l.buf, i)
	if l.buf[j] == '"' && l.buf[j+1] == ':' && l.buf[j+2] > ' ' {
		l.pos = j + 2
		return ours(l.buf[i:j]), l.buf[j+2], true
	}
	key, ok := l.decodeInto(l.keyText[:])
	if !ok {
		return nil, 0, false
	}
	if l.faults != 0 {
		key = nil
	}
	key = ours(key)
	if l.peek() != ':' {
		return nil, 0, l.expect("a colon")
	}
	l.pos++
	return key, l.peek(), true
}

// ours is a key that may be one of ours: the same answer whichever way it was
// read.
func ours(key []byte) []byte {
	if len(key) > maxKeyBytes {
		return nil
	}
	return key
}

// identity reads userIdentity.
func (s *Scanner) identity(c byte) bool {
	s.openIdentity()
	s.rec.User.Present = c == '{'
	return s.object(inUser, userMember, c)
}

func (s *Scanner) openIdentity() {
	clear(s.rec.faults[inUser : inIssuerName+1])
	s.rec.User.reset()
	s.rec.User.Present = true
}

func (s *Scanner) faultless(from, to field) bool {
	for _, f := range s.rec.faults[from : to+1] {
		if f != 0 {
			return false
		}
	}
	return true
}

// session reads sessionContext.
func (s *Scanner) session(c byte) bool {
	s.openSession()
	return s.object(inContext, contextMember, c)
}

func (s *Scanner) openSession() {
	s.rec.User.Issuer, s.rec.User.SourceIdentity = Issuer{}, ""
	clear(s.rec.faults[inContext : inIssuerName+1])
}

func contextMember(s *Scanner, key []byte, c byte) bool {
	switch string(key) {
	case issuerName:
		return s.issuer(c)
	case sourceIdentityName:
		return s.loose(&s.rec.User.SourceIdentity, c)
	}
	return s.skip(c)
}

// issuer reads sessionIssuer, or finds it among those seen before.
func (s *Scanner) issuer(c byte) bool {
	clear(s.rec.faults[inIssuer : inIssuerName+1])
	to := &s.rec.User.Issuer
	*to = Issuer{}
	if c != '{' {
		return s.object(inIssuer, nil, c)
	}
	if known, size := s.mem.memo.find(s.buf[s.pos:s.end]); known != nil {
		s.pos += size
		*to = *known
		return true
	}
	window, at := s.base, s.pos
	deep := s.deep
	s.deep = false
	ok := s.members(issuerMember)
	if ok && s.base == window && s.faultless(inIssuer, inIssuerName) && !s.deep {
		s.mem.memo.keep(s.buf[at:s.end], s.pos-at, to)
	}
	s.deep = s.deep || deep
	return ok
}

func issuerMember(s *Scanner, key []byte, c byte) bool {
	i := &s.rec.User.Issuer
	switch string(key) {
	case "type":
		return s.string(&i.Type, inIssuerType, c)
	case "principalId":
		return s.string(&i.PrincipalID, inIssuerPrincipal, c)
	case "arn":
		return s.string(&i.ARN, inIssuerARN, c)
	case "accountId":
		return s.string(&i.AccountID, inIssuerAccount, c)
	case "userName":
		return s.string(&i.UserName, inIssuerName, c)
	}
	return s.skip(c)
}

func parameterMember(s *Scanner, key []byte, c byte) bool {
	switch string(key) {
	case "serviceNamespace":
		if s.rec.ServiceNamespace = ""; c == '"' {
			return s.loose(&s.rec.ServiceNamespace, c)
		}
	case "statement":
		if s.rec.StatementVerb = ""; c == '"' {
			return s.verb()
		}
	}
	return s.parameter(key, c, parameterLevel, false)
}

func responseMember(s *Scanner, key []byte, c byte) bool {
	if string(key) == "ConsoleLogin" {
		return s.loose(&s.rec.ConsoleLogin, c)
	}
	return s.skip(c)
}

// object reads a member that must be an object or null.
func (s *Scanner) object(f field, each member, c byte) bool {
	if c == '{' {
		return s.members(each)
	}
	s.blame(f, faultIf(c != 'n'))
	return s.skip(c)
}

// optional reads a member whose type is the business of the service that wrote
// it: anything but an object is passed over.
func (s *Scanner) optional(each member, c byte) bool {
	if c == '{' {
		return s.members(each)
	}
	return s.skip(c)
}

// value takes a member that must be a string or null; of several with one key
// the last counts, for its faults too. It gives nil for null.
func (s *Scanner) value(f field, c byte) (b []byte, ok bool) {
	if c != '"' {
		s.faults = faultIf(c != 'n')
		s.blame(f, s.faults)
		return nil, s.skip(c)
	}
	if b, ok = s.text(); s.faults != 0 || s.rec.faulty {
		s.blame(f, s.faults)
	}
	return b, ok
}

// string takes a value that is likely to have come before. What is remembered
// is sound, so only new values are examined.
//
// Most fields have the value that they had in the record before.
func (s *Scanner) string(to *string, f field, c byte) bool {
	last := &s.mem.last[f]
	if n := len(*last); n > 0 && c == '"' && s.end-s.pos > n+1 && s.buf[s.pos+1+n] == '"' && string(s.buf[s.pos+1:s.pos+1+n]) == *last {
		*to = *last
		s.pos += n + 2
		if s.rec.faulty {
			s.blame(f, 0)
		}
		return true
	}
	window, from := s.base, s.pos+1
	b, ok := s.value(f, c)
	if *to, _ = s.mem.known(b); *to == "" && len(b) > 0 {
		*to = s.mem.text(s.soundValue(f, b))
	}
	if ok && s.base == window && s.faults == 0 && c == '"' && string(s.buf[from:s.pos-1]) == *to { // it has no escapes
		*last = *to
	}
	return ok
}

// plainString is string for a value that is what it looks like.
func (s *Scanner) plainString(to *string, f field, b []byte) {
	last := &s.mem.last[f]
	if string(b) != *last {
		*last = s.mem.text(b)
	}
	*to = *last
	if s.rec.faulty {
		s.blame(f, 0)
	}
}

// plainBytes is bytes for a value that is what it looks like.
func (s *Scanner) plainBytes(to *Text, f field, b []byte) {
	*to = append((*to)[:0], b...)
	if s.rec.faulty {
		s.blame(f, 0)
	}
}

// plain is the text of a string if it is what it looks like; else nil.
func (s *Scanner) plain(h *hit) []byte {
	if h.at+1 >= h.end {
		return nil
	}
	b := s.buf[h.at+1 : h.end]
	n := bytes.IndexByte(b, '"')
	if n < 0 || n > maxFieldBytes {
		return nil
	}
	return b[:n]
}

// bytes takes a value that differs from record to record.
func (s *Scanner) bytes(to *Text, f field, c byte) bool {
	b, ok := s.value(f, c)
	*to = append((*to)[:0], s.soundValue(f, b)...)
	return ok
}

func (s *Scanner) soundValue(f field, b []byte) []byte {
	b = s.sound(b)
	if s.faults&faultLong != 0 {
		s.blame(f, s.faults)
	}
	return b
}

// bool takes true and false, and the same words as strings, which occur.
func (s *Scanner) bool(to *Bool, f field, c byte) bool {
	*to = Unset
	if c == '"' {
		b, ok := s.value(f, c)
		*to = parseBool(b)
		if *to == Unset && s.faults == 0 {
			s.blame(f, faultType)
		}
		return ok
	}
	switch c {
	case 't':
		*to = True
	case 'f':
		*to = False
	}
	s.blame(f, faultIf(*to == Unset && c != 'n'))
	return s.skip(c)
}

func parseBool(b []byte) Bool {
	switch {
	case bytes.EqualFold(b, []byte("true")):
		return True
	case bytes.EqualFold(b, []byte("false")):
		return False
	}
	return Unset
}

// loose takes a string that only some services write: anything else is as if
// it were missing.
func (s *Scanner) loose(to *string, c byte) bool {
	*to = ""
	if c != '"' {
		return s.skip(c)
	}
	b, ok := s.text()
	if b = s.sound(b); s.faults == 0 {
		*to = s.mem.text(b)
	}
	return ok
}

// verb takes the first word of a PartiQL statement of any length.
func (s *Scanner) verb() bool {
	b, ok := s.decodeInto(s.scratch[:maxVerbBytes+runeBytes])
	s.rec.StatementVerb = partiQLVerb(b[:min(len(b), maxVerbBytes)])
	return ok
}

func faultIf(wrong bool) fault {
	if wrong {
		return faultType
	}
	return 0
}

// blame sets what is wrong with a field, in place of what was wrong with it before.
func (s *Scanner) blame(f field, what fault) {
	s.rec.faults[f] = what
	s.rec.faulty = s.rec.faulty || what != 0
}
