package finding

import (
	"fmt"
	"slices"
	"strings"
)

// Filter says which findings are meant: all criteria must match (AA-32). The
// empty filter means all.
type Filter map[string]Criterion

// Criterion is what is asked of one property. Operators that are absent are
// nil; those that are there must all hold (AA-33).
type Criterion struct {
	Eq       []string `json:"eq,omitempty"`
	Neq      []string `json:"neq,omitempty"`
	Contains []string `json:"contains,omitempty"`
	Exists   *bool    `json:"exists,omitempty"`
}

// Check says what is wrong with a filter for lists of the findings of an
// analyzer of that type: a *MemberError, or nil (AA-32, AA-34).
func (f Filter) Check(t AnalyzerType) error { return f.check(t, false, "") }

func (f Filter) check(t AnalyzerType, rule bool, prefix string) error {
	size := 0
	for name, c := range f {
		member := prefix + "filter." + clip(name)
		if !knows(t, name) || rule && (name == "status" || name == "id") {
			return wrong(member, "is no criterion here")
		}
		if c.Eq == nil && c.Neq == nil && c.Contains == nil && c.Exists == nil {
			return wrong(member, "must have one of eq, neq, contains and exists")
		}
		for i, values := range [][]string{c.Eq, c.Neq, c.Contains} {
			if values != nil && (len(values) == 0 || len(values) > MaxValues) {
				return wrong(member+"."+[]string{"eq", "neq", "contains"}[i], "must have 1 to %d values", MaxValues)
			}
			for _, v := range values {
				size += len(v)
			}
		}
		if size += len(name); size > MaxFilterBytes {
			return wrong(prefix+"filter", "must have at most %d bytes", MaxFilterBytes)
		}
	}
	return nil
}

func clip(s string) string {
	if len(s) > 64 {
		s = s[:64]
	}
	return strings.ToValidUTF8(s, "?")
}

// property is the values that a finding has under a criterion's name; none: it
// has no such property.
type property func(f *Finding, values []string) []string

// properties of all findings, by criterion name (AA-34).
var properties = map[string]property{
	"resource":             single(func(f *Finding) string { return f.Resource }),
	"resourceType":         single(func(f *Finding) string { return f.ResourceType }),
	"resourceOwnerAccount": single(func(f *Finding) string { return f.Owner }),
	"findingType":          single(func(f *Finding) string { return string(f.Type) }),
	"error":                single(func(f *Finding) string { return f.Error }),
	"status":               single(func(f *Finding) string { return string(f.Status) }),
	"id":                   single(func(f *Finding) string { return f.ID }),
}

// externalProperties are those of external findings besides.
var externalProperties = map[string]property{
	"isPublic":            of(func(e *External) []string { return []string{fmt.Sprint(e.Public)} }),
	"principal.AWS":       of(func(e *External) []string { return e.principal("AWS") }),
	"principal.Federated": of(func(e *External) []string { return e.principal("Federated") }),
	"resourceControlPolicyRestriction": of(func(e *External) []string {
		if e.Restriction == "" {
			return nil
		}
		return []string{e.Restriction}
	}),
}

// conditionPrefix begins the criterion names of conditions: "condition.KEY".
const conditionPrefix = "condition."

// single is a property of one value; empty: absent.
func single(get func(*Finding) string) property {
	return func(f *Finding, values []string) []string {
		if v := get(f); v != "" {
			return append(values, v)
		}
		return values
	}
}

func of(get func(*External) []string) property {
	return func(f *Finding, values []string) []string {
		if f.External == nil {
			return values
		}
		return append(values, get(f.External)...)
	}
}

func knows(t AnalyzerType, name string) bool {
	if _, ok := properties[name]; ok {
		return true
	}
	return !t.Unused() && find(name) != nil
}

// find is the property of that name; nil: there is none.
func find(name string) property {
	if p := properties[name]; p != nil {
		return p
	}
	if p := externalProperties[name]; p != nil {
		return p
	}
	if key, ok := strings.CutPrefix(name, conditionPrefix); ok && key != "" {
		return of(func(e *External) []string { return e.condition(key) })
	}
	return nil
}

// Matcher is a filter made ready. It is for one goroutine at a time.
type Matcher struct {
	criteria []readyCriterion
	values   []string
}

type readyCriterion struct {
	Criterion
	property
}

// Matcher makes the filter ready for many findings. What it does not know
// matches nothing: see Check.
func (f Filter) Matcher() *Matcher {
	m := &Matcher{}
	for name, c := range f {
		m.criteria = append(m.criteria, readyCriterion{c, find(name)})
	}
	return m
}

// Match reports whether the finding is meant.
func (m *Matcher) Match(f *Finding) bool {
	for i := range m.criteria {
		c := &m.criteria[i]
		if c.property == nil {
			return false
		}
		m.values = c.property(f, m.values[:0])
		if !c.holds(m.values) {
			return false
		}
	}
	return true
}

// holds is AA-33. Of a property with several values one must be right, for each
// operator by itself; neq is right when one of them is equal to none.
func (c *Criterion) holds(values []string) bool {
	if c.Exists != nil && *c.Exists != (len(values) > 0) {
		return false
	}
	if c.Eq != nil && !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(c.Eq, v) }) {
		return false
	}
	if c.Neq != nil && len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(c.Neq, v) }) {
		return false
	}
	return c.Contains == nil || slices.ContainsFunc(values, func(v string) bool {
		return slices.ContainsFunc(c.Contains, func(part string) bool { return strings.Contains(v, part) })
	})
}
