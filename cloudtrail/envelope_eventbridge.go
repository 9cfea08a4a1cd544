package cloudtrail

// forwarded reads the detail of an EventBridge event. Keys come in any order,
// so it waits in a Record of its own until the object's end tells whether the
// event was made from a CloudTrail record.
func (s *Scanner) forwarded(c byte) bool {
	s.wrap.detail = c == '{'
	if !s.wrap.detail {
		return s.skip(c)
	}
	lv := s.level
	s.detail.reset(s.mem, s.offset())
	s.rec, s.level = &s.detail, inside
	ok := s.members(recordMember)
	s.rec, s.level = &s.main, lv
	return ok
}
