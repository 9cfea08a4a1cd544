package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/wire"
)

// GenerateServiceLastAccessedDetailsInput is described in section 6 of the
// specification.
type GenerateServiceLastAccessedDetailsInput struct {
	Arn         string `required:"true" min:"20" max:"2048"`
	Granularity string `enum:"SERVICE_LEVEL,ACTION_LEVEL"` // default SERVICE_LEVEL
}

// Check implements wire.Checker.
func (in *GenerateServiceLastAccessedDetailsInput) Check(caller wire.Caller) error {
	return checkSubject(in.Arn, caller)
}

func generateResource(in *GenerateServiceLastAccessedDetailsInput, _ wire.Caller) string {
	return in.Arn
}

// GenerateServiceLastAccessedDetailsOutput names the new job.
type GenerateServiceLastAccessedDetailsOutput struct{ JobId string }

// GenerateServiceLastAccessedDetails makes a report job, a new one for every
// call (LA-52).
func (a *API) GenerateServiceLastAccessedDetails(
	ctx context.Context, caller wire.Caller, in *GenerateServiceLastAccessedDetailsInput,
) (*GenerateServiceLastAccessedDetailsOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	subject, err := a.find(ctx, caller, account, "GenerateServiceLastAccessedDetails", in.Arn)
	if err != nil {
		return nil, err
	}
	granularity := report.ServiceLevel
	if in.Granularity == report.ActionLevel.String() {
		granularity = report.ActionLevel
	}
	id, err := a.startJob(ctx, caller, subject, granularity)
	if err != nil {
		return nil, err
	}
	return &GenerateServiceLastAccessedDetailsOutput{JobId: id}, nil
}
