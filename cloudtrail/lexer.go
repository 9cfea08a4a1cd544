package cloudtrail

import (
	"errors"
	"fmt"
	"io"
)

// wordBytes is the number of bytes that special looks at in one step.
const wordBytes = 8

// lexer walks over a JSON text through a window. When the window is full and
// used up it becomes the one before, whose text can still be quoted, and the
// other buffer the window. Behind the text in the window stand tailBytes zeros.
// A zero ends every inner loop, and as NUL is no token it costs no extra test.
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

	before   []byte // the window before this one; its text reaches up to base
	beforeAt int64  // its offset
	beforeTo int64  // where its text ends

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
	if len(l.buf) != window+tailBytes {
		l.buf, l.before = make([]byte, window+tailBytes), make([]byte, window+tailBytes)
	}
	clear(l.buf[:tailBytes])
	l.src, l.err, l.want = src, nil, ""
	l.pos, l.end, l.base, l.line = 0, 0, 0, 0
	l.beforeAt, l.beforeTo = 0, 0
	l.lines, l.bound, l.deep, l.high = false, false, false, 0
}

// fill gives more text to a window that has been used up; false at the end of
// the text.
func (l *lexer) fill() bool {
	if l.err != nil {
		return false
	}
	if l.crowded() {
		l.slide(l.pos)
	}
	return l.read()
}

// crowded reports whether there is so little room in the window that readers
// would have to give small pieces.
func (l *lexer) crowded() bool { return l.end > l.room()*3/4 }

// room is how much text a window holds.
func (l *lexer) room() int { return len(l.buf) - tailBytes }

// slide makes a new window that begins with the text from on.
func (l *lexer) slide(from int) {
	l.buf, l.before = l.before, l.buf
	l.beforeAt, l.beforeTo = l.base, l.base+int64(l.end)
	l.end = copy(l.buf, l.before[from:l.end])
	clear(l.buf[l.end : l.end+tailBytes])
	l.base += int64(from)
	l.pos -= from
}

// read appends to the text in the window; false at the end of the text.
func (l *lexer) read() bool {
	for range maxEmptyReads {
		n, err := l.src.Read(l.buf[l.end:l.room()])
		l.end, l.err = l.end+n, err
		clear(l.buf[l.end : l.end+tailBytes])
		if n > 0 || err != nil {
			return n > 0
		}
	}
	l.err = io.ErrNoProgress
	return false
}

// Text returns up to n bytes of the text at an offset; nothing when they are
// forgotten or not read yet. At least three quarters of windowBytes, the last
// that were read, are remembered. The bytes are good until the scan goes on.
func (l *lexer) Text(offset int64, n int) []byte {
	var text []byte
	if at := offset - l.base; at >= 0 && at < int64(l.end) {
		text = l.buf[at:l.end]
	} else if at < 0 && offset >= l.beforeAt && offset < l.beforeTo {
		text = l.before[offset-l.beforeAt : l.beforeTo-l.beforeAt]
		if short := n - len(text); short > 0 {
			text = append(text[:len(text):len(text)], l.buf[l.beforeTo-l.base:min(l.end, int(l.beforeTo-l.base)+short)]...)
		}
	}
	return text[:min(len(text), n)]
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
