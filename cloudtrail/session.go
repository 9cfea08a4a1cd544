package cloudtrail

import (
	"bytes"
	"encoding/binary"
)

// A role's session has a name that whoever assumes the role chooses: a person's,
// an instance's id, the number of a build. Kept as recorded there would be no end
// of them, so appendSession makes names of one kind one name.

// sourcePrefix stands before a source identity, where the name of a session may
// stand as well: these never have a colon.
const sourcePrefix = "source-identity:"

// session is the name of the session of an assumed role by appendSession; empty
// for other callers. It stands behind the role's id in principalId, and is the
// last part of the session's ARN.
func (r *Record) session() string {
	u := &r.User
	if u.Type != typeAssumed {
		return ""
	}
	if name := r.mem.sessionOf(u.PrincipalID); name != "" {
		return name
	}
	if i := bytes.LastIndexByte(u.ARN, '/'); bytes.Count(u.ARN[:max(i, 0)], []byte("/")) == 1 {
		return r.mem.session("", u.ARN[i+1:])
	}
	return ""
}

// seenSession is what a principalId says of the session. It has no pointer to
// the id: a look at it is one at memory that is likely to be far.
type seenSession struct {
	name string
	size uint8
	id   [maxSeenID]byte
}

// sessionOf is the session's name in a principalId; empty when there is none.
// Most names are a number that hardly comes again, or one of a session that
// makes many calls: finding it among those seen lately is cheaper than reading it.
func (m *memory) sessionOf(id []byte) string {
	i := bytes.IndexByte(id, ':') + 1
	switch {
	case i == 0 || i == len(id):
		return ""
	case isNumber(id[i:]):
		return numbered
	case m == nil || len(id) > maxSeenID || len(id) < 2*wordBytes:
		return m.session("", id[i:])
	}
	const factor = 0x9e3779b97f4a7c15
	h := (binary.LittleEndian.Uint64(id[len(id)-wordBytes:])*factor ^ binary.LittleEndian.Uint64(id[len(id)-2*wordBytes:])) * factor
	slot := &m.sessions[h>>32%sessionSlots]
	if string(slot.id[:slot.size]) != string(id) {
		slot.size, slot.name = uint8(copy(slot.id[:], id)), m.session("", id[i:])
	}
	return slot.name
}

// numbered is what becomes of a name that is one number.
const numbered = "*"

// isNumber reports whether a name is one word of hexadecimal digits that
// appendSession replaces.
func isNumber(name []byte) bool {
	if len(name) < 8 {
		return false
	}
	for _, c := range name {
		if charKinds[c]&isHex == 0 {
			return false
		}
	}
	return true
}

// source is the source identity of an assumed role, likewise and with its
// prefix; empty when there is none.
func (r *Record) source() string {
	if r.User.SourceIdentity == "" || r.User.Type != typeAssumed {
		return ""
	}
	return r.mem.session(sourcePrefix, []byte(r.User.SourceIdentity))
}

func (m *memory) session(prefix string, name []byte) string {
	if len(name) == 0 {
		return ""
	}
	var buf [len(sourcePrefix) + maxSessionBytes]byte
	return m.text(appendSession(append(buf[:0], prefix...), name))
}

// appendSession appends a name with what numbers it replaced by stars:
//
//   - a UUID;
//   - a word of hexadecimal digits: of four or more when there is a digit in it,
//     else of eight or more, as many words are such by chance;
//   - a run of four or more digits in any other word;
//   - behind a hyphen, a word of five or more small letters and digits without
//     vowels, y, 0, 1 and 3, as Kubernetes ends the names of pods.
//
// A word is a run of letters and digits. What AWS does not allow in such names
// becomes a question mark, and what is beyond maxSessionBytes is cut off.
func appendSession(to, name []byte) []byte {
	most := len(to) + maxSessionBytes
	for i := 0; i < len(name) && len(to) < most; {
		kind := charKinds[name[i]]
		if kind&wordChar == 0 {
			if kind == 0 {
				to = append(to, '?')
			} else {
				to = append(to, name[i])
			}
			i++
			continue
		}
		if len(name)-i >= uuidBytes && isUUID(name[i:]) {
			to, i = append(to, '*'), i+uuidBytes
			continue
		}
		from, all, some := i, kind, kind
		for i++; i < len(name); i++ {
			if kind = charKinds[name[i]]; kind&wordChar == 0 {
				break
			}
			all, some = all&kind, some|kind
		}
		word := name[from:i]
		switch {
		case all&isHex != 0 && (len(word) >= 8 || len(word) >= 4 && some&isDecimal != 0),
			all&isPod != 0 && len(word) >= 5 && from > 0 && name[from-1] == '-':
			to = append(to, '*')
		case some&isDecimal == 0:
			to = append(to, word...)
		default:
			to = appendWord(to, word)
		}
	}
	return to[:min(len(to), most)]
}

// appendWord appends a word with its long runs of digits replaced.
func appendWord(to, word []byte) []byte {
	for i := 0; i < len(word); {
		from := i
		for i < len(word) && isDigit(word[i]) {
			i++
		}
		switch {
		case i-from >= 4:
			to = append(to, '*')
		case i > from:
			to = append(to, word[from:i]...)
		default:
			to = append(to, word[i])
			i++
		}
	}
	return to
}

// uuidBytes is how long a UUID is in hexadecimal digits with its hyphens.
const uuidBytes = 36

// isUUID reports whether text, of uuidBytes at least, begins with a UUID, and no
// word goes on behind it.
func isUUID(text []byte) bool {
	if text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' ||
		len(text) > uuidBytes && charKinds[text[uuidBytes]]&wordChar != 0 {
		return false
	}
	for i, c := range text[:uuidBytes] {
		if charKinds[c]&isHex == 0 && i != 8 && i != 13 && i != 18 && i != 23 {
			return false
		}
	}
	return true
}

// What a byte may be in the name of a session, by bits.
const (
	nameChar  uint8 = 1 << iota // AWS allows it: a letter, a digit, or one of _+=,.@-
	wordChar                    // a letter or digit
	isDecimal                   // a digit
	isHex
	isPod // what Kubernetes ends names with
)

var charKinds = makeCharKinds()

func makeCharKinds() (kinds [256]uint8) {
	for i := range kinds {
		c := byte(i)
		if isLetter(c) || isDigit(c) {
			kinds[i] |= nameChar | wordChar
		}
		if isDigit(c) {
			kinds[i] |= isDecimal
		}
		if hexDigit(c) >= 0 {
			kinds[i] |= isHex
		}
	}
	for _, c := range []byte("_+=,.@-") {
		kinds[c] |= nameChar
	}
	for _, c := range []byte("bcdfghjklmnpqrstvwxz2456789") {
		kinds[c] |= isPod
	}
	return kinds
}
