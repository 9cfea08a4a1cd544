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
		slices.Equal(u.Groups, v.Groups) && slices.Equal(u.Tags, v.Tags) &&
		slices.EqualFunc(u.Keys, v.Keys, AccessKey.Equal) && u.Login.Equal(v.Login)
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
		slices.Equal(r.Inline, s.Inline) && slices.Equal(r.Attached, s.Attached) && slices.Equal(r.Tags, s.Tags)
}

// Equal reports whether both say the same. Lists are compared in order.
func (p *InstanceProfile) Equal(q *InstanceProfile) bool {
	return p == q || p.Name == q.Name && p.ID == q.ID && p.ARN == q.ARN && p.Path == q.Path && p.Created.Equal(q.Created) &&
		p.Role == q.Role && slices.Equal(p.Tags, q.Tags)
}

// Equal reports whether both say the same.
func (k AccessKey) Equal(l AccessKey) bool {
	return k.ID == l.ID && k.Active == l.Active && k.Created.Equal(l.Created)
}

// Equal reports whether both say the same. Nil is equal to nil only.
func (l *LoginProfile) Equal(m *LoginProfile) bool {
	if l == nil || m == nil {
		return l == m
	}
	return l.Hash == m.Hash && l.ResetRequired == m.ResetRequired && l.Created.Equal(m.Created) && l.Changed.Equal(m.Changed) &&
		slices.Equal(l.Former, m.Former)
}

// Equal reports whether both say the same. Lists are compared in order.
func (d *Device) Equal(e *Device) bool {
	return d == e || d.Serial == e.Serial && d.Path == e.Path && d.Name == e.Name && d.Sealed == e.Sealed && d.Owner == e.Owner &&
		d.Step == e.Step && d.Drift == e.Drift && d.Created.Equal(e.Created) && d.Enabled.Equal(e.Enabled) && slices.Equal(d.Tags, e.Tags)
}

// Equal reports whether both say the same. Lists are compared in order.
func (p *SAMLProvider) Equal(q *SAMLProvider) bool {
	return p == q || p.Name == q.Name && p.ID == q.ID && p.ARN == q.ARN && p.Metadata == q.Metadata &&
		p.Created.Equal(q.Created) && p.ValidUntil.Equal(q.ValidUntil) && slices.Equal(p.Tags, q.Tags)
}

// Equal reports whether both say the same. Lists are compared in order.
func (p *OIDCProvider) Equal(q *OIDCProvider) bool {
	return p == q || p.ARN == q.ARN && p.URL == q.URL && p.Created.Equal(q.Created) && slices.Equal(p.Clients, q.Clients) &&
		slices.Equal(p.Thumbprints, q.Thumbprints) && slices.Equal(p.Tags, q.Tags)
}

// Equal reports whether both say the same.
func (d *Deletion) Equal(e *Deletion) bool {
	return d == e || d.ID == e.ID && d.Role == e.Role && d.Failed == e.Failed && d.Created.Equal(e.Created)
}

// Equal reports whether both say the same. Lists are compared in order.
func (s Settings) Equal(t Settings) bool {
	return s.Name == t.Name && s.Created.Equal(t.Created) && slices.EqualFunc(s.RootKeys, t.RootKeys, AccessKey.Equal) &&
		slices.Equal(s.Aliases, t.Aliases) && (s.PasswordPolicy == t.PasswordPolicy ||
		s.PasswordPolicy != nil && t.PasswordPolicy != nil && *s.PasswordPolicy == *t.PasswordPolicy)
}

// Equal reports whether both say the same. Lists are compared in order.
func (p *Policy) Equal(q *Policy) bool {
	return p == q || p.Name == q.Name && p.ID == q.ID && p.ARN == q.ARN && p.Path == q.Path && p.Description == q.Description &&
		p.Default == q.Default && p.Last == q.Last && p.Attachable == q.Attachable && p.Created.Equal(q.Created) && p.Updated.Equal(q.Updated) &&
		slices.EqualFunc(p.Versions, q.Versions, PolicyVersion.Equal) && slices.Equal(p.Tags, q.Tags)
}

// Equal reports whether both say the same.
func (v PolicyVersion) Equal(w PolicyVersion) bool {
	return v.ID == w.ID && v.Document == w.Document && v.Created.Equal(w.Created)
}

// Change counts the entities of the kinds that snapshots hold that differ between
// two inventories of one account. An entity is the same one when its unique id is (a managed
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
	diff(&c, old.Profiles, new.Profiles, func(p *InstanceProfile) string { return p.ID }, (*InstanceProfile).Equal)
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
