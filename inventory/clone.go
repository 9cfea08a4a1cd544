package inventory

import "slices"

// Clone is a copy whose lists and entities may be changed freely. It has no
// index until Index is called.
func (a *Account) Clone() *Account {
	return &Account{
		ID: a.ID, Partition: a.Partition,
		Users: each(a.Users, (*User).Clone), Groups: each(a.Groups, (*Group).Clone),
		Roles: each(a.Roles, (*Role).Clone), Policies: each(a.Policies, (*Policy).Clone),
		Profiles: each(a.Profiles, (*InstanceProfile).Clone), Devices: each(a.Devices, (*Device).Clone),
		SAML: each(a.SAML, (*SAMLProvider).Clone), OIDC: each(a.OIDC, (*OIDCProvider).Clone),
		Deletions: each(a.Deletions, (*Deletion).Clone), Settings: a.Settings.Clone(),
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
	c.Keys, c.Login = slices.Clone(u.Keys), u.Login.Clone()
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
	c.Tags = slices.Clone(r.Tags)
	return &c
}

// Clone is a copy that shares nothing that can be changed.
func (p *Policy) Clone() *Policy {
	c := *p
	c.Versions, c.Tags = slices.Clone(p.Versions), slices.Clone(p.Tags)
	return &c
}

// Clone is a copy that shares nothing that can be changed.
func (p *InstanceProfile) Clone() *InstanceProfile {
	c := *p
	c.Tags = slices.Clone(p.Tags)
	return &c
}

// Clone is a copy that shares nothing that can be changed; of nil it is nil.
func (l *LoginProfile) Clone() *LoginProfile {
	if l == nil {
		return nil
	}
	c := *l
	c.Former = slices.Clone(l.Former)
	return &c
}

// Clone is a copy that shares nothing that can be changed.
func (d *Device) Clone() *Device {
	c := *d
	c.Tags = slices.Clone(d.Tags)
	return &c
}

// Clone is a copy that shares nothing that can be changed.
func (p *SAMLProvider) Clone() *SAMLProvider {
	c := *p
	c.Tags = slices.Clone(p.Tags)
	return &c
}

// Clone is a copy that shares nothing that can be changed.
func (p *OIDCProvider) Clone() *OIDCProvider {
	c := *p
	c.Clients, c.Thumbprints, c.Tags = slices.Clone(p.Clients), slices.Clone(p.Thumbprints), slices.Clone(p.Tags)
	return &c
}

// Clone is a copy that shares nothing that can be changed.
func (d *Deletion) Clone() *Deletion {
	c := *d
	return &c
}

// Clone is a copy that shares nothing that can be changed.
func (s Settings) Clone() Settings {
	s.RootKeys, s.Aliases = slices.Clone(s.RootKeys), slices.Clone(s.Aliases)
	if s.PasswordPolicy != nil {
		p := *s.PasswordPolicy
		s.PasswordPolicy = &p
	}
	return s
}
