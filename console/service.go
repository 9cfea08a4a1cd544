package console

import (
	"net/http"
	"slices"
)

// serviceView is the page of a service of a report.
type serviceView struct {
	Frame
	Kind     kind
	Entity   subject
	Report   *accessReport
	Service  serviceAccess
	Table    actionTable
	Actions  []actionAccess // shown
	Grants   []granting
	Asked    bool // the API has told Grants
	Entities []accessor
	CLI      []string
}

// granting is a policy that grants access to a service (LA-102).
type granting struct{ PolicyName, PolicyType, PolicyArn, EntityType, EntityName string }

// service shows the actions of a service and what grants access to it.
func (q *request) service(w http.ResponseWriter) error {
	k, s, r, err := q.reportOf()
	if err != nil {
		return err
	}
	if r.Running || r.Failure != "" {
		http.Redirect(w, q.Request, k.At("last-accessed", s.ID), http.StatusSeeOther)
		return nil
	}
	namespace := q.URL.Query().Get("service")
	i := slices.IndexFunc(r.Services, func(s serviceAccess) bool { return s.ServiceNamespace == namespace })
	if i < 0 {
		return errNotFound
	}
	v := serviceView{Kind: k, Entity: s, Report: r, Service: r.Services[i], Table: newActionTable(q.URL.Query()), CLI: q.accessCLI(s, r)}
	v.Actions = v.Table.of(v.Service.TrackedActionsLastAccessed)
	if err := q.grants(&v, namespace); err != nil {
		return err
	}
	if err := q.accessors(&v, namespace); err != nil {
		return err
	}
	tab := Link{"Last accessed", k.At("last-accessed", s.ID)}
	v.Frame = q.frame(v.Service.ServiceName+" – "+s.Name, append(k.crumbs(), Link{s.Name, k.At("details", s.ID)}, tab, Link{v.Service.ServiceName, ""}))
	q.console.render(w, http.StatusOK, "service", &v)
	return nil
}

// grants adds the policies that grant access to the service. The API tells it of
// users, groups and roles only (LA-107).
func (q *request) grants(v *serviceView, namespace string) error {
	if v.Kind.Slug == "policies" {
		return nil
	}
	type grants struct {
		List []struct {
			Policies []granting `xml:"Policies>member"`
		} `xml:"PoliciesGrantingServiceAccess>member"`
	}
	out, err := ask[grants](q.Context(), q.client, "iam", "ListPoliciesGrantingServiceAccess", "Arn", v.Entity.ARN, "ServiceNamespaces.member.1", namespace)
	if v.Asked, err = q.try(err); err != nil {
		return err
	}
	for _, one := range out.List {
		v.Grants = append(v.Grants, one.Policies...)
	}
	v.CLI = append(v.CLI, q.cli("iam", "list-policies-granting-service-access", "--arn", v.Entity.ARN, "--service-namespaces", namespace))
	return nil
}
