package iam

import (
	"context"
	"errors"

	"github.com/ebbmark/ebbmark/wire"
)

// GenerateCredentialReportInput has no parameters.
type GenerateCredentialReportInput struct{}

// GenerateCredentialReportOutput says how far the report is.
type GenerateCredentialReportOutput struct {
	State       string
	Description string
}

// GenerateCredentialReport makes the credential report of the account, unless
// there is one younger than four hours. It is complete when this answers, so
// that no client has to wait (IAM-40).
func (a *API) GenerateCredentialReport(ctx context.Context, caller wire.Caller, _ *GenerateCredentialReportInput) (*GenerateCredentialReportOutput, error) {
	head, _, version, err := a.readReport(ctx, caller.Account)
	if err != nil && !errors.Is(err, errNoReport) {
		return nil, err
	}
	if err == nil && !a.aged(head) {
		return &GenerateCredentialReportOutput{State: "COMPLETE"}, nil
	}
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	if err := a.makeReport(ctx, account, version); err != nil {
		return nil, err
	}
	return &GenerateCredentialReportOutput{State: "COMPLETE"}, nil
}
