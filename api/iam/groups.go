package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// ListGroupsInput is described in section 3.1 of the specification.
type ListGroupsInput struct {
	PathPrefix string `min:"1" max:"512" pattern:"\\u002F[\\u0021-\\u007F]*"`
	Paging
}

// ListGroupsOutput holds groups by name.
type ListGroupsOutput struct {
	Groups []Group
	Page
}

// ListGroups lists the groups of the account.
func (a *API) ListGroups(ctx context.Context, caller wire.Caller, in *ListGroupsInput) (*ListGroupsOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	p, err := newPager(in.Paging, "ListGroups")
	if err != nil {
		return nil, err
	}
	page := take(p, account.Groups, groupName, func(g *inventory.Group) bool { return under(g.Path, in.PathPrefix) })
	return &ListGroupsOutput{shown(page, newGroup), p.page()}, nil
}

func groupName(g *inventory.Group) string { return g.Name }

// GetGroupInput is described in section 3.1 of the specification.
type GetGroupInput struct {
	OfGroup
	Paging
}

// GetGroupOutput is a group and its users by name.
type GetGroupOutput struct {
	Group Group
	Users []User
	Page
}

// GetGroup reads a group and a page of its users, who are shown as in lists.
func (a *API) GetGroup(ctx context.Context, _ wire.Caller, in *GetGroupInput, of found[inventory.Group]) (*GetGroupOutput, error) {
	p, err := newPager(in.Paging, "GetGroup", in.GroupName)
	if err != nil {
		return nil, err
	}
	users, err := a.usersWithPassword(ctx, of.account, take(p, of.account.Members(of.entity.Name), userName, nil))
	if err != nil {
		return nil, err
	}
	return &GetGroupOutput{newGroup(of.entity), users, p.page()}, nil
}
