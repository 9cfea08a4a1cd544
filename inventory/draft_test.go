package inventory

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// TestEditsGiveWhatIndexingAnewGives makes random changes, each by a draft and
// by indexing a copy, and compares all that lookups can tell.
func TestEditsGiveWhatIndexingAnewGives(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		account := crowd(60)
		for step := range 40 {
			before := account.Clone()
			before.Index()
			draft := account.Draft()
			for range 1 + r.IntN(4) {
				scramble(r, draft, step)
			}
			next := account.With(account.Edits(draft), draft.Settings)
			again := next.Clone()
			again.Index()
			compareAccounts(t, next, again)
			compareAccounts(t, account, before)
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
			account = next
		}
	}
}

// crowd is an account in which everybody is connected with everybody.
func crowd(n int) *Account {
	a := &Account{ID: "111122223333", Partition: "aws"}
	for i := range n {
		name := fmt.Sprintf("n%03d", i)
		policy := a.NewARN("policy", "/", fmt.Sprintf("n%03d", i%7))
		a.Policies = append(a.Policies, &Policy{Name: name, ARN: a.NewARN("policy", "/", name), ID: "ANPA" + name})
		a.Groups = append(a.Groups, &Group{Name: name, ID: "AGPA" + name, Attached: []string{policy}})
		a.Users = append(a.Users, &User{Name: name, ID: "AIDA" + name, Groups: []string{fmt.Sprintf("n%03d", i%5)}, Attached: []string{policy},
			Boundary: policy, Keys: []AccessKey{{ID: "AKIA" + name}}})
		a.Roles = append(a.Roles, &Role{Name: name, ID: "AROA" + name, Attached: []string{policy}, Boundary: policy})
		a.Profiles = append(a.Profiles, &InstanceProfile{Name: name, ID: "AIPA" + name, Role: fmt.Sprintf("n%03d", i%9)})
		a.Devices = append(a.Devices, &Device{Serial: "mfa/" + name, Owner: fmt.Sprintf("AIDAn%03d", i%4)})
		a.SAML = append(a.SAML, &SAMLProvider{Name: name, ARN: "saml/" + name})
		a.OIDC = append(a.OIDC, &OIDCProvider{ARN: "oidc/" + name})
	}
	a.Index()
	return a
}

// scramble changes one thing, as operations do.
func scramble(r *rand.Rand, a *Account, step int) {
	name, fresh := fmt.Sprintf("N%03d", r.IntN(60)), fmt.Sprintf("f%03d-%d", step, r.IntN(1000))
	policy := a.NewARN("policy", "/", fmt.Sprintf("n%03d", r.IntN(10)))
	u, role := a.UserByName(name), a.RoleByName(name)
	switch r.IntN(10) {
	case 0:
		a.Users = append(a.Users, &User{Name: fresh, ID: "AIDA" + fresh, Groups: []string{"n001"}})
		a.Roles = append(a.Roles, &Role{Name: fresh, ID: "AROA" + fresh, Attached: []string{policy}})
	case 1:
		a.Users = slices.DeleteFunc(a.Users, func(v *User) bool { return v == u })
	case 2:
		a.Roles = slices.DeleteFunc(a.Roles, func(s *Role) bool { return s == role })
	case 3:
		if g := a.GroupByName("n001"); g != nil && u != nil {
			for _, m := range a.Members(g.Name) {
				m.Tags = append(m.Tags, Tag{Key: fresh})
			}
		}
	case 4:
		if u != nil {
			u.Name = fresh
			u.Attached = append(u.Attached, policy)
		}
	case 5:
		if role != nil {
			role.Attached, role.Boundary = []string{policy}, ""
		}
	case 6:
		for _, p := range a.ProfilesOf(name) {
			p.Role = ""
		}
	case 7:
		for _, d := range a.DevicesOf("AIDAn001") {
			d.Owner = "AIDAn002"
		}
	case 8:
		if g := a.GroupByName(name); g != nil {
			g.Attached = append(g.Attached, policy)
			a.Groups = slices.DeleteFunc(a.Groups, func(h *Group) bool { return h == g && r.IntN(2) == 0 })
		}
	case 9: // looked up and left alone, and moved to the end
		a.Policy(policy)
		if len(a.SAML) > 0 {
			a.SAML = append(slices.Delete(a.SAML, 0, 1), a.SAML[0])
		}
	}
}

// compareAccounts fails unless both have the same lists and lookups.
func compareAccounts(t *testing.T, got, want *Account) {
	t.Helper()
	if c := Diff(want, got); !c.None() || !sameOrder(got, want) {
		t.Errorf("lists differ: %+v", c)
	}
	g := reflect.TypeFor[index]()
	for i := range g.NumField() {
		if field := g.Field(i).Name; fmt.Sprint(contents(got.index, field)) != fmt.Sprint(contents(want.index, field)) {
			t.Errorf("index %s: got %v, want %v", field, contents(got.index, field), contents(want.index, field))
		}
	}
}

func sameOrder(a, b *Account) bool {
	return slices.EqualFunc(a.Users, b.Users, (*User).Equal) && slices.EqualFunc(a.Roles, b.Roles, (*Role).Equal) &&
		slices.EqualFunc(a.Groups, b.Groups, (*Group).Equal) && slices.EqualFunc(a.SAML, b.SAML, (*SAMLProvider).Equal) &&
		slices.EqualFunc(a.Devices, b.Devices, (*Device).Equal) && slices.EqualFunc(a.Profiles, b.Profiles, (*InstanceProfile).Equal)
}

// contents are the entries of a table as texts, with the ids of what they hold.
func contents(x *index, field string) []string {
	switch field {
	case "users":
		return texts(x.users, func(u *User) string { return u.ID })
	case "userIDs":
		return texts(x.userIDs, func(u *User) string { return u.Name })
	case "groups":
		return texts(x.groups, func(g *Group) string { return g.ID })
	case "roles":
		return texts(x.roles, func(r *Role) string { return r.ID })
	case "roleIDs":
		return texts(x.roleIDs, func(r *Role) string { return r.Name })
	case "policies":
		return texts(x.policies, func(p *Policy) string { return p.ID })
	case "members":
		return texts(x.members, func(list []*User) string { return ids(list, func(u *User) string { return u.ID }) })
	case "attached":
		return texts(x.attached, (*attachment).text)
	case "boundaries":
		return texts(x.boundaries, (*attachment).text)
	case "keys":
		return texts(x.keys, func(u *User) string { return u.ID })
	case "profiles":
		return texts(x.profiles, func(p *InstanceProfile) string { return p.ID })
	case "held":
		return texts(x.held, func(list []*InstanceProfile) string {
			return ids(list, func(p *InstanceProfile) string { return p.ID })
		})
	case "devices":
		return texts(x.devices, func(d *Device) string { return d.Owner })
	case "owned":
		return texts(x.owned, func(list []*Device) string { return ids(list, func(d *Device) string { return d.Serial }) })
	case "saml":
		return texts(x.saml, func(p *SAMLProvider) string { return p.Name })
	case "oidc":
		return texts(x.oidc, func(p *OIDCProvider) string { return p.ARN })
	}
	return []string{"no such table: " + field}
}

func (t *attachment) text() string {
	return ids(t.users, func(u *User) string { return u.ID }) + "|" + ids(t.groups, func(g *Group) string { return g.ID }) + "|" +
		ids(t.roles, func(r *Role) string { return r.ID })
}

func ids[E any](list []E, id func(E) string) string {
	out := ""
	for _, e := range list {
		out += id(e) + " "
	}
	return out
}

func texts[V any](t *table[V], text func(V) string) []string {
	all := map[string]string{}
	for key, v := range t.all() {
		all[key] = text(v)
	}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out = append(out, key+"="+all[key])
	}
	if len(out) != t.n {
		out = append(out, fmt.Sprintf("the table says %d entries", t.n))
	}
	return out
}

func TestTheTableGrowsWithItsForks(t *testing.T) {
	first := newTable[int](0)
	current := first
	for i := range 5000 {
		current = current.fork()
		current.set(fmt.Sprint("key", i), i)
	}
	for i := range 5000 {
		if got := current.get(fmt.Sprint("key", i)); got != i {
			t.Fatalf("key %d has %d", i, got)
		}
	}
	if current.n != 5000 || first.n != 0 || len(current.shards) < 16 {
		t.Errorf("%d entries in %d shards, and %d in the first version", current.n, len(current.shards), first.n)
	}
}
