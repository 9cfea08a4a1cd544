package accessanalyzer

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

// Finding is a finding as lists show it (AA-30).
type Finding struct {
	AnalyzedAt           time.Time `wire:"analyzedAt"`
	CreatedAt            time.Time `wire:"createdAt"`
	Error                string    `wire:"error"`
	ID                   string    `wire:"id"`
	Resource             string    `wire:"resource"`
	ResourceType         string    `wire:"resourceType"`
	ResourceOwnerAccount string    `wire:"resourceOwnerAccount"`
	Status               string    `wire:"status"`
	UpdatedAt            time.Time `wire:"updatedAt"`
	FindingType          string    `wire:"findingType"`
}

func newFinding(f *finding.Finding) Finding {
	return Finding{
		f.AnalyzedAt, f.CreatedAt, f.Error, f.ID, f.Resource, f.ResourceType, f.Owner, string(f.Status), f.UpdatedAt, string(f.Type),
	}
}

// Listing is what lists of findings take.
type Listing struct {
	OfARN
	Filter map[string]Criterion `wire:"filter"`
	Sort   *Sort                `wire:"sort"`
	Paging
}

// page is the page of findings that a request asks for.
func (a *API) page(ctx context.Context, in *Listing, one *finding.Analyzer) (*finding.Page, error) {
	s := subject{analyzer: one.Name}
	q := finding.Query{Filter: filterOf(in.Filter), Order: in.Sort.order(), Max: in.size(), Token: in.token(), Salt: one.UID}
	if err := q.Filter.Check(one.Type); err != nil {
		return nil, s.refusal(err)
	}
	if err := q.Order.Check(); err != nil {
		return nil, s.refusal(err)
	}
	v, err := a.Analyzers.View(ctx, one.Name)
	if err != nil {
		return nil, s.refusal(err)
	}
	page, err := v.Page(q)
	return page, s.refusal(err)
}

// findingIn is a finding of the analyzer.
func (a *API) findingIn(ctx context.Context, one *finding.Analyzer, id string) (*analyzers.View, *finding.Finding, error) {
	s := subject{one.Name, id}
	v, err := a.Analyzers.View(ctx, one.Name)
	if err != nil {
		return nil, nil, s.refusal(err)
	}
	f := v.Finding(id)
	if f == nil {
		return nil, nil, s.refusal(analyzers.ErrNoFinding)
	}
	return v, f, nil
}

type listFindingsV2Input struct{ Listing }

type listFindingsV2Output struct {
	Findings []Finding `wire:"findings"`
	Page
}

func (a *API) listFindingsV2(ctx context.Context, _ wire.Caller, in *listFindingsV2Input, one *finding.Analyzer) (*listFindingsV2Output, error) {
	page, err := a.page(ctx, &in.Listing, one)
	if err != nil {
		return nil, err
	}
	return &listFindingsV2Output{each(page.Findings, newFinding), Page{page.Next}}, nil
}

type getFindingV2Input struct {
	OfARN
	ID string `wire:"id" required:"true" max:"2048"`
	Paging
}

type getFindingV2Output struct {
	Finding
	Details []Detail `wire:"findingDetails"`
	Page
}

// getFindingV2 pages through the details: a principal may have hundreds of
// namespaces (AA-25).
func (a *API) getFindingV2(ctx context.Context, _ wire.Caller, in *getFindingV2Input, one *finding.Analyzer) (*getFindingV2Output, error) {
	v, f, err := a.findingIn(ctx, one, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := a.Analyzers.Detailed(ctx, v, f)
	if err != nil {
		return nil, subject{one.Name, in.ID}.refusal(err)
	}
	list, page, err := cut(in.Paging, all.Details, detailKey, "details", one.UID, in.ID)
	return &getFindingV2Output{newFinding(&all.Finding), each(list, newDetail), page}, err
}

type updateFindingsInput struct {
	OfARN
	Status      string   `wire:"status" required:"true" enum:"ACTIVE,ARCHIVED"`
	IDs         []string `wire:"ids" min:"1" memberMin:"1" memberMax:"2048"`
	ResourceARN string   `wire:"resourceArn" max:"2048" pattern:"arn:[^:]*:[^:]*:[^:]*:[^:]*:.*"`
}

// Check implements wire.Checker: exactly one of both says which findings are
// meant (AA-31).
func (in *updateFindingsInput) Check(wire.Caller) error {
	const says = "exactly one of ids and resourceArn must be given"
	if (in.IDs == nil) != (in.ResourceARN == "") {
		return nil
	}
	e := wrongMember(reasonField, "ids", says)
	e.Fields = append(e.Fields, wire.Field{Name: "resourceArn", Message: says})
	return e
}

func (a *API) updateFindings(ctx context.Context, _ wire.Caller, in *updateFindingsInput, one *finding.Analyzer) (*wire.NoOutput, error) {
	s := subject{one.Name, in.ResourceARN}
	if in.IDs != nil {
		v, err := a.Analyzers.View(ctx, one.Name)
		if err != nil {
			return nil, s.refusal(err)
		}
		for _, id := range in.IDs {
			if v.Finding(id) == nil {
				return nil, subject{one.Name, id}.refusal(analyzers.ErrNoFinding)
			}
		}
		s.id = in.IDs[0]
	}
	return nil, s.refusal(a.Analyzers.SetStatus(ctx, one.Name, finding.Status(in.Status), in.IDs, in.ResourceARN))
}
