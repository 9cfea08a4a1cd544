package iam

import (
	"context"
	"errors"
	"net/http"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/wire"
)

// GenerateOrganizationsAccessReportInput is described in section 1 of
// docs/spec/organizations.md.
type GenerateOrganizationsAccessReportInput struct {
	EntityPath            string  `required:"true" min:"19" max:"427" pattern:"^o-[0-9a-z]{10,32}\\/r-[0-9a-z]{4,32}[0-9a-z-\\/]*"`
	OrganizationsPolicyId *string `pattern:"^p-[0-9a-zA-Z_]{8,128}$"`
}

// accessReportResource is what the guard is asked about (ORG-21).
func accessReportResource(in *GenerateOrganizationsAccessReportInput, caller wire.Caller) string {
	return "arn:" + caller.Partition + ":iam::" + caller.Account + ":access-report/" + in.EntityPath
}

// GenerateOrganizationsAccessReportOutput names the job.
type GenerateOrganizationsAccessReportOutput struct{ JobId string }

// GenerateOrganizationsAccessReport makes a report job, unless the caller asked
// for the same a moment ago (ORG-24). What is wrong with the request beyond its
// form and the caller's rights shows in the job (section 1.3).
func (a *API) GenerateOrganizationsAccessReport(
	ctx context.Context, caller wire.Caller, in *GenerateOrganizationsAccessReportInput,
) (*GenerateOrganizationsAccessReportOutput, error) {
	o, err := a.managedOrganization(ctx, caller, in)
	if err != nil {
		return nil, err
	}
	asked := askedReport{Owner: ownerOf(caller), Path: in.EntityPath}
	if in.OrganizationsPolicyId != nil {
		asked.Policy = *in.OrganizationsPolicyId
	}
	id, err := a.startOrganizationJob(ctx, caller, o, asked)
	if err != nil {
		return nil, err
	}
	return &GenerateOrganizationsAccessReportOutput{JobId: id}, nil
}

// managedOrganization is the organization of the caller, who must be of its
// management account (ORG-2).
func (a *API) managedOrganization(ctx context.Context, caller wire.Caller, in *GenerateOrganizationsAccessReportInput) (*organization.Organization, error) {
	o, err := a.Book.OrganizationOf(ctx, caller.Account)
	switch {
	case errors.Is(err, accounts.ErrNoOrganization):
		return nil, notManagement(caller, in)
	case err != nil:
		return nil, err
	case report.OrganizationOfPath(in.EntityPath) != o.ID:
		return nil, wire.Errorf(http.StatusForbidden, "AccessDenied",
			"The organization ID in the specified entity path is different than your organization ID.")
	case o.ManagementAccount != caller.Account:
		return nil, notManagement(caller, in)
	}
	return o, nil
}

func notManagement(caller wire.Caller, in *GenerateOrganizationsAccessReportInput) error {
	return wire.Errorf(http.StatusForbidden, "AccessDenied",
		"User: %s is not authorized to perform: iam:GenerateOrganizationsAccessReport on resource: %s because the caller is not in the management account of the organization",
		caller.ARN, accessReportResource(in, caller))
}

// The failures of section 1.3.
func failedPath() *jobFailure {
	return &jobFailure{"INVALID_ORGANIZATIONS_ENTITY_PATH", "The entity with the specified path does not exist in your organization."}
}

func failedPolicy() *jobFailure {
	return &jobFailure{"INVALID_ORGANIZATIONS_POLICY", "The policy with the specified ID does not exist in your organization."}
}

func failedAccess() *jobFailure {
	return &jobFailure{"ORGANIZATIONS_REPORT_ACCESS_DENIED", "Requester is not authorized to perform the required AWS Organizations Describe* and List* actions."}
}

func failedPolicyType() *jobFailure {
	return &jobFailure{"POLICY_TYPE_NOT_ENABLED", "Service control policies are not enabled for the organization root."}
}

// freeze is the job of a report: everything that it needs, or why it will fail.
// The caller's rights are judged before what they would reveal, except for the
// path, which says what rights are needed.
func (a *API) freeze(ctx context.Context, caller wire.Caller, o *organization.Organization, asked askedReport) (*organizationJob, error) {
	failure := func(f *jobFailure) *organizationJob {
		return &organizationJob{Subject: report.OrganizationSubject{Path: asked.Path, Policy: asked.Policy}, Failure: f}
	}
	if _, _, ok := o.Find(asked.Path); !ok {
		return failure(failedPath()), nil
	}
	may, err := a.mayReadOrganization(ctx, caller, o, asked)
	if err != nil {
		return nil, err
	}
	if !may {
		return failure(failedAccess()), nil
	}
	subject, err := report.FindOrganization(o, asked.Path, asked.Policy)
	switch {
	case errors.Is(err, report.ErrEntityPath):
		return failure(failedPath()), nil
	case errors.Is(err, report.ErrPolicyType):
		return failure(failedPolicyType()), nil
	case errors.Is(err, report.ErrOrganizationPolicy):
		return failure(failedPolicy()), nil
	case err != nil:
		return nil, err
	}
	return &organizationJob{Subject: *subject}, nil
}
