package inventory

import (
	"slices"
	"strings"
)

// Lookups. Names are found ignoring case (IAM-13); a nil result means absent.
// They need the index that Index builds. What they return belongs to the
// Account: callers only read it, unless the Account is a draft, of which see
// Draft.

// UserByName finds a user.
func (a *Account) UserByName(name string) *User {
	return mine(a, userKind(), a.index.users.get(fold(name)))
}

// UserByID finds a user by unique id.
func (a *Account) UserByID(id string) *User { return mine(a, userKind(), a.index.userIDs.get(id)) }

// GroupByName finds a group.
func (a *Account) GroupByName(name string) *Group {
	return mine(a, groupKind(), a.index.groups.get(fold(name)))
}

// RoleByName finds a role.
func (a *Account) RoleByName(name string) *Role {
	return mine(a, roleKind(), a.index.roles.get(fold(name)))
}

// RoleByID finds a role by unique id.
func (a *Account) RoleByID(id string) *Role { return mine(a, roleKind(), a.index.roleIDs.get(id)) }

// Policy finds a managed policy by its exact ARN.
func (a *Account) Policy(arn string) *Policy { return mine(a, policyKind(), a.index.policies.get(arn)) }

// UserByKey finds the user who has an access key, active or not.
func (a *Account) UserByKey(id string) *User { return mine(a, userKind(), a.index.keys.get(id)) }

// Profile finds an instance profile.
func (a *Account) Profile(name string) *InstanceProfile {
	return mine(a, profileKind(), a.index.profiles.get(fold(name)))
}

// ProfilesOf are the instance profiles that hold the role, by name.
func (a *Account) ProfilesOf(role string) []*InstanceProfile {
	return mineAll(a, profileKind(), a.index.held.get(fold(role)))
}

// Device finds a virtual MFA device by its exact serial number.
func (a *Account) Device(serial string) *Device {
	return mine(a, deviceKind(), a.index.devices.get(serial))
}

// DevicesOf are the MFA devices of a user by unique id, or of the root by the
// id of the account.
func (a *Account) DevicesOf(owner string) []*Device {
	return mineAll(a, deviceKind(), a.index.owned.get(owner))
}

// SAMLProvider finds a provider by its exact ARN.
func (a *Account) SAMLProvider(arn string) *SAMLProvider {
	return mine(a, samlKind(), a.index.saml.get(arn))
}

// OIDCProvider finds a provider by its exact ARN.
func (a *Account) OIDCProvider(arn string) *OIDCProvider {
	return mine(a, oidcKind(), a.index.oidc.get(arn))
}

// Members are the users in the group, by name.
func (a *Account) Members(group string) []*User {
	return mineAll(a, userKind(), a.index.members.get(fold(group)))
}

// AttachedTo lists who has the managed policy attached, each list by name: not
// as boundary. They are many at times, and to be read only, also in a draft.
func (a *Account) AttachedTo(policyARN string) (users []*User, groups []*Group, roles []*Role) {
	t := a.index.attached.get(policyARN)
	if t == nil {
		return nil, nil, nil
	}
	return t.users, t.groups, t.roles
}

// Entities are the users and roles that a report on the managed policy is
// about (LA-33), each once and by name: those that have it attached, and the
// members of the groups that do. Use as a boundary does not count.
func (a *Account) Entities(policyARN string) (users []*User, roles []*Role) {
	direct, groups, roles := a.AttachedTo(policyARN)
	if len(groups) == 0 {
		return direct, roles
	}
	users = slices.Clone(direct)
	for _, g := range groups {
		users = append(users, a.Members(g.Name)...)
	}
	slices.SortFunc(users, func(u, v *User) int { return compareNames(u.Name, v.Name) })
	return slices.Compact(users), roles
}

// BoundaryOf lists who has the managed policy as permissions boundary, each
// list by name, to be read only.
func (a *Account) BoundaryOf(policyARN string) (users []*User, roles []*Role) {
	t := a.index.boundaries.get(policyARN)
	if t == nil {
		return nil, nil
	}
	return t.users, t.roles
}

// Missing lists the ARNs of attached policies whose documents the account does
// not hold, ascending. What they grant is unknown, so that no report on who
// has them attached is complete.
func (a *Account) Missing() []string {
	var out []string
	for arn := range a.index.attached.all() {
		if a.index.policies.get(arn) == nil {
			out = append(out, arn)
		}
	}
	slices.Sort(out)
	return out
}

// Source is one policy of a subject's policy set and where it comes from.
type Source struct {
	Managed    *Policy // nil for an inline policy
	Name       string  // policy name
	EntityType string  // inline only: "USER", "GROUP" or "ROLE" that holds it
	EntityName string
	ViaGroup   string // attached or inline through this group, else empty
	Document   string // JSON text: the default version's for a managed policy
}

// The policy sets below are in the order of LA-105: managed policies by ARN,
// the entity's own inline policies by name, those of its groups by group and
// policy name. A managed policy is there once: as attached directly when it is,
// else through the first of the groups. An attached policy that the account
// does not hold (Missing) is not among them.

// UserPolicies are the policies that count for a user (LA-4): own inline and
// attached, and those of the user's groups.
func (a *Account) UserPolicies(u *User) []Source {
	out := a.attached(nil, u.Attached, "")
	for _, name := range u.Groups {
		if g := a.GroupByName(name); g != nil {
			out = a.attached(out, g.Attached, g.Name)
		}
	}
	slices.SortStableFunc(out, func(s, t Source) int { return strings.Compare(s.Managed.ARN, t.Managed.ARN) })
	out = slices.CompactFunc(out, func(s, t Source) bool { return s.Managed == t.Managed })
	out = inline(out, u.Inline, "USER", u.Name, "")
	for _, name := range u.Groups {
		if g := a.GroupByName(name); g != nil {
			out = inline(out, g.Inline, "GROUP", g.Name, g.Name)
		}
	}
	return out
}

// GroupPolicies are the group's own policies.
func (a *Account) GroupPolicies(g *Group) []Source {
	return inline(a.attached(nil, g.Attached, ""), g.Inline, "GROUP", g.Name, "")
}

// RolePolicies are the role's own policies.
func (a *Account) RolePolicies(r *Role) []Source {
	return inline(a.attached(nil, r.Attached, ""), r.Inline, "ROLE", r.Name, "")
}

func (a *Account) attached(out []Source, arns []string, group string) []Source {
	for _, arn := range arns {
		if p := a.Policy(arn); p != nil {
			out = append(out, Source{Managed: p, Name: p.Name, ViaGroup: group, Document: p.DefaultDocument()})
		}
	}
	return out
}

func inline(out []Source, policies []Inline, kind, entity, group string) []Source {
	for _, p := range policies {
		out = append(out, Source{Name: p.Name, EntityType: kind, EntityName: entity, ViaGroup: group, Document: p.Document})
	}
	return out
}
