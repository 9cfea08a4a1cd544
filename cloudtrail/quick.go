package cloudtrail

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// quick reads a record of a list in two passes: the first walks over the tokens
// of the text (tokens.go), checks the grammar of all of it and notes where the
// values that matter begin; the second reads those values as ever. It is for
// records as AWS writes them: whole in the window, no white space between
// tokens, no escapes in keys that could matter, nesting within a word of bits.
// It reports false for any other, which then is read from its beginning by the
// slow way; the two agree on every text.
type quick struct {
	tokens
	hits  [maxHits]hit
	found int
	rare  bool // a key was seen that rareKeys may mean

	// Where the walk is: in which value of a record, and of userIdentity.
	under, below int
	levels       uint64 // at which of them keys may matter: level n in bit n
}

// The levels of a record at which keys may matter: everywhere, in a value that
// rarely does, and in userIdentity.
const (
	topLevel       = 1 << 1
	rareLevels     = topLevel | 1<<2
	identityLevels = topLevel | 1<<2 | 1<<3
	roleLevels     = 1<<(maxRoleLevels+1) - topLevel
)

// parameterLevel is the level of the keys of requestParameters.
const parameterLevel = 2

// hit is a value that matters.
type hit struct {
	key *recordKey
	at  int // the value's first byte in the window
	end int // a place before which there is nothing unusual in it

	level int // of its key, when that is roleKey
}

// Where keys are in their tables.
var (
	userIdentityKey = placeOf("userIdentity")
	parametersKey   = placeOf("requestParameters")
	managementKey   = placeOf("managementEvent")
	readOnlyKey     = placeOf("readOnly")
	sessionKey      = slices.IndexFunc(identityKeys[:], func(k recordKey) bool { return k.name == "sessionContext" })
	issuerKey       = recordKey{name: issuerName, read: (*Scanner).issuer}
	sourceKey       = recordKey{name: sourceIdentityName,
		read:  func(s *Scanner, c byte) bool { return s.loose(&s.rec.User.SourceIdentity, c) },
		plain: func(s *Scanner, b []byte) { s.rec.User.SourceIdentity = s.mem.text(b) }}
)

func placeOf(name string) int {
	return slices.IndexFunc(recordKeys[:], func(k recordKey) bool { return k.name == name })
}

// verdict is how a walk over a record has ended.
type verdict uint8

const (
	walked verdict = iota
	odd            // not for the quick way, or broken
	short          // the text in the window ends within the record
)

// quickly reads the record whose brace is at pos into main and goes behind it.
func (s *Scanner) quickly() bool {
	start := s.pos
	end, how := s.walk(start)
	for how == short && s.lengthen(start) {
		start = s.pos // the window may have slid
		end, how = s.walk(start)
	}
	if how != walked || !s.collect() {
		s.pos = start
		return false
	}
	s.pos = end
	s.learn(start, end)
	return true
}

// lengthen makes at least twice as much text of the record that begins at start
// be in the window; false when there is no more or it does not fit. Twice, so
// that a text that comes in small pieces is not walked over for each of them.
func (s *Scanner) lengthen(start int) bool {
	if s.crowded() {
		if start == 0 {
			return false
		}
		s.slide(start)
		start = 0
	}
	want := start + 2*(s.end-start)
	if s.err != nil || !s.read() {
		return false
	}
	for s.end < want && !s.crowded() && s.err == nil && s.read() {
	}
	return true
}

// collect reads the values that the walk has found.
func (s *Scanner) collect() bool {
	s.begin(listing)
	for i := range s.quick.hits[:s.quick.found] {
		h := &s.quick.hits[i]
		c := s.buf[h.at]
		if h.key.plain != nil && c == '"' {
			if b := s.plain(h); b != nil {
				h.key.plain(s, b)
				continue
			}
		}
		switch {
		case h.key.rare && !s.quick.rare:
		case h.key.open != nil && c == '{':
			h.key.open(s)
		case h.key == &roleKey:
			if s.pos = h.at; !s.roleIn(c, h.level, true) {
				return false
			}
		default:
			if s.pos = h.at; !h.key.read(s, c) {
				return false
			}
		}
	}
	return true
}

// walk checks the record whose brace is at start and finds its values; it gives
// the place behind it.
//
// What a byte may follow is known for whole blocks (tokens.go). Here remain:
// brackets match; numbers and words are such; a colon stands in an object, and
// the commas that are tokens in an array; and what is no string stands behind a
// colon in an object.
func (s *Scanner) walk(start int) (end int, how verdict) {
	q := &s.quick
	q.found, q.rare, q.under, q.below, q.levels = 0, false, -1, -1, topLevel
	t, c := s.tokensAt(start)
	q.t = -1
	fit := fitting{from: start - q.at + 1}
	depth, objects := 0, uint64(0) // objects: the open brackets, the innermost lowest; 1 for a brace
	for ; ; t++ {
		i := q.n * blockBytes
		if t < q.count {
			i = int(q.list[t])
		}
		if q.at+i > s.end {
			return 0, short
		}
		for ; c < q.marks && int(q.colons[c]) < i; c++ {
			if objects&1 == 0 || q.levels>>depth&1 != 0 && !s.keyAt(q.at+int(q.colons[c]), depth) {
				return 0, odd
			}
		}
		if t >= q.count {
			if fit.pass(&q.tokens, i); fit.bad != 0 {
				return 0, odd
			}
			if q.at+i >= s.end {
				return 0, short
			}
			s.moreTokens()
			t, c = -1, 0
			continue
		}
		i += q.at
		switch b := s.buf[i]; b {
		case '{', '[':
			if depth > 0 && objects&1 != 0 && s.buf[i-1] != ':' || depth == maxQuickDepth {
				return 0, odd
			}
			depth++
			objects = objects<<1 | uint64(b>>5&1)
		case '}', ']':
			if objects&1 != uint64(b>>5&1) {
				return 0, odd
			}
			objects >>= 1
			if depth--; depth == 0 {
				if fit.pass(&q.tokens, i-q.at+1); fit.bad != 0 || q.found == maxHits {
					return 0, odd
				}
				q.t, q.c = t, c
				return i + 1, walked
			}
		case ',':
			if objects&1 != 0 {
				return 0, odd
			}
		default:
			if i >= s.end {
				return 0, short
			}
			if objects&1 != 0 && s.buf[i-1] != ':' {
				return 0, odd
			}
			if !isScalar(s.buf, i) {
				if i+wordBytes > s.end { // it may be cut
					return 0, short
				}
				return 0, odd
			}
		}
	}
}

// fitting sums up what the tokens say of the bytes of a record.
type fitting struct {
	from int // where the record begins, or goes on, in the blocks
	bad  uint64
}

// pass looks at the bytes up to a place in the blocks.
func (f *fitting) pass(t *tokens, to int) {
	first, last := f.from/blockBytes, (to-1)/blockBytes
	for k := first; k <= last; k++ {
		bad := t.bad[k]
		if k == first {
			bad &= ^uint64(0) << (f.from % blockBytes)
		}
		if k == last {
			bad &= ^uint64(0) >> (blockBytes - 1 - (to-1)%blockBytes)
		}
		f.bad |= bad
	}
	f.from = 0
}

// isScalar reports whether there is a number or word at i, and nothing else
// before the next token.
func isScalar(b []byte, i int) bool {
	switch binary.LittleEndian.Uint32(b[i:]) {
	case wordNull, wordTrue:
		i += 4
	default:
		if i = scalarEnd(b, i); i < 0 {
			return false
		}
	}
	return b[i] == ',' || b[i]|0x20 == '}'
}

// The first four bytes of the three words.
const (
	wordNull  = 'n' | 'u'<<8 | 'l'<<16 | 'l'<<24
	wordTrue  = 't' | 'r'<<8 | 'u'<<16 | 'e'<<24
	wordFalse = 'f' | 'a'<<8 | 'l'<<16 | 's'<<24
)

// scalarEnd is the place behind the false or number at i; -1 when there is none.
func scalarEnd(b []byte, i int) int {
	if binary.LittleEndian.Uint32(b[i:]) == wordFalse && b[i+4] == 'e' {
		return i + 5
	}
	return numberEnd(b, i)
}

func numberEnd(b []byte, i int) int {
	if b[i] == '-' {
		i++
	}
	if b[i] == '0' {
		i++
	} else if i = digitsEnd(b, i); i < 0 {
		return -1
	}
	if b[i] == '.' {
		if i = digitsEnd(b, i+1); i < 0 {
			return -1
		}
	}
	if b[i]|0x20 == 'e' {
		i++
		if b[i] == '+' || b[i] == '-' {
			i++
		}
		return digitsEnd(b, i)
	}
	return i
}

// digitsEnd is the place behind the digits at i; -1 when there are none.
func digitsEnd(b []byte, i int) int {
	start := i
	for isDigit(b[i]) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// keyAt looks at the key before a colon. It reports false for a record that is
// not for the quick way.
func (s *Scanner) keyAt(colon, depth int) bool {
	q := &s.quick
	switch {
	case q.before|q.state.unusual != 0 && s.isEscaped(colon):
		return false
	case depth == 1:
		return s.recordKeyAt(colon)
	case q.under == userIdentityKey && depth == 2:
		s.identityKeyAt(colon)
	case q.under == userIdentityKey:
		switch {
		case q.below != sessionKey:
		case s.isKey(issuerName, colon):
			s.note(&issuerKey, colon)
		case s.isKey(sourceIdentityName, colon):
			s.note(&sourceKey, colon)
		}
	case q.under == parametersKey:
		s.parameterAt(colon, depth)
	case colon >= wordBytes:
		q.rare = q.rare || isRare(binary.LittleEndian.Uint64(s.buf[colon-wordBytes:]))
	}
	return true
}

// isEscaped reports whether there is a backslash in the key before the colon.
// The quote that is found may be one in the key: then a backslash is before it.
func (s *Scanner) isEscaped(colon int) bool {
	key := s.buf[:colon-1]
	i := bytes.LastIndexByte(key, '"')
	return i < 1 || key[i-1] == '\\' || bytes.IndexByte(key[i:], '\\') >= 0
}

// note notes the value behind a colon.
func (s *Scanner) note(k *recordKey, colon int) {
	q := &s.quick
	if q.found == maxHits {
		return
	}
	h := &q.hits[q.found]
	q.found++
	h.key, h.at, h.end = k, colon+1, 0
	if q.before|q.state.unusual == 0 {
		h.end = q.at + q.n*blockBytes
	}
}

func (s *Scanner) recordKeyAt(colon int) bool {
	q := &s.quick
	q.under, q.below, q.levels = -1, -1, topLevel
	if colon < wordBytes {
		return true
	}
	i := int(recordKeySlots[slotOf(binary.LittleEndian.Uint64(s.buf[colon-wordBytes:]))]) - 1
	if i < 0 || !s.matches(&recordEnds[i], recordKeys[i].name, colon) {
		return true
	}
	k := &recordKeys[i]
	switch {
	case k.open != nil:
		q.under, q.levels = i, identityLevels
	case i == parametersKey:
		q.under, q.levels = i, roleLevels
	case k.rare:
		q.under, q.levels = i, rareLevels
	}
	s.note(k, colon)
	return k.read != nil
}

// identityKeyAt looks for a key of userIdentity, first for the one that AWS
// writes behind the one before.
func (s *Scanner) identityKeyAt(colon int) {
	q := &s.quick
	tail := binary.LittleEndian.Uint32(s.buf[max(colon-4, 0):])
	i := q.below
	for range identityKeys {
		if i++; i == len(identityKeys) {
			i = 0
		}
		if identityTails[i] == tail {
			if s.matches(&identityEnds[i], identityKeys[i].name, colon) {
				q.below = i
				s.note(&identityKeys[i], colon)
				return
			}
			break
		}
	}
	if q.below == sessionKey {
		q.below = -1
	}
}

// keyEnd is the last two words of a key with its quotes, as far as it reaches.
type keyEnd struct {
	first, firstMask uint64
	last, lastMask   uint64
	whole            bool // that is all of it
}

var (
	recordEnds   = endsOf(recordKeys[:])
	identityEnds = endsOf(identityKeys[:])
)

func endsOf(keys []recordKey) []keyEnd {
	ends := make([]keyEnd, len(keys))
	for i, k := range keys {
		quoted := `"` + k.name + `"`
		var text, mask [2 * wordBytes]byte
		from := max(0, len(quoted)-len(text))
		copy(text[len(text)-(len(quoted)-from):], quoted[from:])
		for j := len(text) - (len(quoted) - from); j < len(mask); j++ {
			mask[j] = 0xff
		}
		ends[i] = keyEnd{
			first: binary.LittleEndian.Uint64(text[:]), firstMask: binary.LittleEndian.Uint64(mask[:]),
			last: binary.LittleEndian.Uint64(text[wordBytes:]), lastMask: binary.LittleEndian.Uint64(mask[wordBytes:]),
			whole: from == 0,
		}
	}
	return ends
}

// matches is isKey in two comparisons, for most keys.
func (s *Scanner) matches(end *keyEnd, name string, colon int) bool {
	if !end.whole || colon < 2*wordBytes {
		return s.isKey(name, colon)
	}
	b := s.buf[colon-2*wordBytes : colon]
	return binary.LittleEndian.Uint64(b)&end.firstMask == end.first &&
		binary.LittleEndian.Uint64(b[wordBytes:])&end.lastMask == end.last
}

// identityTails are the last four bytes of identityKeys with their quotes.
var identityTails = makeTails()

func makeTails() (tails [len(identityKeys)]uint32) {
	for i, k := range identityKeys {
		tails[i] = binary.LittleEndian.Uint32([]byte(k.name[len(k.name)-3:] + `"`))
	}
	return tails
}

// isKey reports whether the key before the colon is name. As no key of the
// record has escapes, a quote before the name is the one that begins the key.
func (s *Scanner) isKey(name string, colon int) bool {
	i := colon - 1 - len(name)
	return i > 0 && s.buf[i-1] == '"' && string(s.buf[i:colon-1]) == name
}
