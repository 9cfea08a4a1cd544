package cloudtrail

import (
	"errors"
	"io"
)

// lookedUp reads the record that an element of a LookupEvents answer holds as
// text in the string CloudTrailEvent. A broken one harms no other: the string
// around it is whole.
func (s *Scanner) lookedUp(c byte) bool {
	s.wrap.event = c == '"'
	if !s.wrap.event {
		return s.skip(c)
	}
	s.pos++
	s.faults, s.high = 0, 0
	in := s.innerScanner()
	text := &stringReader{l: &s.lexer}
	in.open(text, innerWindowBytes)
	in.main.reset(s.mem, s.offset())
	in.only()
	if !text.finish() {
		return false
	}
	if r := &in.main; r.Malformed == nil && s.faults&faultEscape != 0 {
		r.Malformed = faultEscape.refusal("CloudTrailEvent")
	}
	return true
}

func (s *Scanner) innerScanner() *Scanner {
	if s.inner == nil {
		s.inner = &Scanner{mem: s.mem}
		s.inner.rec = &s.inner.main
	}
	return s.inner
}

// only reads a text that is one bare record into main.
func (s *Scanner) only() {
	r := &s.main
	c := s.peek()
	switch {
	case c != '{':
		r.Malformed = refuse(RefusedUnknown, "CloudTrailEvent holds no object")
	case !s.members(recordMember):
		r.Malformed = refuse(RefusedSyntax, "CloudTrailEvent: %v", s.failure())
	case s.peek() != 0 || !s.ended():
		r.Malformed = refuse(RefusedSyntax, "CloudTrailEvent goes on behind the record")
	case s.deep:
		r.Malformed = refuse(RefusedDeep, "more than %d levels", maxNesting)
	}
}

// stringReader reads the value of the string that is open in l.
type stringReader struct {
	l    *lexer
	done bool
	cut  bool // the text around the string broke off
}

var errCut = errors.New("the string is not closed")

// Read implements io.Reader. Whatever l decodes at one go fits p: the scanner
// that reads has a window far larger than runeBytes.
func (r *stringReader) Read(p []byte) (n int, err error) {
	switch {
	case r.cut:
		return 0, errCut
	case r.done:
		return 0, io.EOF
	}
	n, done, ok := r.l.decode(p)
	r.done, r.cut = done, !ok
	return n, nil
}

// finish goes behind the string's end and reports whether there is one.
func (r *stringReader) finish() bool {
	if r.cut {
		return false
	}
	return r.done || r.l.closeString()
}
