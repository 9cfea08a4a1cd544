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
	w := walker{live: ^uint64(0) << ((start - q.at) % blockBytes)}
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
		if !ok || !w.grammar(&q.blocks[k]) || !s.scalars(at, w.scalars) || !s.findKeys(start, at, &w) {
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

	// Whether the byte before the block was the end of a string, of a key, a
	// closing bracket, part of a scalar, a colon or comma, an opening bracket,
	// a comma or brace before a key; and whether the block begins in a key.
	afterString, afterKey, afterClose, afterScalar uint64
	afterMark, afterOpen, beforeKey, inKey         uint64
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

// grammar checks what may follow what, for text without white space.
//
// A key is a string that follows a brace or, in an object, a comma. Adding
// where keys begin to the mask of strings carries through each key to its
// closing quote, which gives where keys end; colons stand behind these and
// nowhere else, and values behind colons. So keys and values alternate.
func (w *walker) grammar(b *block) bool {
	live := w.live
	text, quote := b.text&live, b.quote&live
	opening, closing := quote&text, quote&^text
	open, shut, colon, comma := b.open&live, b.close&live, b.colon&live, b.comma&live
	scalar := live &^ (text | quote | open | shut | colon | comma)
	value := opening | open | scalar
	end := shut | comma
	mark := colon | comma
	keyed := comma&w.object | open&b.curly

	follow := func(mask uint64, carry *uint64) uint64 {
		f := (mask<<1 | *carry) & live
		*carry = mask >> 63
		return f
	}
	expect := follow(keyed, &w.beforeKey)
	starts := expect & opening
	sum, inKey := bits.Add64(text, starts, w.inKey)
	keyEnd := sum &^ text & live
	keyText := text &^ sum
	w.inKey = inKey

	afterScalar := follow(scalar, &w.afterScalar)
	bad := follow(closing, &w.afterString)&^(colon|end) |
		follow(shut, &w.afterClose)&^end |
		afterScalar&^(scalar|end) |
		follow(mark, &w.afterMark)&^value |
		follow(open, &w.afterOpen)&^(value|shut) |
		expect&^(opening|shut) |
		follow(keyEnd, &w.afterKey) ^ colon |
		b.back&keyText
	w.scalars = scalar &^ afterScalar
	w.colons = colon
	return bad == 0
}

// scalars checks the numbers and words that begin at the places of a mask.
func (s *Scanner) scalars(at int, starts uint64) bool {
	for ; starts != 0; starts &= starts - 1 {
		end := scalarEnd(s.buf, at+bits.TrailingZeros64(starts))
		if end < 0 {
			return false
		}
		switch s.buf[end] {
		case ',', ']', '}':
		default:
			return false
		}
	}
	return true
}

// scalarEnd is the place behind the number or word at i; -1 when there is none.
func scalarEnd(b []byte, i int) int {
	switch binary.LittleEndian.Uint32(b[i:]) {
	case 'n' | 'u'<<8 | 'l'<<16 | 'l'<<24, 't' | 'r'<<8 | 'u'<<16 | 'e'<<24:
		return i + 4
	case 'f' | 'a'<<8 | 'l'<<16 | 's'<<24:
		if b[i+4] == 'e' {
			return i + 5
		}
		return -1
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
	q := &s.quick
	for x := w.colons & (w.level[1] | w.level[2] | w.level[3]); x != 0; x &= x - 1 {
		colon := at + bits.TrailingZeros64(x)
		switch bit := x & -x; {
		case w.level[1]&bit != 0:
			if !s.recordKeyAt(start, colon) {
				return false
			}
		case q.under == userIdentityKey && w.level[2]&bit != 0:
			s.identityKeyAt(colon)
		case q.under == userIdentityKey && q.below == sessionKey && s.isKey(issuerName, colon):
			s.note(&issuerKey, colon)
		case q.under >= 0 && recordKeys[q.under].rare && w.level[2]&bit != 0:
			word := binary.LittleEndian.Uint64(s.buf[colon-wordBytes:])
			q.rare = q.rare || word == rareKeys[0] || word == rareKeys[1] || word == rareKeys[2]
		}
	}
	return q.found < maxHits
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
	if i < 0 || !s.isKey(recordKeys[i].name, colon) {
		return true
	}
	q.under = i
	s.note(&recordKeys[i], colon)
	return recordKeys[i].read != nil
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
			if s.isKey(identityKeys[i].name, colon) {
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
