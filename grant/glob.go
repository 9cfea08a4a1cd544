package grant

import (
	"strings"
	"unicode/utf8"
)

// glob is a resource pattern in tokens. A token from 0 upward is a literal
// character: a code point, or utf8.MaxRune+1+b for a byte b that is no UTF-8,
// so that different broken texts stay different.
type glob []token

type token int32

const (
	star    token = -1 // any run of characters, also of none
	anyChar token = -2 // one character: a code point, however many bytes it has
	field   token = -3 // any run of characters without a colon
)

// starry reports whether the token stands for runs.
func (t token) starry() bool { return t == star || t == field }

// meets reports whether one character exists that both tokens accept.
func (t token) meets(u token) bool {
	switch {
	case t < 0 && u < 0:
		return true
	case t >= 0 && u >= 0:
		return t == u
	case t >= 0:
		return u != field || t != ':'
	}
	return t != field || u != ':'
}

// literal is the glob that matches s and nothing else.
func literal(s string) glob {
	g := make(glob, 0, len(s))
	for len(s) > 0 {
		t, n := character(s)
		g, s = append(g, t), s[n:]
	}
	return g
}

func character(s string) (token, int) {
	if s[0] < utf8.RuneSelf {
		return token(s[0]), 1
	}
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 {
		return utf8.MaxRune + 1 + token(s[0]), 1
	}
	return token(r), n
}

// wild reads a pattern in which only * and ? are special.
func wild(s string) glob {
	g := make(glob, 0, len(s))
	for len(s) > 0 {
		t, n := wildcard(s)
		g, s = g.push(t), s[n:]
	}
	return g
}

func wildcard(s string) (token, int) {
	switch s[0] {
	case '*':
		return star, 1
	case '?':
		return anyChar, 1
	}
	return character(s)
}

// push appends t; runs of stars become one.
func (g glob) push(t token) glob {
	if n := len(g); n > 0 && t.starry() && g[n-1].starry() {
		g[n-1] = max(g[n-1], t) // a star is wider than a field
		return g
	}
	return append(g, t)
}

// resource reads an element of Resource or NotResource. A policy variable
// becomes a star and is reported. The escapes ${*}, ${?} and ${$} stand for
// the character itself; they exist in version 2012-10-17 only, in older
// documents they are a literal "${", a wildcard and "}". Variables exist in
// that version only, too, but are reported for every one: what an older
// document says literally is part of what the star matches, so this errs
// towards granted.
func resource(s string, escapes bool) (g glob, variable bool) {
	g = make(glob, 0, len(s))
	for len(s) > 0 {
		if s[0] == '$' {
			if n := variableLength(s); n == 4 && strings.IndexByte("*?$", s[2]) >= 0 {
				if escapes {
					g, s = append(g, token(s[2])), s[n:]
					continue
				}
			} else if n > 0 {
				g, s, variable = g.push(star), s[n:], true
				continue
			}
		}
		t, n := wildcard(s)
		g, s = g.push(t), s[n:]
	}
	return g, variable
}

// variableLength is the length of the "${…}" at the start of s; 0: there is
// none. A default value in single quotes may contain the brace.
func variableLength(s string) int {
	if !strings.HasPrefix(s, "${") {
		return 0
	}
	quoted := false
	for i := 2; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case s[i] == '}' && !quoted:
			return i + 1
		}
	}
	return strings.IndexByte(s, '}') + 1 // an unpaired quote is no quote
}

// everything reports whether the glob is a star alone.
func (g glob) everything() bool { return len(g) == 1 && g[0] == star }
