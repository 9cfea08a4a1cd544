package refine

import (
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// person is a user or role of an account, with what it has and, once it was asked for,
// what it did.
type person struct {
	report.Entity
	created time.Time
	sources []inventory.Source // its identity-based policies

	read  bool       // whether the rest is there
	docs  []*indexed // of sources
	now   History    // in the window
	older History    // what worked before the window, and not in it
}

// people are the users and roles of an account.
func people(a *inventory.Account) (list []*person) {
	for _, r := range a.Roles {
		list = append(list, &person{Entity: report.Entity{Kind: report.Role, ID: r.ID, ARN: r.ARN}, created: r.Created, sources: a.RolePolicies(r)})
	}
	for _, u := range a.Users {
		list = append(list, &person{Entity: report.Entity{Kind: report.User, ID: u.ID, ARN: u.ARN}, created: u.Created, sources: a.UserPolicies(u)})
	}
	return list
}

// place says where a policy is: as Candidate does.
type place struct{ holder, id string }

func placeIn(a *inventory.Account, s inventory.Source) place {
	switch {
	case s.Managed != nil:
		return place{"", s.Managed.ARN}
	case s.EntityType == "GROUP":
		return place{a.GroupByName(s.EntityName).ARN, s.Name}
	case s.EntityType == "USER":
		return place{a.UserByName(s.EntityName).ARN, s.Name}
	}
	return place{a.RoleByName(s.EntityName).ARN, s.Name}
}

func (p *person) documents() []*policy.Document {
	out := make([]*policy.Document, len(p.docs))
	for i, d := range p.docs {
		out[i] = d.Document
	}
	return out
}
