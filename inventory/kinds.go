package inventory

import (
	"cmp"
	"strings"
)

// kind is what the lists of an Account have in common: one row for each below.
type kind[E any] struct {
	list    func(*Account) *[]*E
	copies  func(*copies) *map[*E]*E // of the draft: its own by the shared one
	edit    func(*Edits) *Edit[E]
	compare func(a, b *E) int // the order of the list
	sort    func(*E)          // puts the entity's own lists in order
	clone   func(*E) *E
	equal   func(a, b *E) bool
	add     func(*index, *E) // to the lookups
	remove  func(*index, *E)
}

func userKind() kind[User] {
	return kind[User]{
		list: func(a *Account) *[]*User { return &a.Users }, copies: func(d *copies) *map[*User]*User { return &d.users },
		edit: func(e *Edits) *Edit[User] { return &e.Users }, compare: compareUsers,
		sort: (*User).sort, clone: (*User).Clone, equal: (*User).Equal, add: (*index).addUser, remove: (*index).removeUser,
	}
}

func groupKind() kind[Group] {
	return kind[Group]{
		list: func(a *Account) *[]*Group { return &a.Groups }, copies: func(d *copies) *map[*Group]*Group { return &d.groups },
		edit: func(e *Edits) *Edit[Group] { return &e.Groups }, compare: compareGroups,
		sort: (*Group).sort, clone: (*Group).Clone, equal: (*Group).Equal, add: (*index).addGroup, remove: (*index).removeGroup,
	}
}

func roleKind() kind[Role] {
	return kind[Role]{
		list: func(a *Account) *[]*Role { return &a.Roles }, copies: func(d *copies) *map[*Role]*Role { return &d.roles },
		edit: func(e *Edits) *Edit[Role] { return &e.Roles }, compare: compareRoles,
		sort: (*Role).sort, clone: (*Role).Clone, equal: (*Role).Equal, add: (*index).addRole, remove: (*index).removeRole,
	}
}

func policyKind() kind[Policy] {
	return kind[Policy]{
		list: func(a *Account) *[]*Policy { return &a.Policies }, copies: func(d *copies) *map[*Policy]*Policy { return &d.policies },
		edit: func(e *Edits) *Edit[Policy] { return &e.Policies },
		compare: func(p, q *Policy) int {
			return cmp.Or(compareNames(p.Name, q.Name), strings.Compare(p.ARN, q.ARN))
		},
		sort: (*Policy).sort, clone: (*Policy).Clone, equal: (*Policy).Equal,
		add:    func(x *index, p *Policy) { x.policies.set(p.ARN, p) },
		remove: func(x *index, p *Policy) { dropIf(x.policies, p.ARN, p) },
	}
}

func profileKind() kind[InstanceProfile] {
	return kind[InstanceProfile]{
		list:    func(a *Account) *[]*InstanceProfile { return &a.Profiles },
		copies:  func(d *copies) *map[*InstanceProfile]*InstanceProfile { return &d.profiles },
		edit:    func(e *Edits) *Edit[InstanceProfile] { return &e.Profiles },
		compare: compareProfiles,
		sort:    func(*InstanceProfile) {}, clone: (*InstanceProfile).Clone, equal: (*InstanceProfile).Equal,
		add: (*index).addProfile, remove: (*index).removeProfile,
	}
}

func deviceKind() kind[Device] {
	return kind[Device]{
		list: func(a *Account) *[]*Device { return &a.Devices }, copies: func(d *copies) *map[*Device]*Device { return &d.devices },
		edit: func(e *Edits) *Edit[Device] { return &e.Devices }, compare: compareDevices,
		sort: func(*Device) {}, clone: (*Device).Clone, equal: (*Device).Equal, add: (*index).addDevice, remove: (*index).removeDevice,
	}
}

func samlKind() kind[SAMLProvider] {
	return kind[SAMLProvider]{
		list: func(a *Account) *[]*SAMLProvider { return &a.SAML }, copies: func(d *copies) *map[*SAMLProvider]*SAMLProvider { return &d.saml },
		edit:    func(e *Edits) *Edit[SAMLProvider] { return &e.SAML },
		compare: func(p, q *SAMLProvider) int { return compareNames(p.Name, q.Name) },
		sort:    func(*SAMLProvider) {}, clone: (*SAMLProvider).Clone, equal: (*SAMLProvider).Equal,
		add:    func(x *index, p *SAMLProvider) { x.saml.set(p.ARN, p) },
		remove: func(x *index, p *SAMLProvider) { dropIf(x.saml, p.ARN, p) },
	}
}

func oidcKind() kind[OIDCProvider] {
	return kind[OIDCProvider]{
		list: func(a *Account) *[]*OIDCProvider { return &a.OIDC }, copies: func(d *copies) *map[*OIDCProvider]*OIDCProvider { return &d.oidc },
		edit:    func(e *Edits) *Edit[OIDCProvider] { return &e.OIDC },
		compare: func(p, q *OIDCProvider) int { return strings.Compare(p.ARN, q.ARN) },
		sort:    func(*OIDCProvider) {}, clone: (*OIDCProvider).Clone, equal: (*OIDCProvider).Equal,
		add:    func(x *index, p *OIDCProvider) { x.oidc.set(p.ARN, p) },
		remove: func(x *index, p *OIDCProvider) { dropIf(x.oidc, p.ARN, p) },
	}
}

func deletionKind() kind[Deletion] {
	return kind[Deletion]{
		list: func(a *Account) *[]*Deletion { return &a.Deletions }, copies: func(d *copies) *map[*Deletion]*Deletion { return &d.deletions },
		edit:    func(e *Edits) *Edit[Deletion] { return &e.Deletions },
		compare: func(d, e *Deletion) int { return strings.Compare(d.ID, e.ID) },
		sort:    func(*Deletion) {}, clone: (*Deletion).Clone, equal: (*Deletion).Equal,
		add:    func(*index, *Deletion) {},
		remove: func(*index, *Deletion) {},
	}
}

func compareUsers(u, v *User) int               { return compareNames(u.Name, v.Name) }
func compareGroups(g, h *Group) int             { return compareNames(g.Name, h.Name) }
func compareRoles(r, s *Role) int               { return compareNames(r.Name, s.Name) }
func compareProfiles(p, q *InstanceProfile) int { return compareNames(p.Name, q.Name) }
func compareDevices(d, e *Device) int           { return compareNames(d.Serial, e.Serial) }
