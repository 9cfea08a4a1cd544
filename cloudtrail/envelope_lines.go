package cloudtrail

import "bytes"

// breakLine deals with a broken document that began at start and is no
// envelope. Where documents stand one behind the other, as in a file with one
// record a line, it is a malformed record and the next one is looked for.
func (s *Scanner) breakLine(start int64) error {
	err := &ScanError{s.offset(), s.failure()}
	if s.first == nil {
		s.first = err
	}
	oneLine := s.line <= start
	s.main.reset(s.mem, start)
	s.main.Malformed = &RecordError{RefusedSyntax, err.Error()}
	if !s.hand(&s.main) {
		return s.stop
	}
	s.resume(oneLine)
	return nil
}

// resume goes on to where the next document may begin: behind the end of the
// line when the broken one had not left its first line, and else at the next
// line that begins with a brace.
func (s *Scanner) resume(oneLine bool) {
	if s.offset() == s.line && s.at() == '{' {
		return
	}
	for s.nextLine() && !oneLine && s.at() != '{' {
	}
}

// nextLine goes behind the next line break; false when there is none.
func (s *Scanner) nextLine() bool {
	for !s.ended() {
		if i := bytes.IndexByte(s.buf[s.pos:s.end], '\n'); i >= 0 {
			s.pos += i + 1
			return true
		}
		s.pos = s.end
	}
	return false
}
