package organizations

import (
	"context"
	"errors"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// who says which accounts of an organization may use an operation (ORG-44).
// Whether the caller may is for its policies to say besides.
type who uint8

const (
	management    who = iota // the management account
	administrator            // and accounts that administer a service for the organization
	anyMember                // every account of the organization
)

func (w who) includes(o *organization.Organization, account string) bool {
	switch {
	case account == o.ManagementAccount, w == anyMember:
		return true
	case w == administrator:
		return o.IsDelegated(account)
	}
	return false
}

// view is the organization of a caller at one moment, and what in it a request
// is about.
type view struct {
	*organization.Organization
	id string // of a root, unit, account or policy; empty: the organization
}

// ConditionKeys implements wire.Keyed.
func (v *view) ConditionKeys(string) map[string][]string {
	keys := map[string][]string{}
	for _, tag := range v.Tags[v.id] {
		keys["aws:ResourceTag/"+tag.Key] = []string{tag.Value}
	}
	if p, ok := v.Policy(v.id); ok {
		keys["organizations:PolicyType"] = []string{p.Type}
	}
	return keys
}

// resource is the ARN of what the view is about, whether it exists or not; "*"
// when that is the organization as a whole.
func (v *view) resource() string {
	switch {
	case v.id == "":
		return "*"
	case organization.KindOf(v.id) == 0:
		return v.policyARN(v.id)
	}
	return v.TargetARN(v.id)
}

// policyARN is that of a policy. One that does not exist is taken for a service
// control policy.
func (v *view) policyARN(id string) string {
	p, ok := v.Policy(id)
	if !ok {
		p = organization.Policy{ID: id, Type: organization.SCP}
	}
	return v.PolicyARN(p)
}

// about says which root, unit, account or policy a request is about.
type about[I any] func(*I) string

// on makes an operation on the caller's organization. The guard is asked about
// the ARN of what the request is about; nil: "*".
func on[I, O any](a *API, name string, w who, id about[I], call func(context.Context, wire.Caller, *I, *view) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (*view, string, error) {
		o, err := a.organizationOf(ctx, caller)
		if errors.Is(err, errNotInUse) {
			return nil, "*", err
		} else if err != nil {
			return nil, "", err
		}
		v := &view{Organization: o}
		if id != nil {
			v.id = id(in)
		}
		if !w.includes(o, caller.Account) {
			return nil, v.resource(), errNoAccess
		}
		return v, v.resource(), nil
	}, call)
}

// organizationOf is the organization that the caller's account is in.
func (a *API) organizationOf(ctx context.Context, caller wire.Caller) (*organization.Organization, error) {
	o, err := a.Book.OrganizationOf(ctx, caller.Account)
	if errors.Is(err, accounts.ErrNoOrganization) {
		return nil, errNotInUse
	}
	return o, err
}

// also asks the guard about further resources of a request.
func (a *API) also(ctx context.Context, caller wire.Caller, action string, resources ...string) error {
	for _, r := range resources {
		if err := a.Guard(ctx, caller, "organizations:"+action, r); err != nil {
			return err
		}
	}
	return nil
}
