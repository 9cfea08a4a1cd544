package iam

import (
	"context"
	"net/http"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// ListUsersInput is described in section 3.1 of the specification.
type ListUsersInput struct {
	PathPrefix string `min:"1" max:"512" pattern:"\\u002F[\\u0021-\\u007F]*"`
	Paging
}

// ListUsersOutput holds users by name.
type ListUsersOutput struct {
	Users []User
	Page
}

// ListUsers lists the users of the account, without boundaries and tags.
func (a *API) ListUsers(ctx context.Context, caller wire.Caller, in *ListUsersInput) (*ListUsersOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	p, err := newPager(in.Paging, "ListUsers")
	if err != nil {
		return nil, err
	}
	page := take(p, account.Users, userName, func(u *inventory.User) bool { return under(u.Path, in.PathPrefix) })
	users, err := a.usersWithPassword(ctx, account, page)
	if err != nil {
		return nil, err
	}
	return &ListUsersOutput{users, p.page()}, nil
}

func userName(u *inventory.User) string { return u.Name }

// usersWithPassword shows users as lists do, with their last sign-in.
func (a *API) usersWithPassword(ctx context.Context, account *inventory.Account, list []*inventory.User) ([]User, error) {
	used, err := a.passwordsLastUsed(ctx, account, list)
	if err != nil {
		return nil, err
	}
	out := shown(list, newUser)
	for i := range out {
		out[i].PasswordLastUsed = used[i]
	}
	return out, nil
}

// GetUserInput names a user. Without a name it is the caller.
type GetUserInput struct {
	UserName *string `min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
}

// Check implements wire.Checker.
func (in *GetUserInput) Check(caller wire.Caller) error {
	if in.UserName == nil && caller.Kind != wire.UserCaller && caller.Kind != wire.RootCaller {
		return validationError("Must specify userName when calling with non-User credentials")
	}
	return nil
}

// GetUserOutput is one user.
type GetUserOutput struct{ User User }

// findAskedUser finds the user of GetUser. For root, which is no user, it finds
// no entity.
func (a *API) findAskedUser(ctx context.Context, caller wire.Caller, in *GetUserInput) (found[inventory.User], string, error) {
	if in.UserName != nil {
		return a.findUser(ctx, caller, *in.UserName)
	}
	account, err := a.account(ctx, caller)
	if err != nil {
		return found[inventory.User]{}, "", err
	}
	if caller.Kind == wire.RootCaller {
		return found[inventory.User]{account: account}, caller.ARN, nil
	}
	if u := account.UserByID(caller.Entity); u != nil {
		return found[inventory.User]{account, u}, u.ARN, nil
	}
	return found[inventory.User]{}, "", wire.Errorf(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.")
}

// GetUser reads a user.
func (a *API) GetUser(ctx context.Context, caller wire.Caller, _ *GetUserInput, of found[inventory.User]) (*GetUserOutput, error) {
	if of.entity == nil {
		return a.getRoot(ctx, caller, of.account)
	}
	used, err := a.passwordsLastUsed(ctx, of.account, []*inventory.User{of.entity})
	if err != nil {
		return nil, err
	}
	u := newUser(of.entity)
	u.PasswordLastUsed, u.PermissionsBoundary, u.Tags = used[0], newBoundary(of.entity.Boundary), newTags(of.entity.Tags)
	return &GetUserOutput{u}, nil
}

// getRoot is the root user as AWS shows it to itself: without name and path.
// When an imported account was made is not known.
func (a *API) getRoot(ctx context.Context, caller wire.Caller, account *inventory.Account) (*GetUserOutput, error) {
	used, err := a.rootLastUsed(ctx, account)
	if err != nil {
		return nil, err
	}
	return &GetUserOutput{User{UserId: caller.Account, Arn: caller.ARN, CreateDate: account.Settings.Created, PasswordLastUsed: used}}, nil
}

// ListGroupsForUserInput is described in section 3.1 of the specification.
type ListGroupsForUserInput struct {
	OfUser
	Paging
}

// ListGroupsForUserOutput holds groups by name.
type ListGroupsForUserOutput struct {
	Groups []Group
	Page
}

// ListGroupsForUser lists the groups that a user is in.
func (a *API) ListGroupsForUser(_ context.Context, _ wire.Caller, in *ListGroupsForUserInput, of found[inventory.User]) (*ListGroupsForUserOutput, error) {
	p, err := newPager(in.Paging, "ListGroupsForUser", in.UserName)
	if err != nil {
		return nil, err
	}
	var groups []*inventory.Group
	for _, name := range of.entity.Groups {
		if g := of.account.GroupByName(name); g != nil {
			groups = append(groups, g)
		}
	}
	return &ListGroupsForUserOutput{shown(take(p, groups, groupName, nil), newGroup), p.page()}, nil
}
