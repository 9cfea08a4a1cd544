package refine

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// Policy is one permissions policy of a principal.
type Policy struct {
	ID       string    // ARN of a managed policy, name of an inline one
	Group    string    // inline policy of a group: its name
	Managed  bool      // else inline
	Updated  time.Time // of a managed policy
	Document string    // JSON text
}

// PoliciesOf are the policies of a principal as an inventory lists them.
func PoliciesOf(sources []inventory.Source) []Policy {
	out := make([]Policy, len(sources))
	for i, s := range sources {
		out[i] = Policy{ID: s.Name, Document: s.Document}
		if s.Managed != nil {
			out[i].ID, out[i].Managed, out[i].Updated = s.Managed.ARN, true, s.Managed.Updated
		} else if s.EntityType == "GROUP" {
			out[i].Group = s.EntityName
		}
	}
	return out
}

// The recommended actions.
const (
	CreatePolicy = "CREATE_POLICY"
	DetachPolicy = "DETACH_POLICY"
)

// Step is one recommended step (AA-43). It can be stored as JSON.
type Step struct {
	Action          string    // CreatePolicy or DetachPolicy
	ExistingPolicy  string    // ARN, or name of an inline policy
	PolicyUpdatedAt time.Time `json:",omitzero"`  // of a managed policy only
	Recommended     string    `json:",omitempty"` // JSON text, with CreatePolicy only
}

// Input is what a recommendation is made from, besides the facts.
type Input struct {
	Principal report.Entity
	Policies  []Policy
	Now       time.Time     // the moment of the recommendation
	Age       time.Duration // how long not used is unused: the analyzer's unusedAccessAge
	Catalog   *catalog.Catalog
	Engine    *grant.Engine   // of the same catalogue
	Extras    *catalog.Extras // of the same catalogue; see Evidence
}

// Window is the window of the recommendation.
func (in *Input) Window() Window { return Window{in.Now.Add(-in.Age), in.Now} }

// Recommend is the steps that take away what the principal did not use, proven
// by a replay of what it did (AA-40 to AA-45). No steps: everything is used.
//
// It fails with a *DeniedError when the replay finds recorded use that would be
// refused, with a *PolicyError when a policy cannot be read or made small enough,
// and with the errors of facts.
func Recommend(in Input, facts report.FactSource) ([]Step, error) {
	h, err := Gather(in.Principal, in.Window(), Evidence{Catalog: in.Catalog, Extras: in.Extras}, facts)
	if err != nil {
		return nil, err
	}
	return in.steps(h)
}

// PolicyError is a policy of which nothing can be recommended.
type PolicyError struct {
	Policy string // ARN or name
	Err    error
}

func (e *PolicyError) Error() string { return fmt.Sprintf("policy %s: %v", e.Policy, e.Err) }
func (e *PolicyError) Unwrap() error { return e.Err }

// judged is a policy and what is to come in its place.
type judged struct {
	*Policy
	before      *policy.Document
	change      bool
	recommended []string // none: to be detached without a successor
	after       []*policy.Document
}

func (in *Input) steps(h History) ([]Step, error) {
	var before, after []*policy.Document
	var all []judged
	n, m := newNeeds(in.Catalog, h), newMatcher(in.Catalog)
	for i := range in.Policies {
		j, err := in.judge(&in.Policies[i], n, m)
		if err != nil {
			return nil, &PolicyError{in.Policies[i].ID, err}
		}
		before, after = append(before, j.before), append(after, j.after...)
		if j.change {
			all = append(all, j)
		}
	}
	proof := Prove(Question{Principal: in.Principal, Catalog: in.Catalog, Before: before, After: after}, h)
	if len(proof.Denied) > 0 {
		return nil, &DeniedError{proof.Denied}
	}
	slices.SortStableFunc(all, inOrder)
	var steps []Step
	for _, j := range all {
		for _, text := range j.recommended {
			steps = append(steps, Step{CreatePolicy, j.ID, j.Updated, text})
		}
		steps = append(steps, Step{DetachPolicy, j.ID, j.Updated, ""})
	}
	return steps, nil
}

// inOrder is AA-45: policies without use first, in each class managed ones by
// ARN and then inline ones by name.
func inOrder(a, b judged) int {
	class := func(j judged) int {
		switch {
		case len(j.recommended) == 0 && j.Managed:
			return 0
		case len(j.recommended) == 0:
			return 1
		case j.Managed:
			return 2
		}
		return 3
	}
	return cmp.Or(class(a)-class(b), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Group, b.Group))
}

// judge judges one policy by itself (AA-42).
func (in *Input) judge(p *Policy, n *needs, m *matcher) (judged, error) {
	doc, err := policy.ParseString(p.Document)
	if err != nil {
		return judged{}, err
	}
	j := judged{Policy: p, before: doc, after: []*policy.Document{doc}}
	m.left = maxMatches
	edits, alive, _ := shrink(doc, &shrinker{matcher: m, needs: n, granted: in.Engine.Granted([]*policy.Document{doc})})
	if len(edits) == 0 {
		return j, nil
	}
	j.change, j.after = true, nil
	// A policy goes whole when nothing of it was used, and nothing of it takes
	// away what other policies grant.
	if !alive && !denies(doc) {
		return j, nil
	}
	text, err := rewritten(p.Document, edits)
	if err != nil {
		return j, err
	}
	if j.recommended, err = pack(text, doc, edits, m); err != nil {
		return j, err
	}
	for _, text := range j.recommended {
		doc, err := policy.ParseString(text)
		if err != nil {
			return j, fmt.Errorf("recommended policy: %w", err)
		}
		j.after = append(j.after, doc)
	}
	return j, nil
}

// shrink is the edits that make the document smaller, and whether an Allow is
// left that was used. By statement it tells which granted actions go.
func shrink(doc *policy.Document, s *shrinker) (edits []policy.Edit, alive bool, removed map[int][]int) {
	removed = map[int][]int{}
	if s.granted.Empty() {
		return nil, true, removed // there is nothing to judge
	}
	for i := range doc.Statements {
		st := &doc.Statements[i]
		if !st.Allow {
			continue
		}
		out := s.statement(st)
		alive = alive || out.alive
		if out.changed {
			edits = append(edits, policy.Edit{Statement: i, Remove: len(out.action) == 0, Action: out.action, List: !s.written})
			removed[i] = out.removed
		}
	}
	return edits, alive, removed
}

func denies(doc *policy.Document) bool {
	return slices.ContainsFunc(doc.Statements, func(s policy.Statement) bool { return !s.Allow })
}

// rewritten is the text with the edits, without white space. All else is as it
// was written.
func rewritten(text string, edits []policy.Edit) (string, error) {
	text, err := policy.Rewrite(text, edits)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		return "", err
	}
	return b.String(), nil
}
