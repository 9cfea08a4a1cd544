package iam

import (
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// heldCredentials is what an inventory says of how a user or root signs in.
// Snapshots say nothing of it, so in an account that was imported nobody has
// any; what logs show of last use is there all the same.
type heldCredentials struct {
	password *inventory.LoginProfile // nil: none
	mfa      int                     // devices in use
	keys     []inventory.AccessKey   // the oldest first
}

func credentialsOf(account *inventory.Account, u *inventory.User) heldCredentials {
	return heldCredentials{u.Login, len(account.DevicesOf(u.ID)), u.Keys}
}

// rootCredentials are those of root, which needs no password here.
func rootCredentials(account *inventory.Account) heldCredentials {
	return heldCredentials{nil, len(account.DevicesOf(account.ID)), account.Settings.RootKeys}
}

// rotation is when a password has to be changed, zero when it does not expire.
func rotation(account *inventory.Account, p *inventory.LoginProfile) time.Time {
	rules := account.Settings.PasswordPolicy
	if p == nil || rules == nil || rules.MaxAge == 0 {
		return time.Time{}
	}
	return p.Changed.AddDate(0, 0, rules.MaxAge)
}
