package cloudtrail

// list reads the array at pos, each element as an item of the level. It stands
// for three envelopes: a log file's Records, the Events of a LookupEvents
// answer, and a bare array, whose elements may be anything a document may be.
//
// What breaks inside a list ends the text: nothing there tells where a record
// begins.
func (s *Scanner) list(lv level) bool {
	s.lines, s.bound = false, false
	return s.elements(func(c byte) bool { return s.listItem(c, lv) })
}

// elements reads the array at pos; each reads an element, whose first byte it gets.
func (s *Scanner) elements(each func(c byte) bool) bool {
	s.pos++
	c := s.peek()
	if c == ']' {
		s.pos++
		return true
	}
	for {
		if !each(c) {
			return false
		}
		switch s.peek() {
		case ',':
			s.pos++
			c = s.peek()
		case ']':
			s.pos++
			return true
		default:
			return s.expect("a comma or ]")
		}
	}
}

func (s *Scanner) listItem(c byte, lv level) bool {
	if c == '{' {
		return s.item(lv, false)
	}
	return s.noObject(c)
}

// records reads the list that makes an object an envelope. An object may have
// several: with a doubled key, all of them are read, as nothing may be dropped.
func (s *Scanner) records() bool {
	s.found = true
	ok := s.list(listing)
	s.rec, s.level, s.listed = &s.main, top, true
	return ok
}

// noObject passes over a value that should have been an object.
func (s *Scanner) noObject(c byte) bool {
	s.begin(inside)
	if !s.skip(c) {
		return false
	}
	return s.handUnknown(typeName(c))
}

func typeName(c byte) string {
	switch c {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
