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
	c := e.compiled(doc)
	c.listOnce.Do(func() { c.listed = e.list(doc) })
	return c.listed.Has(service)
}

// list finds all services that the policy is listed for.
func (e *Engine) list(doc *policy.Document) Set {
	c := e.newCompiler(&compiled{})
	defer e.scratch.Put(c.tmp)
	listed := newSet(len(e.actions.services))
	for i := range doc.Statements {
		if s := &doc.Statements[i]; s.Allow {
			c.addAllowed(listed, s, doc.Version)
		}
	}
	for i := range doc.Statements {
		if s := &doc.Statements[i]; !s.Allow {
			c.hideDenied(listed, s, doc.Version)
		}
	}
	return listed
}

// serviceFields finds for every service the service fields of the ARNs of its
// resource types, and its own name: "sts" acts on ARNs of "iam".
func serviceFields(cat *catalog.Catalog) [][]glob {
	texts := make([]map[string]bool, len(cat.Services()))
	for i, s := range cat.Services() {
		texts[i] = map[string]bool{s.Namespace: true}
	}
	for _, r := range cat.Resources() {
		for _, p := range r.Patterns {
			if f := strings.SplitN(p, ":", 4); len(f) > 2 {
				texts[r.Service][f[2]] = true
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

// addAllowed adds the services that the Allow is for.
func (c *compiler) addAllowed(listed Set, s *policy.Statement, version string) {
	r, kind := readResources(s, version)
	if kind == nothing || kind == some && r.negated && !c.leavesAny(r) {
		return
	}
	named := newSet(len(c.actions.services))
	c.markAllowed(s)
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
			listed.add(i)
		}
	}
}

// leavesAny reports whether any resource is not in the list of a NotResource. A
// resource has a character at least.
func (c *compiler) leavesAny(r resources) bool {
	q := question{inside: []glob{{anyChar, star}}}
	return q.exclude(r.globs, &c.solver) && q.decide(&c.solver)
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
	if firstWildcard(namespace) < 0 {
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
			if c.solver.intersects(g, literal("*")) {
				return true
			}
			continue
		}
		for _, s := range c.fields[service] {
			if c.solver.intersects(f, s) {
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

// hideDenied takes away the services of which a Deny without Condition matches
// all actions on the Resource "*".
func (c *compiler) hideDenied(listed Set, s *policy.Statement, version string) {
	if len(s.Condition) > 0 || s.Resource == nil {
		return
	}
	if _, kind := readResources(s, version); kind != all || !c.markActions(s) {
		return
	}
	for i := range c.actions.services {
		if v := &c.actions.services[i]; v.First < v.End && c.tmp.set.count(v.First, v.End) == v.End-v.First {
			listed.remove(i)
		}
	}
}
