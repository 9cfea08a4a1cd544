package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Edit is a change of one statement of a document's text.
type Edit struct {
	Statement int  // index in Document.Statements
	Remove    bool // the statement goes
	// Action is the statement's Action element from now on, in place of what it
	// had, be it Action or NotAction. Not empty unless Remove.
	Action []string
	List   bool // a single action is a list of one, also where there was none
}

// ErrEdit is wrapped by what Rewrite says of edits that do not fit the text.
var ErrEdit = errors.New("edit does not fit the policy document")

// Rewrite changes statements of a document's text and leaves every other byte as
// it was: order, spelling, white space, single values that are no lists. A list
// of actions keeps the separators that it had. There is an edit per statement at
// most; a document of which nothing would be left keeps an empty list.
func Rewrite(text string, edits []Edit) (string, error) {
	l, err := layoutOf(text)
	if err != nil {
		return "", err
	}
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b Edit) int { return a.Statement - b.Statement })
	w := rewriter{text: text, layout: l}
	for i, e := range edits {
		if e.Statement < 0 || e.Statement >= len(l.statements) || i > 0 && edits[i-1].Statement == e.Statement {
			return "", fmt.Errorf("%w: statement %d is not there, or edited twice", ErrEdit, e.Statement)
		}
		if !e.Remove && len(e.Action) == 0 {
			return "", fmt.Errorf("%w: statement %d would have no action; remove it", ErrEdit, e.Statement)
		}
	}
	w.all(edits)
	return w.out.String(), nil
}

// span is a part of the text: [start, end).
type span struct{ start, end int }

// place is where a statement and its action element stand.
type place struct {
	span
	key, value span   // of Action or NotAction; the key with its quotation marks
	elements   []span // of the value when it is a list
	list       bool
}

type layout struct {
	outer      span // value of Statement
	list       bool // it is a list, not a single statement
	statements []place
}

// layoutOf finds the statements of a text that Parse accepts.
func layoutOf(text string) (layout, error) {
	if _, err := ParseString(text); err != nil {
		return layout{}, err
	}
	p := parser{scanner{text: text}}
	var l layout
	err := p.object("the document", func(key string, _ int) error {
		if key != "Statement" {
			return p.skip()
		}
		l.outer.start = p.pos
		l.list = p.peek() == '['
		err := p.each(func() error { return p.place(&l) })
		l.outer.end = p.pos
		return err
	})
	return l, err
}

// each reads a value alone or the elements of a list.
func (p *parser) each(element func() error) error {
	if p.peek() != '[' {
		return element()
	}
	return p.array("a list", func() error { p.peek(); return element() })
}

func (p *parser) place(l *layout) error {
	at := place{span: span{start: p.pos}}
	err := p.object("a statement", func(key string, from int) error {
		if key != "Action" && key != "NotAction" {
			return p.skip()
		}
		at.key = span{from, p.endOfKey(from)}
		at.value.start = p.pos
		at.list = p.peek() == '['
		err := p.each(func() error {
			start := p.pos
			err := p.skip()
			at.elements = append(at.elements, span{start, p.pos})
			return err
		})
		at.value.end = p.pos
		return err
	})
	at.end = p.pos
	l.statements = append(l.statements, at)
	return err
}

// endOfKey is where the key that begins at from ends, which may be written with
// escapes.
func (p *parser) endOfKey(from int) int {
	defer func(pos int) { p.pos = pos }(p.pos)
	p.pos = from
	_, _ = p.string() // it was read before, without error
	return p.pos
}

// skip passes over one value.
func (p *parser) skip() error {
	switch p.peek() {
	case '{':
		return p.object("an object", func(string, int) error { return p.skip() })
	case '[':
		return p.array("a list", p.skip)
	case '"':
		_, err := p.string()
		return err
	}
	p.pos += len(p.word())
	return nil
}

// rewriter copies a text with changes.
type rewriter struct {
	text string
	layout
	out  strings.Builder
	done int // how much of the text is copied or left out
}

func (w *rewriter) copyTo(end int) {
	w.out.WriteString(w.text[w.done:end])
	w.done = end
}

func (w *rewriter) all(edits []Edit) {
	gone := make([]bool, len(w.statements))
	left := len(gone)
	for _, e := range edits {
		if gone[e.Statement] = e.Remove; e.Remove {
			left--
		}
	}
	if left == 0 {
		w.copyTo(w.outer.start)
		w.out.WriteString("[]")
		w.done = w.outer.end
	} else {
		w.some(edits, gone)
	}
	w.copyTo(len(w.text))
}

// some changes statements of which at least one stays. With one that goes its
// comma goes and the white space before it: that after it when nothing is left
// in front.
func (w *rewriter) some(edits []Edit, gone []bool) {
	kept := 0
	for i := range w.statements {
		at := &w.statements[i]
		switch {
		case gone[i] && kept > 0:
			w.copyTo(w.statements[i-1].end)
			w.done = at.end
		case gone[i]:
			w.copyTo(at.start)
			w.done = w.statements[i+1].start // one that stays comes later
		default:
			kept++
			if k := slices.IndexFunc(edits, func(e Edit) bool { return e.Statement == i }); k >= 0 {
				w.action(at, &edits[k])
			}
			w.copyTo(at.end)
		}
	}
}

// action writes the new Action element of a statement.
func (w *rewriter) action(at *place, e *Edit) {
	w.copyTo(at.key.start)
	w.out.WriteString(`"Action"`)
	w.done = at.key.end
	w.copyTo(at.value.start)
	if len(e.Action) == 1 && !at.list && !e.List {
		w.out.Write(appendString(nil, e.Action[0]))
	} else {
		w.list(at, e.Action)
	}
	w.done = at.value.end
}

// list writes a list in the manner of the one that it replaces.
func (w *rewriter) list(at *place, actions []string) {
	head, separator, tail := "[", ",", "]"
	if n := len(at.elements); at.list && n > 0 {
		head = w.text[at.value.start:at.elements[0].start]
		tail = w.text[at.elements[n-1].end:at.value.end]
		switch {
		case n > 1:
			separator = w.text[at.elements[0].end:at.elements[1].start]
		case len(head) > 1:
			separator = "," + head[1:]
		default:
			separator = w.separator(at)
		}
	} else {
		separator = w.separator(at)
	}
	w.out.WriteString(head)
	for i, a := range actions {
		if i > 0 {
			w.out.WriteString(separator)
		}
		w.out.Write(appendString(nil, a))
	}
	w.out.WriteString(tail)
}

// separator is a comma with a blank, when there is one after the colon too.
func (w *rewriter) separator(at *place) string {
	if w.text[at.value.start-1] == ' ' {
		return ", "
	}
	return ","
}
