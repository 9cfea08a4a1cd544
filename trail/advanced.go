package trail

import "slices"

// AdvancedSelector is an element of AdvancedEventSelectors: what all of its fields
// let through.
type AdvancedSelector struct {
	Name           string          `json:",omitempty"`
	FieldSelectors []FieldSelector `json:",omitempty"`
	Strange        []string        `json:",omitempty"` // members that are not known here
}

// FieldSelector is a condition on one field of events.
type FieldSelector struct {
	Field         string   `json:",omitempty"`
	Equals        []string `json:",omitempty"`
	NotEquals     []string `json:",omitempty"`
	StartsWith    []string `json:",omitempty"`
	NotStartsWith []string `json:",omitempty"`
	EndsWith      []string `json:",omitempty"`
	NotEndsWith   []string `json:",omitempty"`
	Strange       []string `json:",omitempty"`
}

// The fields that are understood (API reference, AdvancedFieldSelector).
const (
	fieldCategory = "eventCategory"
	fieldKind     = "resources.type"
	fieldReadOnly = "readOnly"
	fieldSource   = "eventSource"
)

func (a AdvancedSelector) normal() AdvancedSelector {
	n := AdvancedSelector{Strange: sorted(a.Strange)} // a name selects nothing
	for _, f := range a.FieldSelectors {
		n.FieldSelectors = append(n.FieldSelectors, FieldSelector{f.Field, sorted(f.Equals), sorted(f.NotEquals), sorted(f.StartsWith),
			sorted(f.NotStartsWith), sorted(f.EndsWith), sorted(f.NotEndsWith), sorted(f.Strange)})
	}
	return n
}

// plain reports whether the condition is Equals and nothing else, as it must be on
// the fields that are understood.
func (f *FieldSelector) plain() bool {
	return len(f.Equals) > 0 && len(f.NotEquals)+len(f.StartsWith)+len(f.NotStartsWith)+len(f.EndsWith)+len(f.NotEndsWith)+len(f.Strange) == 0
}

// refuses reports whether the condition surely keeps out events with a value.
func (f *FieldSelector) refuses(value string) bool {
	return len(f.Equals) > 0 && !slices.Contains(f.Equals, value) || slices.Contains(f.NotEquals, value)
}

// readOnly are the events that a condition on readOnly lets through; 0 when it is
// not understood.
func (f *FieldSelector) readOnly() (e Events) {
	if !f.plain() {
		return 0
	}
	for _, v := range f.Equals {
		e |= map[string]Events{"true": Reads, "false": Writes}[v]
	}
	return e
}

func (a *AdvancedSelector) whole(kind string) Events {
	if len(a.Strange) > 0 {
		return 0
	}
	e, category, typed := All, false, false
	for i := range a.FieldSelectors {
		switch f := &a.FieldSelectors[i]; {
		case f.Field == fieldCategory && f.plain() && !f.refuses("Data"):
			category = true
		case f.Field == fieldKind && f.plain() && !f.refuses(kind):
			typed = true
		case f.Field == fieldReadOnly:
			e &= f.readOnly()
		default:
			return 0
		}
	}
	if !category || !typed {
		return 0
	}
	return e
}

// may reports whether nothing surely keeps out data events of a type.
func (a *AdvancedSelector) may(kind string) bool {
	return !slices.ContainsFunc(a.FieldSelectors, func(f FieldSelector) bool {
		return f.Field == fieldCategory && f.refuses("Data") || f.Field == fieldKind && f.refuses(kind)
	})
}

func (a *AdvancedSelector) narrowed(kind string) string {
	if len(a.Strange) > 0 {
		return a.Strange[0]
	}
	for i := range a.FieldSelectors {
		f := &a.FieldSelectors[i]
		if understood := f.Field == fieldCategory || f.Field == fieldKind; !understood && (f.Field != fieldReadOnly || f.readOnly() != All) {
			return "field " + f.Field
		}
	}
	if a.whole(kind) != All {
		return "its fields"
	}
	return ""
}

// kinds are the resource types that the selector names.
func (a *AdvancedSelector) kinds() (out []string) {
	for i := range a.FieldSelectors {
		if a.FieldSelectors[i].Field == fieldKind {
			out = append(out, a.FieldSelectors[i].Equals...)
		}
	}
	return out
}

func (a *AdvancedSelector) mayManage(source string) Events {
	e := All
	for i := range a.FieldSelectors {
		switch f := &a.FieldSelectors[i]; {
		case f.Field == fieldCategory && f.refuses("Management"):
			return 0
		case f.Field == fieldSource && source != "" && f.refuses(source):
			return 0
		case f.Field == fieldReadOnly && f.plain():
			e &= f.readOnly()
		}
	}
	return e
}
