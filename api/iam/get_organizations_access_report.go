package iam

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/wire"
)

// GetOrganizationsAccessReportInput is described in section 2 of
// docs/spec/organizations.md.
type GetOrganizationsAccessReportInput struct {
	JobId    string  `required:"true" min:"36" max:"36"`
	MaxItems *int32  `min:"1" max:"1000"` // services of a page; default 100
	Marker   *string // bound to the job and the sort key (ORG-35)
	SortKey  *string `enum:"SERVICE_NAMESPACE_DESCENDING,SERVICE_NAMESPACE_ASCENDING,LAST_AUTHENTICATED_TIME_DESCENDING,LAST_AUTHENTICATED_TIME_ASCENDING"`
}

// The sort keys (ORG-33).
const (
	namespaceAscending  = "SERVICE_NAMESPACE_ASCENDING"
	namespaceDescending = "SERVICE_NAMESPACE_DESCENDING"
	timeAscending       = "LAST_AUTHENTICATED_TIME_ASCENDING"
	timeDescending      = "LAST_AUTHENTICATED_TIME_DESCENDING"
)

// Check implements wire.Checker.
func (in *GetOrganizationsAccessReportInput) Check(wire.Caller) error { return checkMarker(in.Marker) }

// GetOrganizationsAccessReportOutput is a page of a report. Its elements are
// there as ORG-37 says.
type GetOrganizationsAccessReportOutput struct {
	JobStatus                   string
	JobCreationDate             time.Time `wire:",millis"`
	JobCompletionDate           time.Time `wire:",millis"`
	NumberOfServicesAccessible  *int
	NumberOfServicesNotAccessed *int
	AccessDetails               []AccessDetail
	IsTruncated                 bool
	Marker                      string
	ErrorDetails                *ErrorDetails
}

// AccessDetail is a service of a report. Encoded as JSON it is what the AWS CLI
// prints.
type AccessDetail struct {
	ServiceName                string
	ServiceNamespace           string
	Region                     string    `json:",omitempty"`
	EntityPath                 string    `json:",omitempty"`
	LastAuthenticatedTime      time.Time `json:",omitzero"`
	TotalAuthenticatedEntities int
}

// GetOrganizationsAccessReport reads a page of a report.
func (a *API) GetOrganizationsAccessReport(
	ctx context.Context, caller wire.Caller, in *GetOrganizationsAccessReportInput,
) (*GetOrganizationsAccessReportOutput, error) {
	j, err := a.readJob(ctx, caller, in.JobId, organizationType)
	if err != nil {
		return nil, err
	}
	order := namespaceAscending
	if in.SortKey != nil {
		order = *in.SortKey
	}
	from, err := markerPosition(in.Marker, organizationPage(order), in.JobId)
	if err != nil {
		return nil, err
	}
	out := &GetOrganizationsAccessReportOutput{JobStatus: j.Status, JobCreationDate: j.Created}
	if j.Status == statusInProgress {
		return out, nil
	}
	out.JobCompletionDate = j.Completed
	if j.Status == statusFailed {
		f := j.Organization.Failure
		out.ErrorDetails = &ErrorDetails{Message: f.Message, Code: f.Code}
		return out, nil
	}
	out.page(&j.Organization.Report, order, from, pageSize(in.MaxItems, defaultAccessDetails))
	if out.IsTruncated {
		out.Marker = marker{organizationPage(order), in.JobId, from + len(out.AccessDetails)}.String()
	}
	return out, nil
}

// organizationPage is what markers call the operation with a sort key.
func organizationPage(order string) string {
	keys := []string{namespaceAscending, namespaceDescending, timeAscending, timeDescending}
	return "o" + strconv.Itoa(slices.Index(keys, order))
}

// page puts the counts and a page of the report into the answer.
func (out *GetOrganizationsAccessReportOutput) page(r *report.OrganizationReport, order string, from, size int) {
	all, unused := len(r.Services), r.Unused()
	out.NumberOfServicesAccessible, out.NumberOfServicesNotAccessed = &all, &unused
	rows := inOrder(r.Services, order)
	from = min(from, all)
	to := min(from+size, all)
	out.AccessDetails = AccessDetails(rows[from:to])
	out.IsTruncated = to < all
}

// inOrder sorts services that come by namespace. A descending order is the
// reverse of the ascending one (ORG-34).
func inOrder(list []report.OrganizationService, order string) []report.OrganizationService {
	list = slices.Clone(list)
	if order == timeAscending || order == timeDescending {
		slices.SortStableFunc(list, func(a, b report.OrganizationService) int { return cmp.Compare(a.At, b.At) })
	}
	if order == namespaceDescending || order == timeDescending {
		slices.Reverse(list)
	}
	return list
}

// AccessDetails is how the API shows services of a report. It is never nil.
func AccessDetails(list []report.OrganizationService) []AccessDetail {
	out := make([]AccessDetail, len(list))
	for i, s := range list {
		out[i] = AccessDetail{
			ServiceName: s.Name, ServiceNamespace: s.Namespace, Region: s.Region, EntityPath: s.Path, TotalAuthenticatedEntities: s.Accounts,
		}
		if s.Ever() {
			out[i].LastAuthenticatedTime = seconds(s.Time())
		}
	}
	return out
}
