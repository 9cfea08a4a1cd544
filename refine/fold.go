package refine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
)

// Folded is a policy of AWS that a permission set has no longer: what stays of it is in
// the inline policy.
type Folded struct {
	ID, Before string // ARN and document
	*Edited
}

// Propose edits the inline policy, by the use in all accounts, and replays the use of
// each role. With replace, what stays of AWS's managed policies is put into it, as long
// as there is room; for those that stay there are proposals with the reason. of is the
// Proposer of an account, all of them with the same Editing.
func (s *PermissionSet) Propose(c Candidate, of func(*inventory.Account) *Proposer, w Window, replace bool) (*Proposal, []*Proposal, error) {
	users, in, err := s.users(of)
	if err != nil {
		return nil, nil, err
	}
	in.Limit, in.Strict = maxSetInline, false
	p := &Proposal{Candidate: c, Edited: &Edited{}}
	f := folder{in: in}
	if c.Document != "" {
		own, err := Edit(c.Document, in)
		if err != nil {
			return nil, nil, err
		}
		*p.Edited = *own
		if err := f.start(own.Document); err != nil {
			return nil, nil, err
		}
	}
	var stay []*Proposal
	for _, id := range s.Roles[0].Role.Attached {
		if !replace || !inventory.IsAWSManaged(id) {
			continue
		}
		one := s.candidate(id)
		if s.awsDocument(&one, w); one.Doubt == "" {
			f.fold(p, &one)
		}
		if one.Doubt != "" {
			stay = append(stay, &Proposal{Candidate: one})
		}
	}
	if !p.Changed() {
		p.Edited.Document = c.Document
		return p, stay, nil
	}
	if len(p.Folded) > 0 {
		p.Edited.Document = f.text
	}
	p.Delete = p.Edited.Document == ""
	p.earlier(in.Catalog, users)
	return p, stay, p.exchange(users, in)
}

// users are the roles with what they did, and what is edited with it.
func (s *PermissionSet) users(of func(*inventory.Account) *Proposer) (users []*person, in Editing, err error) {
	var unseen []func(action int) bool
	for _, r := range s.Roles {
		p := of(r.Account)
		who := p.people[r.Role.ARN]
		if err := p.read(who); err != nil {
			return nil, in, err
		}
		users, in = append(users, who), p.in
		if p.in.Unseen != nil {
			unseen = append(unseen, p.in.Unseen)
		}
	}
	in.Use = nil
	for _, who := range users {
		in.Use = append(in.Use, who.now)
	}
	// What the logs of one account would not show, somebody may have done there.
	in.Unseen = func(action int) bool {
		return slices.ContainsFunc(unseen, func(of func(action int) bool) bool { return of(action) })
	}
	return users, in, nil
}

// exchange replays the use of every role with the edited policy in place of the inline
// one, and without those of AWS that go.
func (p *Proposal) exchange(users []*person, in Editing) error {
	gone := []string{SetInline}
	for _, f := range p.Folded {
		gone = append(gone, f.ID)
	}
	var made []*policy.Document
	if !p.Delete {
		doc, err := policy.ParseString(p.Edited.Document)
		if err == nil {
			err = policy.Validate(doc, policy.Identity)
		}
		if err != nil {
			return fmt.Errorf("AWS would not take the edited policy: %w", err)
		}
		made = append(made, doc)
	}
	for _, who := range users {
		q := Question{Principal: who.Entity, Catalog: in.Catalog, Before: who.documents()}
		for i, from := range who.sources {
			key := from.Name
			if from.Managed != nil {
				key = from.Managed.ARN
			}
			if !slices.Contains(gone, key) {
				q.After = append(q.After, q.Before[i])
			}
		}
		q.After = append(q.After, made...)
		one := Supposed{q, q.Before}
		proof := one.Prove(in.Engine, who.now)
		p.Uses += proof.Uses
		p.Denied = append(p.Denied, proof.Denied...)
	}
	return nil
}

// awsDocument takes the document of a policy of AWS, which all accounts must have, and
// the same.
func (s *PermissionSet) awsDocument(c *Candidate, w Window) {
	first := s.Roles[0].Account
	for _, r := range s.Roles {
		if c.ofAWS(r.Account.Policy(c.ID), w.From); c.Doubt != "" {
			c.Doubt = fmt.Sprintf("account %s: %s", r.Account.ID, c.Doubt)
			return
		}
	}
	for _, r := range s.Roles {
		if !sameDocument(first.Policy(c.ID).DefaultDocument(), r.Account.Policy(c.ID).DefaultDocument()) {
			c.Doubt = fmt.Sprintf("the snapshots of accounts %s and %s do not have the same document of it: sync both", first.ID, r.Account.ID)
			return
		}
	}
}

// folder puts policies together into one.
type folder struct {
	in   Editing
	doc  policy.Document
	text string // of doc; empty: it has no statements
}

// start begins with a policy; empty: without one.
func (f *folder) start(text string) error {
	if text == "" {
		return nil
	}
	doc, err := policy.ParseString(text)
	if err == nil {
		f.doc, f.text = *doc, text
	}
	return err
}

// fold edits a policy of AWS and adds what stays of it. One that loses nothing stays
// attached, and one for which there is no room has a doubt.
func (f *folder) fold(p *Proposal, c *Candidate) {
	in := f.in
	in.Strict, in.Limit = true, max(1, maxSetInline-bare(f.text))
	if c.Prior != "" {
		prior, err := policy.ParseString(c.Prior)
		if err != nil {
			c.Doubt = err.Error()
			return
		}
		in.Prior = prior
	}
	edited, err := Edit(c.Document, in)
	if err != nil {
		c.Doubt = err.Error()
		return
	}
	if !edited.Changed() {
		c.Doubt = "everything in it is used, or must stay, or does not fit as names beside what is in the inline policy"
		return
	}
	if !edited.Delete {
		if c.Doubt = f.add(edited.Document); c.Doubt != "" {
			return
		}
	}
	p.Folded = append(p.Folded, Folded{c.ID, c.Document, edited})
	p.Removed, p.Kept = append(p.Removed, edited.Removed...), append(p.Kept, edited.Kept...)
	p.Untouched = append(p.Untouched, edited.Untouched...)
}

// add takes the statements of a policy, and says why not; empty: it has.
func (f *folder) add(text string) (doubt string) {
	more, err := policy.ParseString(text)
	if err != nil {
		return err.Error()
	}
	next := f.doc
	if len(next.Statements) == 0 {
		next = policy.Document{Version: more.Version}
	}
	if next.HasVariables() != more.HasVariables() && (strings.Contains(f.text, "${") || strings.Contains(text, "${")) {
		return "it and the inline policy are of different versions of the policy language, and have variables"
	}
	next.Statements = append(next.Statements[:len(next.Statements):len(next.Statements)], more.Statements...)
	uniqueSids(next.Statements)
	joined, err := next.AppendJSON(nil)
	if err != nil {
		return err.Error()
	}
	if n := bare(string(joined)); n > maxSetInline {
		return fmt.Sprintf("with what stays of it, the inline policy would have %d characters, and %d is the most", n, maxSetInline)
	}
	f.doc, f.text = next, string(joined)
	return ""
}

// uniqueSids gives numbers to Sids that come again: in one policy each is once.
func uniqueSids(list []policy.Statement) {
	seen := map[string]bool{}
	for i := range list {
		sid := list[i].Sid
		for n := 2; sid != "" && seen[sid]; n++ {
			sid = fmt.Sprintf("%s%d", list[i].Sid, n)
		}
		list[i].Sid, seen[sid] = sid, true
	}
}

// canonical is a document in one spelling, whatever its white space and the order of
// its keys.
func canonical(document string) string {
	var v any
	d := json.NewDecoder(strings.NewReader(document))
	d.UseNumber() // no two become one
	if d.Decode(&v) != nil {
		return document
	}
	text, err := json.Marshal(v)
	if err != nil {
		return document
	}
	return string(text)
}
