package activity

import (
	"encoding/binary"
	"errors"
	"iter"
	"math/bits"
	"slices"
	"time"
)

// Day is a UTC day, counted from 1970-01-01.
type Day int32

// DayOf is the UTC day that holds t.
func DayOf(t time.Time) Day { return Day(floorDiv(t.Unix(), 86400)) }

// Start is midnight UTC at the beginning of the day.
func (d Day) Start() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Days is a set of days. The zero value is empty. A Days is never changed once
// made, so it may be shared and compared between goroutines.
type Days struct{ words []dayWord }

// dayWord holds the days 64*n … 64*n+63 that are in the set. Words are sorted
// by n and never zero, so equal sets have equal words.
type dayWord struct {
	n    int32
	bits uint64
}

// DaysOf is the set of the given days.
func DaysOf(days ...Day) Days {
	var s DaySet
	for _, d := range days {
		s.Add(d)
	}
	return s.Take()
}

// DaySet is a Days in the making. The zero value is empty. It is not for
// concurrent use.
type DaySet struct{ words []dayWord }

// Add puts a day into the set. Days that come in order are cheap.
func (s *DaySet) Add(d Day) {
	n := int32(floorDiv(int64(d), 64))
	bit := uint64(1) << (int64(d) - int64(n)*64)
	i := len(s.words)
	for ; i > 0 && s.words[i-1].n >= n; i-- {
		if s.words[i-1].n == n {
			s.words[i-1].bits |= bit
			return
		}
	}
	s.words = slices.Insert(s.words, i, dayWord{n, bit})
}

// Join puts the days of o into the set and leaves o empty.
func (s *DaySet) Join(o *DaySet) {
	if len(s.words) == 0 {
		s.words, o.words = o.words, nil
		return
	}
	s.words = Days{s.words}.Union(o.Take()).words
}

// Take gives the set away and leaves an empty one.
func (s *DaySet) Take() Days {
	words := s.words
	s.words = nil
	return Days{words}
}

// Union is the set of days that are in s or in t.
func (s Days) Union(t Days) Days {
	if len(s.words) == 0 || t.within(s) {
		return pick(len(s.words) == 0, t, s)
	}
	out := make([]dayWord, 0, len(s.words)+len(t.words))
	a, b := s.words, t.words
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].n < b[0].n:
			out, a = append(out, a[0]), a[1:]
		case a[0].n > b[0].n:
			out, b = append(out, b[0]), b[1:]
		default:
			out = append(out, dayWord{a[0].n, a[0].bits | b[0].bits})
			a, b = a[1:], b[1:]
		}
	}
	return Days{append(append(out, a...), b...)}
}

func pick(first bool, a, b Days) Days {
	if first {
		return a
	}
	return b
}

// within reports whether every day of s is in t.
func (s Days) within(t Days) bool {
	b := t.words
	for _, w := range s.words {
		for len(b) > 0 && b[0].n < w.n {
			b = b[1:]
		}
		if len(b) == 0 || b[0].n != w.n || w.bits&^b[0].bits != 0 {
			return false
		}
	}
	return true
}

// Equal reports whether both sets hold the same days.
func (s Days) Equal(t Days) bool { return slices.Equal(s.words, t.words) }

// Len is the number of days in the set.
func (s Days) Len() int {
	n := 0
	for _, w := range s.words {
		n += bits.OnesCount64(w.bits)
	}
	return n
}

// All yields the days in ascending order.
func (s Days) All() iter.Seq[Day] {
	return func(yield func(Day) bool) {
		for _, w := range s.words {
			for b := w.bits; b != 0; b &= b - 1 {
				if !yield(Day(int64(w.n)*64 + int64(bits.TrailingZeros64(b)))) {
					return
				}
			}
		}
	}
}

// From is the set without the days before d.
func (s Days) From(d Day) Days {
	var out []dayWord
	for _, w := range s.words {
		switch under := int64(d) - int64(w.n)*64; {
		case under <= 0:
			out = append(out, w)
		case under < 64:
			if w.bits &= ^uint64(0) << under; w.bits != 0 {
				out = append(out, w)
			}
		}
	}
	return Days{out}
}

// UpTo is the latest day of the set that is not after d; false when there is
// none.
func (s Days) UpTo(d Day) (Day, bool) {
	for _, w := range slices.Backward(s.words) {
		base := int64(w.n) * 64
		b := w.bits
		if over := int64(d) - base; over < 0 {
			continue
		} else if over < 63 {
			b &= 1<<(over+1) - 1
		}
		if b != 0 {
			return Day(base + 63 - int64(bits.LeadingZeros64(b))), true
		}
	}
	return 0, false
}

// MarshalBinary encodes the set: per word the distance from the word before
// (zig-zag varint) and its 64 bits (uvarint). Equal sets give equal bytes.
func (s Days) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// AppendBinary appends what MarshalBinary returns.
func (s Days) AppendBinary(out []byte) ([]byte, error) {
	last := int32(0)
	for _, w := range s.words {
		out = binary.AppendVarint(out, int64(w.n)-int64(last))
		out = binary.AppendUvarint(out, w.bits)
		last = w.n
	}
	return out, nil
}

var errDays = errors.New("malformed set of days")

// UnmarshalBinary decodes what MarshalBinary made, and refuses everything else.
func (s *Days) UnmarshalBinary(in []byte) error {
	s.words = nil
	last := int64(0)
	for len(in) > 0 {
		step, k := binary.Varint(in)
		if !shortest(in, k) {
			return errDays
		}
		set, l := binary.Uvarint(in[k:])
		if !shortest(in[k:], l) || set == 0 || step > 1<<26 || step < -1<<26 || (len(s.words) > 0 && step <= 0) {
			return errDays
		}
		if last += step; last >= 1<<25 || last < -1<<25 { // beyond what a Day can say
			return errDays
		}
		s.words = append(s.words, dayWord{int32(last), set})
		in = in[k+l:]
	}
	return nil
}

// shortest reports whether the n bytes at the beginning of in are a varint
// without padding: its last byte holds something, unless it is the only one.
func shortest(in []byte, n int) bool { return n == 1 || n > 1 && in[n-1] != 0 }
