package iam

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Access keys: four operations. The inventory says which keys there are and
// whether they are in force; the secret is auth's (auth.Keyring).

// The values of Status.
const (
	statusActive   = "Active"
	statusInactive = "Inactive"
)

// AccessKey is a new access key. The secret is shown this once.
type AccessKey struct {
	UserName        string // absent for root
	AccessKeyId     string
	Status          string
	SecretAccessKey string
	CreateDate      time.Time
}

// AccessKeyMetadata is an access key without its secret.
type AccessKeyMetadata struct {
	UserName    string
	AccessKeyId string
	Status      string
	CreateDate  time.Time
}

// CreateAccessKeyInput names whom the key is for.
type CreateAccessKeyInput struct{ OfAskedUser }

// CreateAccessKeyOutput is the new key.
type CreateAccessKeyOutput struct{ AccessKey AccessKey }

// CreateAccessKey makes an access key of a user or of root.
func (a *API) CreateAccessKey(ctx context.Context, caller wire.Caller, _ *CreateAccessKeyInput, of found[inventory.User]) (*CreateAccessKeyOutput, error) {
	owner := auth.Owner{Account: of.account.ID}
	if of.entity != nil {
		owner.User = of.entity.ID
	}
	store := func(ctx context.Context, _ string, change func(*inventory.Account) error) error {
		return a.write(ctx, caller, change)
	}
	key, err := a.Keys.Issue(ctx, store, owner, "", "", a.today())
	switch {
	case errors.Is(err, auth.ErrTooManyKeys):
		return nil, overQuota("AccessKeysPerUser", auth.MaxKeys)
	case errors.Is(err, auth.ErrNoOwner):
		return nil, noSuchUser(label(of))
	case err != nil:
		return nil, err
	}
	return &CreateAccessKeyOutput{AccessKey{label(of), key.ID, statusActive, key.Secret, key.Created}}, nil
}

// UpdateAccessKeyInput sets the status of a key.
type UpdateAccessKeyInput struct {
	OfAskedUser
	AccessKeyId string `required:"true" min:"16" max:"128" pattern:"[\\w]+"`
	Status      string `required:"true" enum:"Active,Inactive"`
}

// UpdateAccessKey puts a key into force or out of it. Requests feel it at once.
func (a *API) UpdateAccessKey(ctx context.Context, caller wire.Caller, in *UpdateAccessKeyInput, of found[inventory.User]) (*wire.NoOutput, error) {
	return nil, a.changeKeys(ctx, caller, of, in.AccessKeyId, func(keys *[]inventory.AccessKey, i int) {
		(*keys)[i].Active = in.Status == statusActive
	})
}

// DeleteAccessKeyInput names a key.
type DeleteAccessKeyInput struct {
	OfAskedUser
	AccessKeyId string `required:"true" min:"16" max:"128" pattern:"[\\w]+"`
}

// DeleteAccessKey deletes a key: the inventory's entry first, so that what a
// crash leaves in between authenticates nobody.
func (a *API) DeleteAccessKey(ctx context.Context, caller wire.Caller, in *DeleteAccessKeyInput, of found[inventory.User]) (*wire.NoOutput, error) {
	err := a.changeKeys(ctx, caller, of, in.AccessKeyId, func(keys *[]inventory.AccessKey, i int) {
		*keys = slices.Delete(*keys, i, i+1)
	})
	if err != nil {
		return nil, err
	}
	// The key is out of force whatever comes of this.
	if err := a.Keys.Delete(context.WithoutCancel(ctx), in.AccessKeyId); err != nil {
		a.Log.Warn("a deleted access key left its sealed secret behind", "key", in.AccessKeyId, "error", err)
	}
	return nil, nil
}

// changeKeys changes the list that holds a key, at its place.
func (a *API) changeKeys(
	ctx context.Context, caller wire.Caller, of found[inventory.User], id string, change func(keys *[]inventory.AccessKey, i int),
) error {
	return a.write(ctx, caller, func(account *inventory.Account) error {
		keys := &account.Settings.RootKeys
		if of.entity != nil {
			u, err := currentUser(account, of.entity)
			if err != nil {
				return err
			}
			keys = &u.Keys
		}
		i := slices.IndexFunc(*keys, func(k inventory.AccessKey) bool { return k.ID == id })
		if i < 0 {
			return noSuchEntity("The Access Key with id %s cannot be found.", id)
		}
		change(keys, i)
		return nil
	})
}

// ListAccessKeysInput names whose keys are listed.
type ListAccessKeysInput struct {
	OfAskedUser
	Paging
}

// Check implements wire.Checker.
func (in *ListAccessKeysInput) Check(caller wire.Caller) error {
	return cmp.Or(in.OfAskedUser.Check(caller), in.Paging.Check(caller))
}

// ListAccessKeysOutput holds keys, the oldest first.
type ListAccessKeysOutput struct {
	AccessKeyMetadata []AccessKeyMetadata
	Page
}

// ListAccessKeys lists the access keys of a user or of root.
func (a *API) ListAccessKeys(_ context.Context, _ wire.Caller, in *ListAccessKeysInput, of found[inventory.User]) (*ListAccessKeysOutput, error) {
	p, err := newPager(in.Paging, "ListAccessKeys", credentialOwner(of))
	if err != nil {
		return nil, err
	}
	keys := of.account.Settings.RootKeys
	if of.entity != nil {
		keys = of.entity.Keys
	}
	page := take(p, keys, func(inventory.AccessKey) string { return "" }, nil)
	return &ListAccessKeysOutput{shown(page, func(k inventory.AccessKey) AccessKeyMetadata {
		return AccessKeyMetadata{label(of), k.ID, keyStatus(k), k.Created}
	}), p.page()}, nil
}

func keyStatus(k inventory.AccessKey) string {
	if k.Active {
		return statusActive
	}
	return statusInactive
}
