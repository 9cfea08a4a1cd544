package cloudtrail

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// splitter takes JSON values out of a text one by one, whole: on lines of their
// own, over several lines, or one behind the other. It finds their ends by their
// brackets, and leaves what is between them to whoever converts them. A value has
// at most maxLineBytes.
type splitter struct {
	r       *bufio.Reader
	buf     []byte
	lines   bool // the value before was on one line: a '{' at a line's beginning begins the next one
	damaged bool // a value did not end: lines stays true, so that no text is looked at more than twice
}

func newSplitter(r io.Reader) *splitter { return &splitter{r: bufio.NewReaderSize(r, windowBytes)} }

// peek is the next byte that is no white space, and no byte order mark; it stays
// there.
func (s *splitter) peek() (byte, error) {
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			return 0, err
		}
		switch c {
		case ' ', '\t', '\r', '\n', 0xef, 0xbb, 0xbf:
			continue
		}
		return c, s.r.UnreadByte()
	}
}

// errUnended: a value does not end where the next one begins.
var errUnended = errors.New("a value does not end")

// object takes an object or array. One that is broken is given as it is, as far
// as the end of its line, for Scan to say what is wrong with it; valid is false
// then. io.ErrUnexpectedEOF comes with what is there of one that is cut off.
func (s *splitter) object() (value []byte, valid bool, err error) {
	value, err = s.balanced()
	switch {
	case errors.Is(err, errUnended):
		value, err = s.backUp()
		return value, false, err
	case errors.Is(err, io.EOF):
		return bytes.TrimSpace(value), false, io.ErrUnexpectedEOF
	case err != nil:
		return nil, false, err
	}
	s.lines = s.damaged || !bytes.ContainsRune(value, '\n')
	if json.Valid(value) {
		return value, true, nil
	}
	s.buf, err = readLine(s.r, value)
	return bytes.TrimSpace(s.buf), false, err
}

// balanced reads from the bracket that is next to the one that closes it.
func (s *splitter) balanced() ([]byte, error) {
	s.buf = s.buf[:0]
	depth, inside, escaped, first := 0, false, false, false
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			return s.buf, err
		}
		if c == '{' && first && s.lines {
			return s.buf, errors.Join(errUnended, s.r.UnreadByte())
		}
		if len(s.buf) == maxLineBytes {
			if s.lines {
				return nil, ErrLongLine
			}
			return s.buf, errors.Join(errUnended, s.r.UnreadByte())
		}
		s.buf = append(s.buf, c)
		switch first = c == '\n'; {
		case escaped:
			escaped = false
		case c == '"':
			inside = !inside
		case inside && c == '\n':
			return s.buf, errUnended
		case inside:
			escaped = c == '\\'
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return s.buf, nil
			}
		}
	}
}

// backUp deals with what was read of a value that does not end: its text up to
// the next line that begins with a brace is given, the rest is read again.
func (s *splitter) backUp() ([]byte, error) {
	s.lines, s.damaged = true, true
	at := bytes.Index(s.buf, []byte("\n{"))
	if at < 0 {
		if len(s.buf) == maxLineBytes {
			return nil, ErrLongLine
		}
		return bytes.TrimSpace(s.buf), nil
	}
	again := bytes.Clone(s.buf[at+1:])
	s.r = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(again), s.r), windowBytes)
	return bytes.TrimSpace(s.buf[:at]), nil
}

// scalar takes a string, number or literal.
func (s *splitter) scalar() ([]byte, error) {
	s.buf = s.buf[:0]
	inside, escaped := false, false
	for {
		c, err := s.r.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		case len(s.buf) == maxLineBytes:
			return nil, ErrLongLine
		case !inside && len(s.buf) > 0 && (s.buf[0] == '"' || bytes.IndexByte([]byte(",]}: \t\r\n"), c) >= 0):
			if err := s.r.UnreadByte(); err != nil {
				return nil, err
			}
			if !json.Valid(s.buf) {
				return nil, fmt.Errorf("%w: found %s", ErrBroken, quote(Text(s.buf)))
			}
			return s.buf, nil
		}
		s.buf = append(s.buf, c)
		switch {
		case escaped:
			escaped = false
		case c == '"':
			inside = !inside
		case inside:
			escaped = c == '\\'
		}
	}
}

// value takes any value.
func (s *splitter) value() ([]byte, error) {
	c, err := s.inside()
	if err != nil {
		return nil, err
	}
	if c != '{' && c != '[' {
		return s.scalar()
	}
	s.lines = false
	value, valid, err := s.object()
	if err == nil && !valid {
		err = fmt.Errorf("%w: a value that does not end, or with wrong brackets", ErrBroken)
	}
	return value, err
}

// inside is peek where the text cannot end.
func (s *splitter) inside() (byte, error) {
	c, err := s.peek()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return c, err
}

// take takes the byte that must be next, one of those wanted.
func (s *splitter) take(wanted string) (byte, error) {
	c, err := s.inside()
	if err != nil {
		return 0, err
	}
	if bytes.IndexByte([]byte(wanted), c) < 0 {
		return 0, fmt.Errorf("%w: found %s, expected one of %q", ErrBroken, quoteByte(c), wanted)
	}
	return s.r.ReadByte()
}

// next goes to the next element of a list, or behind its end. begun is false
// before the first.
func (s *splitter) next(begun bool) (more bool, err error) {
	c, err := s.inside()
	if err != nil {
		return false, err
	}
	if begun {
		c, err = s.take(",]")
		return c == ',', err
	}
	if c == ']' {
		_, err = s.r.ReadByte()
		return false, err
	}
	return true, nil
}
