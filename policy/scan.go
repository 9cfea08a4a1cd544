package policy

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// SyntaxError says where a text stops being a policy document, and what to do.
type SyntaxError struct {
	Line, Column int // from 1; columns in characters
	Problem      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("policy document line %d, column %d: %s", e.Line, e.Column, e.Problem)
}

// scanner reads JSON by what the policy grammar expects next. encoding/json
// would lose positions and let a repeated element overwrite the first.
type scanner struct {
	text string
	pos  int // next byte

	// Line and column of a byte are counted onward from the last one asked for.
	at           int
	line, column int // of at, from 0
}

func (s *scanner) fail(at int, format string, args ...any) error {
	line, column := s.position(at)
	return &SyntaxError{line, column, fmt.Sprintf(format, args...)}
}

// position is the line and column of a byte. Cheap when asked in ascending
// order.
func (s *scanner) position(at int) (line, column int) {
	if at < s.at {
		s.at, s.line, s.column = 0, 0, 0
	}
	gap := s.text[s.at:at]
	if i := strings.LastIndexByte(gap, '\n'); i >= 0 {
		s.line += strings.Count(gap, "\n")
		s.column = 0
		gap = gap[i+1:]
	}
	s.column += utf8.RuneCountInString(gap)
	s.at = at
	return s.line + 1, s.column + 1
}

// peek is the next byte after white space, 0 at the end of the text.
func (s *scanner) peek() byte {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// found names the next thing for an error message.
func (s *scanner) found() string {
	switch c := s.peek(); {
	case s.pos >= len(s.text):
		return "the end of the text"
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == '"':
		return "a string"
	default:
		r, _ := utf8.DecodeRuneInString(s.text[s.pos:])
		return strconv.QuoteRune(r)
	}
}

// object reads {"key": value, …}; member reads each value. what names the
// object in errors.
func (s *scanner) object(what string, member func(key string, at int) error) error {
	if s.peek() != '{' {
		return s.fail(s.pos, "%s must be an object, found %s", what, s.found())
	}
	s.pos++
	if s.peek() == '}' {
		s.pos++
		return nil
	}
	for {
		if s.peek() != '"' {
			return s.fail(s.pos, "expected an element name in quotation marks in %s, found %s", what, s.found())
		}
		at := s.pos
		key, err := s.string()
		if err != nil {
			return err
		}
		if s.peek() != ':' {
			return s.fail(s.pos, "expected a colon after %q, found %s", key, s.found())
		}
		s.pos++
		s.peek()
		if err := member(key, at); err != nil {
			return err
		}
		if more, err := s.more('}', what); !more {
			return err
		}
	}
}

// array reads [value, …]; element reads each value.
func (s *scanner) array(what string, element func() error) error {
	s.pos++ // the caller has seen '['
	if s.peek() == ']' {
		s.pos++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if more, err := s.more(']', what); !more {
			return err
		}
	}
}

// more reads a comma (true) or the closing byte.
func (s *scanner) more(closing byte, what string) (bool, error) {
	switch s.peek() {
	case ',':
		s.pos++
		if s.peek() == closing {
			return false, s.fail(s.pos, "a comma before the closing %q of %s: remove the comma", rune(closing), what)
		}
		return true, nil
	case closing:
		s.pos++
		return false, nil
	}
	return false, s.fail(s.pos, "expected a comma or the closing %q of %s, found %s", rune(closing), what, s.found())
}

// string reads a JSON string; the caller has seen its quotation mark.
func (s *scanner) string() (string, error) {
	start := s.pos + 1
	for i := start; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			return s.text[start:i], nil // no escapes: no copy
		case c == '\\':
			return s.escaped(start, i)
		case c < ' ':
			return "", s.fail(i, "a control character inside a string: write it as an escape, such as \\n")
		}
	}
	return "", s.fail(start-1, "a string without closing quotation mark")
}

// escaped goes on with a string whose first backslash is at i.
func (s *scanner) escaped(start, i int) (string, error) {
	var b strings.Builder
	b.WriteString(s.text[start:i])
	for i < len(s.text) {
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			return b.String(), nil
		case c == '\\':
			r, size := unescape(s.text[i:])
			if size == 0 {
				return "", s.fail(i, "an escape that JSON does not know: write a backslash itself as \\\\")
			}
			b.WriteRune(r)
			i += size
		case c < ' ':
			return "", s.fail(i, "a control character inside a string: write it as an escape, such as \\n")
		default:
			b.WriteByte(c)
			i++
		}
	}
	return "", s.fail(start-1, "a string without closing quotation mark")
}

// unescape reads one escape at the head of t: the character and its length in
// the text, 0 when it is none. A surrogate without its partner is none: there
// is no character that it could stand for.
func unescape(t string) (r rune, size int) {
	if len(t) < 2 {
		return 0, 0
	}
	if i := strings.IndexByte(`"\/bfnrt`, t[1]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), 2
	}
	r, ok := hexEscape(t)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	low, ok := hexEscape(t[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

// hexEscape reads \uXXXX.
func hexEscape(t string) (rune, bool) {
	if len(t) < 6 || t[0] != '\\' || t[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(t[2:6], 16, 16)
	return rune(n), err == nil
}

// strings reads a string or a list of strings, never nil.
func (s *scanner) strings(what string) ([]string, error) {
	return s.list(what, "a string or a list of strings", func() (string, error) {
		if s.peek() != '"' {
			return "", s.fail(s.pos, "%s must be a string or a list of strings, found %s", what, s.found())
		}
		return s.string()
	})
}

// scalars reads a string, number or boolean, or a list of them.
func (s *scanner) scalars(what string) ([]string, error) {
	return s.list(what, "a string, number or boolean, or a list of them", func() (string, error) {
		if s.peek() == '"' {
			return s.string()
		}
		if word := s.word(); word == "true" || word == "false" || isNumber(word) {
			s.pos += len(word)
			return word, nil
		}
		return "", s.fail(s.pos, "%s must be a string, number or boolean, or a list of them, found %s", what, s.found())
	})
}

func (s *scanner) list(what, form string, element func() (string, error)) ([]string, error) {
	if s.peek() != '[' {
		v, err := element()
		if err != nil {
			return nil, err
		}
		return []string{v}, nil
	}
	values := make([]string, 0, 4)
	err := s.array(what, func() error {
		if s.peek() == '[' {
			return s.fail(s.pos, "%s must be %s, found a list inside the list", what, form)
		}
		v, err := element()
		values = append(values, v)
		return err
	})
	return values, err
}

// word is the run of bytes up to the next JSON delimiter, not yet consumed.
func (s *scanner) word() string {
	rest := s.text[s.pos:]
	if i := strings.IndexAny(rest, " \t\r\n,]}:{[\""); i >= 0 {
		return rest[:i]
	}
	return rest
}

// isNumber reports whether t is a JSON number.
func isNumber(t string) bool {
	t = strings.TrimPrefix(t, "-")
	whole := digits(t)
	if whole == 0 || whole > 1 && t[0] == '0' {
		return false
	}
	t = t[whole:]
	if rest, ok := strings.CutPrefix(t, "."); ok {
		n := digits(rest)
		if n == 0 {
			return false
		}
		t = rest[n:]
	}
	if t == "" {
		return true
	}
	if t[0] != 'e' && t[0] != 'E' {
		return false
	}
	t = t[1:]
	if t != "" && (t[0] == '+' || t[0] == '-') {
		t = t[1:]
	}
	return t != "" && digits(t) == len(t)
}

// digits is the number of decimal digits at the head of t.
func digits(t string) int {
	for i := range len(t) {
		if t[i] < '0' || t[i] > '9' {
			return i
		}
	}
	return len(t)
}
