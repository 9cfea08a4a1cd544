package policy

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// TokenKind says what a part of a pattern stands for.
type TokenKind uint8

// The kinds of tokens.
const (
	Literal  TokenKind = iota // Text itself
	AnyRun                    // *: any run of characters, also none
	AnyOne                    // ?: any one character
	Variable                  // ${key}: the value of a context key
)

// Token is one part of a pattern with policy variables.
type Token struct {
	Kind       TokenKind
	Text       string // Literal: the text; Variable: the context key as written
	Default    string // Variable: the text after the comma, without quotation marks
	HasDefault bool
}

// Tokens takes a Resource pattern of a 2012-10-17 document apart. The escapes
// ${*}, ${?} and ${$} are literals; so is a ${ that begins no variable. For an
// older document (HasVariables false) read * and ? only.
func Tokens(pattern string) iter.Seq[Token] {
	return func(yield func(Token) bool) {
		for rest := pattern; rest != ""; {
			token, size := nextToken(rest)
			if !yield(token) {
				return
			}
			rest = rest[size:]
		}
	}
}

// HasVariable reports whether s holds a policy variable: a ${…} whose value
// depends on the request. The escapes ${*}, ${?} and ${$} do not.
func HasVariable(s string) bool {
	if !strings.Contains(s, "${") {
		return false
	}
	for t := range Tokens(s) {
		if t.Kind == Variable {
			return true
		}
	}
	return false
}

// nextToken reads the token at the head of s, which is not empty, and its
// length in s.
func nextToken(s string) (Token, int) {
	switch s[0] {
	case '*':
		return Token{Kind: AnyRun}, 1
	case '?':
		return Token{Kind: AnyOne}, 1
	case '$':
		if t, size := variable(s); size > 0 {
			return t, size
		}
	}
	end := 1 + strings.IndexAny(s[1:], "*?$")
	if end == 0 {
		end = len(s)
	}
	return Token{Kind: Literal, Text: s[:end]}, end
}

// variable reads ${key} or ${key, 'default'} at the head of s; size 0: none.
// Inside the default a doubled quotation mark stands for one.
func variable(s string) (t Token, size int) {
	if len(s) < 3 || s[1] != '{' {
		return Token{}, 0
	}
	end := strings.IndexAny(s[2:], ",}")
	if end < 0 {
		return Token{}, 0
	}
	end += 2
	key := strings.TrimSpace(s[2:end])
	if s[end] == ',' {
		return withDefault(s, end, key)
	}
	switch key {
	case "":
		return Token{}, 0
	case "*", "?", "$":
		return Token{Kind: Literal, Text: key}, end + 1
	}
	return Token{Kind: Variable, Text: key}, end + 1
}

func withDefault(s string, comma int, key string) (Token, int) {
	i := comma + 1
	for i < len(s) && s[i] == ' ' {
		i++
	}
	if key == "" || i == len(s) || s[i] != '\'' {
		return Token{}, 0
	}
	text, n := quoted(s[i:])
	if n == 0 {
		return Token{}, 0
	}
	for i += n; i < len(s) && s[i] == ' '; i++ {
	}
	if i == len(s) || s[i] != '}' {
		return Token{}, 0
	}
	return Token{Kind: Variable, Text: key, Default: text, HasDefault: true}, i + 1
}

// quoted reads a text in single quotation marks and its length in s.
func quoted(s string) (text string, size int) {
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			i++
			continue
		}
		return strings.ReplaceAll(s[1:i], "''", "'"), i + 1
	}
	return "", 0
}

// resolve replaces the variables of s and marks every character that must not
// act as a wildcard, so that a value from the request cannot widen a pattern.
// ok is false when a key has no single value and no default.
func resolve(s string, ctx *lookup) (pattern string, ok bool) {
	if !strings.Contains(s, "${") {
		return s, true
	}
	var b strings.Builder
	b.Grow(len(s) + roomForValues)
	for s != "" {
		t, size := nextToken(s)
		s = s[size:]
		text := t.Text
		switch t.Kind {
		case AnyRun:
			b.WriteByte('*')
			continue
		case AnyOne:
			b.WriteByte('?')
			continue
		case Variable:
			value, found := ctx.one(t.Text)
			if !found && !t.HasDefault {
				return "", false
			}
			if text = value; !found {
				text = t.Default
			}
		}
		writeLiteral(&b, text)
	}
	return b.String(), true
}

// roomForValues is how many bytes longer than its name a variable's value is
// expected to be at most; only speed depends on it.
const roomForValues = 16

func writeLiteral(b *strings.Builder, text string) {
	for {
		i := strings.IndexAny(text, "*?")
		if i < 0 {
			b.WriteString(text)
			return
		}
		b.WriteString(text[:i])
		if text[i] == '*' {
			b.WriteByte(literalStar)
		} else {
			b.WriteByte(literalQuestion)
		}
		text = text[i+1:]
	}
}

// plain undoes the marks of resolve, for operators without wildcards.
func plain(pattern string) string {
	if strings.IndexByte(pattern, literalStar) < 0 && strings.IndexByte(pattern, literalQuestion) < 0 {
		return pattern
	}
	b := []byte(pattern)
	for i, c := range b {
		switch c {
		case literalStar:
			b[i] = '*'
		case literalQuestion:
			b[i] = '?'
		}
	}
	return string(b)
}

// usable reports whether a context value may stand in a pattern: the marks of
// resolve must not be forged.
func usable(value string) bool { return utf8.ValidString(value) }
