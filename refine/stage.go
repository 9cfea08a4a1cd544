package refine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
)

// Stage is the Deny that goes before a removal: it refuses somebody what proposals would
// take away, and is lifted by one call.
type Stage struct {
	Who    string   // ARN of the user or role
	ID     string   // unique id
	Denied []string // names of the actions
	Change Change   // puts it, as an inline policy
}

// StageError: somebody's inline policies have no room for the Deny. Its proposals cannot
// be staged.
type StageError struct {
	ARN           string
	Length, Limit int // of all inline policies, in characters without white space
}

func (e *StageError) Error() string {
	return fmt.Sprintf("the Deny for %s would make its inline policies %d characters long, and IAM takes %d", e.ARN, e.Length, e.Limit)
}

// NewStages works out the Deny of everybody whom proposals concern, as an inline policy
// of the name. It denies the actions that go, and that nothing else will grant when all
// proposals are applied: what somebody keeps by another policy stays. The first who has
// no room is a *StageError.
func NewStages(a *inventory.Account, list []*Proposal, name string, cat *catalog.Catalog, engine *grant.Engine) (stages []Stage, err error) {
	of := map[string][]*Proposal{} // by ARN
	for _, p := range list {
		for _, u := range p.Users {
			of[u.ARN] = append(of[u.ARN], p)
		}
	}
	for _, who := range people(a) {
		theirs := of[who.ARN]
		if len(theirs) == 0 {
			continue
		}
		denied, err := lost(a, who, theirs, cat, engine)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", who.ARN, err)
		}
		if len(denied) == 0 {
			continue
		}
		document, err := who.fitting(denied, cat)
		if err != nil {
			return nil, err
		}
		stages = append(stages, Stage{who.ARN, who.ID, denied, Change{Kind: ChangeInline, Policy: name, Holder: who.ARN, To: document}})
	}
	return stages, nil
}

// lost are the actions that somebody has now, and not after proposals.
func lost(a *inventory.Account, who *person, list []*Proposal, cat *catalog.Catalog, engine *grant.Engine) (names []string, err error) {
	becomes := map[place]string{}
	var taken []string
	for _, p := range list {
		becomes[place{p.Holder, p.Candidate.ID}] = p.Edited.Document
		taken = append(taken, p.Taken()...)
	}
	var after []*policy.Document
	for _, s := range who.sources {
		text, changed := becomes[placeIn(a, s)]
		if !changed {
			text = s.Document
		}
		if text == "" {
			continue
		}
		d, err := policy.ParseString(text)
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", s.Name, err)
		}
		after = append(after, d)
	}
	stays := engine.Granted(after)
	slices.Sort(taken)
	for _, action := range slices.Compact(taken) {
		namespace, name, _ := strings.Cut(action, ":")
		if i, known := cat.Action(namespace, name); known && !stays.Has(i) {
			names = append(names, action)
		}
	}
	return names, nil
}

// fitting is a Deny of actions for which there is room: with names, or else with stars
// for all that the catalogue has with the same beginning.
func (p *person) fitting(actions []string, cat *catalog.Catalog) (string, error) {
	limit, used := MaxRoleInline, 0
	if strings.Contains(p.ARN, ":user/") {
		limit = MaxUserInline
	}
	for _, s := range p.sources {
		if s.Managed == nil && s.EntityType != "GROUP" {
			used += bare(s.Document)
		}
	}
	var text string
	for _, patterns := range [][]string{actions, shortened(actions, cat)} {
		if text = denyText(patterns); used+bare(text) <= limit {
			return text, nil
		}
	}
	return "", &StageError{p.ARN, used + bare(text), limit}
}

// shortened are patterns that match these actions of the catalogue, and no others.
func shortened(actions []string, cat *catalog.Catalog) []string {
	w := starrer{shrinker: &shrinker{matcher: newMatcher(cat)}, pattern: "*", keeps: map[int]bool{}, loses: map[int]bool{}}
	services := map[int]bool{}
	for _, action := range actions {
		namespace, name, _ := strings.Cut(action, ":")
		i, _ := cat.Action(namespace, name) // lost has found it
		w.keeps[i], services[cat.Actions()[i].Service] = true, true
	}
	for i := range cat.Services() {
		if s := &cat.Services()[i]; services[i] {
			for a := s.First; a < s.End; a++ {
				w.loses[a] = !w.keeps[a]
			}
			w.stretch(s.First, s.End, len(s.Namespace)+1)
		}
	}
	return w.out
}

// denyText is the document of a Stage.
func denyText(actions []string) string {
	type statement struct {
		Sid, Effect string
		Action      []string
		Resource    string
	}
	text, err := json.Marshal(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{{"EbbmarkStage", "Deny", actions, "*"}}})
	if err != nil {
		panic(err) // texts alone
	}
	return string(text)
}

// denies reports whether the change puts the Deny of a Stage.
func (c Change) denies() bool { return c.Kind == ChangeInline && c.From == "" && c.To != "" }

// Attempted are those of some actions that a history has, or may have: as a call, as what
// a call may have needed, or as one of a service with a call of which no action is known.
// Calls that were refused do not count.
func Attempted(h History, actions []string, cat *catalog.Catalog) (names []string) {
	n := newNeeds(cat, slices.DeleteFunc(slices.Clone(h), func(u Use) bool { return !u.Worked }))
	for _, action := range actions {
		namespace, name, _ := strings.Cut(action, ":")
		i, known := cat.Action(namespace, name)
		if !known {
			continue
		}
		if r := n.of(i); r == Used || r == Inferred || r == Unclear {
			names = append(names, action)
		}
	}
	return names
}
