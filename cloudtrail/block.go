package cloudtrail

import (
	"encoding/binary"
	"math/bits"
)

// block says of 64 bytes of JSON text what each is: bit i of a mask stands for
// byte i. Brackets, colons and commas are those outside strings.
type block struct {
	quote uint64 // quotes that begin or end a string
	text  uint64 // in a string: its opening quote too, its closing one not
	open  uint64 // { and [
	close uint64 // } and ]
	colon uint64
	comma uint64
	curly uint64 // of the brackets, { and }; elsewhere without meaning
	back  uint64 // backslashes, wherever they are
}

const blockBytes = 64

// stringState is what the classification of a block has to know of the text
// before it. The zero value is outside strings.
type stringState struct {
	inside  uint64 // all ones in a string
	escaped uint64 // 1 when the first byte is escaped by a backslash before
}

// classifyPortable fills blocks with what text begins with. It is the meaning
// of classify, which may be faster.
func classifyPortable(text []byte, blocks []block, st *stringState) {
	for i := range blocks {
		b := &blocks[i]
		b.gather((*[blockBytes]byte)(text[i*blockBytes:]))
		b.quote &^= st.escapes(b.back)
		b.text = prefixXor(b.quote) ^ st.inside
		st.inside = uint64(int64(b.text) >> 63)
		b.open &^= b.text
		b.close &^= b.text
		b.colon &^= b.text
		b.comma &^= b.text
	}
}

// gather finds the characters wherever they stand, eight at a time.
func (b *block) gather(text *[blockBytes]byte) {
	*b = block{}
	for i := 0; i < blockBytes; i += wordBytes {
		w := binary.LittleEndian.Uint64(text[i:])
		small := w | 0x20*ones // [ and ] become { and }
		b.quote |= equal(w, '"') << i
		b.back |= equal(w, '\\') << i
		b.colon |= equal(w, ':') << i
		b.comma |= equal(w, ',') << i
		b.open |= equal(small, '{') << i
		b.close |= equal(small, '}') << i
		b.curly |= squeeze(w<<2&highs) << i
	}
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
func (st *stringState) escapes(back uint64) uint64 {
	const even = 0x5555555555555555
	if back == 0 {
		escaped := st.escaped
		st.escaped = 0
		return escaped
	}
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
