package accessanalyzer

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

// The first version of the operations on findings, which knows external access
// only.

// FindingV1 is a finding of external access.
type FindingV1 struct {
	ID string `wire:"id"`
	External
	Resource             string    `wire:"resource"`
	ResourceType         string    `wire:"resourceType"`
	ResourceOwnerAccount string    `wire:"resourceOwnerAccount"`
	CreatedAt            time.Time `wire:"createdAt"`
	AnalyzedAt           time.Time `wire:"analyzedAt"`
	UpdatedAt            time.Time `wire:"updatedAt"`
	Status               string    `wire:"status"`
	Error                string    `wire:"error"`
}

func newFindingV1(f *finding.Finding) FindingV1 {
	shown := FindingV1{
		ID: f.ID, Resource: f.Resource, ResourceType: f.ResourceType, ResourceOwnerAccount: f.Owner,
		CreatedAt: f.CreatedAt, AnalyzedAt: f.AnalyzedAt, UpdatedAt: f.UpdatedAt, Status: string(f.Status), Error: f.Error,
	}
	if f.External != nil {
		shown.External = *newExternal(f.External)
	}
	return shown
}

// onlyExternal refuses analyzers of unused access, as AWS does.
func onlyExternal(one *finding.Analyzer, operation, instead string) error {
	if !one.Type.Unused() {
		return nil
	}
	return validation(reasonNotSupported, "%s is supported only for external access analyzers.%s", operation, instead)
}

type listFindingsInput struct{ Listing }

type listFindingsOutput struct {
	Findings []FindingV1 `wire:"findings"`
	Page
}

func (a *API) listFindings(ctx context.Context, _ wire.Caller, in *listFindingsInput, one *finding.Analyzer) (*listFindingsOutput, error) {
	if err := onlyExternal(one, "ListFindings", " Use ListFindingsV2 for unused access analyzers."); err != nil {
		return nil, err
	}
	page, err := a.page(ctx, &in.Listing, one)
	if err != nil {
		return nil, err
	}
	return &listFindingsOutput{each(page.Findings, newFindingV1), Page{page.Next}}, nil
}

type getFindingInput struct {
	OfARN
	ID string `wire:"id" required:"true" max:"2048"`
}

type getFindingOutput struct {
	Finding FindingV1 `wire:"finding"`
}

func (a *API) getFinding(ctx context.Context, _ wire.Caller, in *getFindingInput, one *finding.Analyzer) (*getFindingOutput, error) {
	if err := onlyExternal(one, "GetFinding", " Use GetFindingV2 for unused access analyzers."); err != nil {
		return nil, err
	}
	_, f, err := a.findingIn(ctx, one, in.ID)
	if err != nil {
		return nil, err
	}
	return &getFindingOutput{newFindingV1(f)}, nil
}
