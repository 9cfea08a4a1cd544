package iam

import (
	"context"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/lastused"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// GetAccessKeyLastUsedInput names an access key.
type GetAccessKeyLastUsedInput struct {
	AccessKeyId string `required:"true" min:"16" max:"128" pattern:"[\\w]+"`
}

// GetAccessKeyLastUsedOutput is the last use of a key, and whose it is: root has
// no name.
type GetAccessKeyLastUsedOutput struct {
	UserName          string
	AccessKeyLastUsed AccessKeyLastUsed
}

// AccessKeyLastUsed is the last request signed with a key.
type AccessKeyLastUsed struct {
	LastUsedDate time.Time
	ServiceName  string // namespace
	Region       string
}

// notApplicable stands for a service or Region that there is not (IAM-32).
const notApplicable = "N/A"

// usedKey is an access key as facts and inventory know it together.
type usedKey struct {
	userName string
	use      lastused.Use
}

// findKey finds a key with its last use. It is known when a user of the
// inventory has it, or when a request of one who still exists was signed with
// it: most snapshots say nothing of keys.
func (a *API) findKey(ctx context.Context, caller wire.Caller, in *GetAccessKeyLastUsedInput) (usedKey, string, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return usedKey{}, "", err
	}
	var use lastused.Use
	var owner string
	err = store.Again(func() error {
		use, owner, err = lastused.Key(in.AccessKeyId, a.factsOf(ctx, account, activity.KeyUse), lastused.Rules{Now: a.now()})
		return err
	})
	if err != nil {
		return usedKey{}, "", err
	}
	if owner == rootARN(account) || account.KeyOf("", in.AccessKeyId) != nil {
		return usedKey{"", use}, rootARN(account), nil
	}
	u := account.UserByKey(in.AccessKeyId)
	if u == nil {
		u = userByPrincipal(account, owner)
	}
	if u == nil {
		return usedKey{}, "*", noSuchEntity("The Access Key with id %s cannot be found", in.AccessKeyId)
	}
	return usedKey{u.Name, use}, u.ARN, nil
}

// userByPrincipal finds the user that facts call by unique id or by ARN.
func userByPrincipal(account *inventory.Account, principal string) *inventory.User {
	if u := account.UserByID(principal); u != nil {
		return u
	}
	u := account.UserByName(principal[strings.LastIndexByte(principal, '/')+1:])
	if u == nil || u.ARN != principal {
		return nil
	}
	return u
}

// GetAccessKeyLastUsed tells when an access key was last used, for which
// service and where (IAM-32).
func (a *API) GetAccessKeyLastUsed(
	ctx context.Context, _ wire.Caller, _ *GetAccessKeyLastUsedInput, key usedKey,
) (*GetAccessKeyLastUsedOutput, error) {
	cat, _, err := a.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	return &GetAccessKeyLastUsedOutput{key.userName, newKeyLastUsed(cat, key.use)}, nil
}

func newKeyLastUsed(cat *catalog.Catalog, u lastused.Use) AccessKeyLastUsed {
	if !u.Ever() {
		return AccessKeyLastUsed{ServiceName: notApplicable, Region: notApplicable}
	}
	region := u.Region
	if region == "" {
		region = notApplicable
	}
	return AccessKeyLastUsed{u.At, serviceOf(cat, u.Source), region}
}

// serviceOf is the namespace of an event source. One that the catalogue does
// not know is called by its first label, which is what most are.
func serviceOf(cat *catalog.Catalog, source string) string {
	if use, ok := cat.Resolve(source, ""); ok {
		return cat.Services()[use.Service].Namespace
	}
	label, _, _ := strings.Cut(source, ".")
	return label
}
