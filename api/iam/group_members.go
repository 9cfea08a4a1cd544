package iam

import (
	"context"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Members of groups: two operations, both on the group.

// groupsPerUser is how many groups a user may be in (IAM User Guide, "IAM and
// AWS STS quotas").
const groupsPerUser = 10

// MemberInput names a group and a user.
type MemberInput struct {
	OfGroup
	UserName string `required:"true" min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
}

// AddUserToGroup makes a user a member of a group. Again is no error.
func (a *API) AddUserToGroup(ctx context.Context, caller wire.Caller, in *MemberInput, of found[inventory.Group]) (*wire.NoOutput, error) {
	return nil, a.changeMember(ctx, caller, in, of, func(g *inventory.Group, u *inventory.User) error {
		if inGroup(u, g.Name) >= 0 {
			return nil
		}
		if len(u.Groups) >= groupsPerUser {
			return overQuota("GroupsPerUser", groupsPerUser)
		}
		u.Groups = append(u.Groups, g.Name)
		return nil
	})
}

// RemoveUserFromGroup ends a user's membership of a group.
func (a *API) RemoveUserFromGroup(ctx context.Context, caller wire.Caller, in *MemberInput, of found[inventory.Group]) (*wire.NoOutput, error) {
	return nil, a.changeMember(ctx, caller, in, of, func(g *inventory.Group, u *inventory.User) error {
		i := inGroup(u, g.Name)
		if i < 0 {
			return noSuchEntity("The user with name %s is not in the group with name %s.", in.UserName, g.Name)
		}
		u.Groups = slices.Delete(u.Groups, i, i+1)
		return nil
	})
}

// changeMember changes how the user of the input belongs to the group.
func (a *API) changeMember(
	ctx context.Context, caller wire.Caller, in *MemberInput, of found[inventory.Group], change func(*inventory.Group, *inventory.User) error,
) error {
	return a.changeGroup(ctx, caller, of, func(account *inventory.Account, g *inventory.Group) error {
		u := account.UserByName(in.UserName)
		if u == nil {
			return noSuchUser(in.UserName)
		}
		return change(g, u)
	})
}

// inGroup is the place of a group in the list of a user, or negative.
func inGroup(u *inventory.User, group string) int {
	return slices.IndexFunc(u.Groups, func(name string) bool { return sameName(name, group) })
}
