package grant

import (
	"strings"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
)

// Reaches reports whether the policy, judged alone, is listed for the service
// by ListPoliciesGrantingServiceAccess (LA-103). That is coarser than Granted:
// resource types do not matter, nor does it whether the catalogue knows an
// action of a known service, and only a Deny of the whole service on "*" counts.
func (e *Engine) Reaches(doc *policy.Document, service int) bool {
	return e.compiled(doc).services.Has(service)
}

// serviceFields finds for every service the service fields of the ARNs of its
// resource types, and its own name: "sts" acts on ARNs of "iam".
func serviceFields(cat *catalog.Catalog) [][]glob {
	texts := make([]map[string]bool, len(cat.Services()))
	for i, s := range cat.Services() {
		texts[i] = map[string]bool{s.Namespace: true}
	}
	for _, a := range cat.Actions() {
		for _, r := range a.Resources {
			for _, p := range cat.Resources()[r].Patterns {
				if f := strings.SplitN(p, ":", 4); len(f) > 2 {
					texts[a.Service][f[2]] = true
				}
			}
		}
	}
	fields := make([][]glob, len(texts))
	for i, set := range texts {
		for t := range set {
			fields[i] = append(fields[i], wild(t))
		}
	}
	return fields
}

// allowedServices adds the services that the Allow is for. tmp.set are
// the actions that it matches.
func (c *compiler) allowedServices(s *policy.Statement, r resources, kind kind) {
	if kind == nothing || kind == some && r.negated && !c.leavesAny(r) {
		return
	}
	named := newSet(len(c.actions.services))
	for i := range c.actions.services {
		if v := &c.actions.services[i]; c.tmp.set.Any(v.First, v.End) {
			named.add(i)
		}
	}
	for _, p := range s.Action {
		c.nameServices(named, p)
	}
	for i := range named.All() {
		if kind == all || r.negated || c.concernsService(r, i) {
			c.out.services.add(i)
		}
	}
}

// leavesAny reports whether any resource is not in the list of a NotResource. A
// resource has a character at least.
func (c *compiler) leavesAny(r resources) bool {
	q := question{inside: []glob{{anyChar, star}}, outside: r.globs}
	return q.answer(&c.steps)
}

// nameServices adds the services whose namespace the action pattern names. What
// it matches in the catalogue is there already: this is for actions that the
// catalogue does not know.
func (c *compiler) nameServices(named Set, pattern string) {
	namespace, _, ok := strings.Cut(lower(pattern), ":")
	if !ok {
		return
	}
	if i, ok := c.actions.service[namespace]; ok {
		named.add(i)
		return
	}
	if !strings.ContainsAny(namespace, "*?") || !c.scans.spend(len(c.actions.namespaces)) {
		return
	}
	for i, n := range c.actions.namespaces {
		if match(namespace, n) {
			named.add(i)
		}
	}
}

// concernsService reports whether the Resource matches "*" or names a service
// that the service acts on.
func (c *compiler) concernsService(r resources, service int) bool {
	for _, g := range r.globs {
		f, ok := g.serviceField()
		if !ok {
			if intersects(g, literal("*"), &c.steps) {
				return true
			}
			continue
		}
		for _, s := range c.fields[service] {
			if intersects(f, s, &c.steps) {
				return true
			}
		}
	}
	return false
}

// serviceField is the third field of an ARN pattern. A star at the end of a
// shorter one stands for the missing fields, too.
func (g glob) serviceField() (glob, bool) {
	start, colons := 0, 0
	for i, t := range g {
		if t != ':' {
			continue
		}
		if colons++; colons == 3 {
			return g[start:i], true
		}
		start = i + 1
	}
	switch {
	case colons == 2:
		return g[start:], true
	case len(g) > 0 && g[len(g)-1] == star:
		return g[len(g)-1:], true
	}
	return nil, false
}

// hideServices notes the services of which the Deny at hand, without Condition
// and on the Resource "*", matches all actions.
func (c *compiler) hideServices() {
	if c.hidden == nil {
		c.hidden = newSet(len(c.actions.services))
	}
	for i := range c.actions.services {
		if v := &c.actions.services[i]; v.First < v.End && c.tmp.set.count(v.First, v.End) == v.End-v.First {
			c.hidden.add(i)
		}
	}
}
