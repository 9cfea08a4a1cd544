package cloudtrail

import "strings"

// wrapper is what an object that carries one record in itself was found to
// have: an EventBridge event has detail-type and detail, an element of a
// LookupEvents answer has CloudTrailEvent.
type wrapper struct {
	detailType string
	detail     bool // detail is an object, read into Scanner.detail
	event      bool // CloudTrailEvent is a string, read into Scanner.inner.main
}

func (w *wrapper) isWrapper() bool { return w.event || w.isForwarded() }

// isForwarded reports whether this is an EventBridge event made from a
// CloudTrail record; there are several such types, all with this ending.
func (w *wrapper) isForwarded() bool { return strings.HasSuffix(w.detailType, " via CloudTrail") }

// unwrap hands over the record in a wrapper.
func (s *Scanner) unwrap() bool {
	s.found = true
	switch {
	case s.wrap.event:
		return s.hand(&s.inner.main)
	case s.wrap.detail:
		return s.hand(&s.detail)
	}
	return s.handUnknown("an EventBridge event without detail")
}

// wrapperMember reads what is no member of a record.
func (s *Scanner) wrapperMember(key []byte, c byte) bool {
	if s.level == inside {
		return s.skip(c)
	}
	switch string(key) {
	case "detail-type":
		return s.loose(&s.wrap.detailType, c)
	case "detail":
		return s.forwarded(c)
	case "CloudTrailEvent":
		return s.lookedUp(c)
	case "Records", "Events":
		if s.level == top && c == '[' {
			return s.records()
		}
	}
	if s.level == top {
		s.see(key)
	}
	return s.skip(c)
}
