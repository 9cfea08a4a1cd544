package cloudtrail

import "bytes"

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
	if known := r.mem.sessionOf(u.PrincipalID); known != "" {
		return known
	}
	if i := bytes.LastIndexByte(u.ARN, '/'); bytes.Count(u.ARN[:max(i, 0)], []byte("/")) == 1 {
		return r.mem.session("", u.ARN[i+1:])
	}
	return ""
}

// rememberedSession is what a principalId says of the session.
type rememberedSession struct {
	id   []byte
	name string
}

// sessionOf is the session's name in a principalId; empty when there is none.
// Sessions make many calls, and finding one among those seen lately is cheaper
// than reading its name again.
func (m *memory) sessionOf(id []byte) string {
	if m == nil {
		return sessionIn(m, id)
	}
	slot := &m.sessions[hash(id)%sessionSlots]
	if slot.name == "" || string(slot.id) != string(id) {
		slot.id, slot.name = append(slot.id[:0], id...), sessionIn(m, id)
	}
	return slot.name
}

func sessionIn(m *memory, id []byte) string {
	i := bytes.IndexByte(id, ':')
	if i < 0 {
		return ""
	}
	return m.session("", id[i+1:])
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
