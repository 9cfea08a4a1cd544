package console

import (
	"errors"
	"time"
)

// serviceAccess is a service of a report, and so is actionAccess an action.
// Encoded as JSON they are what the AWS CLI prints.
type serviceAccess struct {
	ServiceName                string
	LastAuthenticated          time.Time `json:",omitzero"`
	ServiceNamespace           string
	LastAuthenticatedEntity    string `json:",omitempty"`
	LastAuthenticatedRegion    string `json:",omitempty"`
	TotalAuthenticatedEntities int
	TrackedActionsLastAccessed []actionAccess `xml:"TrackedActionsLastAccessed>member" json:",omitempty"`
}

type actionAccess struct {
	ActionName         string
	LastAccessedEntity string    `json:",omitempty"`
	LastAccessedTime   time.Time `json:",omitzero"`
	LastAccessedRegion string    `json:",omitempty"`
}

// accessReport is a report of last accessed information (LA-60).
type accessReport struct {
	ARN       string
	JobID     string
	Running   bool
	Failure   string // why the job failed; empty: it did not
	Completed time.Time
	Services  []serviceAccess
}

type accessPage struct {
	page
	JobStatus            string
	JobCompletionDate    time.Time
	ServicesLastAccessed []serviceAccess `xml:"ServicesLastAccessed>member"`
	Error                struct{ Message, Code string }
}

// report is the report on something at action level. The session keeps the job,
// never an address: what a page shows is of the entity it names. A job that the
// API does not know any more is asked for anew.
func (q *request) report(arn string) (*accessReport, error) {
	id := q.console.sessions.job(q.visit.key, arn)
	if id != "" {
		r, err := q.readJob(arn, id)
		if e, gone := errors.AsType[*apiError](err); !gone || e.Code != "NoSuchEntity" {
			return r, err
		}
	}
	id, err := q.startJob(arn)
	if err != nil {
		return nil, err
	}
	return q.readJob(arn, id)
}

func (q *request) startJob(arn string) (string, error) {
	out, err := ask[struct{ JobId string }](q.Context(), q.client, "iam", "GenerateServiceLastAccessedDetails", "Arn", arn, "Granularity", "ACTION_LEVEL")
	if err == nil {
		q.console.sessions.remember(q.visit.key, arn, out.JobId)
	}
	return out.JobId, err
}

// readJob reads all pages of a report. One of which a part is missing would call
// the services of that part not accessed, so that it is an error.
func (q *request) readJob(arn, id string) (*accessReport, error) {
	r := &accessReport{ARN: arn, JobID: id}
	whole, err := askAll(q.Context(), q.client, "GetServiceLastAccessedDetails", func(p *accessPage) page {
		r.Running = p.JobStatus == "IN_PROGRESS"
		r.Completed = p.JobCompletionDate
		if p.JobStatus == "FAILED" {
			r.Failure = p.Error.Message
		}
		r.Services = append(r.Services, p.ServicesLastAccessed...)
		return p.page
	}, "JobId", id)
	if err == nil && !whole {
		err = errors.New("report has more services than are read")
	}
	return r, err
}
