package accessanalyzer

import (
	"context"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

type startScanInput struct {
	OfARN
	ResourceARN   string `wire:"resourceArn" required:"true" max:"2048" pattern:"arn:[^:]*:[^:]*:[^:]*:[^:]*:.*"`
	ResourceOwner string `wire:"resourceOwnerAccount" pattern:"\\d{12}"` // empty: as the ARN says
}

// startResourceScan looks at one principal at once. AWS does so for external
// access only.
func (a *API) startResourceScan(ctx context.Context, _ wire.Caller, in *startScanInput, one *finding.Analyzer) (*wire.NoOutput, error) {
	if name, err := arn.Parse(in.ResourceARN); err == nil && in.ResourceOwner != "" && name.Account != in.ResourceOwner {
		return nil, wrongMember(reasonField, "resourceOwnerAccount", "is not the account in resourceArn")
	}
	return nil, subject{one.Name, in.ResourceARN}.refusal(a.Analyzers.ScanResource(ctx, one.Name, in.ResourceARN))
}
