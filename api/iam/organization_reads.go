package iam

import (
	"context"
	"errors"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// organizationRead is a permission that a report needs (ORG-22), on each of the
// resources. Without any it is asked for "*".
type organizationRead struct {
	action    string
	resources []string
}

// mayReadOrganization reports whether the caller has the permissions to read
// what the report is made of.
func (a *API) mayReadOrganization(ctx context.Context, caller wire.Caller, o *organization.Organization, asked askedReport) (bool, error) {
	for _, read := range readsFor(o, asked) {
		resources := read.resources
		if len(resources) == 0 {
			resources = []string{"*"}
		}
		for _, resource := range resources {
			if may, err := a.may(ctx, caller, read.action, resource); err != nil || !may {
				return false, err
			}
		}
	}
	return a.mayListRoots(ctx, caller, o)
}

// mayListRoots: ListRoots knows no resource but "*". A permission for the
// organization's ARNs is honoured all the same, as ORG-22 has it.
func (a *API) mayListRoots(ctx context.Context, caller wire.Caller, o *organization.Organization) (bool, error) {
	const listRoots = "organizations:ListRoots"
	if may, err := a.may(ctx, caller, listRoots, "*"); err != nil || may {
		return may, err
	}
	return a.may(ctx, caller, listRoots, o.RootARN())
}

// may asks the guard.
func (a *API) may(ctx context.Context, caller wire.Caller, action, resource string) (bool, error) {
	err := a.Guard(ctx, caller, action, resource)
	if _, refused := errors.AsType[*wire.Error](err); refused {
		return false, nil
	}
	return err == nil, err
}

// readsFor is the table of ORG-22 without ListRoots, which all need.
func readsFor(o *organization.Organization, asked askedReport) []organizationRead {
	id, kind, _ := o.Find(asked.Path)
	line := o.Line(id)
	parents := organizationRead{"organizations:ListParents", targetARNs(o, line[1:])}
	if id == o.ManagementAccount {
		return []organizationRead{parents}
	}
	if asked.Policy != "" {
		p, ok := o.Policy(asked.Policy)
		if !ok {
			p = organization.Policy{ID: asked.Policy, Type: organization.SCP}
		}
		its := []string{o.PolicyARN(p)}
		return []organizationRead{
			parents,
			{"organizations:ListPoliciesForTarget", targetARNs(o, []string{id})},
			{"organizations:DescribePolicy", its},
			{"organizations:ListTargetsForPolicy", its},
		}
	}
	reads := []organizationRead{
		{"organizations:ListChildren", childrenARNs(o, id, kind)},
		{"organizations:ListPoliciesForTarget", targetARNs(o, line)},
		{"organizations:DescribePolicy", policyARNs(o, line)},
	}
	if kind != organization.KindRoot {
		reads = append(reads, parents)
	}
	return reads
}

// childrenARNs are the root and units whose children the report is about; for
// an account, its parent.
func childrenARNs(o *organization.Organization, id string, kind organization.Kind) []string {
	if kind == organization.KindAccount {
		parent, _ := o.Parent(id)
		return targetARNs(o, []string{parent})
	}
	units, _ := o.Under(id)
	if kind == organization.KindRoot {
		units = append([]string{id}, units...)
	}
	return targetARNs(o, units)
}

func targetARNs(o *organization.Organization, ids []string) (arns []string) {
	for _, id := range ids {
		arns = append(arns, o.TargetARN(id))
	}
	return arns
}

// policyARNs are the service control policies on the targets.
func policyARNs(o *organization.Organization, targets []string) (arns []string) {
	for _, target := range targets {
		for _, p := range o.PoliciesOf(target, organization.SCP) {
			arns = append(arns, o.PolicyARN(p))
		}
	}
	return arns
}
