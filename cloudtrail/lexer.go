package cloudtrail

import (
	"errors"
	"fmt"
	"io"
)

// wordBytes is the number of bytes that special looks at in one step.
const wordBytes = 8

// lexer walks over a JSON text through a window that is never slid: what has
// been passed is gone. Behind the text in the window stand wordBytes zeros. A
// zero ends every inner loop, and as NUL is no token it costs no extra test.
//
// Methods that report false have either come to the end of the text or to a
// byte that cannot stand there; pos is then at that byte, and failure explains.
type lexer struct {
	src  io.Reader
	buf  []byte
	pos  int   // the next byte
	end  int   // where the text in the window ends
	base int64 // offset of buf[0] in the whole text
	err  error // what src gave last; io.EOF at the end

	want  string // what was expected at pos when a method reported false
	line  int64  // offset of the last line start that peek has crossed
	lines bool   // records stand one a line: a '{' at a line start begins the next one
	bound bool   // strings cannot hold a line break: the text may be one record a line

	faults  fault // of the string decoded last
	high    rune  // first half of a surrogate pair that waits for the second
	scratch [maxFieldBytes + 2*runeBytes]byte
	keyText [maxKeyBytes + runeBytes]byte

	deep  bool // a value nested deeper than maxNesting was passed
	kinds [maxNesting / 64]uint64
}

func (l *lexer) open(src io.Reader, window int) {
	if len(l.buf) != window+wordBytes {
		l.buf = make([]byte, window+wordBytes)
	}
	clear(l.buf[:wordBytes])
	l.src, l.err, l.want = src, nil, ""
	l.pos, l.end, l.base, l.line = 0, 0, 0, 0
	l.lines, l.bound, l.deep, l.high = false, false, false, 0
}

// fill replaces a window that has been used up; false at the end of the text.
func (l *lexer) fill() bool {
	if l.err != nil {
		return false
	}
	l.base += int64(l.end)
	l.pos, l.end = 0, 0
	for range maxEmptyReads {
		l.end, l.err = l.src.Read(l.buf[:len(l.buf)-wordBytes])
		if l.end > 0 || l.err != nil {
			clear(l.buf[l.end : l.end+wordBytes])
			return l.end > 0
		}
	}
	l.err = io.ErrNoProgress
	clear(l.buf[:wordBytes])
	return false
}

func (l *lexer) offset() int64 { return l.base + int64(l.pos) }

// ended reports whether there is no byte left at pos.
func (l *lexer) ended() bool { return l.pos >= l.end && !l.fill() }

// peek gives the next byte that is no white space and leaves it there; 0 at
// the end of the text and where no token can stand.
func (l *lexer) peek() byte {
	if c := l.buf[l.pos]; c > ' ' {
		return c
	}
	return l.peekPast()
}

func (l *lexer) peekPast() byte {
	first := false
	for {
		switch c := l.buf[l.pos]; c {
		case ' ', '\t', '\r':
			l.pos++
			first = false
		case '\n':
			l.pos++
			l.line, first = l.offset(), true
		case 0:
			if l.pos < l.end || !l.fill() {
				return 0
			}
		case '{':
			if first && l.lines {
				return 0
			}
			return c
		default:
			return c
		}
	}
}

// at gives the byte at pos whatever it is; 0 also at the end of the text.
func (l *lexer) at() byte {
	if l.pos >= l.end && !l.fill() {
		return 0
	}
	return l.buf[l.pos]
}

// expect notes what should have stood at pos, and reports false.
func (l *lexer) expect(want string) bool {
	l.want = want
	return false
}

// failure says why the last method reported false.
func (l *lexer) failure() error {
	if l.ended() {
		if errors.Is(l.err, io.EOF) {
			return fmt.Errorf("the text ends too early: %w", io.ErrUnexpectedEOF)
		}
		return l.err
	}
	return fmt.Errorf("%w: found %s, expected %s", ErrBroken, quoteByte(l.buf[l.pos]), l.want)
}

func quoteByte(c byte) string {
	if c < ' ' || c > '~' {
		return fmt.Sprintf("byte 0x%02x", c)
	}
	return fmt.Sprintf("%q", c)
}
