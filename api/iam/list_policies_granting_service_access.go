package iam

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/wire"
)

// ListPoliciesGrantingServiceAccessInput is described in section 10 of the
// specification.
type ListPoliciesGrantingServiceAccessInput struct {
	Arn               string   `required:"true" min:"20" max:"2048"`
	ServiceNamespaces []string `required:"true" max:"200" memberMin:"1" memberMax:"64" memberPattern:"[\\w-]*"`
	Marker            *string
}

// Check implements wire.Checker. The words for what is no user, group or role
// are not those of the reports (LA-107).
func (in *ListPoliciesGrantingServiceAccessInput) Check(caller wire.Caller) error {
	err := report.Check(in.Arn, caller.Partition)
	a, _ := arn.Parse(in.Arn)
	switch {
	case err == nil && a.Kind() == "policy":
		err = report.ErrUnsupported
	case errors.Is(err, report.ErrUnsupported) && a.Resource == "root":
		return wire.Errorf(http.StatusBadRequest, "InvalidInput", "Could not extract entity from ARN : %s", in.Arn)
	case err == nil:
		err = checkAccount(in.Arn, caller)
	}
	if err != nil {
		return subjectError(err, in.Arn, caller)
	}
	return checkMarker(in.Marker)
}

func listPoliciesResource(in *ListPoliciesGrantingServiceAccessInput, _ wire.Caller) string {
	return in.Arn
}

// ListPoliciesGrantingServiceAccessOutput has one entry per namespace asked
// for, in that order (LA-104).
type ListPoliciesGrantingServiceAccessOutput struct {
	PoliciesGrantingServiceAccess []PoliciesGrantingServiceAccess
	IsTruncated                   bool // never (LA-106)
}

// PoliciesGrantingServiceAccess is what grants access to a service.
type PoliciesGrantingServiceAccess struct {
	ServiceNamespace string
	Policies         []GrantingPolicy
}

// GrantingPolicy is a managed policy with its ARN, or an inline policy with the
// entity that holds it (LA-102).
type GrantingPolicy struct {
	PolicyName string
	PolicyType string
	PolicyArn  string
	EntityType string
	EntityName string
}

// ListPoliciesGrantingServiceAccess lists the policies of a user, group or role
// that let it use each service, as they are now (LA-100).
func (a *API) ListPoliciesGrantingServiceAccess(
	ctx context.Context, caller wire.Caller, in *ListPoliciesGrantingServiceAccessInput,
) (*ListPoliciesGrantingServiceAccessOutput, error) {
	if in.Marker != nil { // ours, but never of this operation (LA-106)
		_, err := markerPosition(in.Marker, "", "")
		return nil, err
	}
	cat, engine, err := a.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	services, err := knownServices(cat, in.ServiceNamespaces)
	if err != nil {
		return nil, err
	}
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	subject, err := a.find(ctx, caller, account, "ListPoliciesGrantingServiceAccess", in.Arn)
	if err != nil {
		return nil, err
	}
	policies, err := parseSources(policySources(account, subject))
	if err != nil {
		return nil, fmt.Errorf("policies of %s: %w", in.Arn, err)
	}
	out := &ListPoliciesGrantingServiceAccessOutput{}
	for _, s := range services {
		out.PoliciesGrantingServiceAccess = append(out.PoliciesGrantingServiceAccess, PoliciesGrantingServiceAccess{
			ServiceNamespace: cat.Services()[s].Namespace,
			Policies:         granting(engine, policies, s),
		})
	}
	return out, nil
}

// knownServices finds the namespaces, each once, or names all that the
// catalogue does not know (LA-107).
func knownServices(cat *catalog.Catalog, namespaces []string) ([]int, error) {
	var services []int
	var unknown []string
	for _, n := range namespaces {
		s, ok := cat.Service(n)
		switch {
		case !ok:
			unknown = append(unknown, n)
		case !slices.Contains(services, s):
			services = append(services, s)
		}
	}
	if unknown != nil {
		return nil, wire.Errorf(http.StatusBadRequest, "InvalidInput",
			"Invalid service namespace: [%s]", strings.Join(unknown, ", "))
	}
	return services, nil
}

// policySources is the policies that count for a user, group or role (LA-101),
// in the order of LA-105, which is the inventory's.
func policySources(account *inventory.Account, subject *report.Subject) []inventory.Source {
	switch subject.Kind {
	case report.User:
		return account.UserPolicies(account.UserByName(subject.Name))
	case report.Group:
		return account.GroupPolicies(account.GroupByName(subject.Name))
	case report.Role:
		return account.RolePolicies(account.RoleByName(subject.Name))
	}
	return nil
}

// parsedSource is a policy and its document.
type parsedSource struct {
	inventory.Source
	doc *policy.Document
}

func parseSources(list []inventory.Source) ([]parsedSource, error) {
	out := make([]parsedSource, len(list))
	for i, s := range list {
		doc, err := policy.Parse([]byte(s.Document))
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", s.Name, err)
		}
		out[i] = parsedSource{s, doc}
	}
	return out, nil
}

// granting is the policies that, each judged alone, reach the service (LA-103).
// It is never nil.
func granting(engine *grant.Engine, list []parsedSource, service int) []GrantingPolicy {
	out := []GrantingPolicy{}
	for _, p := range list {
		if !engine.Reaches(p.doc, service) {
			continue
		}
		g := GrantingPolicy{PolicyName: p.Name, PolicyType: "INLINE", EntityType: p.EntityType, EntityName: p.EntityName}
		if p.Managed != nil {
			g = GrantingPolicy{PolicyName: p.Name, PolicyType: "MANAGED", PolicyArn: p.Managed.ARN}
		}
		out = append(out, g)
	}
	return out
}
