package inventory

import (
	"slices"
	"testing"
)

const (
	teamEC2 = "arn:aws:iam::111122223333:policy/TeamEc2"
	sqsRead = "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"
	bounds  = "arn:aws:iam::111122223333:policy/BoundaryAll"
	orphan  = "arn:aws:iam::111122223333:policy/Orphan"
)

func names[E any](list []E, name func(E) string) []string {
	var out []string
	for _, e := range list {
		out = append(out, name(e))
	}
	return out
}

func userName(u *User) string { return u.Name }

func roleName(r *Role) string { return r.Name }

// sourceName says all about a source that a report needs.
func sourceName(s Source) string {
	if s.Managed != nil {
		return s.Managed.ARN + " via " + s.ViaGroup
	}
	return s.EntityType + " " + s.EntityName + " " + s.Name + " via " + s.ViaGroup
}

func TestPolicySets(t *testing.T) {
	a := read(t, string(f1(t)))
	both := a.Clone()
	both.Users[0].Attached = []string{teamEC2, orphan}
	both.Index()
	for name, c := range map[string]struct {
		got  []Source
		want []string
	}{
		"a user has the group's policies too (LA-4)": {a.UserPolicies(a.UserByName("alice")),
			[]string{teamEC2 + " via developers", "USER alice AliceIam via ", "GROUP developers DevInline via developers"}},
		"a policy attached directly and by the group is there once, directly": {both.UserPolicies(both.UserByName("alice")),
			[]string{orphan + " via ", teamEC2 + " via ", "USER alice AliceIam via ", "GROUP developers DevInline via developers"}},
		"a group has nothing of its members": {a.GroupPolicies(a.GroupByName("Developers")),
			[]string{teamEC2 + " via ", "GROUP developers DevInline via "}},
		"a role has its own, without the boundary (LA-2)": {a.RolePolicies(a.RoleByName("APP")),
			[]string{teamEC2 + " via ", sqsRead + " via ", "ROLE app AppInline via "}},
	} {
		if got := names(c.got, sourceName); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
		for _, s := range c.got {
			if s.Document == "" || s.Name == "" {
				t.Errorf("%s: no document or name in %q", name, sourceName(s))
			}
		}
	}
}

func TestEntitiesOfAPolicy(t *testing.T) {
	a := read(t, string(f1(t)))
	twice := a.Clone()
	twice.Users[2].Attached = []string{teamEC2} // bob, who is in the group as well
	twice.Index()
	for name, c := range map[string]struct {
		account      *Account
		policy       string
		users, roles []string
	}{
		"members of the attached group, and the role (LA-33)": {a, teamEC2, []string{"alice", "bob", "carol"}, []string{"app"}},
		"each entity once":                  {twice, teamEC2, []string{"alice", "bob", "carol"}, []string{"app"}},
		"of an AWS managed policy":          {a, sqsRead, nil, []string{"app"}},
		"use as a boundary does not count":  {a, bounds, nil, nil},
		"attached nowhere":                  {a, orphan, nil, nil},
		"a policy that the account has not": {a, "arn:aws:iam::aws:policy/X", nil, nil},
		"the case of an ARN is not ignored": {a, "arn:aws:iam::111122223333:policy/teamec2", nil, nil},
	} {
		users, roles := c.account.Entities(c.policy)
		if !slices.Equal(names(users, userName), c.users) || !slices.Equal(names(roles, roleName), c.roles) {
			t.Errorf("%s: users %q, roles %q", name, names(users, userName), names(roles, roleName))
		}
	}
	if users, roles := a.BoundaryOf(bounds); len(users) != 0 || !slices.Equal(names(roles, roleName), []string{"app"}) {
		t.Errorf("boundary of %d users and %q", len(users), names(roles, roleName))
	}
}

func TestLookups(t *testing.T) {
	a := read(t, string(f1(t)))
	for name, found := range map[string]bool{
		"user by name":               a.UserByName("Bob").ID == "AIDABOBEXAMPLE0000001",
		"user by id":                 a.UserByID("AIDABOBEXAMPLE0000001").Name == "bob",
		"role by id":                 a.RoleByID("AROAOPSEXAMPLE0000001").Name == "ops",
		"ids have their case":        a.UserByID("aidabobexample0000001") == nil,
		"no user of a role's name":   a.UserByName("app") == nil,
		"no role of a user's name":   a.RoleByName("bob") == nil,
		"no group":                   a.GroupByName("nobody") == nil,
		"members, whatever the case": slices.Equal(names(a.Members("DEVELOPERS"), userName), []string{"alice", "bob", "carol"}),
		"nothing missing":            a.Missing() == nil,
		"a letter beyond ASCII":      a.RoleByName("opſ") == nil && a.UserByName("bo\u212a") == nil,
	} {
		if !found {
			t.Errorf("wrong: %s", name)
		}
	}
}

func TestIndexSortsByNameIgnoringCase(t *testing.T) {
	a := &Account{Users: []*User{{Name: "b"}, {Name: "C"}, {Name: "a"}, {Name: "B"}}}
	a.Index()
	if got := names(a.Users, userName); !slices.Equal(got, []string{"a", "B", "b", "C"}) {
		t.Errorf("order %q", got)
	}
	p := &Policy{Versions: []PolicyVersion{{ID: "v2"}, {ID: "v10"}, {ID: "v1"}}}
	p.sort()
	if got := names(p.Versions, func(v PolicyVersion) string { return v.ID }); !slices.Equal(got, []string{"v10", "v2", "v1"}) {
		t.Errorf("versions %q, want the newest first", got)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	a, was := read(t, string(f1(t))), read(t, string(f1(t)))
	b := a.Clone()
	for _, u := range b.Users {
		u.Name, u.Groups, u.Inline = "x"+u.Name, append(u.Groups, "x"), append(u.Inline[:0], Inline{})
	}
	for _, g := range b.Groups {
		g.Inline[0].Document, g.Attached[0] = "x", "x"
	}
	for _, r := range b.Roles {
		r.Inline[0].Document, r.Trust = "x", "x"
	}
	for _, p := range b.Policies {
		p.Versions[0].Document = "x"
	}
	if c := Diff(was, a); !c.None() {
		t.Errorf("the original changed: %+v", c)
	}
}

func TestDiffCounts(t *testing.T) {
	a := read(t, string(f1(t)))
	b := a.Clone()
	b.Users = b.Users[1:]                  // without alice
	b.Users[0].Tags = []Tag{{"team", "a"}} // another auditor
	b.Profiles = []*InstanceProfile{{Name: "p"}}
	b.Policies = append(b.Policies, &Policy{ARN: "arn:aws:iam::111122223333:policy/New", Name: "New"})
	b.Index()
	if c := Diff(a, b); c != (Change{Added: 2, Removed: 1, Changed: 1}) {
		t.Errorf("%+v", c)
	}
	if c := Diff(nil, a); c != (Change{Added: 11}) {
		t.Errorf("from nothing: %+v", c)
	}
}
