package policy

import (
	"strings"
	"testing"
)

// The evaluation table: cases with literal expectations, grouped by element,
// operator and type of policy. Every group names the part of AWS's
// documentation that it is taken from; pages are those of the IAM User Guide
// unless another guide is named, "#" leads to the section.
//
// table_elements_test.go has the elements of a statement and the policy
// variables, table_operators_test.go the condition operators, and
// table_types_test.go the types of policies and who calls whom.

// verdict is what a case expects.
type verdict uint8

const (
	implicit verdict = iota // nothing allows it
	yes                     // allowed
	explicit                // a Deny applies
)

func (v verdict) String() string {
	return [...]string{"implicitly denied", "allowed", "explicitly denied"}[v]
}

func verdictOf(d Decision) verdict {
	switch {
	case d.Allowed:
		return yes
	case d.Explicit:
		return explicit
	}
	return implicit
}

// group is what one section of the documentation says.
type group struct {
	of, source string
	cases      []evaluated
}

// evaluated is one case.
type evaluated struct {
	is   string
	when given
	ctx  Context
	want verdict
}

// statement is a case of one identity policy of alice: statements as they stand
// in the list of a document of the current version, and "ACTION RESOURCE".
func statement(is, statements, ask string, want verdict) evaluated {
	return document(is, `{"Version":"2012-10-17","Statement":[`+statements+`]}`, ask, want)
}

// document is a case of one identity policy of alice.
func document(is, text, ask string, want verdict) evaluated {
	action, resource, _ := strings.Cut(ask, " ")
	return evaluated{is: is, when: given{caller: alice, identity: []string{text}, action: action, onto: resource}, want: want}
}

// in gives a case its context, as key and value in turn.
func (e evaluated) in(pairs ...string) evaluated {
	e.ctx = Context{}
	for i := 0; i < len(pairs); i += 2 {
		e.ctx[pairs[i]] = append(e.ctx[pairs[i]], pairs[i+1])
	}
	return e
}

// by gives a case another caller.
func (e evaluated) by(c Caller) evaluated {
	e.when.caller = c
	return e
}

// leastCases is how many cases the table must have: a test that walks over
// nothing passes for ever.
const leastCases = 300

func TestEvaluationTable(t *testing.T) {
	n := 0
	for _, g := range append(append(elementGroups(), operatorGroups()...), typeGroups()...) {
		if g.source == "" || len(g.cases) == 0 {
			t.Errorf("group %q has no source or no cases", g.of)
		}
		names := map[string]bool{}
		for _, c := range g.cases {
			n++
			if names[c.is] {
				t.Errorf("%s has two cases %q", g.of, c.is)
			}
			names[c.is] = true
			t.Run(g.of+"/"+c.is, func(t *testing.T) {
				if got := verdictOf(c.when.evaluateIn(t, c.ctx)); got != c.want {
					t.Errorf("%s, want %s\n(%s)", got, c.want, g.source)
				}
			})
		}
	}
	if n < leastCases {
		t.Errorf("%d cases, want at least %d", n, leastCases)
	}
	t.Logf("%d cases", n)
}
