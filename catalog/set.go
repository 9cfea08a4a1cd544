package catalog

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// set is a list of services as the text format holds it: the embedded one, or
// what Service References said. A Catalog is made of one.
type set struct {
	version  string
	date     time.Time // day of names, levels and resource types
	flags    time.Time // day of the flags
	origins  []string
	services []service // sorted by namespace
}

// service is one "service" block of the text.
type service struct {
	namespace, name string
	types           []format // sorted by name, then ARN format
	calls           []call   // sorted by operation in lower case; overlays only
	actions         []action // sorted by name in lower case
}

// format is one ARN format of a resource type. A type has one or more.
type format struct{ typ, arn string }

// call says which action an operation stands for that no action is named after.
type call struct{ operation, action string }

// action is one action line. Level 0 means that it is not known.
type action struct {
	name  string
	level Level
	flags flags
	types []string // sorted
}

// flags is what AWS says about the support of an action.
type flags byte

const (
	trackedFlag   flags = 1 << iota // a: last access is tracked at action level
	policyGenFlag                   // g: policy generation works at action level
	unknownFlag                     // ?: not known
)

// flagTexts are all combinations there are.
var flagTexts = [...]string{0: "--", trackedFlag: "a-", policyGenFlag: "-g", trackedFlag | policyGenFlag: "ag", unknownFlag: "??"}

func parseFlags(s string) (flags, bool) {
	i := slices.Index(flagTexts[:], s)
	return flags(max(i, 0)), i >= 0
}

// parseLevel reads a level letter; '?' is zero, not known.
func parseLevel(s string) (Level, bool) {
	if s == "?" {
		return 0, true
	}
	return Level(s[0]), len(s) == 1 && strings.Contains("LRWPT", s)
}

// parseSet reads what appendText wrote and nothing else: every list must be
// sorted and without doubles, and the counts of the header must be true.
func parseSet(text string) (set, error) {
	l, err := open(text, "services")
	if err != nil {
		return set{}, err
	}
	var s set
	p := setParser{lines: l, set: &s}
	for l.next() {
		if err := p.line1(l.line); err != nil {
			return set{}, err
		}
	}
	if err := l.end(); err != nil {
		return set{}, err
	}
	return s, p.check()
}

// setParser holds the state between lines.
type setParser struct {
	*lines
	set              *set
	nServices, nActs int // promised by the header
	acts             int // seen
	types            []string
}

// line1 reads one line by its first character or word.
func (p *setParser) line1(line string) error {
	switch {
	case len(line) > maxLine:
		return p.errorf("the line is longer than %d bytes", maxLine)
	case line[0] == ' ':
		return p.action(line[1:])
	}
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case word == "service":
		return p.service(rest)
	case word == "type" && len(p.set.services) > 0:
		return p.format(rest)
	case word == "operation" && len(p.set.services) > 0:
		return p.call(rest)
	case len(p.set.services) == 0:
		return p.header(word, rest)
	}
	return p.errorf("%.40q does not belong here", line)
}

func (p *setParser) header(word, rest string) error {
	if !validText(rest) {
		return p.errorf("%.40q wants a text after it", word)
	}
	var err error
	switch word {
	case "version":
		p.set.version = rest
	case "date":
		p.set.date, err = parseDay(rest)
	case "flags":
		p.set.flags, err = parseDay(rest)
	case "origin":
		p.set.origins = append(p.set.origins, rest)
	case "services":
		p.nServices, err = strconv.Atoi(rest)
	case "actions":
		p.nActs, err = strconv.Atoi(rest)
	default:
		return p.errorf("%.40q is not known", word)
	}
	if err != nil {
		return p.errorf("%s: %v", word, err)
	}
	return nil
}

func (p *setParser) service(rest string) error {
	namespace, name, ok := strings.Cut(rest, " ")
	if !ok || !validNamespace(namespace) || !validText(name) {
		return p.errorf("want \"service NAMESPACE NAME\"")
	}
	if n := len(p.set.services); n > 0 && p.set.services[n-1].namespace >= namespace {
		return p.errorf("service %s is not in order", namespace)
	} else if n == maxServices {
		return p.errorf("more than %d services", maxServices)
	}
	p.set.services = append(p.set.services, service{namespace: namespace, name: name})
	return nil
}

// current is the service whose block the parser is in.
func (p *setParser) current() *service { return &p.set.services[len(p.set.services)-1] }

func (p *setParser) format(rest string) error {
	s := p.current()
	typ, arn, ok := strings.Cut(rest, " = ")
	f := format{typ, arn}
	switch n := len(s.types); {
	case !ok || !validType(typ) || !validFormat(arn):
		return p.errorf("want \"type NAME = ARN\"")
	case len(s.calls) > 0 || len(s.actions) > 0:
		return p.errorf("type %s comes after operations or actions", typ)
	case n > 0 && compareFormats(s.types[n-1], f) >= 0:
		return p.errorf("type %s is not in order", typ)
	case n == maxPerService:
		return p.errorf("more than %d resource types", maxPerService)
	}
	s.types = append(s.types, f)
	return nil
}

func compareFormats(a, b format) int {
	return cmp.Or(cmp.Compare(a.typ, b.typ), cmp.Compare(a.arn, b.arn))
}

func (p *setParser) call(rest string) error {
	s := p.current()
	operation, action, ok := strings.Cut(rest, " ")
	c := call{operation, action}
	switch n := len(s.calls); {
	case !ok || !validName(operation) || !validQualified(action):
		return p.errorf("want \"operation NAME NAMESPACE:ACTION\"")
	case len(s.actions) > 0:
		return p.errorf("operation %s comes after actions", operation)
	case n > 0 && compareFold(s.calls[n-1].operation, operation) >= 0:
		return p.errorf("operation %s is not in order", operation)
	case n == maxPerService:
		return p.errorf("more than %d operations", maxPerService)
	}
	s.calls = append(s.calls, c)
	return nil
}

// validQualified reports whether s is NAMESPACE:ACTION.
func validQualified(s string) bool {
	namespace, name, ok := strings.Cut(s, ":")
	return ok && validNamespace(namespace) && validName(name)
}

func (p *setParser) action(rest string) error {
	if len(p.set.services) == 0 {
		return p.errorf("an action before the first service")
	}
	s := p.current()
	name, rest, _ := strings.Cut(rest, " ")
	if !validName(name) || len(rest) < 4 || rest[1] != ' ' {
		return p.errorf("want \" ACTION LEVEL FLAGS [TYPE, TYPE…]\"")
	}
	if n := len(s.actions); n > 0 && compareFold(s.actions[n-1].name, name) >= 0 {
		return p.errorf("action %s:%s is not in order", s.namespace, name)
	} else if n == maxPerService {
		return p.errorf("more than %d actions", maxPerService)
	}
	level, ok := parseLevel(rest[:1])
	flags, known := parseFlags(rest[2:4])
	if !ok || !known {
		return p.errorf("action %s:%s: %q is not a level and flags", s.namespace, name, rest[:4])
	}
	types, err := p.typesOf(s, rest[4:])
	if err != nil {
		return err
	}
	s.actions = append(s.actions, action{name, level, flags, types})
	p.acts++
	return nil
}

// typesOf reads the resource types of an action; all must be types of the
// service. The lists of all actions are cut from one array.
func (p *setParser) typesOf(s *service, list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	from := len(p.types)
	list, ok := strings.CutPrefix(list, " ")
	for more := true; more; {
		var typ string
		typ, list, more = strings.Cut(list, ", ")
		i, found := findType(s.types, typ)
		if !ok || !found {
			return nil, p.errorf("%.40q is not a resource type of %s", typ, s.namespace)
		}
		if len(p.types) > from && p.types[len(p.types)-1] >= typ {
			return nil, p.errorf("resource type %s is not in order", typ)
		}
		p.types = append(p.types, s.types[i].typ)
	}
	if len(p.types)-from > maxTypes {
		return nil, p.errorf("more than %d resource types for one action", maxTypes)
	}
	return p.types[from:len(p.types):len(p.types)], nil
}

// findType is the first format of a type.
func findType(types []format, typ string) (int, bool) {
	return slices.BinarySearchFunc(types, typ, func(f format, typ string) int { return cmp.Compare(f.typ, typ) })
}

// check compares the header with what came.
func (p *setParser) check() error {
	s := p.set
	switch {
	case s.version == "" || s.date.IsZero() || s.flags.IsZero() || len(s.origins) == 0:
		return p.errorf("version, date, flags or origin is missing")
	case len(s.services) != p.nServices || p.acts != p.nActs:
		return p.errorf("%d services and %d actions are promised, %d and %d are there", p.nServices, p.nActs, len(s.services), p.acts)
	}
	return nil
}

// appendText writes the set; parseSet reads it back.
func (s *set) appendText(out []byte) []byte {
	acts := 0
	for _, v := range s.services {
		acts += len(v.actions)
	}
	head := func(word, rest string) {
		out = append(append(append(append(out, word...), ' '), rest...), '\n')
	}
	head("ebbmark services", formatVersion)
	head("version", s.version)
	head("date", s.date.Format(time.DateOnly))
	head("flags", s.flags.Format(time.DateOnly))
	for _, o := range s.origins {
		head("origin", o)
	}
	head("services", strconv.Itoa(len(s.services)))
	head("actions", strconv.Itoa(acts))
	for _, v := range s.services {
		out = append(out, '\n')
		head("service", v.namespace+" "+v.name)
		for _, f := range v.types {
			head("type", f.typ+" = "+f.arn)
		}
		for _, c := range v.calls {
			head("operation", c.operation+" "+c.action)
		}
		for _, a := range v.actions {
			out = a.appendText(out)
		}
	}
	return out
}

func (a *action) appendText(out []byte) []byte {
	level := a.level
	if level == 0 {
		level = '?'
	}
	out = append(append(append(out, ' '), a.name...), ' ', byte(level), ' ')
	out = append(out, flagTexts[a.flags]...)
	for i, t := range a.types {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, ' '), t...)
	}
	return append(out, '\n')
}

// compareFold compares two names by the bytes of their lower case.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
