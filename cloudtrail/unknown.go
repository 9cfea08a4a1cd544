package cloudtrail

import (
	"bytes"
	"fmt"
)

// unknown deals with a document that is no record, wrapper or envelope. When it
// is the only one, the text is no log and the record would be no more than a
// nuisance; so the first one waits until another document follows.
func (s *Scanner) unknown(wait bool) bool {
	what := s.describe()
	if !wait {
		return s.handUnknown(what)
	}
	s.blameUnknown(what)
	s.waiting = true
	return true
}

func (s *Scanner) handUnknown(what string) bool {
	s.blameUnknown(what)
	return s.hand(&s.main)
}

// blameUnknown makes main malformed, and keeps the first thing so seen as the
// reason for close.
func (s *Scanner) blameUnknown(what string) {
	s.main.Malformed = &RecordError{RefusedUnknown, what}
	if s.first == nil {
		s.first = &ScanError{s.main.Offset, fmt.Errorf("%w: it holds %s", ErrNotLog, what)}
	}
}

// see notes a key of the document, for describe.
func (s *Scanner) see(key []byte) {
	if len(s.keys) < maxSeenKeys {
		s.keys = append(s.keys, s.mem.text(s.sound(key[:min(len(key), maxSeenBytes)]))) // what is remembered is sound
	}
}

// describe says what the document was.
func (s *Scanner) describe() string {
	for _, k := range s.keys {
		if k == "digestStartTime" || k == "digestS3Object" {
			return "a CloudTrail digest file"
		}
	}
	switch {
	case s.wrap.detailType != "":
		return "the EventBridge event " + quote(s.wrap.detailType)
	case len(s.keys) == 0:
		return "a JSON object without a key of a record"
	}
	return fmt.Sprintf("a JSON object with the keys %q", s.keys)
}

// noLog says what a text begins with that is no JSON object or array.
func (s *Scanner) noLog() error {
	var head []byte
	for ; len(head) < maxSeenBytes && !s.ended(); s.pos++ {
		head = append(head, s.buf[s.pos])
	}
	for _, k := range knownFiles {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return fmt.Errorf("%w: it is %s", ErrNotLog, k.what)
		}
	}
	head, _, _ = bytes.Cut(head, []byte("\n"))
	return fmt.Errorf("%w: it begins with %q", ErrNotLog, head)
}

var knownFiles = []struct{ magic, what string }{
	{"\x1f\x8b", "gzip data, still compressed"},
	{"\x28\xb5\x2f\xfd", "Zstandard data, still compressed"},
	{"PK\x03\x04", "a zip archive"},
	{"PAR1", "a Parquet file"},
	{"<", "XML or HTML"},
}
