package grant

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// question asks whether a string exists that every glob inside matches, no glob
// outside matches, and of every group of groups at least one glob matches.
type question struct {
	inside  []glob
	outside []glob
	groups  [][]glob
}

// answer decides the question. When the budget is spent, or more than maxStates
// would be needed, it answers yes.
//
// It walks the deterministic automaton of all globs at once, breadth first, and
// makes its states as it meets them. A state is a bit vector: for every glob
// the positions at which it may stand.
func (q *question) answer(steps *budget) bool {
	m := newMachine(q)
	first := make([]uint64, m.words)
	for _, s := range m.segments {
		set(first, s.first)
	}
	m.settle(first)
	m.push(first)
	for at := 0; at < m.states; at++ {
		if m.wins(m.state(at)) || m.states > maxStates {
			return true
		}
		for _, t := range m.characters(at) {
			if !steps.spend(m.words + len(m.segments)) {
				return true
			}
			if next := m.step(m.state(at), t); m.alive(next) {
				m.push(next)
			}
		}
	}
	return false
}

// machine is the automaton of a question.
type machine struct {
	words    int // of a state
	segments []segment
	groups   int
	at       []token  // by position; end: the glob has ended
	stay     []uint64 // positions of stars and fields
	stars    []uint64 // positions of stars
	fields   []uint64 // positions of fields
	ends     []uint64 // positions behind a glob's last token

	seen   map[string]bool
	queue  []uint64 // the states, one after the other
	states int
	next   []uint64
	key    []byte
	chars  []token
}

// segment is the place of one glob in the vector.
type segment struct {
	first, end int // its positions, the one behind the last token included
	role       int // inside, outside, or the number of its group
	open       int // position of the star it ends with; -1: it ends with none
}

const (
	inside  = -1
	outside = -2
)

// end is the token at a position behind a glob's last token.
const end token = -4

func newMachine(q *question) *machine {
	m := &machine{groups: len(q.groups), seen: map[string]bool{}}
	m.addAll(q.inside, inside)
	m.addAll(q.outside, outside)
	for i, g := range q.groups {
		m.addAll(g, i)
	}
	m.words = (len(m.at) + 63) / 64
	m.stay, m.stars = make([]uint64, m.words), make([]uint64, m.words)
	m.fields, m.ends = make([]uint64, m.words), make([]uint64, m.words)
	m.next = make([]uint64, m.words)
	for i, t := range m.at {
		switch t {
		case star:
			set(m.stay, i)
			set(m.stars, i)
		case field:
			set(m.stay, i)
			set(m.fields, i)
		case end:
			set(m.ends, i)
		}
	}
	return m
}

func (m *machine) addAll(globs []glob, role int) {
	for _, g := range globs {
		s := segment{first: len(m.at), role: role, open: -1}
		m.at = append(append(m.at, g...), end)
		s.end = len(m.at)
		if n := len(g); n > 0 && g[n-1] == star {
			s.open = s.end - 2
		}
		m.segments = append(m.segments, s)
	}
}

func set(v []uint64, i int)      { v[i>>6] |= 1 << (i & 63) }
func has(v []uint64, i int) bool { return v[i>>6]&(1<<(i&63)) != 0 }

func (m *machine) state(i int) []uint64 { return m.queue[i*m.words : (i+1)*m.words] }

// push queues a state that was not met before.
func (m *machine) push(state []uint64) {
	m.key = m.key[:0]
	for _, w := range state {
		m.key = binary.LittleEndian.AppendUint64(m.key, w)
	}
	if !m.seen[string(m.key)] {
		m.seen[string(m.key)] = true
		m.queue = append(m.queue, state...)
		m.states++
	}
}

// other stands for all characters that are no literal of any active position.
const other token = -5

// characters are those worth trying in a state: the literals that it waits for,
// the colon where a field would end, and one for all others.
func (m *machine) characters(state int) []token {
	m.chars = append(m.chars[:0], other)
	for k, w := range m.state(state) {
		for ; w != 0; w &= w - 1 {
			t := m.at[k<<6+bits.TrailingZeros64(w)]
			if t == field {
				t = ':'
			}
			if t >= 0 {
				m.chars = append(m.chars, t)
			}
		}
	}
	slices.Sort(m.chars)
	m.chars = slices.Compact(m.chars)
	return m.chars
}

// step is the state after the character. The result is good until the next step.
func (m *machine) step(state []uint64, c token) []uint64 {
	next := m.next
	for k, w := range state {
		next[k] = w & m.stay[k]
		if c == ':' {
			next[k] &^= m.fields[k]
		}
	}
	for k, w := range state {
		for ; w != 0; w &= w - 1 {
			i := k<<6 + bits.TrailingZeros64(w)
			if t := m.at[i]; t == anyChar || t == c && c >= 0 {
				set(next, i+1)
			}
		}
	}
	m.settle(next)
	return next
}

// settle adds the positions behind stars, which may be empty, and forgets those
// before a glob's last star: the star swallows whatever they still wait for.
func (m *machine) settle(state []uint64) {
	carry := uint64(0)
	for k, w := range state {
		s := w & m.stay[k]
		state[k] |= s<<1 | carry
		carry = s >> 63
	}
	for i := range m.segments {
		s := &m.segments[i]
		if last := m.lastStar(state, s); last > s.first {
			clearRange(state, s.first, last)
		}
	}
}

// lastStar is the last position of an active star in the segment, or -1.
func (m *machine) lastStar(state []uint64, s *segment) int {
	for k := (s.end - 1) >> 6; k >= s.first>>6; k-- {
		if w := state[k] & m.stars[k] & mask(k, s.first, s.end); w != 0 {
			return k<<6 + 63 - bits.LeadingZeros64(w)
		}
	}
	return -1
}

// mask selects in word k the positions from first to end-1.
func mask(k, first, end int) uint64 {
	m := ^uint64(0)
	if k == first>>6 {
		m <<= first & 63
	}
	if k == (end-1)>>6 {
		m &= ^uint64(0) >> (63 - (end-1)&63)
	}
	return m
}

func clearRange(v []uint64, first, end int) {
	for k := first >> 6; k <= (end-1)>>6; k++ {
		v[k] &^= mask(k, first, end)
	}
}

// active reports whether the segment's glob can still match.
func active(state []uint64, s *segment) bool {
	for k := s.first >> 6; k <= (s.end-1)>>6; k++ {
		if state[k]&mask(k, s.first, s.end) != 0 {
			return true
		}
	}
	return false
}

// alive reports whether a wanted string may still begin with what led to the
// state.
func (m *machine) alive(state []uint64) bool {
	return m.holds(func(s *segment) bool { return active(state, s) },
		func(s *segment) bool { return s.open >= 0 && has(state, s.open) })
}

// wins reports whether what led to the state is a wanted string.
func (m *machine) wins(state []uint64) bool {
	done := func(s *segment) bool { return has(state, s.end-1) }
	return m.holds(done, done)
}

// holds reports whether good holds for all segments inside and for one of every
// group, and bad for none outside.
func (m *machine) holds(good, bad func(*segment) bool) bool {
	met, group := true, inside
	for i := range m.segments {
		s := &m.segments[i]
		switch {
		case s.role == outside:
			if bad(s) {
				return false
			}
		case s.role == inside:
			if !good(s) {
				return false
			}
		case s.role != group: // the first of a group; those of a group are neighbours
			if !met {
				return false
			}
			met, group = good(s), s.role
		default:
			met = met || good(s)
		}
	}
	return met
}
