package inventory

import (
	"maps"
	"slices"
)

// Equal reports whether both say the same. Lists are compared in order, so
// both must be indexed.
func (u *User) Equal(v *User) bool {
	return u == v || u.Name == v.Name && u.ID == v.ID && u.ARN == v.ARN && u.Path == v.Path && u.Boundary == v.Boundary &&
		u.Created.Equal(v.Created) && u.PasswordLastUsed.Equal(v.PasswordLastUsed) &&
		slices.Equal(u.Inline, v.Inline) && slices.Equal(u.Attached, v.Attached) &&
		slices.Equal(u.Groups, v.Groups) && slices.Equal(u.Tags, v.Tags)
}

// Equal reports whether both say the same. Lists are compared in order.
func (g *Group) Equal(h *Group) bool {
	return g == h || g.Name == h.Name && g.ID == h.ID && g.ARN == h.ARN && g.Path == h.Path && g.Created.Equal(h.Created) &&
		slices.Equal(g.Inline, h.Inline) && slices.Equal(g.Attached, h.Attached)
}

// Equal reports whether both say the same. Lists are compared in order.
func (r *Role) Equal(s *Role) bool {
	return r == s || r.Name == s.Name && r.ID == s.ID && r.ARN == s.ARN && r.Path == s.Path && r.Boundary == s.Boundary &&
		r.Trust == s.Trust && r.Description == s.Description && r.MaxSession == s.MaxSession &&
		r.Created.Equal(s.Created) && r.LastUsed.Equal(s.LastUsed) && r.LastUsedRegion == s.LastUsedRegion &&
		slices.Equal(r.Inline, s.Inline) && slices.Equal(r.Attached, s.Attached) && slices.Equal(r.Tags, s.Tags) &&
		slices.EqualFunc(r.InstanceProfiles, s.InstanceProfiles, InstanceProfile.Equal)
}

// Equal reports whether both say the same.
func (p InstanceProfile) Equal(q InstanceProfile) bool {
	return p.Name == q.Name && p.ID == q.ID && p.ARN == q.ARN && p.Path == q.Path && p.Created.Equal(q.Created)
}

// Equal reports whether both say the same. Lists are compared in order.
func (p *Policy) Equal(q *Policy) bool {
	return p == q || p.Name == q.Name && p.ID == q.ID && p.ARN == q.ARN && p.Path == q.Path && p.Description == q.Description &&
		p.Default == q.Default && p.Attachable == q.Attachable && p.Created.Equal(q.Created) && p.Updated.Equal(q.Updated) &&
		slices.EqualFunc(p.Versions, q.Versions, PolicyVersion.Equal) && slices.Equal(p.Tags, q.Tags)
}

// Equal reports whether both say the same.
func (v PolicyVersion) Equal(w PolicyVersion) bool {
	return v.ID == w.ID && v.Document == w.Document && v.Created.Equal(w.Created)
}

// Change counts the entities of all kinds that differ between two inventories
// of one account. An entity is the same one when its unique id is (a managed
// policy: its ARN).
type Change struct{ Added, Removed, Changed int }

// None reports whether nothing differs.
func (c Change) None() bool { return c == Change{} }

// Diff compares two indexed inventories. A nil old is an empty one.
func Diff(old, new *Account) Change {
	if old == nil {
		old = &Account{}
	}
	var c Change
	diff(&c, old.Users, new.Users, func(u *User) string { return u.ID }, (*User).Equal)
	diff(&c, old.Groups, new.Groups, func(g *Group) string { return g.ID }, (*Group).Equal)
	diff(&c, old.Roles, new.Roles, func(r *Role) string { return r.ID }, (*Role).Equal)
	diff(&c, old.Policies, new.Policies, func(p *Policy) string { return p.ARN }, (*Policy).Equal)
	return c
}

func diff[E any](c *Change, old, new []*E, id func(*E) string, equal func(a, b *E) bool) {
	was := maps.Collect(func(yield func(string, *E) bool) {
		for _, e := range old {
			if !yield(id(e), e) {
				return
			}
		}
	})
	for _, e := range new {
		before, there := was[id(e)]
		delete(was, id(e))
		switch {
		case !there:
			c.Added++
		case !equal(before, e):
			c.Changed++
		}
	}
	c.Removed += len(was)
}
