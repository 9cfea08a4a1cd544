package inventory

import "slices"

// manyEdits is from how many edited entities on an index is made anew: each
// edit copies the lists that the entity is in.
const manyEdits = 1024

// With is the indexed account with other settings and edited lists. It shares
// what is not edited with this one, and so costs what the edits cost, and a
// copy of the pointers of each edited list. What is gone must be in the lists,
// and what is new is the account's from now on.
func (a *Account) With(e Edits, s Settings) *Account {
	next := &Account{
		ID: a.ID, Partition: a.Partition, Settings: s,
		Users: with(a, userKind(), &e), Groups: with(a, groupKind(), &e), Roles: with(a, roleKind(), &e), Policies: with(a, policyKind(), &e),
		Profiles: with(a, profileKind(), &e), Devices: with(a, deviceKind(), &e), SAML: with(a, samlKind(), &e), OIDC: with(a, oidcKind(), &e),
		Deletions: with(a, deletionKind(), &e),
	}
	switch n := e.size(); {
	case n == 0:
		next.index = a.index
	case n >= manyEdits:
		next.Index()
	default:
		next.index = a.index.with(&e)
	}
	return next
}

// size is how many entities are edited.
func (e *Edits) size() int {
	return e.Users.size() + e.Groups.size() + e.Roles.size() + e.Policies.size() + e.Profiles.size() +
		e.Devices.size() + e.SAML.size() + e.OIDC.size() + e.Deletions.size()
}

func (e *Edit[E]) size() int { return len(e.Gone) + len(e.New) }

// with is the edited list.
func with[E any](a *Account, k kind[E], all *Edits) []*E {
	list, e := *k.list(a), k.edit(all)
	if e.None() {
		return list
	}
	gone := make([]int, 0, len(e.Gone))
	for _, g := range e.Gone {
		if i := place(list, g, k.compare); i >= 0 {
			gone = append(gone, i)
		}
	}
	slices.Sort(gone)
	out := make([]*E, 0, len(list)-len(gone)+len(e.New))
	from := 0
	for _, i := range gone {
		out = append(out, list[from:i]...)
		from = i + 1
	}
	out = append(out, list[from:]...)
	for _, n := range e.New {
		i, _ := slices.BinarySearchFunc(out, n, k.compare)
		out = slices.Insert(out, i, n)
	}
	return out
}

// with is the index after the edits. What is gone leaves first: what is new may
// have its name.
func (x *index) with(e *Edits) *index {
	next := x.fork()
	leave(next, userKind(), e)
	leave(next, groupKind(), e)
	leave(next, roleKind(), e)
	leave(next, policyKind(), e)
	leave(next, profileKind(), e)
	leave(next, deviceKind(), e)
	leave(next, samlKind(), e)
	leave(next, oidcKind(), e)
	enter(next, userKind(), e)
	enter(next, groupKind(), e)
	enter(next, roleKind(), e)
	enter(next, policyKind(), e)
	enter(next, profileKind(), e)
	enter(next, deviceKind(), e)
	enter(next, samlKind(), e)
	enter(next, oidcKind(), e)
	return next
}

func leave[E any](x *index, k kind[E], e *Edits) {
	for _, g := range k.edit(e).Gone {
		k.remove(x, g)
	}
}

func enter[E any](x *index, k kind[E], e *Edits) {
	for _, n := range k.edit(e).New {
		k.add(x, n)
	}
}

func (x *index) fork() *index {
	return &index{
		users: x.users.fork(), userIDs: x.userIDs.fork(), groups: x.groups.fork(), roles: x.roles.fork(), roleIDs: x.roleIDs.fork(),
		policies: x.policies.fork(), members: x.members.fork(), attached: x.attached.fork(), boundaries: x.boundaries.fork(),
		keys: x.keys.fork(), profiles: x.profiles.fork(), held: x.held.fork(), devices: x.devices.fork(), owned: x.owned.fork(),
		saml: x.saml.fork(), oidc: x.oidc.fork(),
	}
}

// Below, a list that the index has is never written: earlier versions have it
// too.

func (x *index) addUser(u *User) {
	x.nameUser(u)
	for _, g := range u.Groups {
		x.members.set(fold(g), including(x.members.get(fold(g)), u, compareUsers))
	}
	for policy, of := range x.grants(u.Attached, u.Boundary) {
		regrant(of, policy, func(t *attachment) { t.users = including(t.users, u, compareUsers) })
	}
}

func (x *index) removeUser(u *User) {
	dropIf(x.users, fold(u.Name), u)
	dropIf(x.userIDs, u.ID, u)
	for _, k := range u.Keys {
		dropIf(x.keys, k.ID, u)
	}
	for _, g := range u.Groups {
		setList(x.members, fold(g), excluding(x.members.get(fold(g)), u))
	}
	for policy, of := range x.grants(u.Attached, u.Boundary) {
		regrant(of, policy, func(t *attachment) { t.users = excluding(t.users, u) })
	}
}

func (x *index) addGroup(g *Group) {
	x.nameGroup(g)
	for policy, of := range x.grants(g.Attached, "") {
		regrant(of, policy, func(t *attachment) { t.groups = including(t.groups, g, compareGroups) })
	}
}

func (x *index) removeGroup(g *Group) {
	dropIf(x.groups, fold(g.Name), g)
	for policy, of := range x.grants(g.Attached, "") {
		regrant(of, policy, func(t *attachment) { t.groups = excluding(t.groups, g) })
	}
}

func (x *index) addRole(r *Role) {
	x.nameRole(r)
	for policy, of := range x.grants(r.Attached, r.Boundary) {
		regrant(of, policy, func(t *attachment) { t.roles = including(t.roles, r, compareRoles) })
	}
}

func (x *index) removeRole(r *Role) {
	dropIf(x.roles, fold(r.Name), r)
	dropIf(x.roleIDs, r.ID, r)
	for policy, of := range x.grants(r.Attached, r.Boundary) {
		regrant(of, policy, func(t *attachment) { t.roles = excluding(t.roles, r) })
	}
}

func (x *index) addProfile(p *InstanceProfile) {
	x.profiles.set(fold(p.Name), p)
	if p.Role != "" {
		x.held.set(fold(p.Role), including(x.held.get(fold(p.Role)), p, compareProfiles))
	}
}

func (x *index) removeProfile(p *InstanceProfile) {
	dropIf(x.profiles, fold(p.Name), p)
	if p.Role != "" {
		setList(x.held, fold(p.Role), excluding(x.held.get(fold(p.Role)), p))
	}
}

func (x *index) addDevice(d *Device) {
	x.devices.set(d.Serial, d)
	if d.Owner != "" {
		x.owned.set(d.Owner, including(x.owned.get(d.Owner), d, compareDevices))
	}
}

func (x *index) removeDevice(d *Device) {
	dropIf(x.devices, d.Serial, d)
	if d.Owner != "" {
		setList(x.owned, d.Owner, excluding(x.owned.get(d.Owner), d))
	}
}

// regrant changes who has a policy.
func regrant(of *table[*attachment], policy string, change func(*attachment)) {
	var t attachment
	if was := of.get(policy); was != nil {
		t = *was
	}
	change(&t)
	if len(t.users)+len(t.groups)+len(t.roles) == 0 {
		of.drop(policy)
		return
	}
	of.set(policy, &t)
}

// setList keeps a list, unless it is empty.
func setList[E any](t *table[[]*E], key string, list []*E) {
	if len(list) == 0 {
		t.drop(key)
		return
	}
	t.set(key, list)
}

// including is a new list with e in its place.
func including[E any](list []*E, e *E, compare func(a, b *E) int) []*E {
	i, _ := slices.BinarySearchFunc(list, e, compare)
	out := make([]*E, 0, len(list)+1)
	return append(append(append(out, list[:i]...), e), list[i:]...)
}

// excluding is a new list without e.
func excluding[E any](list []*E, e *E) []*E {
	out := make([]*E, 0, len(list))
	for _, other := range list {
		if other != e {
			out = append(out, other)
		}
	}
	return out
}
