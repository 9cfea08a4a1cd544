package inventory

import "slices"

// Changing a little of a large account: a Draft is edited, Edits says in what it
// differs, and With makes the new Account, which shares the rest with the old.

// copies are what makes an Account a draft: its own copies of shared entities,
// by those.
type copies struct {
	users     map[*User]*User
	groups    map[*Group]*Group
	roles     map[*Role]*Role
	policies  map[*Policy]*Policy
	profiles  map[*InstanceProfile]*InstanceProfile
	devices   map[*Device]*Device
	saml      map[*SAMLProvider]*SAMLProvider
	oidc      map[*OIDCProvider]*OIDCProvider
	deletions map[*Deletion]*Deletion
}

// Draft is a copy of an indexed account to be changed, by one goroutine. Its
// lists and settings may be changed freely. Its entities are those of the
// account, which others read, until a lookup returns one: that is the draft's
// own, in its list too, and may be changed. So an entity is never changed that
// was found by going through a list; look it up first.
//
// Lookups go on finding what the account had: they know nothing of what was
// added, removed or renamed since.
func (a *Account) Draft() *Account {
	return &Account{
		ID: a.ID, Partition: a.Partition,
		Users: slices.Clone(a.Users), Groups: slices.Clone(a.Groups), Roles: slices.Clone(a.Roles), Policies: slices.Clone(a.Policies),
		Profiles: slices.Clone(a.Profiles), Devices: slices.Clone(a.Devices), SAML: slices.Clone(a.SAML), OIDC: slices.Clone(a.OIDC),
		Deletions: slices.Clone(a.Deletions), Settings: a.Settings.Clone(),
		index: a.index, draft: &copies{},
	}
}

// mine is the entity that was found: in a draft, its own copy.
func mine[E any](a *Account, k kind[E], e *E) *E {
	if e == nil || a.draft == nil {
		return e
	}
	made := k.copies(a.draft)
	if c := (*made)[e]; c != nil {
		return c
	}
	if *made == nil {
		*made = map[*E]*E{}
	}
	c := k.clone(e)
	(*made)[e] = c
	// One that was removed from the list stays removed.
	if i := place(*k.list(a), e, k.compare); i >= 0 {
		(*k.list(a))[i] = c
	}
	return c
}

// mineAll is mine for a list that was found.
func mineAll[E any](a *Account, k kind[E], list []*E) []*E {
	if a.draft == nil || len(list) == 0 {
		return list
	}
	out := make([]*E, len(list))
	for i, e := range list {
		out[i] = mine(a, k, e)
	}
	return out
}

// place is where an entity is in a list that mostly is in order, or -1.
func place[E any](list []*E, e *E, compare func(a, b *E) int) int {
	i, _ := slices.BinarySearchFunc(list, e, compare)
	for ; i < len(list) && compare(list[i], e) == 0; i++ {
		if list[i] == e {
			return i
		}
	}
	return slices.Index(list, e)
}

// Edit is how a list differs from an earlier one: what is not in it any more, and
// what is new. An entity that was changed is in both.
type Edit[E any] struct{ Gone, New []*E }

// None reports whether nothing differs.
func (e Edit[E]) None() bool { return len(e.Gone) == 0 && len(e.New) == 0 }

// Edits is how the lists of an account differ from those of an earlier one.
type Edits struct {
	Users     Edit[User]
	Groups    Edit[Group]
	Roles     Edit[Role]
	Policies  Edit[Policy]
	Profiles  Edit[InstanceProfile]
	Devices   Edit[Device]
	SAML      Edit[SAMLProvider]
	OIDC      Edit[OIDCProvider]
	Deletions Edit[Deletion]
}

// Edits says in what a draft of the account differs from it. The draft must not
// be changed after it.
func (a *Account) Edits(draft *Account) Edits {
	var e Edits
	if draft.draft == nil {
		draft.draft = &copies{} // another account was put in its place
	}
	edits(a, draft, userKind(), &e)
	edits(a, draft, groupKind(), &e)
	edits(a, draft, roleKind(), &e)
	edits(a, draft, policyKind(), &e)
	edits(a, draft, profileKind(), &e)
	edits(a, draft, deviceKind(), &e)
	edits(a, draft, samlKind(), &e)
	edits(a, draft, oidcKind(), &e)
	edits(a, draft, deletionKind(), &e)
	return e
}

// edits finds what differs in a list. Entities are compared by identity, in one
// walk through both lists: copies stand where the shared ones stood, and what
// was removed or added in between is skipped by looking one ahead. What is told
// wrongly that way, because more was moved, is put right at the end.
func edits[E any](a, draft *Account, k kind[E], out *Edits) {
	was, is := *k.list(a), *k.list(draft)
	var gone, fresh []*E
	i, j := 0, 0
	for i < len(was) && j < len(is) {
		switch {
		case was[i] == is[j]:
			i, j = i+1, j+1
		case i+1 < len(was) && was[i+1] == is[j]:
			gone, i = append(gone, was[i]), i+1
		case j+1 < len(is) && was[i] == is[j+1]:
			fresh, j = append(fresh, is[j]), j+1
		default:
			gone, fresh = append(gone, was[i]), append(fresh, is[j])
			i, j = i+1, j+1
		}
	}
	gone, fresh = append(gone, was[i:]...), append(fresh, is[j:]...)
	*k.edit(out) = settle(k, gone, fresh, *k.copies(draft.draft))
}

// settle takes out what is gone and new at once: entities that were moved, and
// copies that are as the entities that they were made of.
func settle[E any](k kind[E], gone, fresh []*E, of map[*E]*E) Edit[E] {
	left := make(map[*E]bool, len(gone))
	for _, e := range gone {
		left[e] = true
	}
	made := make(map[*E]*E, len(of))
	for shared, c := range of {
		made[c] = shared
	}
	var out Edit[E]
	for _, e := range fresh {
		k.sort(e)
		shared := made[e]
		switch {
		case left[e]:
			left[e] = false
		case shared != nil && left[shared] && k.equal(shared, e):
			left[shared] = false
		default:
			out.New = append(out.New, e)
		}
	}
	for _, e := range gone {
		if left[e] {
			out.Gone = append(out.Gone, e)
		}
	}
	return out
}
