package cloudtrail

import "bytes"

// memo remembers session issuers by their raw text. A role has many sessions,
// and each of them the same sessionIssuer; comparing two hundred bytes is far
// cheaper than reading them again. The remembered text is one complete JSON object, and
// no complete object is the beginning of another, so equal bytes at a value's
// place are the same value.
type memo struct {
	sets [memoSets][memoWays]remembered
	next uint8 // the way that is replaced next
}

type remembered struct {
	raw []byte
	who Issuer
}

// find is the issuer that text begins with, and the length of its raw form;
// nil when it is not remembered.
func (m *memo) find(text []byte) (*Issuer, int) {
	if len(text) < memoHeadBytes {
		return nil, 0
	}
	set := &m.sets[memoHash(text)%memoSets]
	for i := range set {
		if raw := set[i].raw; len(raw) > 0 && bytes.HasPrefix(text, raw) {
			return &set[i].who, len(raw)
		}
	}
	return nil, 0
}

// keep remembers who for the text's first size bytes. Text with line breaks is
// not kept, as the lexer has to see them.
func (m *memo) keep(text []byte, size int, who *Issuer) {
	if len(text) < memoHeadBytes || size > maxMemoBytes || bytes.IndexByte(text[:size], '\n') >= 0 {
		return
	}
	set := &m.sets[memoHash(text)%memoSets]
	way := &set[m.next%memoWays]
	m.next++
	way.raw, way.who = append(way.raw[:0], text[:size]...), *who
}

// memoHash is of the second half of the head, where the unique id stands.
func memoHash(text []byte) uint64 { return hash(text[memoHeadBytes/2 : memoHeadBytes]) }
