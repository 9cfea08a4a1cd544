package cloudtrail

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// tokens are the places of all that is not text in a string: brackets, colons,
// commas, and where numbers and words begin. They are found in blocks of text
// without a branch that depends on it; that, and not the number of
// instructions, is what reading JSON costs.
type tokens struct {
	list  [maxBlocks*blockBytes + listStep]uint16 // from at on
	bad   [maxBlocks]uint64                       // bytes that cannot stand behind the one before, in JSON without white space
	count int                                     // how many of list are filled
	n     int                                     // how many blocks of text they are of
	at    int                                     // where these begin in the window
	base  int64                                   // the window
	end   int                                     // the window's end at that time
	state tokenState
	back  uint64 // state.unusual of the blocks before
}

const (
	blockBytes = 64
	// listStep is how many tokens are listed at a time.
	listStep = 8
)

// tokenState is what has to be known of the text before a block. The zero value
// is outside strings.
type tokenState struct {
	inside  uint64 // all ones in a string
	escaped uint64 // 1 when the first byte is escaped by a backslash before

	// 1 for each of what the byte before was: a colon, comma or opening bracket;
	// an opening bracket; a closing quote; the last one of a string, number,
	// word or container; one of a number or word.
	mark, open, quote, value, scalar uint64

	// unusual is not zero when there were backslashes, control characters or
	// bytes that are not ASCII in strings.
	unusual uint64
}

// holds reports whether the tokens are those of the text at i in the window as
// it is now.
func (s *Scanner) holds(i int) bool {
	t := &s.quick.tokens
	return t.base == s.base && t.end == s.end && i >= t.at && i < t.at+t.n*blockBytes
}

// tokensAt makes the tokens those of the text from i on, which is outside
// strings, and gives the number of the first one.
func (s *Scanner) tokensAt(i int) int {
	t := &s.quick.tokens
	if !s.holds(i) {
		t.at, t.n, t.base, t.end, t.state = i, 0, s.base, s.end, tokenState{}
		s.moreTokens()
	}
	first, _ := slices.BinarySearch(t.list[:t.count], uint16(i-t.at))
	return first
}

// moreTokens makes the tokens those of the text behind the one before.
func (s *Scanner) moreTokens() {
	t := &s.quick.tokens
	t.at += t.n * blockBytes
	t.n = min(maxBlocks, (s.end-t.at+blockBytes-1)/blockBytes)
	t.back, t.state.unusual = t.state.unusual, 0
	t.count = tokenize(s.buf[t.at:], t.bad[:t.n], &t.list, &t.state)
}

// tokenizePortable finds the tokens of as many blocks of text as bad has room
// for. It is the meaning of tokenize, which may be faster.
func tokenizePortable(text []byte, bad []uint64, list *[maxBlocks*blockBytes + listStep]uint16, st *tokenState) (count int) {
	for k := range bad {
		b := st.classify((*[blockBytes]byte)(text[k*blockBytes:]))
		var mask uint64
		mask, bad[k] = st.check(&b)
		for ; mask != 0; mask &= mask - 1 {
			list[count] = uint16(k*blockBytes + bits.TrailingZeros64(mask))
			count++
		}
	}
	return count
}

// block says of 64 bytes of text what each is: bit i of a mask stands for byte
// i. Brackets, colons and commas are those outside strings.
type block struct {
	quote uint64 // quotes that begin or end a string
	text  uint64 // in a string: its opening quote too, its closing one not
	open  uint64 // { and [
	close uint64 // } and ]
	colon uint64
	comma uint64
}

func (st *tokenState) classify(text *[blockBytes]byte) (b block) {
	var back, unusual uint64
	for i := 0; i < blockBytes; i += wordBytes {
		w := binary.LittleEndian.Uint64(text[i:])
		small := w | 0x20*ones // [ and ] become { and }
		b.quote |= equal(w, '"') << i
		back |= equal(w, '\\') << i
		unusual |= squeeze((^(w&^highs+0x60*ones)|w)&highs) << i
		b.colon |= equal(w, ':') << i
		b.comma |= equal(w, ',') << i
		b.open |= equal(small, '{') << i
		b.close |= equal(small, '}') << i
	}
	b.quote &^= st.escapes(back)
	b.text = prefixXor(b.quote) ^ st.inside
	st.inside = uint64(int64(b.text) >> 63)
	st.unusual |= (back | unusual) & b.text
	b.open &^= b.text
	b.close &^= b.text
	b.colon &^= b.text
	b.comma &^= b.text
	return b
}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// equal has bit i set when byte i of w is c.
func equal(w uint64, c byte) uint64 {
	w ^= uint64(c) * ones
	return squeeze(^(w&^highs + 0x7f*ones | w) & highs)
}

// squeeze gathers the highest bits of the bytes of w, which has no others.
func squeeze(w uint64) uint64 { return w >> 7 * 0x0102040810204080 >> 56 }

// escapes finds the characters that a backslash escapes. In a run of
// backslashes every second one is escaped itself.
func (st *tokenState) escapes(back uint64) uint64 {
	const even = 0x5555555555555555
	back &^= st.escaped
	follows := back<<1 | st.escaped
	sum, carry := bits.Add64(back&^even&^follows, back, 0) // runs that begin at odd places
	st.escaped = carry
	return (even ^ sum<<1) & follows
}

// prefixXor has bit i set when an odd number of bits up to bit i are set in x.
func prefixXor(x uint64) uint64 {
	for _, n := range [...]uint{1, 2, 4, 8, 16, 32} {
		x ^= x << n
	}
	return x
}

// check gives the tokens of a block, and the bytes that cannot stand where they
// do, by the byte before: values stand behind marks, commas and closing
// brackets behind values, colons behind strings.
func (st *tokenState) check(b *block) (tokens, bad uint64) {
	mark := b.colon | b.comma | b.open
	value := ^(b.text | mark)
	scalar := value &^ (b.quote | b.close)
	opening, closing := b.quote&b.text, b.quote&^b.text
	afterMark, afterScalar := mark<<1|st.mark, scalar<<1|st.scalar
	afterValue := value<<1 | st.value
	bad = (opening|b.open)&^afterMark |
		scalar&^(afterMark|afterScalar) |
		b.comma&^afterValue |
		b.close&^(afterValue|b.open<<1|st.open) |
		b.colon&^(closing<<1|st.quote)
	st.mark, st.open, st.quote, st.value, st.scalar = mark>>63, b.open>>63, closing>>63, value>>63, scalar>>63
	return mark | b.close | scalar&^afterScalar, bad
}
