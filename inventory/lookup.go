package inventory

// Lookups. Names are found ignoring case (IAM-13); a nil result means absent.
// They need the index that Index builds.

// Index builds the lookups and sorts every list by name. Call it once after an
// Account has been built or changed, before it is shared.
func (a *Account) Index() {}

// Clone is a copy whose lists and entities may be changed freely. It has no
// index until Index is called.
func (a *Account) Clone() *Account { return nil }

// UserByName finds a user.
func (a *Account) UserByName(name string) *User { return nil }

// UserByID finds a user by unique id.
func (a *Account) UserByID(id string) *User { return nil }

// GroupByName finds a group.
func (a *Account) GroupByName(name string) *Group { return nil }

// RoleByName finds a role.
func (a *Account) RoleByName(name string) *Role { return nil }

// RoleByID finds a role by unique id.
func (a *Account) RoleByID(id string) *Role { return nil }

// Policy finds a managed policy by its exact ARN.
func (a *Account) Policy(arn string) *Policy { return nil }

// Members are the users in the group, by name.
func (a *Account) Members(group string) []*User { return nil }

// AttachedTo lists who has the managed policy attached: not as boundary.
func (a *Account) AttachedTo(policyARN string) (users []*User, groups []*Group, roles []*Role) {
	return nil, nil, nil
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

// UserPolicies are the policies that count for a user (LA-4): own inline and
// attached, and those of the user's groups.
func (a *Account) UserPolicies(u *User) []Source { return nil }

// GroupPolicies are the group's own policies.
func (a *Account) GroupPolicies(g *Group) []Source { return nil }

// RolePolicies are the role's own policies.
func (a *Account) RolePolicies(r *Role) []Source { return nil }
