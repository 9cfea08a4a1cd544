package policy

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// MarshalJSON prints the document in canonical order: Version, Id, Statement;
// in a statement Sid, Effect, Principal, Action, Resource, Condition. Actions
// are always a list; elsewhere a single value stands alone. Parse reads back an
// equal document, except for the positions.
//
// It fails only for a document that no text can express: a condition that has
// the same operator and key twice, or a Principal that is Any and has a list.
// json.Marshal writes the characters <, > and & of the result as escapes;
// AppendJSON does not.
func (d Document) MarshalJSON() ([]byte, error) { return d.AppendJSON(nil) }

// AppendJSON appends what MarshalJSON prints to b.
func (d *Document) AppendJSON(b []byte) ([]byte, error) {
	b = append(b, '{')
	if d.Version != "" {
		b = appendString(append(b, `"Version":`...), d.Version)
		b = append(b, ',')
	}
	if d.ID != "" {
		b = appendString(append(b, `"Id":`...), d.ID)
		b = append(b, ',')
	}
	b = append(b, `"Statement":[`...)
	for i := range d.Statements {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = d.Statements[i].append(b); err != nil {
			return nil, fmt.Errorf("print statement %d: %w", i, err)
		}
	}
	return append(b, "]}"...), nil
}

func (st *Statement) append(b []byte) ([]byte, error) {
	b = append(b, '{')
	if st.Sid != "" {
		b = appendString(append(b, `"Sid":`...), st.Sid)
		b = append(b, ',')
	}
	effect := "Deny"
	if st.Allow {
		effect = "Allow"
	}
	b = appendString(append(b, `"Effect":`...), effect)
	b, err := appendPrincipal(b, "Principal", st.Principal)
	if err == nil {
		b, err = appendPrincipal(b, "NotPrincipal", st.NotPrincipal)
	}
	if err != nil {
		return nil, err
	}
	b = appendElement(b, "Action", st.Action, appendList)
	b = appendElement(b, "NotAction", st.NotAction, appendList)
	b = appendElement(b, "Resource", st.Resource, appendValues)
	b = appendElement(b, "NotResource", st.NotResource, appendValues)
	if b, err = appendConditions(b, st.Condition); err != nil {
		return nil, err
	}
	return append(b, '}'), nil
}

func appendElement(b []byte, name string, values []string, form func([]byte, []string) []byte) []byte {
	if values == nil {
		return b
	}
	b = appendString(append(b, ','), name)
	return form(append(b, ':'), values)
}

func appendPrincipal(b []byte, name string, p *Principal) ([]byte, error) {
	if p == nil {
		return b, nil
	}
	b = appendString(append(b, ','), name)
	b = append(b, ':')
	if p.Any && len(p.Types) > 0 {
		return nil, fmt.Errorf("%s is both \"*\" and a list of principals", name)
	}
	if p.Any {
		return append(b, `"*"`...), nil
	}
	b = append(b, '{')
	for i, kind := range slices.Sorted(maps.Keys(p.Types)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, kind)
		b = appendValues(append(b, ':'), p.Types[kind])
	}
	return append(b, '}'), nil
}

// appendConditions gathers the lines of each operator under its first.
func appendConditions(b []byte, lines []Condition) ([]byte, error) {
	if len(lines) == 0 {
		return b, nil
	}
	order, byOperator := []string{}, map[string][]*Condition{}
	for i := range lines {
		c := &lines[i]
		if byOperator[c.Operator] == nil {
			order = append(order, c.Operator)
		}
		byOperator[c.Operator] = append(byOperator[c.Operator], c)
	}
	b = append(b, `,"Condition":{`...)
	for i, operator := range order {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, operator)
		var err error
		if b, err = appendKeys(append(b, ':', '{'), byOperator[operator]); err != nil {
			return nil, err
		}
		b = append(b, '}')
	}
	return append(b, '}'), nil
}

func appendKeys(b []byte, lines []*Condition) ([]byte, error) {
	printed := make(map[string]bool, len(lines))
	for i, c := range lines {
		if printed[c.Key] {
			return nil, fmt.Errorf("condition %s has key %q twice", c.Operator, c.Key)
		}
		printed[c.Key] = true
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, c.Key)
		b = appendValues(append(b, ':'), c.Values)
	}
	return b, nil
}

// appendValues prints a single value alone and others as a list.
func appendValues(b []byte, values []string) []byte {
	if len(values) == 1 {
		return appendString(b, values[0])
	}
	return appendList(b, values)
}

func appendList(b []byte, values []string) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, v)
	}
	return append(b, ']')
}

// appendString prints s as JSON. What is not UTF-8, which no parsed document
// holds, becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
