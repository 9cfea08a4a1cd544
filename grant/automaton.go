package grant

import (
	"math/bits"
	"slices"
)

// answer decides the question. When the budget is spent, or more states would
// be needed than limits.go has, it answers yes.
//
// It walks the deterministic automaton of all globs at once and makes its states
// as it meets them. A state is a bit vector: for every glob the positions at
// which it may stand. The walk is depth first, towards the ends of the globs
// inside: mostly the answer is yes, and then few states are met.
func (q *question) answer(steps *budget) bool {
	size := q.size()
	if !steps.spend(size) {
		return true
	}
	m := newMachine(q, size)
	m.push(m.start())
	for len(m.todo) > 0 {
		at := m.todo[len(m.todo)-1]
		m.todo = m.todo[:len(m.todo)-1]
		if m.wins(m.state(at)) || m.full() {
			return true
		}
		for _, c := range slices.Backward(m.characters(at)) {
			if !steps.spend(m.words + len(m.segments)) {
				return true
			}
			if next := m.step(at, c); m.alive(next) {
				m.push(next)
			}
		}
	}
	return false
}

func (m *machine) full() bool { return m.states > maxStates || len(m.queue) > maxStateWords }

// machine is the automaton of a question.
type machine struct {
	at       []token   // by position; end behind each glob
	segments []segment // inside first
	words    int       // of a state
	stay     []uint64  // positions of stars and fields
	stars    []uint64  // positions of stars
	fields   []uint64  // positions of fields

	queue  []uint64 // all states met, one after the other
	states int
	table  []int32 // hash table of the states: index+1; 0: free
	todo   []int   // states to go on from
	next   []uint64
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

const (
	end   token = -4 // the position behind a glob's last token
	other token = -5 // all characters that no active position waits for
)

// newMachine makes the automaton; size is that of the question.
func newMachine(q *question, size int) *machine {
	m := &machine{table: make([]int32, 64), at: make([]token, 0, size)}
	m.addAll(q.inside, inside)
	m.addAll(q.outside, outside)
	for i, g := range q.groups {
		m.addAll(g, i)
	}
	m.words = (len(m.at) + 63) / 64
	vectors := make([]uint64, 4*m.words)
	m.stay, m.stars = vectors[:m.words], vectors[m.words:2*m.words]
	m.fields, m.next = vectors[2*m.words:3*m.words], vectors[3*m.words:]
	for i, t := range m.at {
		switch t {
		case star:
			setBit(m.stay, i)
			setBit(m.stars, i)
		case field:
			setBit(m.stay, i)
			setBit(m.fields, i)
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

func setBit(v []uint64, i int)      { v[i>>6] |= 1 << (i & 63) }
func hasBit(v []uint64, i int) bool { return v[i>>6]&(1<<(i&63)) != 0 }

// start is the state before any character.
func (m *machine) start() []uint64 {
	for i := range m.segments {
		setBit(m.next, m.segments[i].first)
	}
	m.settle(m.next)
	return m.next
}

func (m *machine) state(i int) []uint64 { return m.queue[i*m.words : (i+1)*m.words] }

// push notes a state that was not met before.
func (m *machine) push(state []uint64) {
	if 2*m.states >= len(m.table) {
		m.grow()
	}
	slot := m.slot(state)
	if m.table[slot] != 0 {
		return
	}
	m.queue = append(m.queue, state...)
	m.todo = append(m.todo, m.states)
	m.states++
	m.table[slot] = int32(m.states)
}

// slot is where the state is in the table, or where it belongs.
func (m *machine) slot(state []uint64) int {
	h := uint64(0)
	for _, w := range state {
		h = (h ^ w) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	for i := int(h % uint64(len(m.table))); ; i = (i + 1) % len(m.table) {
		if n := m.table[i]; n == 0 || slices.Equal(m.state(int(n)-1), state) {
			return i
		}
	}
}

func (m *machine) grow() {
	m.table = make([]int32, 2*len(m.table))
	for i := range m.states {
		m.table[m.slot(m.state(i))] = int32(i) + 1
	}
}

// characters are those worth trying in a state, the most promising first: the
// literals that globs inside wait for, and the colon where a field would end;
// one for all that nothing waits for; what the other globs wait for.
func (m *machine) characters(state int) []token {
	m.chars = m.chars[:0]
	for k, w := range m.state(state) {
		for ; w != 0; w &= w - 1 {
			i := k<<6 + bits.TrailingZeros64(w)
			if !slices.Contains(m.chars, other) && !m.isInside(i) {
				m.chars = append(m.chars, other)
			}
			t := m.at[i]
			if t == field {
				t = ':'
			}
			if t >= 0 && !slices.Contains(m.chars, t) {
				m.chars = append(m.chars, t)
			}
		}
	}
	if !slices.Contains(m.chars, other) {
		m.chars = append(m.chars, other)
	}
	return m.chars
}

func (m *machine) isInside(position int) bool {
	for i := range m.segments {
		if s := &m.segments[i]; position < s.end {
			return s.role == inside
		}
	}
	return false
}

// step is the state after the character. The result is good until the next step.
func (m *machine) step(state int, c token) []uint64 {
	from, next := m.state(state), m.next
	for k, w := range from {
		next[k] = w & m.stay[k]
		if c == ':' {
			next[k] &^= m.fields[k]
		}
	}
	for k, w := range from {
		for ; w != 0; w &= w - 1 {
			i := k<<6 + bits.TrailingZeros64(w)
			if t := m.at[i]; t == anyChar || t == c {
				setBit(next, i+1)
			}
		}
	}
	m.settle(next)
	return next
}

// settle adds the positions behind stars, which may be empty, and forgets those
// before a glob's last active star: the star swallows whatever they still wait
// for. So a glob without question marks has no more sets of positions than
// positions.
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
			clearBits(state, s.first, last)
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

func clearBits(v []uint64, first, end int) {
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
		func(s *segment) bool { return s.open >= 0 && hasBit(state, s.open) })
}

// wins reports whether what led to the state is a wanted string.
func (m *machine) wins(state []uint64) bool {
	done := func(s *segment) bool { return hasBit(state, s.end-1) }
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
