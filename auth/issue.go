package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
)

// MaxKeys is how many access keys a user or root may have (IAM-45).
const MaxKeys = 2

var (
	// ErrTooManyKeys: the owner has MaxKeys.
	ErrTooManyKeys = fmt.Errorf("has %d access keys already: delete one first", MaxKeys)
	// ErrNoOwner: there is no such user.
	ErrNoOwner = errors.New("the user is gone")
)

// Change is accounts.Book's Update or Write.
type Change func(ctx context.Context, account string, change func(*inventory.Account) error) error

// Issue makes a key and puts it into force. The credential is stored first: what
// a crash leaves in between is a credential that the inventory does not list and
// that authenticates nobody. An error of change is returned as it is.
func (k *Keyring) Issue(ctx context.Context, change Change, owner Owner, id, secret string, now time.Time) (Key, error) {
	key, err := k.Create(ctx, owner, id, secret, now)
	if err != nil {
		return Key{}, err
	}
	if err := change(ctx, owner.Account, func(a *inventory.Account) error { return List(a, key) }); err != nil {
		// The change may have been stored although it failed. Then the key works
		// without anyone knowing its secret, which is better than a listed key
		// without a credential, so that only a refusal takes it back.
		if errors.Is(err, ErrTooManyKeys) || errors.Is(err, ErrNoOwner) || errors.Is(err, accounts.ErrMirror) {
			err = errors.Join(err, k.Delete(context.WithoutCancel(ctx), key.ID))
		}
		return Key{}, err
	}
	return key, nil
}

// List puts a key into force in the inventory of its account, once.
func List(a *inventory.Account, key Key) error {
	keys := &a.Settings.RootKeys
	if key.Owner.User != "" {
		u := a.UserByID(key.Owner.User)
		if u == nil {
			return ErrNoOwner
		}
		keys = &u.Keys
	}
	if slices.ContainsFunc(*keys, func(k inventory.AccessKey) bool { return k.ID == key.ID }) {
		return nil
	}
	if len(*keys) >= MaxKeys {
		return ErrTooManyKeys
	}
	*keys = append(*keys, inventory.AccessKey{ID: key.ID, Active: true, Created: key.Created})
	return nil
}
