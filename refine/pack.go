package refine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ebbmark/ebbmark/policy"
)

// ErrTooLarge is wrapped when a policy cannot be made to fit MaxPolicy.
var ErrTooLarge = errors.New("does not fit the size of a managed policy")

// pack makes the recommended policies of a text that is without white space: the
// text itself when it fits. Else the lists of changed statements are written with
// wildcards that match the same catalogue actions, and when that is not enough
// the statements are dealt out to several policies.
func pack(text string, before *policy.Document, edits []policy.Edit, m *matcher) ([]string, error) {
	if utf8.RuneCountInString(text) <= MaxPolicy {
		return []string{text}, nil
	}
	doc, err := policy.ParseString(text)
	if err != nil {
		return nil, err
	}
	at, gone := 0, 0
	for i := range before.Statements {
		k := slices.IndexFunc(edits, func(e policy.Edit) bool { return e.Statement == i })
		if k >= 0 && edits[k].Remove {
			gone++
			continue
		}
		if at = i - gone; k >= 0 {
			doc.Statements[at].Action = shorten(doc.Statements[at].Action, &before.Statements[i], m)
		}
	}
	return deal(doc)
}

// deal prints the document as policies that fit: as one when that is possible.
// Each of several has the Denies, so that it means by itself what it meant
// together with them; unless they take more than half of a policy, then all
// statements are dealt out in their order. Nothing comes of no statements.
func deal(doc *policy.Document) ([]string, error) {
	if len(doc.Statements) == 0 {
		return nil, nil
	}
	if n, err := size(doc); err != nil || n <= MaxPolicy {
		text, err := doc.AppendJSON(nil)
		return []string{string(text)}, err
	}
	d := dealer{frame: policy.Document{Version: doc.Version, ID: doc.ID}}
	var rest []policy.Statement
	for _, st := range doc.Statements {
		if st.Allow {
			rest = append(rest, st)
		} else {
			d.frame.Statements = append(d.frame.Statements, st)
		}
	}
	if n, err := size(&d.frame); err != nil {
		return nil, err
	} else if n > MaxPolicy/2 {
		d.frame.Statements, rest = nil, doc.Statements
	}
	return d.all(rest)
}

// dealer deals statements out to policies.
type dealer struct {
	frame policy.Document    // what each policy has
	now   []policy.Statement // of the policy at hand, besides
	left  int                // characters left in it
	out   []string
}

func (d *dealer) all(list []policy.Statement) ([]string, error) {
	n, err := size(&d.frame)
	if err != nil {
		return nil, err
	}
	room := MaxPolicy - n - 1 // a comma after what is in the frame
	d.left = room
	for _, whole := range list {
		parts, err := cut(whole, room)
		if err != nil {
			return nil, err
		}
		for _, st := range parts {
			if err := d.add(st, room); err != nil {
				return nil, err
			}
		}
	}
	return d.out, d.flush(room)
}

func (d *dealer) add(st policy.Statement, room int) error {
	n, err := statementSize(st)
	if err == nil && n > d.left {
		err = d.flush(room)
	}
	d.now, d.left = append(d.now, st), d.left-n-1
	return err
}

// flush ends the policy at hand.
func (d *dealer) flush(room int) error {
	if len(d.now) == 0 {
		return nil
	}
	part := d.frame
	part.Statements = slices.Concat(d.now, d.frame.Statements)
	text, err := part.AppendJSON(nil)
	d.out, d.now, d.left = append(d.out, string(text)), nil, room
	return err
}

// cut parts an Allow that does not fit by its actions. Nothing else of a
// statement can be parted without a change of what it means.
func cut(st policy.Statement, room int) ([]policy.Statement, error) {
	n, err := statementSize(st)
	if err != nil {
		return nil, err
	}
	if n <= room {
		return []policy.Statement{st}, nil
	}
	if len(st.Action) < 2 || !st.Allow {
		return nil, fmt.Errorf("statement %q of %d characters: %w of %d", st.Sid, n, ErrTooLarge, MaxPolicy)
	}
	var out []policy.Statement
	half := len(st.Action) / 2
	for _, actions := range [][]string{st.Action[:half], st.Action[half:]} {
		part := st
		part.Action = actions
		parts, err := cut(part, room)
		if err != nil {
			return nil, err
		}
		out = append(out, parts...)
	}
	return out, nil
}

func statementSize(st policy.Statement) (int, error) {
	with, err := size(&policy.Document{Statements: []policy.Statement{st}})
	return with - len(`{"Statement":[]}`), err
}

func size(doc *policy.Document) (int, error) {
	text, err := doc.AppendJSON(nil)
	return utf8.RuneCount(text), err
}

// shorten writes the names of a list with stars at their ends where that matches
// the same catalogue actions, and nothing that the statement did not match
// before.
func shorten(list []string, before *policy.Statement, m *matcher) []string {
	kept := map[int]bool{}
	var out []string
	var services []int
	for _, name := range list {
		namespace, action, _ := strings.Cut(name, ":")
		i, ok := m.cat.Action(namespace, action)
		if !ok {
			out = append(out, name)
			continue
		}
		kept[i] = true
		if s := m.cat.Actions()[i].Service; !slices.Contains(services, s) {
			services = append(services, s)
		}
	}
	for _, s := range services {
		v := &m.cat.Services()[s]
		p := prefixer{m: m, kept: kept, within: func(prefix string) bool { return m.within(prefix, before) }}
		p.cover(v.First, v.End, len(v.Namespace)+1)
		out = append(out, p.out...)
	}
	slices.Sort(out)
	return out
}

// within reports whether a statement matches every action that begins with the
// prefix, also those that the catalogue does not know.
func (m *matcher) within(prefix string, st *policy.Statement) bool {
	namespace, _, _ := strings.Cut(prefix, ":")
	if st.Action == nil {
		return !slices.ContainsFunc(st.NotAction, func(p string) bool {
			ns, _, ok := strings.Cut(p, ":")
			return !ok || policy.MatchFold(ns, namespace)
		})
	}
	return slices.ContainsFunc(st.Action, func(p string) bool {
		return strings.HasSuffix(p, "*") && policy.MatchFold(p, prefix)
	})
}

// prefixer covers kept actions with prefixes.
type prefixer struct {
	m      *matcher
	kept   map[int]bool
	within func(prefix string) bool
	out    []string
}

// cover writes what is kept of the actions lo <= i < hi, which have the first n
// bytes in common: as one prefix when all of them are kept.
func (p *prefixer) cover(lo, hi, n int) {
	count := 0
	for i := lo; i < hi; i++ {
		if p.kept[i] {
			count++
		}
	}
	first := p.m.cat.FullName(lo)
	switch {
	case count == 0:
	case count == hi-lo && count > 1 && p.within(first[:n]):
		p.out = append(p.out, first[:n]+"*")
	case hi-lo == 1:
		p.out = append(p.out, first)
	default:
		p.parts(lo, hi, n)
	}
}

// parts goes on by the next byte.
func (p *prefixer) parts(lo, hi, n int) {
	keys := p.m.cat.Keys()
	if len(keys[lo]) == n { // a name that others begin with
		p.cover(lo, lo+1, n)
		lo++
	}
	for lo < hi {
		end := lo + 1
		for end < hi && keys[end][n] == keys[lo][n] {
			end++
		}
		p.cover(lo, end, n+1)
		lo = end
	}
}
