package organizations

import (
	"context"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// serviceInput names a service by its principal.
type serviceInput struct {
	ServicePrincipal string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]*"`
}

// ConditionKeys implements wire.Keyed.
func (in *serviceInput) ConditionKeys(string) map[string][]string {
	return ofService(in.ServicePrincipal)
}

// EnabledServicePrincipal is a service that may act in the organization.
type EnabledServicePrincipal struct {
	ServicePrincipal string
	DateEnabled      time.Time
}

type listServiceAccessOutput struct {
	EnabledServicePrincipals []EnabledServicePrincipal
	Page
}

func (a *API) listServiceAccess(_ context.Context, _ wire.Caller, in *Paging, v *view) (*listServiceAccessOutput, error) {
	list, page, err := cut(*in, v.TrustedServices, func(s organization.TrustedService) string { return s.Service }, "trusted")
	return &listServiceAccessOutput{each(list, func(s organization.TrustedService) EnabledServicePrincipal {
		return EnabledServicePrincipal{s.Service, s.Since}
	}), page}, err
}

// enableServiceAccess lets a service act in the organization. Once more changes
// nothing, as in AWS.
func (a *API) enableServiceAccess(ctx context.Context, caller wire.Caller, in *serviceInput, v *view) (*wire.NoOutput, error) {
	return a.change(ctx, caller, v, func(o *organization.Organization) error {
		o.TrustService(in.ServicePrincipal, a.now())
		return nil
	})
}

// disableServiceAccess takes that back. Who administers the service must be
// deregistered before.
func (a *API) disableServiceAccess(ctx context.Context, caller wire.Caller, in *serviceInput, v *view) (*wire.NoOutput, error) {
	return a.change(ctx, caller, v, func(o *organization.Organization) error {
		if slices.ContainsFunc(o.Delegated, func(d organization.Delegated) bool { return d.Service == in.ServicePrincipal }) {
			return constraint("DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE", "The service has a delegated administrator. Deregister it first.")
		}
		o.DistrustService(in.ServicePrincipal)
		return nil
	})
}

// trusts reports whether a service may act in the organization.
func trusts(o *organization.Organization, service string) bool {
	return slices.ContainsFunc(o.TrustedServices, func(s organization.TrustedService) bool { return s.Service == service })
}
