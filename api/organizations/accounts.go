package organizations

import (
	"context"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// OfAccount names an account.
type OfAccount struct {
	AccountId string `required:"true" max:"12" pattern:"^\\d{12}$"`
}

func (in *OfAccount) id() string { return in.AccountId }

type describeAccountOutput struct{ Account Account }

func (a *API) describeAccount(_ context.Context, _ wire.Caller, in *OfAccount, v *view) (*describeAccountOutput, error) {
	if _, ok := v.Account(in.AccountId); !ok {
		return nil, answer(organization.ErrAccountNotFound)
	}
	return &describeAccountOutput{newAccount(v.Organization, in.AccountId)}, nil
}

type listAccountsOutput struct {
	Accounts []Account
	Page
}

func (v *view) showAccount(id string) Account { return newAccount(v.Organization, id) }

func (a *API) listAccounts(_ context.Context, _ wire.Caller, in *Paging, v *view) (*listAccountsOutput, error) {
	list, page, err := cut(*in, v.Accounts, func(a organization.Account) string { return a.ID }, "accounts")
	return &listAccountsOutput{each(list, func(a organization.Account) Account { return v.showAccount(a.ID) }), page}, err
}

func (a *API) listAccountsForParent(_ context.Context, _ wire.Caller, in *OfParent, v *view) (*listAccountsOutput, error) {
	_, members, err := v.below(in.ParentId)
	if err != nil {
		return nil, err
	}
	ids, page, err := cut(in.Paging, members, itself, "accounts", in.ParentId)
	return &listAccountsOutput{each(ids, v.showAccount), page}, err
}

type moveAccountInput struct {
	OfAccount
	SourceParentId      string `required:"true" max:"100" pattern:"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$"`
	DestinationParentId string `required:"true" max:"100" pattern:"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$"`
}

func (in *moveAccountInput) id() string { return in.AccountId }

// moveAccount needs the permission on the account and on both parents.
func (a *API) moveAccount(ctx context.Context, caller wire.Caller, in *moveAccountInput, v *view) (*wire.NoOutput, error) {
	if err := a.also(ctx, caller, "MoveAccount", v.TargetARN(in.SourceParentId), v.TargetARN(in.DestinationParentId)); err != nil {
		return nil, err
	}
	return a.change(ctx, caller, v, func(o *organization.Organization) error {
		return o.MoveAccount(in.AccountId, in.SourceParentId, in.DestinationParentId)
	})
}

// closeAccount closes a member account, at once: there is nothing here that
// would take time.
func (a *API) closeAccount(ctx context.Context, caller wire.Caller, in *OfAccount, v *view) (*wire.NoOutput, error) {
	return a.change(ctx, caller, v, func(o *organization.Organization) error {
		switch one, ok := o.Account(in.AccountId); {
		case in.AccountId == o.ManagementAccount:
			return constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account.")
		case ok && one.Status != organization.Active:
			return exception("AccountAlreadyClosedException", "The specified account is already closed.")
		}
		if err := o.CloseAccount(in.AccountId); err != nil {
			return err
		}
		return o.SetStatus(in.AccountId, organization.Suspended)
	})
}

// removeAccount lets an account go. Its home stays as it is: it stands alone.
func (a *API) removeAccount(ctx context.Context, caller wire.Caller, in *OfAccount, v *view) (*wire.NoOutput, error) {
	return a.change(ctx, caller, v, func(o *organization.Organization) error {
		if in.AccountId == o.ManagementAccount {
			return exception("MasterCannotLeaveOrganizationException", "You can't remove the management account from an organization. Delete the organization instead.")
		}
		return o.RemoveAccount(in.AccountId)
	})
}
