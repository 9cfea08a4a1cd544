package cloudtrail

import (
	"encoding/binary"
	"math/bits"
)

// tokens are the places that a reader of JSON has to look at, in blocks of text:
//
//   - brackets, the beginnings of numbers and words, and commas that can only
//     stand in an array: those behind a string that stands where a key would;
//   - colons.
//
// Together with bad they are all that the grammar of JSON without white space
// needs: see walk. They are found without a branch that depends on the text.
type tokens struct {
	list   tokenList // from at on
	colons tokenList
	bad    [maxBlocks]uint64 // bytes that cannot stand behind what is before them
	count  int               // how many of list are filled
	marks  int               // how many of colons are filled
	n      int               // how many blocks of text they are of
	at     int               // where these begin in the window
	base   int64             // the window
	end    int               // the window's end at that time
	state  tokenState
	before uint64 // state.unusual of the blocks before

	// Where the last walk has ended in list and colons.
	t, c int
}

// tokenList has room for what is written beyond the last token.
type tokenList [maxBlocks*blockBytes + listStep]uint16

const (
	blockBytes = 64
	// listStep is how many tokens are listed at a time.
	listStep = 4
)

// tokenState is what has to be known of the text before a block. The zero value
// is outside strings.
type tokenState struct {
	inside  uint64 // all ones in a string
	escaped uint64 // 1 when the first byte is escaped by a backslash before
	inKey   uint64 // 1 in a string behind a comma or an opening brace

	// 1 for each of what the byte before was: a colon, comma or opening bracket;
	// an opening bracket; a comma or opening brace; the end of a string as in
	// inKey; the last byte of a string, number, word or container; one of a
	// number or word.
	mark, open, keyed, key, value, scalar uint64

	// unusual is not zero when there were backslashes, control characters or
	// bytes that are not ASCII in strings.
	unusual uint64
}

// tokensAt makes the tokens those of the text from i on, which is outside
// strings, and gives the numbers of the first ones.
func (s *Scanner) tokensAt(i int) (t, c int) {
	q := &s.quick.tokens
	if q.base != s.base || q.end != s.end || i < q.at || i >= q.at+q.n*blockBytes || q.t < 0 {
		q.at, q.n, q.base, q.end, q.state = i, 0, s.base, s.end, tokenState{}
		s.moreTokens()
		return 0, 0
	}
	t, c = q.t, q.c
	for t < q.count && q.at+int(q.list[t]) < i {
		t++
	}
	for c < q.marks && q.at+int(q.colons[c]) < i {
		c++
	}
	return t, c
}

// moreTokens makes the tokens those of the text behind the one before.
func (s *Scanner) moreTokens() {
	q := &s.quick.tokens
	q.at += q.n * blockBytes
	q.n = min(maxBlocks, (s.end-q.at+blockBytes-1)/blockBytes)
	q.before, q.state.unusual = q.state.unusual, 0
	q.count, q.marks = tokenize(s.buf[q.at:], q.bad[:q.n], &q.list, &q.colons, &q.state)
}

// tokenizePortable finds the tokens of as many blocks of text as bad has room
// for. It is the meaning of tokenize, which may be faster.
func tokenizePortable(text []byte, bad []uint64, list, colons *tokenList, st *tokenState) (count, marks int) {
	for k := range bad {
		b := st.classify((*[blockBytes]byte)(text[k*blockBytes:]))
		var tokens uint64
		tokens, bad[k] = st.check(&b)
		count += list.put(count, k, tokens)
		marks += colons.put(marks, k, b.colon)
	}
	return count, marks
}

// put lists the places of a mask of block k behind the first count, and gives
// how many they are.
func (l *tokenList) put(count, k int, mask uint64) (n int) {
	for ; mask != 0; mask &= mask - 1 {
		l[count+n] = uint16(k*blockBytes + bits.TrailingZeros64(mask))
		n++
	}
	return n
}

// block says of 64 bytes of text what each is: bit i of a mask stands for byte
// i. Brackets, colons and commas are those outside strings.
type block struct {
	quote uint64 // quotes that begin or end a string
	text  uint64 // in a string: its opening quote too, its closing one not
	open  uint64 // { and [
	close uint64 // } and ]
	curly uint64 // of the brackets, { and }; elsewhere without meaning
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
		b.curly |= squeeze(w<<2&highs) << i
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

// check gives the tokens of a block but for the colons, and the bytes that
// cannot stand where they do: values stand behind marks, commas and closing
// brackets behind values, colons behind strings that stand where a key may. A
// brace cannot close behind such a string; a comma behind it is a token, as it
// depends on what is around it.
//
// Adding where such strings begin to the mask of all strings carries through
// each of them to its closing quote.
func (st *tokenState) check(b *block) (tokens, bad uint64) {
	mark := b.colon | b.comma | b.open
	value := ^(b.text | mark)
	scalar := value &^ (b.quote | b.close)
	opening := b.quote & b.text
	keyed := b.comma | b.open&b.curly

	sum, inKey := bits.Add64(b.text, (keyed<<1|st.keyed)&opening|st.inKey, 0)
	key := sum &^ b.text
	afterKey := key<<1 | st.key
	afterMark, afterScalar := mark<<1|st.mark, scalar<<1|st.scalar
	afterValue := value<<1 | st.value
	bad = (opening|b.open)&^afterMark |
		scalar&^(afterMark|afterScalar) |
		b.comma&^afterValue |
		b.close&^(afterValue|b.open<<1|st.open) |
		b.colon&^afterKey |
		b.close&b.curly&afterKey
	st.mark, st.open, st.value, st.scalar = mark>>63, b.open>>63, value>>63, scalar>>63
	st.keyed, st.key, st.inKey = keyed>>63, key>>63, inKey
	return b.open | b.close | scalar&^afterScalar | b.comma&afterKey, bad
}
