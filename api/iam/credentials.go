package iam

import (
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// heldCredentials is what an inventory says of how a user or root signs in.
type heldCredentials struct {
	password *password // nil: none
	mfa      int       // devices in use
	keys     []accessKey
}

// password is a user's sign-in to the console.
type password struct{ changed time.Time }

// accessKey is a long-term access key.
type accessKey struct {
	id      string
	active  bool
	created time.Time
}

// credentialsOf are the credentials of a user, and rootCredentials those of
// root. The inventory does not hold any yet, so there are none: the credential
// report, the account summary and GetAccessKeyLastUsed of an unused key ask
// here and nowhere else.
func credentialsOf(*inventory.User) heldCredentials { return heldCredentials{} }

func rootCredentials(*inventory.Account) heldCredentials { return heldCredentials{} }

// keyOwner is the name of the user who has an access key, by what the inventory
// says; false when it does not know the key.
func keyOwner(account *inventory.Account, id string) (name string, ok bool) {
	for _, u := range account.Users {
		for _, k := range credentialsOf(u).keys {
			if k.id == id {
				return u.Name, true
			}
		}
	}
	return "", false
}
