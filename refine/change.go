package refine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
)

// ChangeKind is what a Change changes.
type ChangeKind string

// The kinds.
const (
	ChangeVersion    ChangeKind = "version"    // the default version of a managed policy: From and To are documents
	ChangeInline     ChangeKind = "inline"     // an inline policy: documents; empty: there is none
	ChangeAttachment ChangeKind = "attachment" // whether a managed policy is attached: Attached, or empty
)

// Attached is the state of an attachment that is there.
const Attached = "attached"

// Change turns one thing in IAM from a state into another one. It has both, so that
// it can be found done, refused when neither is there, and turned back.
type Change struct {
	Kind   ChangeKind `json:"kind"`
	Policy string     `json:"policy"`           // ARN of a managed policy, name of an inline one
	Holder string     `json:"holder,omitempty"` // ARN of the user, role or group; empty for a version
	From   string     `json:"from"`
	To     string     `json:"to"`
}

// Back is the change that takes this one back.
func (c Change) Back() Change {
	c.From, c.To = c.To, c.From
	return c
}

// String says what the change is about.
func (c Change) String() string {
	switch c.Kind {
	case ChangeInline:
		return fmt.Sprintf("inline policy %s of %s", c.Policy, c.Holder)
	case ChangeAttachment:
		return fmt.Sprintf("%s, attached to %s", c.Policy, c.Holder)
	}
	return c.Policy
}

// changes are what makes a proposal real. A managed policy of which nothing is left
// is detached from everybody, and stays.
func (p *Proposal) changes(a *inventory.Account) (list []Change) {
	switch {
	case !p.Changed():
		return nil
	case p.Holder != "":
		return []Change{{ChangeInline, p.ID, p.Holder, p.Candidate.Document, p.Edited.Document}}
	case !p.Delete:
		return []Change{{ChangeVersion, p.ID, "", p.Candidate.Document, p.Edited.Document}}
	}
	detach := func(holder string, attached []string) {
		if slices.Contains(attached, p.ID) {
			list = append(list, Change{ChangeAttachment, p.ID, holder, Attached, ""})
		}
	}
	for _, g := range a.Groups {
		detach(g.ARN, g.Attached)
	}
	for _, r := range a.Roles {
		detach(r.ARN, r.Attached)
	}
	for _, u := range a.Users {
		detach(u.ARN, u.Attached)
	}
	return list
}

// ErrWhole: a part of a change cannot be taken back.
var ErrWhole = errors.New("the policy was detached as a whole: take it back as a whole")

// GiveBack is the change that gives back what another one took of a service, and no
// more: from what it left to the document without the other actions. removed are the
// names of the actions that it took out. False: it took nothing of the service.
func GiveBack(c Change, removed []string, service string, cat *catalog.Catalog, engine *grant.Engine) (back Change, any bool, err error) {
	var others []string
	for _, name := range removed {
		if namespace, _, _ := strings.Cut(name, ":"); strings.EqualFold(namespace, service) {
			any = true
		} else {
			others = append(others, name)
		}
	}
	switch {
	case !any:
		return c, false, nil
	case len(others) == 0:
		return c.Back(), true, nil
	case c.Kind == ChangeAttachment:
		return c, true, ErrWhole
	case c.denies():
		back = c.Back()
		back.To = denyText(others)
		return back, true, nil
	}
	out, err := Edit(c.From, Editing{Catalog: cat, Engine: engine, Take: others})
	if err != nil {
		return c, true, err
	}
	back = c.Back()
	back.To = out.Document
	return back, true, nil
}
