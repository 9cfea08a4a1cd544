package inventory

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// index is what the lookups of an Account read. Names are folded. Once it
// is an Account's it is not changed: fork makes the next one (edits.go).
type index struct {
	users, userIDs *table[*User]
	groups         *table[*Group]
	roles, roleIDs *table[*Role]
	policies       *table[*Policy]     // by ARN
	members        *table[[]*User]     // by group name
	attached       *table[*attachment] // by policy ARN
	boundaries     *table[*attachment] // by policy ARN: who has it as boundary

	keys     *table[*User] // by access key id
	profiles *table[*InstanceProfile]
	held     *table[[]*InstanceProfile] // by role name
	devices  *table[*Device]            // by serial number
	owned    *table[[]*Device]          // by owner
	saml     *table[*SAMLProvider]      // by ARN
	oidc     *table[*OIDCProvider]      // by ARN
}

// attachment is who has one managed policy attached, or as boundary, each list
// by name.
type attachment struct {
	users  []*User
	groups []*Group
	roles  []*Role
}

// Index builds the lookups and sorts every list by name. Call it once after an
// Account has been built or changed, before it is shared.
//
// An entity whose own lists are in order already is only read, never written:
// Accounts that differ little share their entities.
func (a *Account) Index() {
	a.sort()
	users, roles, policies := len(a.Users), len(a.Roles), len(a.Policies)
	x := &index{
		users: newTable[*User](users), userIDs: newTable[*User](users), keys: newTable[*User](users),
		groups: newTable[*Group](len(a.Groups)), members: newTable[[]*User](len(a.Groups)),
		roles: newTable[*Role](roles), roleIDs: newTable[*Role](roles),
		policies: newTable[*Policy](policies), attached: newTable[*attachment](policies), boundaries: newTable[*attachment](0),
		profiles: newTable[*InstanceProfile](len(a.Profiles)), held: newTable[[]*InstanceProfile](len(a.Profiles)),
		devices: newTable[*Device](len(a.Devices)), owned: newTable[[]*Device](len(a.Devices)),
		saml: newTable[*SAMLProvider](len(a.SAML)), oidc: newTable[*OIDCProvider](len(a.OIDC)),
	}
	for _, u := range a.Users {
		x.nameUser(u)
		for _, g := range u.Groups {
			x.members.set(fold(g), append(x.members.get(fold(g)), u))
		}
		for policy, of := range x.grants(u.Attached, u.Boundary) {
			t := entry(of, policy)
			t.users = append(t.users, u)
		}
	}
	for _, g := range a.Groups {
		x.nameGroup(g)
		for policy, of := range x.grants(g.Attached, "") {
			t := entry(of, policy)
			t.groups = append(t.groups, g)
		}
	}
	for _, r := range a.Roles {
		x.nameRole(r)
		for policy, of := range x.grants(r.Attached, r.Boundary) {
			t := entry(of, policy)
			t.roles = append(t.roles, r)
		}
	}
	x.addOthers(a)
	a.index = x
}

// addOthers takes in what is no principal.
func (x *index) addOthers(a *Account) {
	for _, p := range a.Policies {
		x.policies.set(p.ARN, p)
	}
	for _, p := range a.Profiles {
		x.profiles.set(fold(p.Name), p)
		if p.Role != "" {
			x.held.set(fold(p.Role), append(x.held.get(fold(p.Role)), p))
		}
	}
	for _, d := range a.Devices {
		x.devices.set(d.Serial, d)
		if d.Owner != "" {
			x.owned.set(d.Owner, append(x.owned.get(d.Owner), d))
		}
	}
	for _, p := range a.SAML {
		x.saml.set(p.ARN, p)
	}
	for _, p := range a.OIDC {
		x.oidc.set(p.ARN, p)
	}
}

func (x *index) nameUser(u *User) {
	x.users.set(fold(u.Name), u)
	x.userIDs.set(u.ID, u)
	for _, k := range u.Keys {
		x.keys.set(k.ID, u)
	}
}

func (x *index) nameGroup(g *Group) { x.groups.set(fold(g.Name), g) }

func (x *index) nameRole(r *Role) {
	x.roles.set(fold(r.Name), r)
	x.roleIDs.set(r.ID, r)
}

// grants yields the managed policies that an entity uses, each with the table
// that says so.
func (x *index) grants(attached []string, boundary string) iter.Seq2[string, *table[*attachment]] {
	return func(yield func(string, *table[*attachment]) bool) {
		for _, policy := range attached {
			if !yield(policy, x.attached) {
				return
			}
		}
		if boundary != "" {
			yield(boundary, x.boundaries)
		}
	}
}

// entry is what the table has under the ARN, made when it is new.
func entry(of *table[*attachment], arn string) *attachment {
	t := of.get(arn)
	if t == nil {
		t = &attachment{}
		of.set(arn, t)
	}
	return t
}

// sort puts every list in its order: entities, inline policies and groups by
// name, managed policies by name and then ARN, attachments by ARN, versions
// newest first.
func (a *Account) sort() {
	sortKind(a, userKind())
	sortKind(a, groupKind())
	sortKind(a, roleKind())
	sortKind(a, policyKind())
	sortKind(a, profileKind())
	sortKind(a, deviceKind())
	sortKind(a, samlKind())
	sortKind(a, oidcKind())
	sortKind(a, deletionKind())
}

func sortKind[E any](a *Account, k kind[E]) {
	list := *k.list(a)
	order(list, k.compare)
	for _, e := range list {
		k.sort(e)
	}
}

func (u *User) sort() {
	sortGrants(u.Inline, &u.Attached)
	order(u.Groups, compareNames)
	dedupe(&u.Groups)
}

func (g *Group) sort() { sortGrants(g.Inline, &g.Attached) }

func (r *Role) sort() { sortGrants(r.Inline, &r.Attached) }

func (p *Policy) sort() {
	order(p.Versions, func(v, w PolicyVersion) int {
		return cmp.Or(cmp.Compare(versionNumber(w.ID), versionNumber(v.ID)), strings.Compare(v.ID, w.ID))
	})
}

func sortGrants(inline []Inline, attached *[]string) {
	order(inline, func(p, q Inline) int { return compareNames(p.Name, q.Name) })
	order(*attached, strings.Compare)
	dedupe(attached)
}

// order sorts the list unless it is sorted: see Index for why that matters.
func order[E any](list []E, compare func(a, b E) int) {
	if !slices.IsSortedFunc(list, compare) {
		slices.SortStableFunc(list, compare)
	}
}

// dedupe drops repetitions from a sorted list, and writes only if there are
// any.
func dedupe(list *[]string) {
	for i := 1; i < len(*list); i++ {
		if (*list)[i] == (*list)[i-1] {
			*list = slices.Compact(*list)
			return
		}
	}
}

// CompareNames is the order of names: ignoring case, then byte order (IAM-8).
// It is the order of the lists of an Account.
func CompareNames(a, b string) int { return compareNames(a, b) }

func compareNames(a, b string) int {
	return cmp.Or(strings.Compare(fold(a), fold(b)), strings.Compare(a, b))
}

// fold is the form by which names are compared (IAM-13). IAM names are ASCII,
// so only those letters have two cases.
func fold(name string) string {
	for i := range len(name) {
		if c := name[i]; c >= 'A' && c <= 'Z' {
			return lower(name)
		}
	}
	return name
}

func lower(name string) string {
	b := []byte(name)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// versionNumber is 12 of "v12" and of "v12.x", and 0 of anything else.
func versionNumber(id string) int {
	digits, _, _ := strings.Cut(strings.TrimPrefix(id, "v"), ".")
	n, _ := strconv.Atoi(digits)
	return n
}
