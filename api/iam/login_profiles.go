package iam

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Login profiles, which are passwords of users: four operations.

// LoginProfile is a user's password without the password.
type LoginProfile struct {
	UserName              string
	CreateDate            time.Time
	PasswordResetRequired bool
}

func newLoginProfile(u *inventory.User) LoginProfile {
	return LoginProfile{u.Name, u.Login.Created, u.Login.ResetRequired}
}

// CreateLoginProfileInput is a user's first password.
type CreateLoginProfileInput struct {
	OfUser
	Password              string `required:"true" min:"1" max:"128" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	PasswordResetRequired bool
}

// CreateLoginProfileOutput is the new profile.
type CreateLoginProfileOutput struct{ LoginProfile LoginProfile }

// CreateLoginProfile gives a user a password.
func (a *API) CreateLoginProfile(
	ctx context.Context, caller wire.Caller, in *CreateLoginProfileInput, of found[inventory.User],
) (*CreateLoginProfileOutput, error) {
	if err := checkPassword(of.account, in.Password); err != nil {
		return nil, err
	}
	hash, err := auth.HashPassword(in.Password, a.Keys.Random)
	if err != nil {
		return nil, err
	}
	var out LoginProfile
	err = a.changeUser(ctx, caller, of, func(account *inventory.Account, u *inventory.User) error {
		if u.Login != nil {
			return entityAlreadyExists("Login Profile for user %s already exists.", u.Name)
		}
		if err := checkPassword(account, in.Password); err != nil { // its policy may be another one by now
			return err
		}
		u.Login = &inventory.LoginProfile{Created: a.today(), Changed: a.today(), ResetRequired: in.PasswordResetRequired, Hash: hash}
		out = newLoginProfile(u)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &CreateLoginProfileOutput{out}, nil
}

// GetLoginProfileInput names whose password it is.
type GetLoginProfileInput struct{ OfAskedUser }

// GetLoginProfileOutput is the profile.
type GetLoginProfileOutput struct{ LoginProfile LoginProfile }

// GetLoginProfile tells whether a user has a password and since when.
func (a *API) GetLoginProfile(_ context.Context, _ wire.Caller, _ *GetLoginProfileInput, of found[inventory.User]) (*GetLoginProfileOutput, error) {
	if of.entity == nil || of.entity.Login == nil {
		return nil, noLoginProfile(label(of))
	}
	return &GetLoginProfileOutput{newLoginProfile(of.entity)}, nil
}

func noLoginProfile(user string) error {
	return noSuchEntity("Login Profile for User %s cannot be found.", user)
}

// UpdateLoginProfileInput is what of a user's password changes.
type UpdateLoginProfileInput struct {
	OfUser
	Password              *string `min:"1" max:"128" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	PasswordResetRequired *bool
}

// UpdateLoginProfile sets a user's password, or whether it has to be changed at
// the next sign-in.
func (a *API) UpdateLoginProfile(
	ctx context.Context, caller wire.Caller, in *UpdateLoginProfileInput, of found[inventory.User],
) (*wire.NoOutput, error) {
	if of.entity.Login == nil {
		return nil, noLoginProfile(of.entity.Name)
	}
	var hash string
	if in.Password != nil {
		var err error
		if hash, err = a.newPassword(of, *in.Password); err != nil {
			return nil, err
		}
	}
	return nil, a.changeUser(ctx, caller, of, func(account *inventory.Account, u *inventory.User) error {
		if u.Login == nil {
			return noLoginProfile(u.Name)
		}
		if in.Password != nil {
			if err := checkPassword(account, *in.Password); err != nil {
				return err
			}
			setPassword(u.Login, hash, a.today())
		}
		if in.PasswordResetRequired != nil {
			u.Login.ResetRequired = *in.PasswordResetRequired
		}
		return nil
	})
}

// DeleteLoginProfileInput names a user.
type DeleteLoginProfileInput struct{ OfAskedUser }

// DeleteLoginProfile takes a user's password away.
func (a *API) DeleteLoginProfile(ctx context.Context, caller wire.Caller, _ *DeleteLoginProfileInput, of found[inventory.User]) (*wire.NoOutput, error) {
	if of.entity == nil {
		return nil, noLoginProfile(label(of))
	}
	return nil, a.changeUser(ctx, caller, of, func(_ *inventory.Account, u *inventory.User) error {
		if u.Login == nil {
			return noLoginProfile(u.Name)
		}
		u.Login = nil
		return nil
	})
}
