package cloudtrail

import (
	"errors"
	"io"
)

// Scan reads decompressed log text of any envelope from r and calls each for
// every record found, in order. The Record is valid only during the call. An
// error of each ends the scan and is returned as it is. Every other error is a
// *ScanError: the text broke off (the reader's error, io.ErrUnexpectedEOF or
// ErrBroken) or is no log (ErrNotLog, ErrEmpty); records before that place have
// been handed over.
//
// Records that cannot be used are handed over too, with Malformed set: wrong
// types, values too long, and lines of broken JSON where records stand one a line.
func Scan(r io.Reader, each func(*Record) error) error {
	return new(Scanner).Scan(r, each)
}

// Scanner is a Scan that keeps its buffers and what it has learned for the next
// text: about 5 MB at most. The zero value is ready. It is not for concurrent use.
type Scanner struct {
	lexer
	quick quick
	forms forms
	mem   *memory
	inner *Scanner // reads a record that is text inside a string
	each  func(*Record) error
	stop  error // from each

	rec    *Record // where members go: main, or detail
	main   Record
	detail Record
	level  level
	wrap   wrapper
	listed bool // the object at level top had a list of records

	found   bool       // there was a record, or a list of them
	first   *ScanError // what was seen before anything was found
	waiting bool       // main is the first document and no record; see unknown
	single  bool       // the document before was a record on one line
	keys    []string   // of the object at level top, for the message
}

// level says what may be found in the object that is being read.
type level uint8

const (
	inside  level = iota // of a wrapper: a bare record
	listing              // an element of a list: also a wrapped record
	top                  // a document: also an envelope
)

// Scan is the function Scan.
func (s *Scanner) Scan(r io.Reader, each func(*Record) error) error {
	if s.mem == nil {
		s.mem = new(memory)
	}
	s.open(r, windowBytes)
	s.quick.n = 0
	s.each, s.stop, s.rec = each, nil, &s.main
	s.found, s.first, s.waiting, s.single = false, nil, false, false
	s.byteOrderMark()
	for n := 0; ; n++ {
		c := s.peek()
		if c == 0 && s.ended() {
			return s.close(n)
		}
		if n == 0 && c != '{' && c != '[' {
			return &ScanError{Offset: s.offset(), Err: s.noLog()}
		}
		if err := s.documentAt(c, n); err != nil {
			return err
		}
	}
}

func (s *Scanner) byteOrderMark() {
	for _, c := range []byte("\xef\xbb\xbf") {
		if s.at() != c {
			return
		}
		s.pos++
	}
}

// close says how a text of n documents has ended.
func (s *Scanner) close(n int) error {
	switch {
	case !errors.Is(s.err, io.EOF):
		return &ScanError{s.offset(), s.err}
	case n == 0:
		return &ScanError{s.offset(), ErrEmpty}
	case !s.found && s.first != nil:
		return s.first
	}
	return nil
}

// documentAt reads the n-th document, whose first byte is c.
func (s *Scanner) documentAt(c byte, n int) error {
	if s.waiting {
		s.waiting = false
		if !s.hand(&s.main) {
			return s.stop
		}
	}
	start := s.offset()
	s.lines, s.bound = s.single, true
	ok := s.document(c, n)
	alone := s.bound // it is no envelope
	s.lines, s.bound = false, false
	s.single = ok && alone && s.line <= start
	switch {
	case ok:
		return nil
	case s.stop != nil:
		return s.stop
	case !alone || s.ended():
		return &ScanError{s.offset(), s.failure()}
	}
	return s.breakLine(start)
}

func (s *Scanner) document(c byte, n int) bool {
	switch c {
	case '{':
		return s.item(top, n == 0)
	case '[':
		s.found = true
		return s.list(top)
	}
	return s.noObject(c)
}

// item reads the object at pos, whatever it is of a record, a wrapper and an
// envelope. A first document that is nothing of these has to wait.
func (s *Scanner) item(lv level, wait bool) bool {
	if lv == listing && (s.follow() || s.quickly()) {
		return s.hand(&s.main)
	}
	s.begin(lv)
	if !s.members(recordMember) {
		return false
	}
	switch {
	case s.listed:
		return true
	case s.wrap.isWrapper():
		return s.unwrap()
	case lv == top && !s.main.looksReal():
		return s.unknown(wait)
	}
	return s.hand(&s.main)
}

func (s *Scanner) begin(lv level) {
	s.main.reset(s.mem, s.offset())
	s.rec, s.level, s.wrap = &s.main, lv, wrapper{}
	s.listed, s.deep = false, false
	s.keys = s.keys[:0]
}

// hand gives a record to the caller.
func (s *Scanner) hand(r *Record) bool {
	switch {
	case r.Malformed != nil:
	case s.deep:
		r.Malformed = refuse(RefusedDeep, "more than %d levels", maxNesting)
	case r.faulty:
		r.Malformed = r.firstFault()
	}
	s.found = s.found || r.looksReal()
	s.stop = s.each(r)
	return s.stop == nil
}
