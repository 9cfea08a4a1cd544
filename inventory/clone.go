package inventory

import "slices"

// Clone is a copy whose lists and entities may be changed freely. It has no
// index until Index is called.
func (a *Account) Clone() *Account {
	return &Account{
		ID: a.ID, Partition: a.Partition,
		Users: each(a.Users, (*User).Clone), Groups: each(a.Groups, (*Group).Clone),
		Roles: each(a.Roles, (*Role).Clone), Policies: each(a.Policies, (*Policy).Clone),
	}
}

func each[E any](list []*E, clone func(*E) *E) []*E {
	out := make([]*E, len(list))
	for i, e := range list {
		out[i] = clone(e)
	}
	return out
}

// Clone is a copy that shares nothing that can be changed.
func (u *User) Clone() *User {
	c := *u
	c.Inline, c.Attached = slices.Clone(u.Inline), slices.Clone(u.Attached)
	c.Groups, c.Tags = slices.Clone(u.Groups), slices.Clone(u.Tags)
	return &c
}

// Clone is a copy that shares nothing that can be changed.
func (g *Group) Clone() *Group {
	c := *g
	c.Inline, c.Attached = slices.Clone(g.Inline), slices.Clone(g.Attached)
	return &c
}

// Clone is a copy that shares nothing that can be changed.
func (r *Role) Clone() *Role {
	c := *r
	c.Inline, c.Attached = slices.Clone(r.Inline), slices.Clone(r.Attached)
	c.Tags, c.InstanceProfiles = slices.Clone(r.Tags), slices.Clone(r.InstanceProfiles)
	return &c
}

// Clone is a copy that shares nothing that can be changed.
func (p *Policy) Clone() *Policy {
	c := *p
	c.Versions, c.Tags = slices.Clone(p.Versions), slices.Clone(p.Tags)
	return &c
}
