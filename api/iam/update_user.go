package iam

import (
	"cmp"
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// UpdateUserInput moves or renames a user.
type UpdateUserInput struct {
	OfUser
	NewPath     string `min:"1" max:"512" pattern:"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"`
	NewUserName string `min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
}

// UpdateUser gives a user another name or path. All else goes with it, by the
// unique id. The caller needs the permission on the old and on the new ARN.
func (a *API) UpdateUser(ctx context.Context, caller wire.Caller, in *UpdateUserInput, of found[inventory.User]) (*wire.NoOutput, error) {
	path, name := cmp.Or(in.NewPath, of.entity.Path), cmp.Or(in.NewUserName, of.entity.Name)
	target := of.account.NewARN("user", path, name)
	if target != of.entity.ARN {
		if err := a.Guard(ctx, alsoAsked(caller, of.ConditionKeys("iam:UpdateUser")), "iam:UpdateUser", target); err != nil {
			return nil, err
		}
	}
	return nil, a.changeUser(ctx, caller, of, func(account *inventory.Account, u *inventory.User) error {
		if other := account.UserByName(name); other != nil && other != u {
			return entityAlreadyExists("User with name %s already exists.", name)
		}
		u.Path, u.Name, u.ARN = path, name, target
		return nil
	})
}
