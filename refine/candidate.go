package refine

import (
	"fmt"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
)

// Candidate is a policy that may become smaller, with everybody who has it.
type Candidate struct {
	ID       string // ARN of a managed policy, name of an inline one
	Holder   string // ARN of the user, role or group of an inline policy; empty: it is managed
	Document string
	Users    []report.Entity
	Doubt    string // why it must stay as it is; empty: it need not
	// Replaces: it is a policy of AWS, in place of which the account gets one of its
	// own (see AWSCandidates).
	Replaces bool
	// Accounts are those that it is about, where its ARN does not say so.
	Accounts []string
	// Set is the permission set whose policy it is; empty: none. Holder says so too.
	Set string
	// Prior is what it said when the window began; empty: what it says now.
	Prior string
}

// Candidates are the policies of an account that its owner can change: managed ones
// of its own, and inline ones. One that was changed within the window, or that somebody
// has who is younger, has a Doubt, as has one that nobody has.
//
// IAM keeps no date of inline policies and of attachments: here they count as as old as
// who has them. The logs know more (evidence.RecentGrants).
func Candidates(a *inventory.Account, w Window) (list []Candidate) {
	bounded := boundariesOf(a)
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
		if who := bounded[p.ARN]; who != "" {
			c.Doubt = "it is the permissions boundary of " + who
		}
		list = append(list, c)
	}
	for _, r := range a.Roles {
		if reserved(r) {
			continue
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
	who := holdersIn(a)
	for i := range list {
		list[i].addUsers(who, w.From)
	}
	return list
}

// reserved reports whether a role is kept by a service of AWS, so that nobody else
// changes it in IAM: service-linked roles, and those of permission sets.
func reserved(r *inventory.Role) bool {
	return strings.HasPrefix(r.Path, "/aws-service-role/") || strings.HasPrefix(r.Path, "/aws-reserved/")
}

// boundariesOf are, by the ARN of a policy, somebody who has it as permissions boundary.
func boundariesOf(a *inventory.Account) map[string]string {
	of := map[string]string{}
	for _, u := range a.Users {
		of[u.Boundary] = u.ARN
	}
	for _, r := range a.Roles {
		of[r.Boundary] = r.ARN
	}
	return of
}

// holdersIn are, by the place of a policy, all users and roles that have it.
func holdersIn(a *inventory.Account) map[place][]*person {
	of := map[place][]*person{}
	for _, p := range people(a) {
		for i := range p.sources {
			at := placeIn(a, p.sources[i])
			of[at] = append(of[at], p)
		}
	}
	return of
}

// addUsers notes who has the policy.
func (c *Candidate) addUsers(holders map[place][]*person, from time.Time) {
	for _, p := range holders[place{c.Holder, c.ID}] {
		c.add(p.Entity, p.created, from)
	}
	if len(c.Users) == 0 && c.Doubt == "" {
		c.Doubt = "nobody has it"
	}
}

// add notes one who has the policy.
func (c *Candidate) add(e report.Entity, created, from time.Time) {
	c.Users = append(c.Users, e)
	if created.After(from) && c.Doubt == "" {
		c.Doubt = fmt.Sprintf("%s is younger than the window", e.ARN)
	}
}
