package inventory

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// index is what the lookups of an Account read. Names are folded.
type index struct {
	users, userIDs map[string]*User
	groups         map[string]*Group
	roles, roleIDs map[string]*Role
	policies       map[string]*Policy     // by ARN
	members        map[string][]*User     // by group name
	attached       map[string]*attachment // by policy ARN
	boundaries     map[string]*attachment // by policy ARN: who has it as boundary

	keys     map[string]*User // by access key id
	profiles map[string]*InstanceProfile
	held     map[string][]*InstanceProfile // by role name
	devices  map[string]*Device            // by serial number
	owned    map[string][]*Device          // by owner
	saml     map[string]*SAMLProvider      // by ARN
	oidc     map[string]*OIDCProvider      // by ARN
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
	x := &index{
		users: make(map[string]*User, len(a.Users)), userIDs: make(map[string]*User, len(a.Users)),
		groups: make(map[string]*Group, len(a.Groups)),
		roles:  make(map[string]*Role, len(a.Roles)), roleIDs: make(map[string]*Role, len(a.Roles)),
		policies:   make(map[string]*Policy, len(a.Policies)),
		members:    map[string][]*User{},
		attached:   map[string]*attachment{},
		boundaries: map[string]*attachment{},
		keys:       map[string]*User{},
	}
	x.addOthers(a)
	for _, p := range a.Policies {
		x.policies[p.ARN] = p
	}
	for _, u := range a.Users {
		x.addUser(u)
	}
	for _, g := range a.Groups {
		x.groups[fold(g.Name)] = g
		for _, arn := range g.Attached {
			t := entry(x.attached, arn)
			t.groups = append(t.groups, g)
		}
	}
	for _, r := range a.Roles {
		x.roles[fold(r.Name)], x.roleIDs[r.ID] = r, r
		for _, arn := range r.Attached {
			t := entry(x.attached, arn)
			t.roles = append(t.roles, r)
		}
		if r.Boundary != "" {
			t := entry(x.boundaries, r.Boundary)
			t.roles = append(t.roles, r)
		}
	}
	a.index = x
}

// addOthers takes in what is neither principal nor policy.
func (x *index) addOthers(a *Account) {
	x.profiles, x.held = make(map[string]*InstanceProfile, len(a.Profiles)), map[string][]*InstanceProfile{}
	for _, p := range a.Profiles {
		x.profiles[fold(p.Name)] = p
		if p.Role != "" {
			x.held[fold(p.Role)] = append(x.held[fold(p.Role)], p)
		}
	}
	x.devices, x.owned = make(map[string]*Device, len(a.Devices)), map[string][]*Device{}
	for _, d := range a.Devices {
		x.devices[d.Serial] = d
		if d.Owner != "" {
			x.owned[d.Owner] = append(x.owned[d.Owner], d)
		}
	}
	x.saml, x.oidc = map[string]*SAMLProvider{}, map[string]*OIDCProvider{}
	for _, p := range a.SAML {
		x.saml[p.ARN] = p
	}
	for _, p := range a.OIDC {
		x.oidc[p.ARN] = p
	}
}

func (x *index) addUser(u *User) {
	x.users[fold(u.Name)], x.userIDs[u.ID] = u, u
	for _, k := range u.Keys {
		x.keys[k.ID] = u
	}
	for _, g := range u.Groups {
		x.members[fold(g)] = append(x.members[fold(g)], u)
	}
	for _, arn := range u.Attached {
		t := entry(x.attached, arn)
		t.users = append(t.users, u)
	}
	if u.Boundary != "" {
		t := entry(x.boundaries, u.Boundary)
		t.users = append(t.users, u)
	}
}

// entry is what the map has under the ARN, made when it is new.
func entry(of map[string]*attachment, arn string) *attachment {
	t := of[arn]
	if t == nil {
		t = &attachment{}
		of[arn] = t
	}
	return t
}

// sort puts every list in its order: entities, inline policies and groups by
// name, managed policies by name and then ARN, attachments by ARN, versions
// newest first.
func (a *Account) sort() {
	order(a.Users, func(u, v *User) int { return compareNames(u.Name, v.Name) })
	order(a.Groups, func(g, h *Group) int { return compareNames(g.Name, h.Name) })
	order(a.Roles, func(r, s *Role) int { return compareNames(r.Name, s.Name) })
	order(a.Policies, func(p, q *Policy) int {
		return cmp.Or(compareNames(p.Name, q.Name), strings.Compare(p.ARN, q.ARN))
	})
	order(a.Profiles, func(p, q *InstanceProfile) int { return compareNames(p.Name, q.Name) })
	order(a.Devices, func(d, e *Device) int { return compareNames(d.Serial, e.Serial) })
	order(a.SAML, func(p, q *SAMLProvider) int { return compareNames(p.Name, q.Name) })
	order(a.OIDC, func(p, q *OIDCProvider) int { return strings.Compare(p.ARN, q.ARN) })
	order(a.Deletions, func(d, e *Deletion) int { return strings.Compare(d.ID, e.ID) })
	for _, u := range a.Users {
		u.sort()
	}
	for _, g := range a.Groups {
		g.sort()
	}
	for _, r := range a.Roles {
		r.sort()
	}
	for _, p := range a.Policies {
		p.sort()
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
