package cloudtrail

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// runeBytes is the room that one step of decode may need: a replacement
// character for half a pair, then another character.
const runeBytes = 2 * utf8.UTFMax

// special is the index of the first byte at or behind i that a string cannot
// simply be passed over by: a quote, a backslash or a control character. The
// zeros behind the window end the search.
//
// Eight bytes are compared at once. A borrow can only give a false hit above a
// true one, so the lowest hit is exact.
func special(b []byte, i int) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	for {
		w := binary.LittleEndian.Uint64(b[i:])
		hit := ((w - ' '*ones) | ((w ^ '"'*ones) - ones) | ((w ^ '\\'*ones) - ones)) &^ w & highs
		if hit != 0 {
			return i + bits.TrailingZeros64(hit)>>3
		}
		i += wordBytes
	}
}

// skipString passes over the string whose opening quote is at pos.
func (l *lexer) skipString() bool {
	j := special(l.buf, l.pos+1)
	if l.buf[j] == '"' {
		l.pos = j + 1
		return true
	}
	l.pos = j
	return l.closeString()
}

// closeString passes over the rest of an open string.
func (l *lexer) closeString() bool {
	for {
		l.pos = special(l.buf, l.pos)
		switch c := l.at(); {
		case c == '"':
			l.pos++
			return true
		case c == '\\':
			l.pos++
			if c := l.at(); c == '"' || c == '\\' {
				l.pos++
			}
		case l.cutsString(c):
			return l.expect("the end of the string")
		default:
			l.pos++
		}
	}
}

// cutsString reports whether the string breaks off at c, the byte at pos.
func (l *lexer) cutsString(c byte) bool {
	return c == '\n' && l.bound || c == 0 && l.ended()
}

// text takes the string whose opening quote is at pos and gives its value,
// good until the next call; faults tells what is wrong with it. The value may
// be invalid UTF-8: see sound.
func (l *lexer) text() ([]byte, bool) {
	i := l.pos + 1
	j := special(l.buf, i)
	l.faults = 0
	if l.buf[j] == '"' && j-i <= maxFieldBytes {
		l.pos = j + 1
		return l.buf[i:j], true
	}
	b, ok := l.decodeInto(l.scratch[:])
	if !ok || len(b) > maxFieldBytes {
		l.faults |= faultLong
		return nil, ok
	}
	return b, true
}

// sound makes a value valid UTF-8: what is not becomes U+FFFD, byte by byte, as
// in encoding/json.
func (l *lexer) sound(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	if b = []byte(string([]rune(string(b)))); len(b) > maxFieldBytes {
		l.faults |= faultLong
		return nil
	}
	return b
}

// decodeInto takes the string at pos and gives as much of its value as p
// holds, with faultLong when there was more.
func (l *lexer) decodeInto(p []byte) ([]byte, bool) {
	l.pos++
	l.faults, l.high = 0, 0
	n, done, ok := l.decode(p)
	if ok && !done {
		l.faults |= faultLong
		ok = l.closeString()
	}
	return p[:n], ok
}

// decode writes the value of the open string to p until the string is done or
// p has less room than one step may need.
func (l *lexer) decode(p []byte) (n int, done, ok bool) {
	for n+runeBytes <= len(p) {
		c := l.at()
		if l.high != 0 && c != '\\' {
			n += l.loneHalf(p[n:])
			continue
		}
		run := copy(p[n:], l.buf[l.pos:special(l.buf, l.pos)])
		n += run
		l.pos += run
		if run > 0 {
			continue
		}
		switch {
		case c == '"':
			l.pos++
			return n, true, true
		case c == '\\':
			n += l.escape(p[n:])
		case l.cutsString(c):
			return n, false, l.expect("the end of the string")
		default:
			l.faults |= faultControl
			p[n] = c
			n++
			l.pos++
		}
	}
	return n, false, true
}

// escape decodes the escape sequence at pos. Of a wrong one it takes only what
// cannot be the end of the string, so that decode and closeString always agree
// on where a string ends.
func (l *lexer) escape(p []byte) int {
	l.pos++
	c := l.at()
	if c == 'u' {
		l.pos++
		return l.unit(p, l.hex4())
	}
	n := l.loneHalf(p)
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	default:
		l.faults |= faultEscape
		return n
	}
	l.pos++
	return n + l.unit(p[n:], rune(c))
}

// hex4 takes four hexadecimal digits, or as many as there are.
func (l *lexer) hex4() (r rune) {
	for range 4 {
		d := hexDigit(l.at())
		if d < 0 {
			l.faults |= faultEscape
			return utf8.RuneError
		}
		r = r<<4 | d
		l.pos++
	}
	return r
}

func hexDigit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10
	}
	return -1
}

// unit writes one UTF-16 unit. The first half of a pair waits for the second;
// a half alone becomes U+FFFD, as in encoding/json.
func (l *lexer) unit(p []byte, r rune) (n int) {
	if l.high != 0 {
		if pair := utf16.DecodeRune(l.high, r); pair != utf8.RuneError {
			l.high = 0
			return utf8.EncodeRune(p, pair)
		}
		n = l.loneHalf(p)
	}
	if 0xd800 <= r && r < 0xdc00 {
		l.high = r
		return n
	}
	if r < ' ' {
		l.faults |= faultControl
	}
	return n + utf8.EncodeRune(p[n:], r)
}

func (l *lexer) loneHalf(p []byte) int {
	if l.high == 0 {
		return 0
	}
	l.high = 0
	return utf8.EncodeRune(p, utf8.RuneError)
}
