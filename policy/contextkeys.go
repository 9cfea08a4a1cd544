package policy

import (
	"iter"
	"slices"
	"strings"
)

// ContextKeys are the context keys that the documents ask about, in conditions
// and in policy variables: in the order in which they are met, each once and as
// it is written there first.
func ContextKeys(docs ...*Document) []string {
	var keys []string
	met := map[string]bool{}
	for _, doc := range docs {
		for key := range doc.contextKeys() {
			if low := strings.ToLower(key); !met[low] {
				met[low] = true
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// contextKeys are the keys of one document, with repetitions. In a statement,
// variables of resources come before conditions, whatever their order in the
// text.
func (d *Document) contextKeys() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range d.Statements {
			if !d.Statements[i].contextKeys(d.HasVariables(), yield) {
				return
			}
		}
	}
}

func (st *Statement) contextKeys(variables bool, yield func(string) bool) bool {
	ask := func(values []string) bool {
		return !variables || !slices.ContainsFunc(values, func(v string) bool { return !variableKeys(v, yield) })
	}
	if !ask(st.Resource) || !ask(st.NotResource) {
		return false
	}
	for i := range st.Condition {
		c := &st.Condition[i]
		if !yield(c.Key) {
			return false
		}
		// An unknown operator is never judged, so its values ask nothing.
		if t, known := parseOperator(c.Operator); known && t.variables && !ask(c.Values) {
			return false
		}
	}
	return true
}

// variableKeys yields the keys of the variables in s.
func variableKeys(s string, yield func(string) bool) bool {
	if !strings.Contains(s, "${") {
		return true
	}
	for t := range Tokens(s) {
		if t.Kind == Variable && !yield(t.Text) {
			return false
		}
	}
	return true
}
