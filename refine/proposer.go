package refine

import (
	"fmt"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// Proposer proposes smaller policies for one account. It reads every document, and what
// everybody did, once, and keeps it. It is not for concurrent use.
type Proposer struct {
	in      Editing
	account *inventory.Account
	gather  Gatherer
	people  map[string]*person // by ARN
	docs    map[string]*indexed
}

// Gatherer reads the history of a user or role in the window, and in a longer one that
// ends with it.
type Gatherer func(who report.Entity) (now, longer History, err error)

// NewProposer makes a Proposer. Use of in does not matter: gather reads it.
func NewProposer(a *inventory.Account, in Editing, gather Gatherer) *Proposer {
	p := &Proposer{in: in, account: a, gather: gather, people: map[string]*person{}, docs: map[string]*indexed{}}
	for _, one := range people(a) {
		p.people[one.ARN] = one
	}
	return p
}

// Propose edits a candidate, and replays all recorded use of everybody who has it,
// with all their other policies, against the edit. Errors are policies that cannot be
// read, those of the Gatherer as a *GatherError.
func (p *Proposer) Propose(c Candidate) (*Proposal, error) {
	users, err := p.users(c)
	if err != nil {
		return nil, err
	}
	in := p.editing(users)
	edited, err := Edit(c.Document, in)
	if err != nil {
		return nil, err
	}
	if name := setWith(p.account, c.ID); edited.Delete && c.Holder == "" && name != "" {
		return nil, fmt.Errorf("nothing of it is left, but permission set %s names it: take it out there first", name)
	}
	out := &Proposal{Candidate: c, Edited: edited}
	out.earlier(in.Catalog, users)
	out.Changes = out.changes(p.account)
	s, err := p.swap(c, edited)
	if err != nil {
		return nil, err
	}
	return out, out.prove(s, users)
}

// editing is what a policy is edited with that these have.
func (p *Proposer) editing(users []*person) Editing {
	in := p.in
	in.Use = nil
	for _, who := range users {
		in.Use = append(in.Use, who.now)
	}
	return in
}

// prove replays what everybody did who has the policy.
func (p *Proposal) prove(s *swap, users []*person) error {
	for _, who := range users {
		proof, err := s.replay(who)
		if err != nil {
			return err
		}
		p.Uses += proof.Uses
		p.Denied = append(p.Denied, proof.Denied...)
	}
	return nil
}

// GatherError is an error of a Gatherer.
type GatherError struct{ Err error }

func (e *GatherError) Error() string { return e.Err.Error() }
func (e *GatherError) Unwrap() error { return e.Err }

// users are those who have a candidate, with what they did.
func (p *Proposer) users(c Candidate) (list []*person, err error) {
	for _, u := range c.Users {
		who := p.people[u.ARN]
		if who == nil {
			return nil, fmt.Errorf("%s: %w", u.ARN, ErrNoSubject)
		}
		if err := p.read(who); err != nil {
			return nil, err
		}
		list = append(list, who)
	}
	return list, nil
}

// read reads the policies and the history of somebody.
func (p *Proposer) read(who *person) error {
	if who.read {
		return nil
	}
	who.docs = nil
	for _, s := range who.sources {
		d, err := p.document(s.Document)
		if err != nil {
			return fmt.Errorf("%s: policy %s: %w", who.ARN, s.Name, err)
		}
		who.docs = append(who.docs, d)
	}
	now, longer, err := p.gather(who.Entity)
	if err != nil {
		return &GatherError{err}
	}
	who.now, who.older, who.read = now, before(now, longer), true
	return nil
}

// before are uses that worked, of known actions, and not in the window.
func before(now, longer History) (older History) {
	used := map[int]bool{}
	for i := range now {
		used[now[i].Action] = used[now[i].Action] || now[i].Worked
	}
	for i := range longer {
		if u := &longer[i]; u.Worked && u.Action >= 0 && !used[u.Action] {
			older = append(older, *u)
		}
	}
	return older
}

// document parses a text, or finds it parsed.
func (p *Proposer) document(text string) (*indexed, error) {
	if d := p.docs[text]; d != nil {
		return d, nil
	}
	doc, err := policy.ParseString(text)
	if err != nil {
		return nil, err
	}
	d := index(p.in.Catalog, doc)
	p.docs[strings.Clone(text)] = d
	return d, nil
}
