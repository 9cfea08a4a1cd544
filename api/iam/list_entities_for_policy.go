package iam

import (
	"context"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// ListEntitiesForPolicyInput is described in section 3.1 of the specification.
type ListEntitiesForPolicyInput struct {
	OfPolicy
	EntityFilter      string `enum:"User,Role,Group,LocalManagedPolicy,AWSManagedPolicy"`
	PathPrefix        string `min:"1" max:"512" pattern:"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"`
	PolicyUsageFilter string `enum:"PermissionsPolicy,PermissionsBoundary"`
	Paging
}

// ListEntitiesForPolicyOutput holds who has a policy, each list by name. The
// three are paged together.
type ListEntitiesForPolicyOutput struct {
	PolicyGroups []PolicyGroup
	PolicyUsers  []PolicyUser
	PolicyRoles  []PolicyRole
	Page
}

// PolicyGroup is a group that has a policy.
type PolicyGroup struct{ GroupName, GroupId string }

// PolicyUser is a user that has a policy.
type PolicyUser struct{ UserName, UserId string }

// PolicyRole is a role that has a policy.
type PolicyRole struct{ RoleName, RoleId string }

// The values of EntityFilter that name entities. The others, which name kinds
// of policies, fit none: a policy is attached to no policy.
const (
	filterUser        = "User"
	filterRole        = "Role"
	filterGroup       = "Group"
	filterLocalPolicy = "LocalManagedPolicy"
	filterAWSPolicy   = "AWSManagedPolicy"
)

// ListEntitiesForPolicy lists who has a managed policy attached or, unless the
// filter says otherwise, as permissions boundary.
func (a *API) ListEntitiesForPolicy(
	_ context.Context, _ wire.Caller, in *ListEntitiesForPolicyInput, of found[inventory.Policy],
) (*ListEntitiesForPolicyOutput, error) {
	p, err := newPager(in.Paging, "ListEntitiesForPolicy", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	users, groups, roles := in.having(of.account)
	out := &ListEntitiesForPolicyOutput{
		PolicyGroups: shown(take(p, groups, groupName, func(g *inventory.Group) bool { return in.keeps(filterGroup, g.Path) }),
			func(g *inventory.Group) PolicyGroup { return PolicyGroup{g.Name, g.ID} }),
		PolicyUsers: shown(take(p, users, userName, func(u *inventory.User) bool { return in.keeps(filterUser, u.Path) }),
			func(u *inventory.User) PolicyUser { return PolicyUser{u.Name, u.ID} }),
		PolicyRoles: shown(take(p, roles, roleName, func(r *inventory.Role) bool { return in.keeps(filterRole, r.Path) }),
			func(r *inventory.Role) PolicyRole { return PolicyRole{r.Name, r.ID} }),
	}
	out.Page = p.page()
	return out, nil
}

func (in *ListEntitiesForPolicyInput) keeps(kind, path string) bool {
	return (in.EntityFilter == "" || in.EntityFilter == kind) && under(path, in.PathPrefix)
}

// having is who uses the policy in the way that is asked for, each list by
// name.
func (in *ListEntitiesForPolicyInput) having(account *inventory.Account) (users []*inventory.User, groups []*inventory.Group, roles []*inventory.Role) {
	if in.PolicyUsageFilter != useBoundary {
		users, groups, roles = account.AttachedTo(in.PolicyArn)
	}
	if in.PolicyUsageFilter != usePermissions {
		limitedUsers, limitedRoles := account.BoundaryOf(in.PolicyArn)
		users, roles = union(users, limitedUsers, userName), union(roles, limitedRoles, roleName)
	}
	return users, groups, roles
}

// union is both lists in one, by name, each entity once.
func union[E any](a, b []*E, name func(*E) string) []*E {
	if len(a) == 0 || len(b) == 0 {
		return slices.Concat(a, b)
	}
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(e, f *E) int { return inventory.CompareNames(name(e), name(f)) })
	return slices.Compact(all)
}
