package iam

import (
	"context"
	"net/http"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// ChangePasswordInput is the caller's password and the one to come.
type ChangePasswordInput struct {
	OldPassword string `required:"true" min:"1" max:"128" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	NewPassword string `required:"true" min:"1" max:"128" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
}

// Check implements wire.Checker.
func (in *ChangePasswordInput) Check(caller wire.Caller) error {
	if caller.Kind != wire.UserCaller {
		return wire.Errorf(http.StatusBadRequest, "InvalidUserType", "Only IAM Users can change their own password")
	}
	return nil
}

func (a *API) findOwnUser(ctx context.Context, caller wire.Caller, _ *ChangePasswordInput) (found[inventory.User], string, error) {
	return a.findAskedUser(ctx, caller, &GetUserInput{})
}

// ChangePassword changes the caller's own password.
func (a *API) ChangePassword(ctx context.Context, caller wire.Caller, in *ChangePasswordInput, of found[inventory.User]) (*wire.NoOutput, error) {
	login := of.entity.Login
	if login == nil {
		return nil, noLoginProfile(of.entity.Name)
	}
	if !auth.CheckPassword(login.Hash, in.OldPassword) {
		return nil, wire.Errorf(http.StatusForbidden, "AccessDenied", "The old password was incorrect.")
	}
	hash, err := a.newPassword(of, in.NewPassword)
	if err != nil {
		return nil, err
	}
	return nil, a.changeUser(ctx, caller, of, func(_ *inventory.Account, u *inventory.User) error {
		// Another change came between: the old password may not be right any more.
		if u.Login == nil || u.Login.Hash != login.Hash {
			return wire.Errorf(http.StatusConflict, "EntityTemporarilyUnmodifiable", "The password of user %s was changed by another request at the same time. Try again.", u.Name)
		}
		setPassword(u.Login, hash, a.today())
		u.Login.ResetRequired = false
		return nil
	})
}
