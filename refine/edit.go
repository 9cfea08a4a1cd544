package refine

import (
	"slices"
	"strings"
	"unicode"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/policy"
)

// Editing is what a policy is made smaller with.
type Editing struct {
	Catalog *catalog.Catalog
	Engine  *grant.Engine // of the same catalogue
	Use     []History     // of everybody who has the policy
	// DropUntracked takes out too what AWS does not track and no log shows. Without
	// it those actions stay, also where nothing of their service was used: many of
	// them are data events, which few trails record.
	DropUntracked bool
	Keep          []string // patterns of actions that stay, such as "iam:PassRole"
	// Levels are the access levels of which actions go; empty: of all.
	Levels []catalog.Level
	// Unseen reports whether the logs show nothing of what an action would leave in them,
	// of anyone: a trail can leave out all that reads, or a service. Nil: nothing is.
	Unseen func(action int) bool
	// Take, unless nil, are the names of the actions that go, and no others, whatever
	// was used.
	Take []string
	// Prior is what the policy said when the window began; nil: the same as now.
	// What it did not grant then has not had its time, and stays.
	Prior *policy.Document
	// Limit is how long the policy may become, in characters without white space;
	// zero: MaxPolicy. One that was longer before may stay so, unless Strict.
	Limit  int
	Strict bool
}

// Edited is a policy that was made smaller.
type Edited struct {
	// Document is the new text: the old one to the byte when nothing goes, and
	// empty when all goes.
	Document  string
	Delete    bool // nothing is left: delete the policy, or detach it
	Removed   []Judged
	Kept      []Judged
	Untouched []Untouched
}

// Changed reports whether anything goes.
func (e *Edited) Changed() bool { return len(e.Removed) > 0 }

// Judged is a granted action of a statement and why it goes or stays.
type Judged struct {
	Statement int // index in the old document
	Action    string
	Reason    Reason
}

// Untouched is a statement, or a pattern of it, that nobody judged.
type Untouched struct {
	Statement int
	Pattern   string // empty: the whole statement
	Why       string
}

// Edit takes out of the Allow statements of a policy what nobody used.
//
// The rule for wildcards: a pattern that loses nothing stays as it is. One that
// loses an action becomes what stays of it, as names and, where all that begins
// with the same words stays, as a star behind these words. So exactly the unused
// actions go, and no new pattern is wider than that which it comes from.
//
// Statements with Deny, NotAction or NotResource stay as they are, as do
// patterns that the catalogue knows nothing of. A statement without actions goes.
// All else of the text stays to the byte.
func Edit(text string, in Editing) (*Edited, error) {
	doc, err := policy.ParseString(text)
	if err != nil {
		return nil, err
	}
	e := newEditor(doc, in)
	limit := in.limit()
	if !in.Strict {
		limit = max(limit, bare(text))
	}
	for {
		out, err := e.edit(text)
		if err != nil || bare(out.Document) <= limit || !e.freeze() {
			return out, err
		}
	}
}

func (in *Editing) limit() int {
	if in.Limit > 0 {
		return in.Limit
	}
	return MaxPolicy
}

// bare is the length of a text without white space, which AWS counts.
func bare(text string) (n int) {
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// editor edits one policy.
type editor struct {
	doc *policy.Document
	Editing
	shrinker
	prior grant.Set // nil: all
}

func newEditor(doc *policy.Document, in Editing) *editor {
	e := &editor{doc: doc, Editing: in}
	n := newNeeds(in.Catalog, slices.Concat(in.Use...))
	n.dropUntracked, n.keepUntracked = in.DropUntracked, true
	if in.Prior != nil {
		e.prior = in.Engine.Granted([]*policy.Document{in.Prior})
	}
	e.shrinker = shrinker{matcher: newMatcher(in.Catalog), needs: n, written: true,
		granted: in.Engine.Granted([]*policy.Document{doc}), frozen: map[string]bool{}}
	e.keep = func(i int) bool { return e.reason(i).keeps() }
	return e
}

// reason judges an action.
func (e *editor) reason(i int) Reason {
	r := e.needs.of(i)
	switch {
	case e.Take != nil && slices.Contains(e.Take, e.Catalog.FullName(i)):
		return UnusedAction
	case e.Take != nil:
		return Kept
	case r.keeps():
		return r
	case slices.ContainsFunc(e.Keep, func(p string) bool { return policy.MatchFold(p, e.Catalog.FullName(i)) }):
		return Kept
	case len(e.Levels) > 0 && !slices.Contains(e.Levels, e.Catalog.Actions()[i].Level):
		return Kept
	case r != Dropped && e.Unseen != nil && e.Unseen(i):
		return Unobserved
	case e.prior != nil && !e.prior.Has(i):
		return Young
	}
	return r
}

// edit makes the policy smaller once.
func (e *editor) edit(text string) (*Edited, error) {
	e.left, e.grown = maxMatches, map[string]int{}
	out := &Edited{Document: text}
	var edits []policy.Edit
	gone := 0
	for i := range e.doc.Statements {
		st := &e.doc.Statements[i]
		if why := leftAlone(st); why != "" {
			out.Untouched = append(out.Untouched, Untouched{i, "", why})
			continue
		}
		s := e.statement(st)
		before := len(out.Removed)
		e.tell(out, i, st, s.removed)
		if !s.changed || len(out.Removed) == before && len(s.action) > 0 && len(e.frozen) > 0 {
			continue // what would go, a pattern that stays allows all the same
		}
		edits = append(edits, policy.Edit{Statement: i, Remove: len(s.action) == 0, Action: s.action})
		if len(s.action) == 0 {
			gone++
		}
	}
	if len(edits) == 0 {
		return out, nil
	}
	if out.Delete = gone == len(e.doc.Statements); out.Delete {
		out.Document = ""
		return out, nil
	}
	var err error
	out.Document, err = policy.Rewrite(text, edits)
	return out, err
}

// leftAlone is why a statement is not judged; empty: it is.
func leftAlone(st *policy.Statement) string {
	switch {
	case !st.Allow:
		return "a Deny stays as it is"
	case st.Action == nil:
		return "an Allow with NotAction stays as it is"
	case st.NotResource != nil:
		return "an Allow with NotResource stays as it is"
	}
	return ""
}

// tell notes what became of the granted actions of a statement.
func (e *editor) tell(out *Edited, at int, st *policy.Statement, removed []int) {
	gone := map[int]bool{}
	for _, i := range removed {
		if e.inFrozen(st, i) {
			continue
		}
		gone[i] = true
		out.Removed = append(out.Removed, Judged{at, e.Catalog.FullName(i), e.reason(i)})
	}
	kept := map[int]Reason{}
	for _, p := range st.Action {
		matched, ok := e.actions(p)
		if !ok || len(matched) == 0 {
			out.Untouched = append(out.Untouched, Untouched{at, p, unjudged(ok)})
			continue
		}
		for _, i := range matched {
			if e.granted.Has(i) && !gone[i] {
				kept[i] = e.stays(i)
			}
		}
	}
	for i := range e.granted.All() {
		if r := kept[i]; r != 0 {
			out.Kept = append(out.Kept, Judged{at, e.Catalog.FullName(i), r})
		}
	}
}

// inFrozen reports whether a pattern of the statement that stays as it is has the
// action.
func (e *editor) inFrozen(st *policy.Statement, i int) bool {
	return slices.ContainsFunc(st.Action, func(p string) bool {
		return e.frozen[p] && policy.MatchFold(p, e.Catalog.FullName(i))
	})
}

// stays is why an action stayed.
func (e *editor) stays(i int) Reason {
	if r := e.reason(i); r.keeps() {
		return r
	}
	return Crowded // a frozen pattern has it, or one of a service with an unknown call
}

func unjudged(known bool) string {
	if known {
		return "the catalogue knows no such action"
	}
	return "too many wildcards to judge"
}

// freeze lets the changed wildcard stay as it was that takes most room, so that
// the policy becomes shorter. False: there is none.
func (e *editor) freeze() bool {
	most := ""
	for p, n := range e.grown {
		if n > len(p) && strings.ContainsAny(p, "*?") && (most == "" || n > e.grown[most] || n == e.grown[most] && p < most) {
			most = p
		}
	}
	if most == "" {
		return false
	}
	e.frozen[most] = true
	return true
}
