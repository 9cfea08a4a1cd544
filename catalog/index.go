package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// build makes a Catalog of its parts.
func build(s set, t *tracking, e *events, config Config) (*Catalog, error) {
	c := &Catalog{set: s, tracking: t, events: e, config: config}
	c.indexServices()
	c.indexActions()
	if err := c.indexNever(); err != nil {
		return nil, err
	}
	if err := c.indexCalls(); err != nil {
		return nil, err
	}
	if err := c.indexHosts(); err != nil {
		return nil, err
	}
	c.indexRegions()
	return c, nil
}

// indexServices fills services and resources, and the place of each service's
// actions: blocks in the order of the keys, where ':' follows the namespace.
func (c *Catalog) indexServices() {
	list := c.set.services
	c.services = make([]Service, len(list))
	c.namespaces = make(map[string]int32, len(list))
	order := make([]int, len(list))
	for i := range list {
		c.services[i] = Service{Namespace: list[i].namespace, Name: list[i].name}
		c.namespaces[list[i].namespace] = int32(i)
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compareBlocks(list[a].namespace, list[b].namespace) })
	at := 0
	for _, i := range order {
		c.services[i].First, c.services[i].End = at, at+len(list[i].actions)
		at = c.services[i].End
	}
	c.actions = make([]Action, at)
	c.keys = make([]string, at)
}

// compareBlocks compares a+":" with b+":".
func compareBlocks(a, b string) int {
	if n := min(len(a), len(b)); a[:n] == b[:n] && len(a) != len(b) {
		if len(a) < len(b) {
			return cmp.Compare(':', b[n])
		}
		return cmp.Compare(a[n], ':')
	}
	return cmp.Compare(a, b)
}

// indexActions fills actions, keys, names and resources.
func (c *Catalog) indexActions() {
	size, uses, types := c.sizes()
	var text strings.Builder // grown once: the keys are parts of one string
	text.Grow(size)
	res := make([]int, 0, uses)
	c.resources = make([]Resource, 0, types)
	var buf [maxKey]byte
	for i := range c.set.services {
		s := &c.set.services[i]
		first := c.indexTypes(i)
		for j := range s.actions {
			at := text.Len()
			text.Write(appendKey(buf[:0], s.namespace, s.actions[j].name, ""))
			c.keys[c.services[i].First+j] = text.String()[at:]
			from := len(res)
			res = c.appendTypes(res, first, s.actions[j].types)
			c.actions[c.services[i].First+j] = newAction(i, &s.actions[j], res[from:len(res):len(res)])
		}
	}
	c.names = make(map[string]int32, len(c.keys))
	for i, k := range c.keys {
		c.names[k] = int32(i)
	}
}

// sizes counts the bytes of all keys, the uses of resource types and the types.
func (c *Catalog) sizes() (size, uses, types int) {
	for i := range c.set.services {
		s := &c.set.services[i]
		types += len(s.types)
		for j := range s.actions {
			size += len(s.namespace) + 1 + len(s.actions[j].name)
			uses += len(s.actions[j].types)
		}
	}
	return size, uses, types
}

// indexTypes appends the resource types of a service and returns the index of
// the first.
func (c *Catalog) indexTypes(service int) int {
	first := len(c.resources)
	for _, f := range c.set.services[service].types {
		if n := len(c.resources); n == first || c.resources[n-1].Name != f.typ {
			c.resources = append(c.resources, Resource{Service: service, Name: f.typ})
		}
		r := &c.resources[len(c.resources)-1]
		r.Formats = append(r.Formats, f.arn)
		r.Patterns = append(r.Patterns, pattern(f.arn))
	}
	return first
}

// appendTypes appends the indices of sorted type names; first is the index of
// the service's first type.
func (c *Catalog) appendTypes(out []int, first int, types []string) []int {
	i := first
	for _, t := range types {
		for c.resources[i].Name != t {
			i++
		}
		out = append(out, i)
	}
	return out
}

func newAction(service int, a *action, resources []int) Action {
	level := a.level
	if level == 0 {
		level = Write // not known: the one that claims least innocence
	}
	return Action{
		Service: service, Name: a.name, Level: level,
		Tracked:   a.flags&trackedFlag != 0,
		PolicyGen: a.flags&policyGenFlag != 0,
		NewFlag:   a.flags&unknownFlag != 0,
		Resources: resources,
	}
}

// pattern is an ARN format with every ${Variable} as *, and runs of * as one.
func pattern(format string) string {
	var b strings.Builder
	b.Grow(len(format))
	star := false
	for rest := format; rest != ""; {
		c := rest[0]
		if end := strings.IndexByte(rest, '}'); strings.HasPrefix(rest, "${") && end > 0 {
			c, rest = '*', rest[end:]
		}
		rest = rest[1:]
		if c != '*' || !star {
			b.WriteByte(c)
		}
		star = c == '*'
	}
	return b.String()
}

// indexNever takes the flag from the actions that are never tracked (LA-28).
func (c *Catalog) indexNever() error {
	for _, name := range c.tracking.never {
		namespace, action, _ := strings.Cut(name, ":")
		i, ok := c.Action(namespace, action)
		if !ok {
			return fmt.Errorf("never-tracked action %q is not in the catalogue", name)
		}
		c.actions[i].Tracked = false
	}
	return nil
}

// indexCalls fills calls, the operations that stand for an action of another
// name.
func (c *Catalog) indexCalls() error {
	c.calls = make(map[string]int32, len(c.events.calls))
	for _, e := range c.events.calls {
		if !c.addCall(e) {
			return fmt.Errorf("operation %s of %s: action %q is not in the catalogue", e.operation, e.namespace, e.action)
		}
	}
	for _, s := range c.set.services {
		for _, call := range s.calls {
			// One for a service that is not there yet: no use, no harm.
			c.addCall(eventCall{s.namespace, call.operation, call.action})
		}
	}
	return nil
}

// addCall reports whether the action is known.
func (c *Catalog) addCall(e eventCall) bool {
	index := int32(unknown)
	if e.action != "" {
		namespace, name, _ := strings.Cut(e.action, ":")
		i, ok := c.Action(namespace, name)
		if !ok {
			return false
		}
		index = int32(i)
	}
	key := strings.ToLower(e.namespace + ":" + e.operation)
	if _, taken := c.calls[key]; !taken { // what people chose wins over an overlay
		c.calls[key] = index
	}
	return true
}
