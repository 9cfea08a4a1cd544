package iam

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/wire"
)

// GetServiceLastAccessedDetailsInput is described in section 8 of the
// specification.
type GetServiceLastAccessedDetailsInput struct {
	JobId    string `required:"true" min:"36" max:"36"`
	MaxItems *int32 `min:"1" max:"1000"` // services of a page; default 200
	Marker   *string
}

// Check implements wire.Checker.
func (in *GetServiceLastAccessedDetailsInput) Check(wire.Caller) error { return checkMarker(in.Marker) }

// GetServiceLastAccessedDetailsOutput is a page of a report. Its elements are
// there as the table of LA-60 says.
type GetServiceLastAccessedDetailsOutput struct {
	JobStatus            string
	JobType              string
	JobCreationDate      time.Time `wire:",millis"`
	ServicesLastAccessed []ServiceLastAccessed
	JobCompletionDate    time.Time `wire:",millis"`
	IsTruncated          bool
	Marker               string
	Error                *ErrorDetails
}

// ErrorDetails says why a job failed.
type ErrorDetails struct{ Message, Code string }

// ServiceLastAccessed is a service of a report. Encoded as JSON it is what the
// AWS CLI prints.
type ServiceLastAccessed struct {
	ServiceName                string
	LastAuthenticated          time.Time `json:",omitzero"`
	ServiceNamespace           string
	LastAuthenticatedEntity    string `json:",omitempty"`
	LastAuthenticatedRegion    string `json:",omitempty"`
	TotalAuthenticatedEntities int
	TrackedActionsLastAccessed []TrackedActionLastAccessed `json:",omitempty"`
}

// TrackedActionLastAccessed is an action of a service.
type TrackedActionLastAccessed struct {
	ActionName         string
	LastAccessedEntity string    `json:",omitempty"`
	LastAccessedTime   time.Time `json:",omitzero"`
	LastAccessedRegion string    `json:",omitempty"`
}

// GetServiceLastAccessedDetails reads a page of a report, counted in services
// (LA-80).
func (a *API) GetServiceLastAccessedDetails(
	ctx context.Context, caller wire.Caller, in *GetServiceLastAccessedDetailsInput,
) (*GetServiceLastAccessedDetailsOutput, error) {
	j, err := a.readJob(ctx, caller, in.JobId, serviceLastAccess)
	if err != nil {
		return nil, err
	}
	from, err := markerPosition(in.Marker, servicesPage, in.JobId)
	if err != nil {
		return nil, err
	}
	out := &GetServiceLastAccessedDetailsOutput{JobStatus: j.Status, JobCreationDate: j.Created}
	if j.Status == statusInProgress {
		return out, nil
	}
	out.JobType, out.JobCompletionDate = j.Granularity.String(), j.Completed
	if j.Status == statusFailed {
		out.Error = jobError()
		return out, nil
	}
	all := j.Report.Services
	from = min(from, len(all))
	to := min(from+pageSize(in.MaxItems, defaultServices), len(all))
	out.ServicesLastAccessed = Services(all[from:to], j.Subject.Entities)
	if to < len(all) {
		out.IsTruncated, out.Marker = true, marker{servicesPage, in.JobId, to}.String()
	}
	return out, nil
}

func jobError() *ErrorDetails { return &ErrorDetails{failureMessage, failureCode} }

func pageSize(asked *int32, usual int) int {
	if asked == nil {
		return usual
	}
	return int(*asked)
}

// Services is how the API shows services of a report on these entities. It is
// never nil.
func Services(list []report.Service, entities []report.Entity) []ServiceLastAccessed {
	out := make([]ServiceLastAccessed, len(list))
	for i, s := range list {
		out[i] = ServiceLastAccessed{
			ServiceName:                s.Name,
			ServiceNamespace:           s.Namespace,
			TotalAuthenticatedEntities: len(s.Entities),
			TrackedActionsLastAccessed: trackedActions(s.Actions, entities),
		}
		if s.Last.Ever() {
			out[i].LastAuthenticated = seconds(s.Last.Time())
			out[i].LastAuthenticatedEntity = entities[s.Last.Entity].ARN
			out[i].LastAuthenticatedRegion = s.Last.Region
		}
	}
	return out
}

func trackedActions(list []report.Action, entities []report.Entity) []TrackedActionLastAccessed {
	if len(list) == 0 {
		return nil // LA-78
	}
	out := make([]TrackedActionLastAccessed, len(list))
	for i, a := range list {
		out[i].ActionName = a.Name
		if a.Last.Ever() {
			out[i].LastAccessedEntity = entities[a.Last.Entity].ARN
			out[i].LastAccessedTime = seconds(a.Last.Time())
			out[i].LastAccessedRegion = a.Last.Region
		}
	}
	return out
}

// seconds is an activity time as it is shown (LA-63).
func seconds(t time.Time) time.Time { return t.Truncate(time.Second) }
