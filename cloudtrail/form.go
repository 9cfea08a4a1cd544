package cloudtrail

import (
	"encoding/binary"
	"math/bits"
)

// forms remembers what records look like between their values. The records of
// one producer have the same keys in the same order, so most records are texts
// that were seen before, with other values in them: comparing those texts and
// passing over the values is all that has to be done.
//
// A form is a sequence of steps: a text, and the slot behind it that holds a
// value. It is taken from a record that was read by the quick way. A record
// that consists of the same texts, with a value of the same kind in each slot,
// has the same structure and the same keys, since no value can be anything else
// than a value: a string in a slot has no quote and no backslash, and a number
// is one. So what the quick way found out about the first one – that its
// grammar is right, and which values matter – holds for the other.
//
// Forms that begin alike share their steps: what may follow a step is a list.
type forms struct {
	steps []step // the first one stands before the beginning
	size  int    // of all their texts
	draft []step // of the form that is being learned
	turn  int    // counts unknown records
	marks marks
}

// step is a text of a form and the slot behind it.
type step struct {
	text  []byte // with vectorBytes behind it that may be read
	slot  slot
	told  uint8      // 1 when key or says are set
	key   *recordKey // whose value the slot holds, a string; nil: one that nobody needs
	says  says
	next  int32 // the first step that may follow; zero: none
	other int32 // the next one of those that may stand in place of this; zero: none
}

// vectorBytes is how much run may compare at once.
const vectorBytes = 32

// slot is what a slot holds.
type slot uint8

const (
	nothing    slot = iota // the record ends
	plainText              // what is between the quotes of a string, if it is what it looks like
	someNumber             // a number
	someIssuer             // an issuer that is remembered
)

// says is what the text of a step says itself, by bits.
type says uint8

const (
	saysIdentity says = 1 << iota // userIdentity is an object
	saysManaged
	saysUnmanaged
	saysRead
	saysWrite
)

// follow reads the record whose brace is at pos into main and goes behind it,
// if its form is known. When the window seems to end within the record, it tries
// once more with more text.
func (s *Scanner) follow() bool {
	if len(s.forms.steps) == 0 {
		return false
	}
	ok, at := s.followed()
	if !ok && s.end-at < cutBytes && s.err == nil && s.lengthen(s.pos) {
		ok, _ = s.followed()
	}
	return ok
}

// followed is follow with the text that there is. It gives the place up to
// which the form was a known one.
func (s *Scanner) followed() (ok bool, at int) {
	f := &s.forms
	s.begin(listing)
	i := int32(0)
	at = s.pos
	for {
		var count int
		i, at, count = run(f.steps, i, s.buf, at, s.end, &f.marks)
		for _, m := range f.marks[:count] {
			s.tell(&f.steps[m.step], s.buf[m.from:m.to])
		}
		if i, at = s.step(i, at); i == 0 {
			return false, at
		}
		if f.steps[i].slot == nothing {
			s.pos = at
			return true, at
		}
	}
}

// mark is a step that was taken, and where the string in its slot is.
type mark struct{ step, from, to int32 }

// marks has room for those of a record, and one more that is written and not
// counted.
type marks [maxHits + 1]mark

// runPortable takes steps as long as their slots hold strings, beginning with
// one of those that may follow last. It gives the last one that was taken, the
// place behind its string, and how many of the marks it made: one for each step
// that tells something. It is the meaning of run, which may be faster.
func runPortable(steps []step, last int32, text []byte, at, end int, marks *marks) (_ int32, _, count int) {
	for {
		i, to := find(steps, last, text, at, end)
		if i == 0 || steps[i].slot != plainText {
			return last, at, count
		}
		from := to
		if to = textEnd(text, from); text[to] != '"' || to-from > maxFieldBytes {
			return last, at, count
		}
		marks[count] = mark{i, int32(from), int32(to)}
		count += int(steps[i].told)
		last, at = i, to
	}
}

// find is the first step of those that may follow last whose text stands at a
// place, and the place behind it; zero for none. The step found is looked for
// first the next time.
func find(steps []step, last int32, text []byte, at, end int) (i int32, to int) {
	before := int32(0)
	for i = steps[last].next; i != 0; before, i = i, steps[i].other {
		st := &steps[i]
		to = at + len(st.text)
		if to > end || string(text[at:to]) != string(st.text) {
			continue
		}
		if before != 0 {
			steps[before].other, st.other, steps[last].next = st.other, steps[last].next, i
		}
		return i, to
	}
	return 0, at
}

// step takes one step, whatever its slot holds, and gives it and the place
// behind it; zero for none.
func (s *Scanner) step(last int32, at int) (int32, int) {
	i, at := find(s.forms.steps, last, s.buf, at, s.end)
	if i == 0 {
		return 0, at
	}
	st, from := &s.forms.steps[i], at
	switch st.slot {
	case plainText:
		return 0, at // run would have taken it
	case someNumber:
		if at = numberEnd(s.buf, from); at < 0 {
			return 0, from
		}
	case someIssuer:
		known, size := s.mem.memo.find(s.buf[from:s.end])
		if known == nil {
			return 0, from
		}
		s.main.User.Issuer, at = *known, from+size
	}
	s.tell(st, nil)
	return i, at
}

// tell takes up what a step tells.
func (s *Scanner) tell(st *step, value []byte) {
	if st.key != nil {
		st.key.plain(s, value)
	}
	if st.says != 0 {
		s.hear(st.says)
	}
}

// hear takes up what a text says itself.
func (s *Scanner) hear(what says) {
	r := &s.main
	if what&saysIdentity != 0 {
		r.User.Present = true
	}
	switch {
	case what&saysManaged != 0:
		r.Management = True
	case what&saysUnmanaged != 0:
		r.Management = False
	}
	switch {
	case what&saysRead != 0:
		r.ReadOnly = True
	case what&saysWrite != 0:
		r.ReadOnly = False
	}
}

// textEnd is the place of the first byte from i on that is a quote, a
// backslash, a control character or not ASCII. The zeros behind the window end
// the search. See special.
func textEnd(b []byte, i int) int {
	for {
		w := binary.LittleEndian.Uint64(b[i:])
		hit := ((w - ' '*ones) | ((w ^ '"'*ones) - ones) | ((w ^ '\\'*ones) - ones) | w) & highs
		if hit != 0 {
			return i + bits.TrailingZeros64(hit)>>3
		}
		i += wordBytes
	}
}
