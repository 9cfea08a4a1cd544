package cloudtrail

import (
	"encoding/binary"
	"unsafe"
)

// memory keeps what repeats from record to record, so that reading one
// allocates nothing in the usual case. All of it is bounded (limits.go).
type memory struct {
	last     [fields]string // of each field the last value that had no escapes
	strings  [internSets][internWays]string
	chunk    []byte   // where event ids are put, one behind the other
	build    []byte   // where names are put together
	date     [10]byte // the day of midnight, as in event times
	midnight int64    // in seconds since 1970
	memo     memo
	role     lastRole
	alikes   alikes
	sessions [sessionSlots]seenSession
}

// known is the string of b when it was kept lately.
func (m *memory) known(b []byte) (string, bool) {
	set := &m.strings[hash(b)%internSets]
	for i := range set {
		if set[i] == string(b) {
			return set[i], true
		}
	}
	return "", false
}

// text is the string of b, kept for the next time. On a nil memory it is a
// plain copy.
func (m *memory) text(b []byte) string {
	if m == nil || len(b) == 0 {
		return string(b)
	}
	s, ok := m.known(b)
	if !ok {
		s = string(b)
		set := &m.strings[hash(b)%internSets]
		copy(set[1:], set[:]) // the one kept longest goes
		set[0] = s
	}
	return s
}

// joined is the string of the parts one behind the other.
func (m *memory) joined(parts ...string) string {
	var b []byte
	if m != nil {
		b = m.build[:0]
	}
	for _, p := range parts {
		b = append(b, p...)
	}
	if m != nil {
		m.build = b
	}
	return m.text(b)
}

// id is the string of b, which will hardly come again. Several share one
// allocation: a byte of a chunk is written once, before a string shows it, and
// never again.
func (m *memory) id(b []byte) string {
	if m == nil || len(b) == 0 || len(b) > idChunkBytes {
		return string(b)
	}
	if cap(m.chunk)-len(m.chunk) < len(b) {
		m.chunk = make([]byte, 0, idChunkBytes)
	}
	at := len(m.chunk)
	m.chunk = append(m.chunk, b...)
	return unsafe.String(&m.chunk[at], len(b))
}

// hash mixes the length, both ends and what is before the last of them, which
// tells names, ids and ARNs apart. It only spreads strings over slots, where a
// collision costs an allocation, so it needs no secret seed and not all bytes.
func hash(b []byte) uint64 {
	const k = 0x9e3779b97f4a7c15
	h, n := uint64(len(b))*k, len(b)
	switch {
	case n >= 2*wordBytes:
		h = (h ^ binary.LittleEndian.Uint64(b[n-2*wordBytes:])) * k
		h ^= h >> 32
		fallthrough
	case n >= wordBytes:
		h = (h ^ binary.LittleEndian.Uint64(b)) * k
		h ^= h >> 32
		h = (h ^ binary.LittleEndian.Uint64(b[n-wordBytes:])) * k
	default:
		for _, c := range b {
			h = (h ^ uint64(c)) * k
		}
	}
	return h * k >> 32 // a product's high bits depend on all of the factor's
}
