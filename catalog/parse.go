package catalog

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// header is the head of a services text.
type header struct {
	version string
	date    time.Time // day of names, levels and resource types
	flags   time.Time // day of the flags
	origins []string
	// What follows. While a text is read they are what it promises, bounded by
	// what its length can hold.
	services, actions int
}

// sink takes the content of a services text, in the order of the text.
type sink interface {
	header(header)
	service(namespace, name string)
	format(typ, arn string)        // one ARN format of a type of the last service
	call(operation, action string) // an operation and the NAMESPACE:ACTION it stands for
	// action is an action of the last service. types are the places of its
	// resource types among those of the service, ascending; not to be kept.
	action(name string, level Level, f flags, types []int)
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
func parseLevel(c byte) (Level, bool) {
	if c == '?' {
		return 0, true
	}
	return Level(c), strings.IndexByte("LRWPT", c) >= 0
}

// parse reads a services text (see the package comment) into a sink. It takes
// what set.appendText writes and nothing else: every list must be sorted and
// without doubles, and the counts of the header must be true. After an error
// the sink holds a part of the text.
func parse(text string, to sink) error {
	l, err := open(text, "services")
	if err != nil {
		return err
	}
	p := parser{lines: l, to: to}
	for l.next() {
		if err := p.take(l.line); err != nil {
			return err
		}
	}
	if err := l.end(); err != nil {
		return err
	}
	if p.services == 0 {
		return l.errorf("there is no service in it")
	}
	if p.services != p.head.services || p.actions != p.head.actions {
		return l.errorf("%d services and %d actions are promised, %d and %d are there",
			p.head.services, p.head.actions, p.services, p.actions)
	}
	return nil
}

// parser holds the state between lines. The zero state is the header.
type parser struct {
	*lines
	to                sink
	head              header
	services, actions int // seen

	// The service whose block the parser is in.
	namespace       string
	types           []string // distinct
	format          string   // last ARN format
	operation, name string   // last operation and action
	inBlock         int      // ARN formats, operations and actions so far

	found []int // the types of an action
}

// take reads one line by its first character or word.
func (p *parser) take(line string) error {
	switch {
	case len(line) > maxLine:
		return p.errorf("the line is longer than %d bytes", maxLine)
	case line[0] == ' ':
		return p.takeAction(line[1:])
	}
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case word == "service":
		return p.takeService(rest)
	case p.namespace == "":
		return p.takeHeader(word, rest)
	case word == "type":
		return p.takeFormat(rest)
	case word == "operation":
		return p.takeCall(rest)
	}
	return p.errorf("%.40q does not belong here", line)
}

func (p *parser) takeHeader(word, rest string) error {
	if !validText(rest) {
		return p.errorf("%.40q wants a text after it", word)
	}
	var err error
	switch word {
	case "version":
		p.head.version = rest
	case "date":
		p.head.date, err = parseDay(rest)
	case "flags":
		p.head.flags, err = parseDay(rest)
	case "origin":
		p.head.origins = append(p.head.origins, rest)
	case "services":
		p.head.services, err = parseCount(rest)
	case "actions":
		p.head.actions, err = parseCount(rest)
	default:
		return p.errorf("%.40q is not known", word)
	}
	if err != nil {
		return p.errorf("%s: %v", word, err)
	}
	return nil
}

func parseCount(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err
}

// The shortest lines, "service a A" and " A R --" with their newlines.
const (
	minServiceLine = 12
	minActionLine  = 8
)

// passHeader hands the header on when the first service comes.
func (p *parser) passHeader() error {
	h := p.head
	if h.version == "" || h.date.IsZero() || h.flags.IsZero() || len(h.origins) == 0 {
		return p.errorf("version, date, flags or origin is missing")
	}
	h.services = min(h.services, len(p.rest)/minServiceLine+1)
	h.actions = min(h.actions, len(p.rest)/minActionLine+1)
	p.to.header(h)
	return nil
}

func (p *parser) takeService(rest string) error {
	namespace, name, ok := strings.Cut(rest, " ")
	switch {
	case !ok || !validNamespace(namespace) || !validText(name):
		return p.errorf("want \"service NAMESPACE NAME\"")
	case p.services > 0 && compareBlocks(p.namespace, namespace) >= 0:
		return p.errorf("service %s is not in order", namespace)
	case p.services == maxServices:
		return p.errorf("more than %d services", maxServices)
	}
	if p.services == 0 {
		if err := p.passHeader(); err != nil {
			return err
		}
	}
	p.services++
	p.namespace, p.types, p.format, p.operation, p.name, p.inBlock = namespace, p.types[:0], "", "", "", 0
	p.to.service(namespace, name)
	return nil
}

// count is the limit of all lines of a block.
func (p *parser) count() error {
	if p.inBlock++; p.inBlock > maxPerService {
		return p.errorf("service %s has more than %d lines", p.namespace, maxPerService)
	}
	return nil
}

func (p *parser) takeFormat(rest string) error {
	typ, arn, ok := strings.Cut(rest, " = ")
	n := len(p.types)
	again := n > 0 && p.types[n-1] == typ
	switch {
	case !ok || !validType(typ) || !validFormat(arn):
		return p.errorf("want \"type NAME = ARN\"")
	case p.operation != "" || p.name != "":
		return p.errorf("type %s comes after operations or actions", typ)
	case n > 0 && p.types[n-1] > typ || again && p.format >= arn:
		return p.errorf("type %s is not in order", typ)
	}
	if !again {
		p.types = append(p.types, typ)
	}
	p.format = arn
	p.to.format(typ, arn)
	return p.count()
}

func (p *parser) takeCall(rest string) error {
	operation, action, ok := strings.Cut(rest, " ")
	switch {
	case !ok || !validName(operation) || !validQualified(action):
		return p.errorf("want \"operation NAME NAMESPACE:ACTION\"")
	case p.name != "":
		return p.errorf("operation %s comes after actions", operation)
	case p.operation != "" && compareFold(p.operation, operation) >= 0:
		return p.errorf("operation %s is not in order", operation)
	}
	p.operation = operation
	p.to.call(operation, action)
	return p.count()
}

// validQualified reports whether s is NAMESPACE:ACTION.
func validQualified(s string) bool {
	namespace, name, ok := strings.Cut(s, ":")
	return ok && validNamespace(namespace) && validName(name)
}

func (p *parser) takeAction(rest string) error {
	name, rest, _ := strings.Cut(rest, " ")
	switch {
	case p.namespace == "":
		return p.errorf("an action before the first service")
	case !validName(name) || len(rest) < 4 || rest[1] != ' ':
		return p.errorf("want \" ACTION LEVEL FLAGS [TYPE, TYPE…]\"")
	case p.name != "" && compareFold(p.name, name) >= 0:
		return p.errorf("action %s:%s is not in order", p.namespace, name)
	}
	level, ok := parseLevel(rest[0])
	flags, known := parseFlags(rest[2:4])
	if !ok || !known {
		return p.errorf("action %s:%s: %q is not a level and flags", p.namespace, name, rest[:4])
	}
	if err := p.findTypes(rest[4:]); err != nil {
		return err
	}
	p.actions++
	p.name = name
	p.to.action(name, level, flags, p.found)
	return p.count()
}

// findTypes reads the resource types of an action into found: " TYPE, TYPE…" or
// nothing. All must be types of the service.
func (p *parser) findTypes(list string) error {
	p.found = p.found[:0]
	at := 0
	for more := list != ""; more; {
		if list == "" || list[0] != ' ' || len(p.found) == maxTypes {
			return p.errorf("want at most %d resource types, separated by \", \"", maxTypes)
		}
		var typ string
		typ, list, more = strings.Cut(list[1:], ",")
		i, ok := slices.BinarySearch(p.types[at:], typ)
		if !ok {
			return p.errorf("%.40q is not a resource type of %s, or not in order", typ, p.namespace)
		}
		p.found = append(p.found, at+i)
		at += i + 1
	}
	return nil
}
