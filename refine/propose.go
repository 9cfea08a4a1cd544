package refine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// Candidate is a policy that may become smaller, with everybody who has it.
type Candidate struct {
	ID       string // ARN of a managed policy, name of an inline one
	Holder   string // ARN of the user, role or group of an inline policy; empty: it is managed
	Document string
	Users    []report.Entity
	Doubt    string // why it must stay as it is; empty: it need not
}

// Candidates are the policies of an account that its owner can change: managed ones
// of its own, and inline ones. One that was changed within the window, or that somebody
// has who is younger, has a Doubt, as has one that nobody has.
//
// IAM keeps no date of inline policies and of attachments: they count as as old as
// who has them. Whoever acts on an Edit has to know better.
func Candidates(a *inventory.Account, w Window) (list []Candidate) {
	for _, p := range a.Policies {
		if id, err := arn.Parse(p.ARN); err != nil || id.Account != a.ID {
			continue // AWS's
		}
		c := Candidate{ID: p.ARN, Document: p.DefaultDocument()}
		switch {
		case p.Created.After(w.From):
			c.Doubt = "it is younger than the window"
		case p.Updated.After(w.From):
			c.Doubt = "it was changed within the window"
		}
		if boundaryOf(a, p.ARN) != "" {
			c.Doubt = "it is the permissions boundary of " + boundaryOf(a, p.ARN)
		}
		list = append(list, c)
	}
	for _, r := range a.Roles {
		if strings.HasPrefix(r.Path, "/aws-service-role/") || strings.HasPrefix(r.Path, "/aws-reserved/") {
			continue // AWS's services keep them
		}
		for _, in := range r.Inline {
			list = append(list, Candidate{ID: in.Name, Holder: r.ARN, Document: in.Document})
		}
	}
	for _, u := range a.Users {
		for _, in := range u.Inline {
			list = append(list, Candidate{ID: in.Name, Holder: u.ARN, Document: in.Document})
		}
	}
	for _, g := range a.Groups {
		for _, in := range g.Inline {
			list = append(list, Candidate{ID: in.Name, Holder: g.ARN, Document: in.Document})
		}
	}
	for i := range list {
		list[i].addUsers(a, w.From)
	}
	return list
}

// boundaryOf is somebody who has the policy as permissions boundary, or empty.
func boundaryOf(a *inventory.Account, policy string) string {
	for _, r := range a.Roles {
		if r.Boundary == policy {
			return r.ARN
		}
	}
	for _, u := range a.Users {
		if u.Boundary == policy {
			return u.ARN
		}
	}
	return ""
}

// addUsers finds who has the policy.
func (c *Candidate) addUsers(a *inventory.Account, from time.Time) {
	add := func(e report.Entity, created time.Time) {
		c.Users = append(c.Users, e)
		if created.After(from) && c.Doubt == "" {
			c.Doubt = fmt.Sprintf("%s is younger than the window", e.ARN)
		}
	}
	has := func(holder string, policies []inventory.Source, group string) bool {
		return slices.ContainsFunc(policies, func(s inventory.Source) bool {
			if c.Holder == "" {
				return s.Managed != nil && s.Managed.ARN == c.ID
			}
			return s.Managed == nil && s.Name == c.ID && (s.EntityType != "GROUP" && holder == c.Holder || s.EntityType == "GROUP" && s.EntityName == group)
		})
	}
	group := ""
	for _, g := range a.Groups {
		if g.ARN == c.Holder {
			group = g.Name
		}
	}
	for _, r := range a.Roles {
		if has(r.ARN, a.RolePolicies(r), group) {
			add(report.Entity{Kind: report.Role, ID: r.ID, ARN: r.ARN}, r.Created)
		}
	}
	for _, u := range a.Users {
		if has(u.ARN, a.UserPolicies(u), group) {
			add(report.Entity{Kind: report.User, ID: u.ID, ARN: u.ARN}, u.Created)
		}
	}
	if len(c.Users) == 0 && c.Doubt == "" {
		c.Doubt = "nobody has it"
	}
}

// Proposal is the smallest edit of a candidate, and its proof.
type Proposal struct {
	Candidate
	*Edited
	// Earlier are removed actions that somebody used before the window: once a quarter
	// or a year, perhaps.
	Earlier []Denial
	Uses    int      // recorded uses of all users that were replayed
	Denied  []Denial // of them, those that may be denied: of a sound proposal, none
	Changes []Change // in IAM, in their order; empty: nothing goes
}

// Propose edits a candidate, and replays all recorded use of everybody who has it,
// with all their other policies, against the edit. Histories are those of its Users.
// Older are their histories over a longer time. Errors are policies that cannot be read.
func Propose(a *inventory.Account, c Candidate, in Editing, older []History) (*Proposal, error) {
	edited, err := Edit(c.Document, in)
	if err != nil {
		return nil, err
	}
	p := &Proposal{Candidate: c, Edited: edited}
	p.earlier(in.Catalog, older)
	p.Changes = p.changes(a)
	change := Supposition{Remove: c.ID}
	if !edited.Delete {
		change = Supposition{Replaces: c.ID}
		if change.Policy, err = policy.ParseString(edited.Document); err != nil {
			return nil, err
		}
	}
	for i, who := range c.Users {
		supposed, err := Suppose(a, who.ARN, change)
		if err != nil {
			return nil, err
		}
		for _, s := range supposed {
			s.Catalog = in.Catalog
			proof := s.Prove(in.Engine, in.Use[i])
			p.Uses += proof.Uses
			p.Denied = append(p.Denied, proof.Denied...)
		}
	}
	return p, nil
}

// earlier finds the removed actions that somebody used.
func (p *Proposal) earlier(cat *catalog.Catalog, older []History) {
	last := map[string]time.Time{}
	for _, h := range older {
		for _, u := range h {
			if u.Worked && u.Action >= 0 && u.Last.After(last[cat.FullName(u.Action)]) {
				last[cat.FullName(u.Action)] = u.Last
			}
		}
	}
	seen := map[string]bool{}
	for _, r := range p.Removed {
		if at, used := last[r.Action]; used && !seen[r.Action] {
			seen[r.Action] = true
			p.Earlier = append(p.Earlier, Denial{Action: r.Action, Last: at, Reason: r.Reason, Statement: r.Statement})
		}
	}
}

// Taken are the names of the actions that go, each once.
func (p *Proposal) Taken() (names []string) {
	for _, r := range p.Removed {
		names = append(names, r.Action)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
