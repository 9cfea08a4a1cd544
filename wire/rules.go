package wire

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mustNotBeNull is the constraint of a required value.
const mustNotBeNull = "Member must not be null"

// rules are the constraints of one field, compiled from its tags. The zero
// value allows everything.
type rules struct {
	required bool
	unit     string // "length" or "value": what the bounds are about
	min, max *int64
	pattern  *regexp.Regexp // matches whole strings
	spelling string         // the pattern as AWS writes it
	enum     []string
	member   *rules // of the plain members of a list, never nil for a list
}

// compileRules reads the tags of field f of struct t, or panics.
func compileRules(t reflect.Type, f reflect.StructField) rules {
	kind := f.Type
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	r, err := readRules(f.Tag, "", kind)
	if err == nil && kind.Kind() == reflect.Slice {
		var member rules
		member, err = readRules(f.Tag, "member", kind.Elem())
		r.member = &member
	}
	if err != nil {
		panic(fmt.Sprintf("wire: input %v, field %s: %v", t, f.Name, err))
	}
	r.required = f.Tag.Get("required") == "true"
	return r
}

// readRules reads the tags that start with a prefix ("member" or nothing) and
// apply to a value of type t.
func readRules(tag reflect.StructTag, prefix string, t reflect.Type) (r rules, err error) {
	get := func(name string) (string, bool) {
		if prefix != "" {
			name = prefix + strings.ToUpper(name[:1]) + name[1:]
		}
		return tag.Lookup(name)
	}
	r.unit = "length"
	if k := t.Kind(); k >= reflect.Int && k <= reflect.Int64 {
		r.unit = "value"
	}
	if r.min, err = readBound(get("min")); err != nil {
		return r, err
	}
	if r.max, err = readBound(get("max")); err != nil {
		return r, err
	}
	if spelling, ok := get("pattern"); ok {
		r.spelling = spelling
		if r.pattern, err = compilePattern(spelling); err != nil {
			return r, err
		}
	}
	if set, ok := get("enum"); ok {
		r.enum = strings.Split(set, ",")
	}
	if t.Kind() != reflect.String && (r.pattern != nil || r.enum != nil) {
		return r, fmt.Errorf("a pattern or enum on %v", t)
	}
	return r, nil
}

func readBound(text string, ok bool) (*int64, error) {
	if !ok {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return &n, err
}

// unicodeEscape is how AWS's models write code points, and Go's patterns do not.
var unicodeEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// compilePattern makes a pattern of AWS's models match whole strings.
func compilePattern(spelling string) (*regexp.Regexp, error) {
	return regexp.Compile(`^(?:` + unicodeEscape.ReplaceAllString(spelling, `\x{$1}`) + `)$`)
}

func (r *rules) checkString(s string, at place, broken *Violations) {
	if r.min != nil || r.max != nil {
		r.checkLength(utf8.RuneCountInString(s), at, broken)
	}
	if r.pattern != nil && !r.pattern.MatchString(s) {
		broken.add(at, Pattern, r.patternText())
	}
	if r.enum != nil && !slices.Contains(r.enum, s) {
		broken.add(at, Enum, r.enumText())
	}
}

func (r *rules) checkLength(n int, at place, broken *Violations) { r.checkInt(int64(n), at, broken) }

func (r *rules) checkInt(n int64, at place, broken *Violations) {
	if r.min != nil && n < *r.min {
		broken.add(at, r.bound(TooShort, TooSmall), r.minText())
	}
	if r.max != nil && n > *r.max {
		broken.add(at, r.bound(TooLong, TooLarge), r.maxText())
	}
}

// bound is what a broken bound is called.
func (r *rules) bound(ofLength, ofValue Constraint) Constraint {
	if r.unit == "value" {
		return ofValue
	}
	return ofLength
}

func (r *rules) minText() string {
	return fmt.Sprintf("Member must have %s greater than or equal to %d", r.unit, *r.min)
}

func (r *rules) maxText() string {
	return fmt.Sprintf("Member must have %s less than or equal to %d", r.unit, *r.max)
}

func (r *rules) patternText() string {
	return "Member must satisfy regular expression pattern: " + r.spelling
}

func (r *rules) enumText() string {
	return "Member must satisfy enum value set: [" + strings.Join(r.enum, ", ") + "]"
}

// ofMember is what a list says when one of its members breaks any of these
// rules: all of them, in this order (LA-107).
func (r *rules) ofMember() string {
	var all []string
	if r.max != nil {
		all = append(all, r.maxText())
	}
	if r.min != nil {
		all = append(all, r.minText())
	}
	if r.pattern != nil {
		all = append(all, r.patternText())
	}
	if r.enum != nil {
		all = append(all, r.enumText())
	}
	all = append(all, mustNotBeNull)
	return "Member must satisfy constraint: [" + strings.Join(all, ", ") + "]"
}
