package cloudtrail

import "bytes"

// learn remembers the form of the record in the window from start to end, which
// the quick way has read.
func (s *Scanner) learn(start, end int) {
	f := &s.forms
	f.turn++
	if end-start > maxFormBytes || s.quick.rare || f.crowded() && f.turn%learnEvery != 0 {
		return
	}
	if f.draft = f.draft[:0]; s.form(start, end) {
		f.keep()
	}
}

// crowded reports whether a half of what may be remembered is.
func (f *forms) crowded() bool { return len(f.steps) > maxSteps/2 || f.size > maxFormText/2 }

// form makes the draft the form of the record; false when there is something in
// it that is not for forms.
func (s *Scanner) form(start, end int) bool {
	var st step // its text is the window's until it is kept
	hits := s.quick.hits[:s.quick.found]
	for i := start; i < end; {
		size := 0
		switch c := s.buf[i]; {
		case len(hits) > 0 && hits[0].at == i && !s.significant(&st, hits):
			return false
		case st.slot == someIssuer:
			_, size = s.mem.memo.find(s.buf[i:end])
		case c == '"':
			to := textEnd(s.buf, i+1)
			if s.buf[to] != '"' {
				return false
			}
			if s.buf[to+1] == ':' {
				i = to + 2
				continue
			}
			i++
			st.slot, size = plainText, to-i
		case c == '-' || isDigit(c):
			st.slot, size = someNumber, numberEnd(s.buf, i)-i
		}
		if len(hits) > 0 && hits[0].at <= i {
			hits = hits[1:]
		}
		if st.slot == nothing {
			i++
			continue
		}
		st.text = s.buf[start:i]
		s.forms.draft = append(s.forms.draft, st)
		i += size
		start = i
		if st.slot == plainText {
			i++ // the closing quote is the next text's
		}
		st = step{}
	}
	st.text = s.buf[start:end]
	s.forms.draft = append(s.forms.draft, st)
	return len(hits) == 0
}

// significant makes the step that of a value that matters, the first of hits;
// false when it is one that forms do not have: of a wrong type, with a key that
// comes twice, a boolean that is a string.
func (s *Scanner) significant(st *step, hits []hit) bool {
	h := &hits[0]
	for i := range hits[1:] {
		if hits[1+i].key == h.key && h.key != &roleKey {
			return false
		}
	}
	c := s.buf[h.at]
	switch {
	case c == 'n', h.key.rare:
	case h.key == &issuerKey:
		known, _ := s.mem.memo.find(s.buf[h.at:s.end])
		st.slot = someIssuer
		return c == '{' && known != nil
	case h.key.open != nil:
		if h.key == &recordKeys[userIdentityKey] {
			st.says |= saysIdentity
		}
		return c == '{'
	case h.key == &roleKey:
		if c == '"' {
			st.key = h.key
		}
		return c != '{' && c != '['
	case h.key.plain != nil:
		st.key = h.key
		return c == '"'
	case h.key == &recordKeys[managementKey]:
		st.says |= either(c == 't', saysManaged, saysUnmanaged)
		return c == 't' || c == 'f'
	case h.key == &recordKeys[readOnlyKey]:
		st.says |= either(c == 't', saysRead, saysWrite)
		return c == 't' || c == 'f'
	default:
		return false
	}
	return true
}

func either(yes bool, a, b says) says {
	if yes {
		return a
	}
	return b
}

// keep remembers the draft. When there is no room for it, all forms are
// forgotten: those still in use are soon learned again.
func (f *forms) keep() {
	if len(f.steps)+len(f.draft) > maxSteps || f.size > maxFormText {
		clear(f.steps)
		f.steps, f.size = f.steps[:0], 0
	}
	if len(f.steps) == 0 {
		f.steps = append(f.steps, step{})
	}
	last := int32(0)
	for i := range f.draft {
		last = f.put(last, &f.draft[i])
	}
}

// put gives the number of a step behind another, and makes it when there is none.
func (f *forms) put(last int32, st *step) int32 {
	for i := f.steps[last].next; i != 0; i = f.steps[i].other {
		old := &f.steps[i]
		if bytes.Equal(old.text, st.text) && old.slot == st.slot && old.key == st.key && old.says == st.says {
			return i
		}
	}
	i := int32(len(f.steps))
	made := *st
	made.text = append(make([]byte, 0, len(st.text)+vectorBytes), st.text...)
	if made.other = f.steps[last].next; made.key != nil || made.says != 0 {
		made.told = 1
	}
	f.steps = append(f.steps, made)
	f.steps[last].next = i
	f.size += len(st.text)
	return i
}
