package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// The account's password policy: three operations.

// PasswordPolicy is what passwords of users must be like.
type PasswordPolicy struct {
	MinimumPasswordLength      int
	RequireSymbols             bool
	RequireNumbers             bool
	RequireUppercaseCharacters bool
	RequireLowercaseCharacters bool
	AllowUsersToChangePassword bool
	ExpirePasswords            bool
	MaxPasswordAge             *int // days; absent: passwords do not expire
	PasswordReusePrevention    *int // how many former ones; absent: none
	HardExpiry                 bool
}

// GetAccountPasswordPolicyInput has no parameters.
type GetAccountPasswordPolicyInput struct{}

// GetAccountPasswordPolicyOutput is the policy.
type GetAccountPasswordPolicyOutput struct{ PasswordPolicy PasswordPolicy }

// GetAccountPasswordPolicy reads the policy. Without one AWS's default holds,
// which is no policy that could be read.
func (a *API) GetAccountPasswordPolicy(
	ctx context.Context, caller wire.Caller, _ *GetAccountPasswordPolicyInput,
) (*GetAccountPasswordPolicyOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	rules := account.Settings.PasswordPolicy
	if rules == nil {
		return nil, noPasswordPolicy(caller)
	}
	return &GetAccountPasswordPolicyOutput{PasswordPolicy{
		MinimumPasswordLength: rules.MinLength, RequireSymbols: rules.Symbols, RequireNumbers: rules.Numbers,
		RequireUppercaseCharacters: rules.Uppercase, RequireLowercaseCharacters: rules.Lowercase,
		AllowUsersToChangePassword: rules.UsersMayChange, ExpirePasswords: rules.MaxAge > 0,
		MaxPasswordAge: positive(rules.MaxAge), PasswordReusePrevention: positive(rules.NoReuse), HardExpiry: rules.HardExpiry,
	}}, nil
}

func positive(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func noPasswordPolicy(caller wire.Caller) error {
	return noSuchEntity("The Password Policy with domain name %s cannot be found.", caller.Account)
}

// UpdateAccountPasswordPolicyInput is a whole policy: what is not said takes its
// default.
type UpdateAccountPasswordPolicyInput struct {
	MinimumPasswordLength      *int `min:"6" max:"128"` // default 6
	RequireSymbols             bool
	RequireNumbers             bool
	RequireUppercaseCharacters bool
	RequireLowercaseCharacters bool
	AllowUsersToChangePassword bool
	MaxPasswordAge             *int `min:"1" max:"1095"`
	PasswordReusePrevention    *int `min:"1" max:"24"`
	HardExpiry                 bool
}

// shortestPassword is the default of MinimumPasswordLength.
const shortestPassword = 6

// UpdateAccountPasswordPolicy sets the policy. Passwords that are set already
// are not looked at.
func (a *API) UpdateAccountPasswordPolicy(
	ctx context.Context, caller wire.Caller, in *UpdateAccountPasswordPolicyInput,
) (*wire.NoOutput, error) {
	rules := inventory.PasswordPolicy{
		MinLength: shortestPassword, Symbols: in.RequireSymbols, Numbers: in.RequireNumbers,
		Uppercase: in.RequireUppercaseCharacters, Lowercase: in.RequireLowercaseCharacters,
		UsersMayChange: in.AllowUsersToChangePassword, HardExpiry: in.HardExpiry,
	}
	for _, said := range []struct{ from, to *int }{
		{in.MinimumPasswordLength, &rules.MinLength}, {in.MaxPasswordAge, &rules.MaxAge}, {in.PasswordReusePrevention, &rules.NoReuse},
	} {
		if said.from != nil {
			*said.to = *said.from
		}
	}
	return nil, a.write(ctx, caller, func(account *inventory.Account) error {
		set := rules
		account.Settings.PasswordPolicy = &set
		return nil
	})
}

// DeleteAccountPasswordPolicyInput has no parameters.
type DeleteAccountPasswordPolicyInput struct{}

// DeleteAccountPasswordPolicy goes back to AWS's default.
func (a *API) DeleteAccountPasswordPolicy(
	ctx context.Context, caller wire.Caller, _ *DeleteAccountPasswordPolicyInput,
) (*wire.NoOutput, error) {
	return nil, a.write(ctx, caller, func(account *inventory.Account) error {
		if account.Settings.PasswordPolicy == nil {
			return noPasswordPolicy(caller)
		}
		account.Settings.PasswordPolicy = nil
		return nil
	})
}
