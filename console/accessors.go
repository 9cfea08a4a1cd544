package console

import "time"

// accessor is a user or role that used a service through a group or policy, or
// could and did not.
type accessor struct {
	LastAuthenticated time.Time
	EntityInfo        struct{ Arn, Name, Type, Path string }
}

// accessors adds who used the service: of a group or policy that is more than
// one. For a user or role it is that one.
func (q *request) accessors(v *serviceView, namespace string) error {
	if !v.Kind.several() {
		return nil
	}
	type details struct {
		page
		EntityDetailsList []accessor `xml:"EntityDetailsList>member"`
	}
	_, err := askAll(q.Context(), q.client, "GetServiceLastAccessedDetailsWithEntities", func(p *details) page {
		v.Entities = append(v.Entities, p.EntityDetailsList...)
		return p.page
	}, "JobId", v.Report.JobID, "ServiceNamespace", namespace)
	ok, err := q.try(err)
	if ok {
		v.CLI = append(v.CLI, q.cli("iam", "get-service-last-accessed-details-with-entities", "--job-id", v.Report.JobID, "--service-namespace", namespace))
	}
	return err
}

// Kind is where the pages of the accessor are.
func (a accessor) Kind() kind {
	if a.EntityInfo.Type == "ROLE" {
		return kindOf("roles")
	}
	return kindOf("users")
}
