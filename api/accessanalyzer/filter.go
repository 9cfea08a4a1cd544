package accessanalyzer

import "github.com/ebbmark/ebbmark/finding"

// Criterion is what a filter asks of one property (AA-32).
type Criterion struct {
	Eq       []string `wire:"eq" min:"1" max:"20"`
	Neq      []string `wire:"neq" min:"1" max:"20"`
	Contains []string `wire:"contains" min:"1" max:"20"`
	Exists   *bool    `wire:"exists"`
}

// filterOf is the filter that a request brings.
func filterOf(said map[string]Criterion) finding.Filter {
	f := finding.Filter{}
	for name, c := range said {
		f[name] = finding.Criterion(c)
	}
	return f
}

func newFilter(f finding.Filter) map[string]Criterion {
	shown := map[string]Criterion{}
	for name, c := range f {
		shown[name] = Criterion(c)
	}
	return shown
}

// Sort is the order of a list (AA-35).
type Sort struct {
	AttributeName string `wire:"attributeName"`
	OrderBy       string `wire:"orderBy" enum:"ASC,DESC"`
}

// order is the order that a request asks for; s may be nil.
func (s *Sort) order() finding.Order {
	switch {
	case s == nil || *s == Sort{}:
		return finding.Order{}
	case s.AttributeName == "":
		return finding.Order{Attribute: "updatedAt", Descending: s.OrderBy == "DESC"}
	}
	return finding.Order{Attribute: s.AttributeName, Descending: s.OrderBy == "DESC"}
}
