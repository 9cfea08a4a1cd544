package iam

import (
	"cmp"
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// UpdateGroupInput moves or renames a group.
type UpdateGroupInput struct {
	OfGroup
	NewPath      string `min:"1" max:"512" pattern:"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"`
	NewGroupName string `min:"1" max:"128" pattern:"[\\w+=,.@-]+"`
}

// UpdateGroup gives a group another name or path; its members stay. The caller
// needs the permission on the old and on the new ARN.
func (a *API) UpdateGroup(ctx context.Context, caller wire.Caller, in *UpdateGroupInput, of found[inventory.Group]) (*wire.NoOutput, error) {
	path, name := cmp.Or(in.NewPath, of.entity.Path), cmp.Or(in.NewGroupName, of.entity.Name)
	target := of.account.NewARN("group", path, name)
	if target != of.entity.ARN {
		if err := a.Guard(ctx, caller, "iam:UpdateGroup", target); err != nil {
			return nil, err
		}
	}
	return nil, a.changeGroup(ctx, caller, of, func(account *inventory.Account, g *inventory.Group) error {
		if other := account.GroupByName(name); other != nil && other != g {
			return groupExists(name)
		}
		for _, u := range account.Members(g.Name) {
			renameGroup(u, g.Name, name)
		}
		g.Path, g.Name, g.ARN = path, name, target
		return nil
	})
}

// renameGroup follows a group's new name in the list of a member.
func renameGroup(u *inventory.User, old, name string) {
	for i := range u.Groups {
		if sameName(u.Groups[i], old) {
			u.Groups[i] = name
		}
	}
}
