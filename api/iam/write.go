package iam

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Writing. An operation is allowed on what was found before the guard was
// asked; meanwhile it may have been changed by someone else. So a change looks
// again: current finds the entity that was meant, and says so when it is gone.

// write changes the caller's account in one step. change may be called several
// times, each time on a fresh copy; what it returns is the answer, and then
// nothing is stored.
func (a *API) write(ctx context.Context, caller wire.Caller, change func(*inventory.Account) error) error {
	err := a.Book.Write(ctx, caller.Account, change)
	if errors.Is(err, accounts.ErrMirror) {
		return wire.Errorf(http.StatusForbidden, "AccessDenied",
			"User: %s cannot change account %s here: it is a mirror of AWS, and the next import would undo the change. Change it in AWS and import it again, or let the operator make it a home: ebbmark accounts mode %[2]s home",
			caller.ARN, caller.Account)
	}
	return err
}

// The entities that an operation was allowed on, as they are now. One that was
// deleted meanwhile, and perhaps made again, is absent; one that was moved is
// not where the caller may change it.

func currentUser(account *inventory.Account, of *inventory.User) (*inventory.User, error) {
	u := account.UserByID(of.ID)
	if u == nil {
		return nil, noSuchUser(of.Name)
	}
	return u, unmoved(u.ARN, of.ARN)
}

func currentGroup(account *inventory.Account, of *inventory.Group) (*inventory.Group, error) {
	g := account.GroupByName(of.Name)
	if g == nil || g.ID != of.ID {
		return nil, noSuchEntity("The group with name %s cannot be found.", of.Name)
	}
	return g, unmoved(g.ARN, of.ARN)
}

func currentRole(account *inventory.Account, of *inventory.Role) (*inventory.Role, error) {
	r := account.RoleByID(of.ID)
	if r == nil {
		return nil, noSuchEntity("The role with name %s cannot be found.", of.Name)
	}
	return r, unmoved(r.ARN, of.ARN)
}

func currentPolicy(account *inventory.Account, of *inventory.Policy) (*inventory.Policy, error) {
	p := account.Policy(of.ARN)
	if p == nil || p.ID != of.ID {
		return nil, noSuchEntity("Policy %s was not found.", of.ARN)
	}
	return p, nil
}

func currentProfile(account *inventory.Account, of *inventory.InstanceProfile) (*inventory.InstanceProfile, error) {
	p := account.Profile(of.Name)
	if p == nil || p.ID != of.ID {
		return nil, noSuchEntity("Instance Profile %s cannot be found.", of.Name)
	}
	return p, nil
}

func unmoved(is, was string) error {
	if is != was {
		return wire.Errorf(http.StatusConflict, "ConcurrentModification",
			"The entity %s was changed by another request at the same time. Try again.", was)
	}
	return nil
}

// changeUser changes the user that the operation is about.
func (a *API) changeUser(ctx context.Context, caller wire.Caller, of found[inventory.User], change func(*inventory.Account, *inventory.User) error) error {
	return a.write(ctx, caller, func(account *inventory.Account) error {
		u, err := currentUser(account, of.entity)
		if err != nil {
			return err
		}
		return change(account, u)
	})
}

// today is the date of what is made or changed now, in whole seconds (IAM-4).
func (a *API) today() time.Time { return a.now().Truncate(time.Second) }

// newID makes up a unique id (inventory.UserID, …).
func (a *API) newID(prefix string) (string, error) { return inventory.NewID(prefix, a.Keys.Random) }

// The errors of writes (IAM-25).

func noSuchUser(name string) error {
	return noSuchEntity("The user with name %s cannot be found.", name)
}

func entityAlreadyExists(format string, args ...any) error {
	return wire.Errorf(http.StatusConflict, "EntityAlreadyExists", format, args...)
}

func deleteConflict(format string, args ...any) error {
	return wire.Errorf(http.StatusConflict, "DeleteConflict", format, args...)
}

// overQuota is the refusal of one more than a quota allows, by the quota's
// name, such as "AccessKeysPerUser".
func overQuota(name string, quota int) error {
	return wire.Errorf(http.StatusConflict, "LimitExceeded", "Cannot exceed quota for %s: %d", name, quota)
}
