package organizations

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// DelegatedAdministrator is an account that administers a service for the
// organization.
type DelegatedAdministrator struct {
	Account
	DelegationEnabledDate time.Time
}

type listDelegatedAdministratorsInput struct {
	ServicePrincipal string `min:"1" max:"128" pattern:"[\\w+=,.@-]*"` // empty: of any service
	Paging
}

type listDelegatedAdministratorsOutput struct {
	DelegatedAdministrators []DelegatedAdministrator
	Page
}

// ConditionKeys implements wire.Keyed.
func (in *listDelegatedAdministratorsInput) ConditionKeys(string) map[string][]string {
	return ofService(in.ServicePrincipal)
}

func ofService(principal string) map[string][]string {
	if principal == "" {
		return nil
	}
	return map[string][]string{"organizations:ServicePrincipal": {principal}}
}

// listDelegatedAdministrators lists accounts, each once, dated by its first
// service of those that are asked for.
func (a *API) listDelegatedAdministrators(_ context.Context, _ wire.Caller, in *listDelegatedAdministratorsInput, v *view) (*listDelegatedAdministratorsOutput, error) {
	var list []organization.Delegated
	for _, d := range v.Delegated { // by account
		if in.ServicePrincipal != "" && d.Service != in.ServicePrincipal {
			continue
		}
		if last := len(list) - 1; last >= 0 && list[last].Account == d.Account {
			if d.Since.Before(list[last].Since) {
				list[last].Since = d.Since
			}
			continue
		}
		list = append(list, d)
	}
	list, page, err := cut(in.Paging, list, func(d organization.Delegated) string { return d.Account }, "administrators", in.ServicePrincipal)
	return &listDelegatedAdministratorsOutput{each(list, func(d organization.Delegated) DelegatedAdministrator {
		shown := DelegatedAdministrator{v.showAccount(d.Account), d.Since}
		shown.Paths = nil // which this shape does not have
		return shown
	}), page}, err
}

type listDelegatedServicesInput struct {
	OfAccount
	Paging
}

func (in *listDelegatedServicesInput) id() string { return in.AccountId }

// DelegatedService is a service that an account administers.
type DelegatedService struct {
	ServicePrincipal      string
	DelegationEnabledDate time.Time
}

type listDelegatedServicesOutput struct {
	DelegatedServices []DelegatedService
	Page
}

func (a *API) listDelegatedServices(_ context.Context, _ wire.Caller, in *listDelegatedServicesInput, v *view) (*listDelegatedServicesOutput, error) {
	if _, ok := v.Account(in.AccountId); !ok {
		return nil, answer(organization.ErrAccountNotFound)
	}
	var list []DelegatedService
	for _, d := range v.Delegated {
		if d.Account == in.AccountId {
			list = append(list, DelegatedService{d.Service, d.Since})
		}
	}
	if list == nil {
		return nil, answer(organization.ErrNotRegistered)
	}
	list, page, err := cut(in.Paging, list, func(s DelegatedService) string { return s.ServicePrincipal }, "services", in.AccountId)
	return &listDelegatedServicesOutput{list, page}, err
}

// delegationInput is an account and a service that it administers.
type delegationInput struct {
	OfAccount
	ServicePrincipal string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]*"`
}

func (in *delegationInput) id() string { return in.AccountId }

// ConditionKeys implements wire.Keyed.
func (in *delegationInput) ConditionKeys(string) map[string][]string {
	return ofService(in.ServicePrincipal)
}

// registerDelegated makes an account an administrator of a service. As in AWS,
// that service needs access to the organization first.
func (a *API) registerDelegated(ctx context.Context, caller wire.Caller, in *delegationInput, v *view) (*wire.NoOutput, error) {
	return a.change(ctx, caller, v, func(o *organization.Organization) error {
		one, ok := o.Account(in.AccountId)
		switch {
		case !ok:
			return organization.ErrAccountNotFound
		case one.ID == o.ManagementAccount:
			return constraint("CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR", "You cannot register the management account as a delegated administrator.")
		case one.Status != organization.Active:
			return constraint("CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR", "You cannot register a suspended account as a delegated administrator.")
		case !trusts(o, in.ServicePrincipal):
			return constraint("SERVICE_ACCESS_NOT_ENABLED", "You cannot register a delegated administrator before you enable service access: call EnableAWSServiceAccess first.")
		}
		return o.RegisterDelegated(in.AccountId, in.ServicePrincipal, a.now())
	})
}

func (a *API) deregisterDelegated(ctx context.Context, caller wire.Caller, in *delegationInput, v *view) (*wire.NoOutput, error) {
	return a.change(ctx, caller, v, func(o *organization.Organization) error {
		return o.DeregisterDelegated(in.AccountId, in.ServicePrincipal)
	})
}
