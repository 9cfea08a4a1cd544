package organizations

import (
	"context"
	"errors"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// organizationOutput is the organization itself.
type organizationOutput struct{ Organization *Organization }

func (a *API) describeOrganization(_ context.Context, _ wire.Caller, _ *struct{}, v *view) (*organizationOutput, error) {
	return &organizationOutput{newOrganization(v.Organization)}, nil
}

type listRootsOutput struct {
	Roots []*Root
	Page
}

// listRoots lists the one root that an organization has.
func (a *API) listRoots(_ context.Context, _ wire.Caller, in *Paging, v *view) (*listRootsOutput, error) {
	list, page, err := cut(*in, []*Root{newRoot(v.Organization)}, func(r *Root) string { return r.Id }, "roots")
	return &listRootsOutput{list, page}, err
}

// describeResourcePolicy: no organization here has a delegation policy.
func (a *API) describeResourcePolicy(context.Context, wire.Caller, *struct{}, *view) (*wire.NoOutput, error) {
	return nil, exception("ResourcePolicyNotFoundException", "You specified a resource policy that doesn't exist.")
}

type createOrganizationInput struct {
	FeatureSet string `enum:"ALL,CONSOLIDATED_BILLING"` // default ALL
}

// createOrganization makes the caller's account the management account of a new
// organization. The account must be a home: what a mirror is a member of, AWS
// says.
func (a *API) createOrganization(ctx context.Context, caller wire.Caller, in *createOrganizationInput) (*organizationOutput, error) {
	mode, err := a.Book.Mode(ctx, caller.Account)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if mode == accounts.Mirror {
		return nil, exception("AccessDeniedException",
			"User: %s cannot create an organization here: account %s is a mirror of AWS. Create it in AWS and import it, or let the operator make the account a home: ebbmark accounts mode %[2]s home", caller.ARN, caller.Account)
	}
	id, err := organization.NewOrganizationID(a.Random)
	if err != nil {
		return nil, err
	}
	root, err := organization.NewRootID(a.Random)
	if err != nil {
		return nil, err
	}
	made := organization.New(id, root, organization.Account{
		ID: caller.Account, Name: "management", Email: caller.Account + "@management.invalid", Status: organization.Active,
		JoinedMethod: organization.Invited, JoinedTimestamp: a.now(),
	})
	made.Partition = caller.Partition
	if in.FeatureSet != "" {
		made.FeatureSet = in.FeatureSet
	}
	err = a.Book.CreateOrganization(ctx, made)
	if errors.Is(err, accounts.ErrInOrganization) {
		return nil, exception("AlreadyInOrganizationException", "The AWS account is already a member of an organization.")
	} else if err != nil {
		return nil, err
	}
	return &organizationOutput{newOrganization(made)}, nil
}

func (a *API) deleteOrganization(ctx context.Context, caller wire.Caller, _ *struct{}, v *view) (*wire.NoOutput, error) {
	err := a.Book.DeleteOrganization(ctx, v.ID)
	switch {
	case errors.Is(err, accounts.ErrOrganizationMirror):
		return nil, mirrored(caller, v.ID)
	case errors.Is(err, accounts.ErrNoOrganization):
		return nil, errNotInUse
	}
	return nil, answer(err)
}
