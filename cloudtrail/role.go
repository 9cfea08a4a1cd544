package cloudtrail

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// A call that hands a role over to a service (CT-38) names it in its
// requestParameters. Which key that is depends on the service, so the rule goes
// by the end of the key: roleEnds, ignoring case, at maxRoleLevels levels of the
// record. What stands behind such a key is
//
//   - a string: the role;
//   - a list: the strings in it;
//   - an object: the strings in it with the key arn or name, as EC2 writes an
//     instance profile, and those that are ARNs of roles.
//
// Which calls do hand roles over the catalogue says when evidence is read;
// handsOver leaves out what never does and is frequent.

// roleEnds are what keys of roles and instance profiles end in, in lower case.
var roleEnds = [...]string{"role", "roles", "rolearn", "rolearns", "rolename", "instanceprofile", "instanceprofilearn", "instanceprofilename"}

// roleTails are the last four letters of roleEnds, as they stand before the
// closing quote.
const (
	tailRole  = 'r' | 'o'<<8 | 'l'<<16 | 'e'<<24
	tailRoles = 'o' | 'l'<<8 | 'e'<<16 | 's'<<24
	tailArn   = 'e' | 'a'<<8 | 'r'<<16 | 'n'<<24
	tailArns  = 'a' | 'r'<<8 | 'n'<<16 | 's'<<24
	tailName  = 'n' | 'a'<<8 | 'm'<<16 | 'e'<<24
	tailFile  = 'f' | 'i'<<8 | 'l'<<16 | 'e'<<24
)

// mayEndRole reports whether a key whose last eight bytes, with its closing
// quote, are word may be one of a role.
func mayEndRole(word uint64) bool {
	switch uint32((word | ' '*ones) >> 24) {
	case tailRole, tailRoles, tailArn, tailArns, tailName, tailFile:
		return true
	}
	return false
}

// endsRole reports whether text ends in one of roleEnds.
func endsRole[T string | []byte](text T) bool {
	for _, end := range roleEnds {
		if n := len(text) - len(end); n >= 0 && strings.EqualFold(string(text[n:]), end) {
			return true
		}
	}
	return false
}

// parameterAt looks at a key below requestParameters: the quick way to
// parameterMember.
func (s *Scanner) parameterAt(colon, depth int) {
	q := &s.quick
	if colon < wordBytes {
		return
	}
	word := binary.LittleEndian.Uint64(s.buf[colon-wordBytes:])
	if depth == parameterLevel {
		q.rare = q.rare || isRare(word)
	}
	if !mayEndRole(word) || !s.isRoleAt(colon) {
		return
	}
	s.note(&roleKey, colon)
	q.hits[q.found-1].level = depth
}

// isRoleAt reports whether the key before the colon, which has no escapes, is
// one of a role.
func (s *Scanner) isRoleAt(colon int) bool {
	key := s.buf[max(0, colon-2-maxKeyBytes) : colon-1]
	i := bytes.LastIndexByte(key, '"')
	if i < 0 { // it is longer
		return false
	}
	key = key[i+1:]
	return endsRole(key) && !bytes.ContainsFunc(key, func(r rune) bool { return r < ' ' })
}

// parameter reads the value of a key that an object of a level has. within: the
// object is itself what stands behind the key of a role.
func (s *Scanner) parameter(key []byte, c byte, level int, within bool) bool {
	named := endsRole(key)
	if c == '"' && within && !named {
		return s.role(!bytes.EqualFold(key, []byte("arn")) && !bytes.EqualFold(key, []byte("name")))
	}
	return s.roleIn(c, level, named)
}

// roleIn reads a value of a level for the roles in it. named: it stands behind
// the key of one.
func (s *Scanner) roleIn(c byte, level int, named bool) bool {
	switch {
	case c == '"' && named:
		return s.role(false)
	case c == '{' && level < maxRoleLevels:
		return s.members(func(s *Scanner, key []byte, c byte) bool { return s.parameter(key, c, level+1, named) })
	case c == '[' && level < maxRoleLevels:
		return s.rolesIn(level+1, named)
	}
	return s.skip(c)
}

// rolesIn reads the list at pos, whose elements are of a level.
func (s *Scanner) rolesIn(level int, named bool) bool {
	return s.elements(func(c byte) bool {
		switch {
		case c == 0:
			return s.expect("a value")
		case c == '"' && named:
			return s.role(false)
		}
		return s.roleIn(c, level, false)
	})
}

// role takes the string at pos. sure: only if it is the ARN of a role.
func (s *Scanner) role(sure bool) bool {
	b, ok := s.text()
	if b = s.sound(b); s.faults == 0 && (!sure || isRoleARN(string(b))) {
		s.addRole(b)
	}
	return ok
}

// addRole keeps the value of a role's key, each once, as long as there is room.
func (s *Scanner) addRole(b []byte) {
	r := s.rec
	if len(b) == 0 || len(b) > maxRoleBytes {
		return
	}
	for i := range r.Roles {
		if r.Roles[i] == string(b) {
			return
		}
	}
	if len(r.Roles) == maxRoles {
		r.MoreRoles = true
		return
	}
	r.Roles = append(r.Roles, s.mem.text(b))
}

// roleKey stands for every key of a role. Unlike other keys it may come more
// than once, and all of its values count.
var roleKey = recordKey{name: "role", plain: (*Scanner).addRole}

// isRoleARN reports whether text is the ARN of a role or instance profile.
func isRoleARN(text string) bool {
	n := splitARN(text)
	return n.service == "iam" && (strings.HasPrefix(n.resource, "role/") || strings.HasPrefix(n.resource, "instance-profile/")) && isRoleName(text)
}

// isRoleName reports whether text has only what names of roles, their paths and
// ARNs have, and a letter or digit at its end.
func isRoleName(text string) bool {
	for i := range len(text) {
		if c := text[i]; !isLetter(c) && !isDigit(c) && strings.IndexByte("_+=,.@-/:", c) < 0 {
			return false
		}
	}
	return text != "" && text[len(text)-1] != '/' && text[len(text)-1] != ':'
}

// handsOver reports whether the roles that the record names may have been handed
// over. The role of STS's calls is the one to become. IAM's calls name the role
// that they are about: of those are kept the one that puts a role into an instance
// profile, and those of giving. Data events hand over nothing; their parameters may be
// anybody's data.
func (r *Record) handsOver() bool {
	if r.EventSource == stsHost {
		return false // the most frequent of them all
	}
	host, _, _ := strings.Cut(strings.TrimSpace(r.EventSource), ".")
	switch {
	case strings.EqualFold(host, "sts"):
		return false
	case strings.EqualFold(host, "iam") && !slices.Contains(giving, strings.TrimSpace(r.EventName)):
		return false
	}
	return r.isManagement()
}

// giving are the calls of IAM of which the role matters: it is handed over, or is given
// something of which IAM keeps no date.
var giving = []string{"AddRoleToInstanceProfile", "AttachRolePolicy", "PutRolePolicy", "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"}

const stsHost = "sts.amazonaws.com"
