package catalog

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// set is a services text in a form that can be changed.
type set struct {
	head     header
	services []service // sorted by compareBlocks
}

// service is one "service" block of the text.
type service struct {
	namespace, name string
	types           []resourceType // sorted by name
	calls           []call         // sorted by operation, compareFold; overlays only
	actions         []action       // sorted by name, compareFold
}

// resourceType is a resource type with its ARN formats, sorted.
type resourceType struct {
	name    string
	formats []string
}

// call says which NAMESPACE:ACTION an operation stands for that no action is
// named after.
type call struct{ operation, action string }

// action is one action line. Level 0 means that it is not known.
type action struct {
	name  string
	level Level
	flags flags
	types []string // sorted
}

// parseSet reads a services text.
func parseSet(text string) (*set, error) {
	b := &setBuilder{set: &set{}}
	if err := parse(text, b); err != nil {
		return nil, err
	}
	return b.set, nil
}

// setBuilder is the sink that makes a set.
type setBuilder struct{ set *set }

func (b *setBuilder) last() *service { return &b.set.services[len(b.set.services)-1] }

func (b *setBuilder) header(h header) {
	b.set.head = h
	b.set.services = make([]service, 0, h.services)
}

func (b *setBuilder) service(namespace, name string) {
	b.set.services = append(b.set.services, service{namespace: namespace, name: name})
}

func (b *setBuilder) format(typ, arn string) {
	s := b.last()
	if n := len(s.types); n == 0 || s.types[n-1].name != typ {
		s.types = append(s.types, resourceType{name: typ})
	}
	t := &s.types[len(s.types)-1]
	t.formats = append(t.formats, arn)
}

func (b *setBuilder) call(operation, action string) {
	s := b.last()
	s.calls = append(s.calls, call{operation, action})
}

func (b *setBuilder) action(name string, level Level, f flags, types []int) {
	s := b.last()
	a := action{name: name, level: level, flags: f, types: make([]string, len(types))}
	for i, t := range types {
		a.types[i] = s.types[t].name
	}
	s.actions = append(s.actions, a)
}

// counted is the header with true counts.
func (s *set) counted() header {
	h := s.head
	h.services, h.actions = len(s.services), 0
	for i := range s.services {
		h.actions += len(s.services[i].actions)
	}
	return h
}

// pass hands the set to a sink as parse would.
func (s *set) pass(to sink) {
	to.header(s.counted())
	var types []int
	for i := range s.services {
		v := &s.services[i]
		to.service(v.namespace, v.name)
		for _, t := range v.types {
			for _, arn := range t.formats {
				to.format(t.name, arn)
			}
		}
		for _, c := range v.calls {
			to.call(c.operation, c.action)
		}
		for _, a := range v.actions {
			types = v.places(types[:0], a.types)
			to.action(a.name, a.level, a.flags, types)
		}
	}
}

// places appends the places of the named types among those of the service.
func (v *service) places(out []int, names []string) []int {
	for _, name := range names {
		i, _ := v.findType(name)
		out = append(out, i)
	}
	return out
}

// lines is the length of the block, without its first line.
func (v *service) lines() int {
	n := len(v.calls) + len(v.actions)
	for _, t := range v.types {
		n += len(t.formats)
	}
	return n
}

func (v *service) findType(name string) (int, bool) {
	return slices.BinarySearchFunc(v.types, name, func(t resourceType, name string) int { return cmp.Compare(t.name, name) })
}

func (v *service) findAction(name string) (int, bool) {
	return slices.BinarySearchFunc(v.actions, name, func(a action, name string) int { return compareFold(a.name, name) })
}

func (s *set) find(namespace string) (int, bool) {
	return slices.BinarySearchFunc(s.services, namespace, func(v service, namespace string) int {
		return compareBlocks(v.namespace, namespace)
	})
}

// textWriter is the sink that writes the text.
type textWriter struct {
	out   []byte
	types []string // of the last service
}

// appendText appends the text of the set; parse reads it back.
func (s *set) appendText(out []byte) []byte {
	w := textWriter{out: out}
	s.pass(&w)
	return w.out
}

// line appends the parts, joined by blanks, and a newline.
func (w *textWriter) line(parts ...string) {
	for i, p := range parts {
		if i > 0 {
			w.out = append(w.out, ' ')
		}
		w.out = append(w.out, p...)
	}
	w.out = append(w.out, '\n')
}

func (w *textWriter) header(h header) {
	w.line("ebbmark services", formatVersion)
	w.line("version", h.version)
	w.line("date", h.date.Format(time.DateOnly))
	w.line("flags", h.flags.Format(time.DateOnly))
	for _, o := range h.origins {
		w.line("origin", o)
	}
	w.line("services", strconv.Itoa(h.services))
	w.line("actions", strconv.Itoa(h.actions))
}

func (w *textWriter) service(namespace, name string) {
	w.types = w.types[:0]
	w.line()
	w.line("service", namespace, name)
}

func (w *textWriter) format(typ, arn string) {
	if n := len(w.types); n == 0 || w.types[n-1] != typ {
		w.types = append(w.types, typ)
	}
	w.line("type", typ, "=", arn)
}

func (w *textWriter) call(operation, action string) { w.line("operation", operation, action) }

func (w *textWriter) action(name string, level Level, f flags, types []int) {
	if level == 0 {
		level = '?'
	}
	w.out = append(append(append(w.out, ' '), name...), ' ', byte(level), ' ')
	w.out = append(w.out, flagTexts[f]...)
	for i, t := range types {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(append(w.out, ' '), w.types[t]...)
	}
	w.out = append(w.out, '\n')
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

// compareBlocks compares two namespaces as they stand in keys, followed by a
// colon: "ec2-instance-connect:" is before "ec2:".
func compareBlocks(a, b string) int {
	if n := min(len(a), len(b)); a[:n] == b[:n] && len(a) != len(b) {
		if len(a) < len(b) {
			return cmp.Compare(':', b[n])
		}
		return cmp.Compare(a[n], ':')
	}
	return cmp.Compare(a, b)
}

func lower(c byte) byte {
	if c-'A' < 26 {
		c += 'a' - 'A'
	}
	return c
}
