package catalog

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

var (
	// ErrFormat: a text of ours does not keep to the format.
	ErrFormat = errors.New("malformed catalogue text")
	// ErrNewer: the text was written in a later version of the format.
	ErrNewer = errors.New("catalogue text of a newer program")
	// ErrTooSmall: the catalogue lacks so much that it cannot be whole.
	ErrTooSmall = errors.New("catalogue is suspiciously small")
)

// formatVersion is the version of all our texts, the number in their first line.
const formatVersion = "1"

// lines reads a text of ours line by line and knows where it stands.
type lines struct {
	rest string
	line string
	n    int
}

// open reads the first line, "ebbmark KIND 1".
func open(text, kind string) (*lines, error) {
	l := &lines{rest: text}
	l.next()
	found, version, ok := strings.Cut(strings.TrimPrefix(l.line, "ebbmark "), " ")
	if !ok || !strings.HasPrefix(l.line, "ebbmark ") || found != kind {
		return nil, l.errorf("want %q first", "ebbmark "+kind+" "+formatVersion)
	}
	if version != formatVersion {
		return nil, fmt.Errorf("%w: format %.20q, this program reads %s", ErrNewer, version, formatVersion)
	}
	return l, nil
}

// next steps to the next line that is neither empty nor a comment. The last
// line must end in a newline too: a text that was cut off does not.
func (l *lines) next() bool {
	for l.rest != "" {
		line, rest, ok := strings.Cut(l.rest, "\n")
		if !ok {
			return false
		}
		l.line, l.rest = line, rest
		l.n++
		if line != "" && line[0] != '#' {
			return true
		}
	}
	return false
}

// end is the error of a text that was not read to its end.
func (l *lines) end() error {
	if l.rest != "" {
		return l.errorf("the text ends within line %d", l.n+1)
	}
	return nil
}

func (l *lines) errorf(format string, args ...any) error {
	return fmt.Errorf("%w: line %d: %s", ErrFormat, l.n, fmt.Sprintf(format, args...))
}

// words splits what follows the first word into exactly n parts, the last of
// which may hold blanks.
func words(s string, n int) ([]string, bool) {
	parts := strings.SplitN(s, " ", n)
	for _, p := range parts {
		if p == "" {
			return nil, false
		}
	}
	return parts, len(parts) == n
}

// parseDay reads YYYY-MM-DD as midnight UTC.
func parseDay(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%.20q is not a day (YYYY-MM-DD)", s)
	}
	return t, nil
}

// validNamespace reports whether s can be a service namespace.
func validNamespace(s string) bool {
	if s == "" || len(s) > maxNamespace {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}

// validName reports whether s can be the name of an action or operation.
func validName(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// validType reports whether s can be the name of a resource type. AWS has
// types with blanks ("bot alias"), so only what our format separates with is
// excluded.
func validType(s string) bool {
	return s != "" && len(s) <= maxName && printable(s) && s == strings.TrimSpace(s) &&
		!strings.ContainsAny(s, ",=")
}

// validFormat reports whether s can be an ARN format.
func validFormat(s string) bool {
	return s != "" && len(s) <= maxFormat && printable(s) && !strings.ContainsAny(s, " ")
}

// validText reports whether s can be a display name, version or origin.
func validText(s string) bool {
	return s != "" && len(s) <= maxFormat && printable(s) && s == strings.TrimSpace(s)
}

func printable(s string) bool {
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return false
		}
	}
	return true
}
