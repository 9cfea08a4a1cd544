package policy

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Parse reads one policy document, decoded: URL encoding is the caller's to
// remove. It accepts what AWS may have stored, also what it would refuse today:
// unknown namespaces, wildcards in the namespace of an action, unknown condition
// operators. Validate is stricter. The error is a *SyntaxError.
func Parse(text []byte) (*Document, error) { return ParseString(string(text)) }

// ParseString is Parse without a copy: the document's strings share the memory
// of text.
func ParseString(text string) (*Document, error) {
	p := parser{scanner: scanner{text: text}}
	if err := p.bounds(); err != nil {
		return nil, err
	}
	doc := &Document{}
	if err := p.document(doc); err != nil {
		return nil, err
	}
	if p.peek(); p.pos < len(text) {
		return nil, p.fail(p.pos, "text after the end of the document: remove it")
	}
	return doc, nil
}

// UnmarshalJSON is Parse, for documents inside other JSON.
func (d *Document) UnmarshalJSON(text []byte) error {
	doc, err := Parse(text)
	if err == nil {
		*d = *doc
	}
	return err
}

type parser struct{ scanner }

func (p *parser) bounds() error {
	if len(p.text) > MaxCharacters && utf8.RuneCountInString(p.text) > MaxCharacters {
		return &SyntaxError{1, 1, fmt.Sprintf("the document has more than %d characters: split it into several policies", MaxCharacters)}
	}
	if !utf8.ValidString(p.text) {
		return p.fail(invalidAt(p.text), "a byte that is not UTF-8: save the document as UTF-8")
	}
	return nil
}

// invalidAt is the index of the first byte that is not UTF-8.
func invalidAt(t string) int {
	for i := 0; i < len(t); {
		r, size := utf8.DecodeRuneInString(t[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(t)
}

// seen are the elements met so far in one object.
type seen struct {
	few  []string
	many map[string]bool // from fewSeen on: a long list would be searched in quadratic time
}

const fewSeen = 16

func (s *seen) has(key string) bool {
	return slices.Contains(s.few, key) || s.many[key]
}

func (s *seen) add(key string) {
	if s.few == nil {
		s.few = make([]string, 0, fewSeen/2)
	}
	if len(s.few) < fewSeen {
		s.few = append(s.few, key)
		return
	}
	if s.many == nil {
		s.many = map[string]bool{}
	}
	s.many[key] = true
}

// once records an element; a second one is an error.
func (p *parser) once(s *seen, key, what string, at int) error {
	if s.has(key) {
		return p.fail(at, "%q appears twice in %s: keep one of them", key, what)
	}
	s.add(key)
	return nil
}

func (p *parser) document(doc *Document) error {
	var met seen
	p.peek()
	start := p.pos
	err := p.object("the document", func(key string, at int) (err error) {
		if err := p.once(&met, key, "the document", at); err != nil {
			return err
		}
		switch key {
		case "Version":
			return p.version(&doc.Version)
		case "Id":
			doc.ID, err = p.text1("Id")
		case "Statement":
			err = p.statements(doc)
		default:
			err = p.unknown(key, "the document", at, "Version", "Id", "Statement")
		}
		return err
	})
	if err == nil && doc.Statements == nil {
		return p.fail(start, "the document has no Statement element: add one")
	}
	return err
}

func (p *parser) version(version *string) (err error) {
	at := p.pos
	if *version, err = p.text1("Version"); err != nil {
		return err
	}
	if *version != Version2012 && *version != Version2008 {
		return p.fail(at, "version %q does not exist: write \"2012-10-17\"", *version)
	}
	return nil
}

// text1 reads a single string.
func (p *parser) text1(what string) (string, error) {
	if p.peek() != '"' {
		return "", p.fail(p.pos, "%s must be a string, found %s", what, p.found())
	}
	return p.string()
}

// unknown refuses an element, with the right spelling when only case is wrong:
// element names are case-sensitive.
func (p *parser) unknown(key, what string, at int, known ...string) error {
	for _, k := range known {
		if strings.EqualFold(k, key) {
			return p.fail(at, "unknown element %q in %s: upper and lower case count, write %q", key, what, k)
		}
	}
	return p.fail(at, "unknown element %q in %s: it may have %s", key, what, strings.Join(known, ", "))
}

func (p *parser) statements(doc *Document) error {
	doc.Statements = []Statement{}
	if p.peek() != '[' {
		return p.statement(doc, -1)
	}
	from := p.pos + 1
	return p.array("Statement", func() error {
		err := p.statement(doc, from)
		from = p.pos
		return err
	})
}

// statement reads one statement. from is the end of what precedes it in a list;
// negative: it stands alone.
func (p *parser) statement(doc *Document, from int) error {
	if len(doc.Statements) == MaxStatements {
		return p.fail(p.pos, "more than %d statements: split the document into several policies", MaxStatements)
	}
	p.peek()
	start := p.pos
	doc.Statements = append(doc.Statements, Statement{})
	st := &doc.Statements[len(doc.Statements)-1]
	if from >= 0 {
		st.FromLine, st.FromColumn = p.position(from)
	}
	st.Line, st.Column = p.position(start)
	if from < 0 {
		st.FromLine, st.FromColumn = st.Line, st.Column+1
	}
	var met seen
	err := p.object("a statement", func(key string, at int) error {
		if err := p.once(&met, key, "the statement", at); err != nil {
			return err
		}
		return p.element(st, key, at)
	})
	if err != nil {
		return err
	}
	st.EndLine, st.EndColumn = p.position(p.pos - 1)
	return p.complete(st, &met, start)
}

func (p *parser) element(st *Statement, key string, at int) (err error) {
	switch key {
	case "Sid":
		st.Sid, err = p.text1(key)
	case "Effect":
		err = p.effect(st)
	case "Action":
		st.Action, err = p.strings(key)
	case "NotAction":
		st.NotAction, err = p.strings(key)
	case "Resource":
		st.Resource, err = p.strings(key)
	case "NotResource":
		st.NotResource, err = p.strings(key)
	case "Principal":
		st.Principal, err = p.principal(key)
	case "NotPrincipal":
		st.NotPrincipal, err = p.principal(key)
	case "Condition":
		err = p.condition(st)
	default:
		err = p.unknown(key, "a statement", at, "Sid", "Effect", "Principal", "NotPrincipal",
			"Action", "NotAction", "Resource", "NotResource", "Condition")
	}
	return err
}

func (p *parser) effect(st *Statement) error {
	at := p.pos
	effect, err := p.text1("Effect")
	if err != nil {
		return err
	}
	if effect != "Allow" && effect != "Deny" {
		return p.fail(at, "effect %q does not exist: write \"Allow\" or \"Deny\", upper and lower case count", effect)
	}
	st.Allow = effect == "Allow"
	return nil
}

// complete checks which elements a statement has.
func (p *parser) complete(st *Statement, met *seen, start int) error {
	if !met.has("Effect") {
		return p.fail(start, "the statement has no Effect: add \"Effect\": \"Allow\" or \"Effect\": \"Deny\"")
	}
	if st.Action == nil && st.NotAction == nil {
		return p.fail(start, "the statement has neither Action nor NotAction: add one of them")
	}
	for _, key := range []string{"Action", "Resource", "Principal"} {
		if met.has(key) && met.has("Not"+key) {
			return p.fail(start, "the statement has both %s and Not%s: keep one of them", key, key)
		}
	}
	return nil
}

func (p *parser) principal(what string) (*Principal, error) {
	if p.peek() == '"' {
		at := p.pos
		if who, err := p.string(); err != nil {
			return nil, err
		} else if who != "*" {
			return nil, p.fail(at, "%s is the string %q: write \"*\", or an object such as {\"AWS\": %q}", what, who, who)
		}
		return &Principal{Any: true}, nil
	}
	var met seen
	pr := &Principal{Types: map[string][]string{}}
	err := p.object(what, func(key string, at int) (err error) {
		if err := p.once(&met, key, what, at); err != nil {
			return err
		}
		pr.Types[key], err = p.strings(what + " " + key)
		return err
	})
	return pr, err
}

func (p *parser) condition(st *Statement) error {
	var operators seen
	return p.object("Condition", func(operator string, at int) error {
		if err := p.once(&operators, operator, "Condition", at); err != nil {
			return err
		}
		var keys seen
		return p.object(operator, func(key string, at int) error {
			if err := p.once(&keys, key, operator, at); err != nil {
				return err
			}
			values, err := p.scalars("condition key " + key)
			st.Condition = append(st.Condition, Condition{operator, key, values})
			return err
		})
	})
}
