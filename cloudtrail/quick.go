package cloudtrail

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// quick reads a record of a list in two passes: the first walks over bitmaps of
// the text (block.go), checks the grammar of all of it and notes where the
// values that matter begin; the second reads those values as ever. It is for
// records as AWS writes them: whole in the window, no white space between
// tokens, no escapes in keys, nesting within a word of bits. It reports false
// for any other, which then is read from its beginning by the slow way; the two
// agree on every text.
type quick struct {
	blocks [quickBlocks]block
	at     int   // of blocks[0] in the window
	n      int   // how many blocks are filled
	base   int64 // the window that they are of
	end    int   // the window's end when they were filled
	text   stringState

	hits  [maxHits]hit
	found int
	rare  bool // a key was seen that rareKeys may mean

	// Where the walk is: in which value of a record, and of userIdentity.
	under, below int
}

// hit is a value that matters.
type hit struct {
	key *recordKey
	at  int32 // of the value's first byte in the window
}

// Where keys are in their tables.
var (
	userIdentityKey = slices.IndexFunc(recordKeys[:], func(k recordKey) bool { return k.name == "userIdentity" })
	sessionKey      = slices.IndexFunc(identityKeys[:], func(k recordKey) bool { return k.name == "sessionContext" })
	issuerKey       = recordKey{name: issuerName, read: (*Scanner).issuer}
)

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
	for i := range s.quick.found {
		h := &s.quick.hits[i]
		if h.key.rare && !s.quick.rare {
			continue
		}
		s.pos = int(h.at)
		c := s.buf[s.pos]
		if c == '{' && h.key.open != nil {
			h.key.open(s)
		} else if !h.key.read(s, c) {
			return false
		}
	}
	return true
}

// filled makes blocks hold the text at i, and gives the number of its block.
func (s *Scanner) filled(i int) int {
	q := &s.quick
	if q.base != s.base || q.end != s.end || i < q.at || i >= q.at+q.n*blockBytes {
		q.at, q.n, q.base, q.end, q.text = i, 0, s.base, s.end, stringState{}
		s.fillBlocks()
	}
	return (i - q.at) / blockBytes
}

// fillBlocks fills the blocks with the text behind those that they hold.
func (s *Scanner) fillBlocks() {
	q := &s.quick
	q.at += q.n * blockBytes
	q.n = min(quickBlocks, (s.end-q.at+blockBytes-1)/blockBytes)
	classify(s.buf[q.at:], q.blocks[:q.n], &q.text)
}

// walk checks the record whose brace is at start and finds its values; it
// gives the place behind it.
func (s *Scanner) walk(start int) (end int, how verdict) {
	q := &s.quick
	q.found, q.rare, q.under, q.below = 0, false, -1, -1
	k := s.filled(start)
	first := (start - q.at) % blockBytes
	w := walker{live: ^uint64(0) << first}
	w.afterMark = 1 << first // the record itself may stand there
	for ; ; k++ {
		if k == q.n {
			if q.at+k*blockBytes >= s.end {
				return 0, short
			}
			s.fillBlocks()
			k = 0
		}
		at := q.at + k*blockBytes
		last, ok := w.levels(&q.blocks[k])
		if !last && at+blockBytes > s.end {
			return 0, short
		}
		if !ok || !w.grammar(&q.blocks[k]) ||
			w.scalars != 0 && !s.scalars(at, w.scalars) ||
			w.colons != 0 && (q.under >= 0 || w.colons&w.level[1] != 0) && !s.findKeys(start, at, &w) {
			return 0, odd
		}
		if last {
			return at + bits.Len64(w.live), walked
		}
		w.live = ^uint64(0)
	}
}

// walker is what the walk over a record carries from block to block.
type walker struct {
	live  uint64 // the bytes of the block that are the record's
	kinds uint64 // of the open brackets, the innermost lowest: 1 for a brace
	depth int

	// Of the block: bytes that lie directly in an object of any depth, at each
	// of the first levels, the record being level 1; where scalars begin; and
	// the colons.
	object  uint64
	level   [4]uint64
	scalars uint64
	colons  uint64

	// Of the byte before the block, 1 when it was: a colon, comma or opening
	// bracket; an opening bracket; the end of a value; part of a scalar; the end
	// of a key; a comma or brace before a key. And whether the block begins in
	// a key.
	afterMark, afterOpen, afterValue, afterScalar, afterKey, beforeKey, inKey uint64
}

// levels walks over the brackets of a block. It ends the record, and live, at
// the bracket that closes it.
func (w *walker) levels(b *block) (last, ok bool) {
	w.object, w.level = 0, [4]uint64{}
	rest := w.live
	depth, kinds := w.depth, w.kinds
	for x := (b.open | b.close) & w.live; x != 0; x &= x - 1 {
		bit := x & -x
		segment := rest & (bit - 1)
		rest &^= segment | bit
		w.object |= segment & -(kinds & 1)
		if depth < len(w.level) {
			w.level[depth] |= segment
		}
		kind := uint64(0)
		if b.curly&bit != 0 {
			kind = 1
		}
		if b.open&bit != 0 {
			if depth++; depth > maxQuickDepth {
				return false, false
			}
			kinds = kinds<<1 | kind
			continue
		}
		if kinds&1 != kind {
			return false, false
		}
		kinds >>= 1
		if depth--; depth == 0 {
			w.live &= bit | (bit - 1)
			return true, true
		}
	}
	w.object |= rest & -(kinds & 1)
	if depth < len(w.level) {
		w.level[depth] |= rest
	}
	w.depth, w.kinds = depth, kinds
	return false, true
}

// grammar checks what each byte may follow, for text without white space.
//
// A key is a string that follows a brace or, in an object, a comma. Adding
// where keys begin to the mask of strings carries through each key to its
// closing quote, which gives where keys end; colons stand behind these and
// nowhere else, and values behind colons. So keys and values alternate.
func (w *walker) grammar(b *block) bool {
	live := w.live
	text := b.text & live
	opening, open, shut := b.quote&text, b.open&live, b.close&live
	colon, comma := b.colon&live, b.comma&live
	mark := colon | comma | open
	value := live &^ (text | mark) // the last byte of one, or of a key
	scalar := value &^ (b.quote | shut)
	keyed := comma&w.object | open&b.curly

	mayKey := keyed<<1 | w.beforeKey
	sum, inKey := bits.Add64(text, mayKey&opening, w.inKey)
	keyEnd := sum &^ text & live
	afterMark, afterValue := mark<<1|w.afterMark, value<<1|w.afterValue
	afterScalar := scalar<<1 | w.afterScalar
	bad := (opening|open)&^afterMark |
		scalar&^(afterMark|afterScalar) |
		comma&^afterValue |
		shut&^(afterValue|open<<1|w.afterOpen) |
		mayKey&live&^(opening|shut) |
		(colon ^ (keyEnd<<1|w.afterKey)&live) |
		b.back&text&^sum

	w.afterMark, w.afterOpen, w.afterValue, w.afterScalar = mark>>63, open>>63, value>>63, scalar>>63
	w.afterKey, w.beforeKey, w.inKey = keyEnd>>63, keyed>>63, inKey
	w.scalars = scalar &^ afterScalar
	w.colons = colon
	return bad == 0
}

// scalars checks the numbers and words that begin at the places of a mask.
func (s *Scanner) scalars(at int, starts uint64) bool {
	for ; starts != 0; starts &= starts - 1 {
		i := at + bits.TrailingZeros64(starts)
		var end int
		switch binary.LittleEndian.Uint32(s.buf[i:]) {
		case wordNull, wordTrue:
			end = i + 4
		default:
			if end = scalarEnd(s.buf, i); end < 0 {
				return false
			}
		}
		if c := s.buf[end]; c != ',' && c|0x20 != '}' {
			return false
		}
	}
	return true
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

// findKeys looks at the keys before the colons of a block at the place at, of
// the record that begins at start. It reports false for a record that is not
// for the quick way.
func (s *Scanner) findKeys(start, at int, w *walker) bool {
	rest := w.colons
	for x := w.colons & w.level[1]; x != 0; x &= x - 1 {
		bit := x & -x
		if s.quick.under >= 0 {
			s.findBelow(at, rest&(bit-1), w)
		}
		rest &^= bit | (bit - 1)
		if !s.recordKeyAt(start, at+bits.TrailingZeros64(bit)) {
			return false
		}
	}
	if s.quick.under >= 0 {
		s.findBelow(at, rest, w)
	}
	return s.quick.found < maxHits
}

// findBelow looks at the keys before some of the colons of a block, in the
// value that the walk is in.
func (s *Scanner) findBelow(at int, colons uint64, w *walker) {
	q := &s.quick
	switch {
	case q.under == userIdentityKey:
		for x := colons & (w.level[2] | w.level[3]); x != 0; x &= x - 1 {
			colon := at + bits.TrailingZeros64(x)
			if w.level[2]&x&-x != 0 {
				s.identityKeyAt(colon)
			} else if q.below == sessionKey && s.isKey(issuerName, colon) {
				s.note(&issuerKey, colon)
			}
		}
	case recordKeys[q.under].rare:
		for x := colons & w.level[2]; x != 0 && !q.rare; x &= x - 1 {
			word := binary.LittleEndian.Uint64(s.buf[at+bits.TrailingZeros64(x)-wordBytes:])
			q.rare = word == rareKeys[0] || word == rareKeys[1] || word == rareKeys[2]
		}
	}
}

// note notes the value behind a colon.
func (s *Scanner) note(k *recordKey, colon int) {
	q := &s.quick
	if q.found < maxHits {
		q.hits[q.found] = hit{k, int32(colon + 1)}
		q.found++
	}
}

func (s *Scanner) recordKeyAt(start, colon int) bool {
	q := &s.quick
	q.under, q.below = -1, -1
	if colon-start <= wordBytes {
		return true
	}
	i := int(recordKeySlots[slotOf(binary.LittleEndian.Uint64(s.buf[colon-wordBytes:]))]) - 1
	if i < 0 || !s.matches(&recordEnds[i], recordKeys[i].name, colon) {
		return true
	}
	k := &recordKeys[i]
	if k.open != nil || k.rare {
		q.under = i
	}
	s.note(k, colon)
	return k.read != nil
}

// identityKeyAt looks for a key of userIdentity, first for the one that AWS
// writes behind the one before.
func (s *Scanner) identityKeyAt(colon int) {
	q := &s.quick
	tail := binary.LittleEndian.Uint32(s.buf[colon-4:])
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
