package iam

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/ebbmark/ebbmark/wire"
)

// GetCredentialReportInput has no parameters.
type GetCredentialReportInput struct{}

// GetCredentialReportOutput is the credential report of the account.
type GetCredentialReportOutput struct {
	Content       string // base64 of CSV
	ReportFormat  string
	GeneratedTime time.Time
}

// GetCredentialReport reads the report that was generated last (IAM-40).
func (a *API) GetCredentialReport(ctx context.Context, caller wire.Caller, _ *GetCredentialReportInput) (*GetCredentialReportOutput, error) {
	head, table, _, err := a.readReport(ctx, caller.Account)
	if errors.Is(err, errNoReport) {
		return nil, wire.Errorf(http.StatusGone, "ReportNotPresent", "There is no credential report of this account. Generate one with GenerateCredentialReport.")
	}
	if err != nil {
		return nil, err
	}
	if a.aged(head) {
		return nil, wire.Errorf(http.StatusGone, "ReportExpired", "The credential report of this account is older than four hours. Generate one with GenerateCredentialReport.")
	}
	return &GetCredentialReportOutput{base64.StdEncoding.EncodeToString(table), "text/csv", head.Generated}, nil
}
