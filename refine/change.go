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
	ChangePolicy     ChangeKind = "policy"     // a managed policy as a whole: documents of its default version; empty: there is none
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
	// Base is, of a ChangePolicy, what AWS's document grants of which To was made.
	Base string `json:"base,omitempty"`
	// Of is the ARN of the policy of AWS for which this is right, and OfVersion the
	// default version that it was made from; empty: it is about none.
	Of        string `json:"of,omitempty"`
	OfVersion string `json:"ofVersion,omitempty"`
}

// Back is the change that takes this one back, whatever AWS has changed since.
func (c Change) Back() Change {
	c.Of, c.OfVersion = "", ""
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
		return []Change{{Kind: ChangeInline, Policy: p.ID, Holder: p.Holder, From: p.Candidate.Document, To: p.Edited.Document}}
	case !p.Delete:
		return []Change{{Kind: ChangeVersion, Policy: p.ID, From: p.Candidate.Document, To: p.Edited.Document}}
	}
	detach := func(holder string, attached []string) {
		if slices.Contains(attached, p.ID) {
			list = append(list, Change{Kind: ChangeAttachment, Policy: p.ID, Holder: holder, From: Attached})
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

// A part of a change cannot be taken back.
var (
	ErrWhole = errors.New("the policy was detached as a whole: take it back as a whole")
	ErrLong  = fmt.Errorf("with that, the policy would be longer than the %d characters of a managed policy: take it back as a whole", MaxPolicy)
)

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
	case c.Kind == ChangePolicy:
		back, err = c.grow(others, cat, engine)
		return back, true, err
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

// grow is the change of a policy that took the place of one of AWS, to what AWS's
// grants without the actions that are still to go. It stays, and grows.
func (c Change) grow(gone []string, cat *catalog.Catalog, engine *grant.Engine) (Change, error) {
	// No nil: that would judge by use.
	out, err := Edit(c.Base, Editing{Catalog: cat, Engine: engine, Take: append([]string{}, gone...), Limit: unbounded})
	switch {
	case err != nil:
		return c, err
	case bare(out.Document) > MaxPolicy:
		return c, ErrLong
	}
	c = c.Back()
	c.To = out.Document
	return c, nil
}
