package iam

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// What passwords must be like.

// maxFormer is how many hashes of former passwords are kept: as many as a
// password policy can forbid.
const maxFormer = 24

// defaultMinLength is that of an account without a password policy, whose
// passwords must also have three of the four kinds of characters (IAM User
// Guide, "Set an account password policy for IAM users").
const (
	defaultMinLength = 8
	defaultKinds     = 3
)

// symbols are those that count (API reference, UpdateAccountPasswordPolicy).
const symbols = "!@#$%^&*()_+-=[]{}|'"

// checkPassword refuses a password that the account's policy does not allow.
func checkPassword(account *inventory.Account, password string) error {
	has := func(characters string) bool { return strings.ContainsAny(password, characters) }
	upper, lower := has("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), has("abcdefghijklmnopqrstuvwxyz")
	digit, symbol := has("0123456789"), has(symbols)
	rules := account.Settings.PasswordPolicy
	if rules == nil {
		if count(upper)+count(lower)+count(digit)+count(symbol) < defaultKinds {
			return badPassword("Password must have at least three of: an uppercase letter, a lowercase letter, a number, a symbol (%s)", symbols)
		}
		rules = &inventory.PasswordPolicy{MinLength: defaultMinLength}
	}
	for _, rule := range []struct {
		broken bool
		what   string
	}{
		{rules.Uppercase && !upper, "Password should have at least one uppercase letter"},
		{rules.Lowercase && !lower, "Password should have at least one lowercase letter"},
		{rules.Numbers && !digit, "Password should have at least one number"},
		{rules.Symbols && !symbol, "Password should have at least one of the following symbols: " + symbols},
	} {
		if rule.broken {
			return badPassword("%s", rule.what)
		}
	}
	if utf8.RuneCountInString(password) < rules.MinLength {
		return badPassword("Password should have a minimum length of %d", rules.MinLength)
	}
	return nil
}

func badPassword(format string, args ...any) error {
	return wire.Errorf(http.StatusBadRequest, "PasswordPolicyViolation", format, args...)
}

// newPassword is the hash of a user's next password, which must be neither
// against the rules nor one of the former that must not come again. It is made
// before the account is changed, because it takes long.
func (a *API) newPassword(of found[inventory.User], password string) (string, error) {
	if err := checkPassword(of.account, password); err != nil {
		return "", err
	}
	if rules := of.account.Settings.PasswordPolicy; rules != nil && rules.NoReuse > 0 {
		login := of.entity.Login
		for _, hash := range append([]string{login.Hash}, login.Former...)[:min(rules.NoReuse, 1+len(login.Former))] {
			if auth.CheckPassword(hash, password) {
				return "", badPassword("Password has been used before: the last %d may not be used again", rules.NoReuse)
			}
		}
	}
	return auth.HashPassword(password, a.Keys.Random)
}

// setPassword makes a hash the current one and remembers the one before.
func setPassword(login *inventory.LoginProfile, hash string, now time.Time) {
	login.Former = append([]string{login.Hash}, login.Former...)
	login.Former = login.Former[:min(len(login.Former), maxFormer)]
	login.Hash, login.Changed = hash, now
}
