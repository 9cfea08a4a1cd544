package refine

import (
	"errors"
	"fmt"
	"math"

	"github.com/ebbmark/ebbmark/policy"
)

// unbounded is a Limit for what is measured afterwards.
const unbounded = math.MaxInt

// split edits a document that has to fit new managed policies, whatever it was before.
// It is one where that is possible; else one that was cut: all who have one have all, so
// that together they say the same. What cannot be cut small enough is edited as a
// whole, with wildcards that stay as they are where that is shorter. The parts are
// without names, and none where all goes.
func split(text string, in Editing) (*Edited, []Part, error) {
	in.Strict, in.Limit = true, unbounded
	whole, err := Edit(text, in)
	if err != nil || whole.Delete || !whole.Changed() {
		return whole, nil, err
	}
	if bare(whole.Document) <= MaxPolicy {
		return whole, []Part{{Base: text, Edited: whole}}, nil
	}
	c, err := newCutter(text, in)
	if err != nil {
		return nil, nil, err
	}
	parts, err := c.parts()
	if err == nil && len(parts) > maxParts {
		err = fmt.Errorf("%w: it would become %d policies", ErrTooLarge, len(parts))
	}
	if !errors.Is(err, ErrTooLarge) {
		return whole, parts, err
	}
	in.Limit = MaxPolicy
	one, fail := Edit(text, in)
	if fail != nil || !one.Changed() || bare(one.Document) > MaxPolicy {
		return nil, nil, fmt.Errorf("what stays of it takes %d characters, and a policy of the account %d at most: %w; --drop-untracked may make it fit", bare(whole.Document), MaxPolicy, err)
	}
	return one, []Part{{Base: text, Edited: one}}, nil
}

// cutter cuts a document between statements, and an Allow between its actions.
type cutter struct {
	text  string
	in    Editing
	doc   *policy.Document
	units []unit
}

// unit is what is not cut: a statement, or an action of one.
type unit struct{ statement, action int }

// piece is a range of units, and its edit.
type piece struct {
	first, end int
	base       string
	edited     *Edited
}

func newCutter(text string, in Editing) (*cutter, error) {
	doc, err := policy.ParseString(text)
	if err != nil {
		return nil, err
	}
	c := &cutter{text: text, in: in, doc: doc}
	for i := range doc.Statements {
		for k := range max(1, c.actions(i)) {
			c.units = append(c.units, unit{i, k})
		}
	}
	return c, nil
}

// actions is how many actions of a statement may part; zero: it stays whole.
func (c *cutter) actions(statement int) int {
	if st := &c.doc.Statements[statement]; leftAlone(st) == "" {
		return len(st.Action)
	}
	return 0
}

// parts are the pieces of which something stays.
func (c *cutter) parts() (list []Part, err error) {
	pieces, err := c.cut(0, len(c.units))
	if err != nil {
		return nil, err
	}
	joined := pieces[:1]
	for _, p := range pieces[1:] {
		last := &joined[len(joined)-1]
		both, err := c.piece(last.first, p.end)
		if err != nil {
			return nil, err
		}
		if bare(both.edited.Document) <= MaxPolicy {
			*last = both
		} else {
			joined = append(joined, p)
		}
	}
	for _, p := range joined {
		list = append(list, Part{Base: p.base, Edited: p.edited})
	}
	return list, nil
}

// cut halves a range until each piece fits.
func (c *cutter) cut(first, end int) ([]piece, error) {
	p, err := c.piece(first, end)
	if err != nil || bare(p.edited.Document) <= MaxPolicy {
		return []piece{p}, err
	}
	if end-first == 1 {
		return nil, fmt.Errorf("statement %d: %w", c.units[first].statement+1, ErrTooLarge)
	}
	middle := (first + end) / 2
	left, err := c.cut(first, middle)
	if err != nil {
		return nil, err
	}
	right, err := c.cut(middle, end)
	return append(left, right...), err
}

// piece edits the units of a range.
func (c *cutter) piece(first, end int) (p piece, err error) {
	in := map[int][]string{} // by statement; an empty list: whole
	for _, u := range c.units[first:end] {
		in[u.statement] = append(in[u.statement], c.action(u)...)
	}
	var edits []policy.Edit
	for i := range c.doc.Statements {
		actions, there := in[i]
		switch {
		case !there:
			edits = append(edits, policy.Edit{Statement: i, Remove: true})
		case len(actions) < c.actions(i):
			edits = append(edits, policy.Edit{Statement: i, Action: actions})
		}
	}
	p = piece{first: first, end: end, base: c.text}
	if len(edits) > 0 {
		if p.base, err = policy.Rewrite(c.text, edits); err != nil {
			return p, err
		}
	}
	p.edited, err = Edit(p.base, c.in)
	return p, err
}

func (c *cutter) action(u unit) []string {
	if c.actions(u.statement) == 0 {
		return nil
	}
	return []string{c.doc.Statements[u.statement].Action[u.action]}
}

// sameDocument reports whether two documents say the same, whatever their white space.
func sameDocument(a, b string) bool { return canonical(a) == canonical(b) }
