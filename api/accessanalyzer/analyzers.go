package accessanalyzer

import (
	"context"
	"errors"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

// Analyzer is an analyzer as answers show it (AA-15).
type Analyzer struct {
	ARN                    string            `wire:"arn"`
	Name                   string            `wire:"name"`
	Type                   string            `wire:"type"`
	CreatedAt              time.Time         `wire:"createdAt"`
	LastResourceAnalyzed   string            `wire:"lastResourceAnalyzed"`
	LastResourceAnalyzedAt time.Time         `wire:"lastResourceAnalyzedAt"`
	Tags                   map[string]string `wire:"tags"`
	Status                 string            `wire:"status"`
	StatusReason           *StatusReason     `wire:"statusReason"`
	Configuration          *Configuration    `wire:"configuration"`
}

// StatusReason says why an analyzer is not active.
type StatusReason struct {
	Code string `wire:"code"`
}

// show shows an analyzer as lists do: without its configuration.
func (a *API) show(ctx context.Context, one *finding.Analyzer) (Analyzer, error) {
	shown := Analyzer{
		ARN: one.ARN(), Name: one.Name.Name, Type: string(one.Type), CreatedAt: one.Created, Tags: one.Tags, Status: "ACTIVE",
	}
	if shown.Tags == nil {
		shown.Tags = map[string]string{}
	}
	state, err := a.Analyzers.Analysis(ctx, one)
	if err != nil {
		return shown, err
	}
	shown.LastResourceAnalyzed, shown.LastResourceAnalyzedAt = state.LastResource, state.LastResourceAt
	reason, err := a.disabled(ctx, one)
	if reason != "" {
		shown.Status, shown.StatusReason = "DISABLED", &StatusReason{reason}
	}
	return shown, err
}

// disabled is the reason why an analyzer finds nothing any more: its owner may
// have none of the organization now. Empty: it works.
func (a *API) disabled(ctx context.Context, one *finding.Analyzer) (string, error) {
	_, err := a.Analyzers.Covered(ctx, one)
	if !errors.Is(err, analyzers.ErrNotOrganization) {
		return "", err
	}
	_, err = a.Book.OrganizationOf(ctx, one.Account)
	switch {
	case errors.Is(err, accounts.ErrNoOrganization):
		return "ORGANIZATION_DELETED", nil
	case err != nil:
		return "", err
	}
	return "DELEGATED_ADMINISTRATOR_DEREGISTERED", nil
}

type getAnalyzerInput struct{ OfName }

type getAnalyzerOutput struct {
	Analyzer Analyzer `wire:"analyzer"`
}

func (a *API) getAnalyzer(ctx context.Context, _ wire.Caller, _ *getAnalyzerInput, one *finding.Analyzer) (*getAnalyzerOutput, error) {
	shown, err := a.show(ctx, one)
	shown.Configuration = newConfiguration(one)
	return &getAnalyzerOutput{shown}, err
}

type listAnalyzersInput struct {
	Type string `wire:"type" enum:"ACCOUNT,ORGANIZATION,ACCOUNT_UNUSED_ACCESS,ORGANIZATION_UNUSED_ACCESS,ACCOUNT_INTERNAL_ACCESS,ORGANIZATION_INTERNAL_ACCESS"` // empty: all
	Paging
}

type listAnalyzersOutput struct {
	Analyzers []Analyzer `wire:"analyzers"`
	Page
}

func (a *API) listAnalyzers(ctx context.Context, caller wire.Caller, in *listAnalyzersInput) (*listAnalyzersOutput, error) {
	region, err := regionOf(caller)
	if err != nil {
		return nil, err
	}
	all, err := a.Analyzers.Analyzers(ctx, caller.Account, region)
	if err != nil {
		return nil, err
	}
	var list []*finding.Analyzer
	for _, one := range all {
		if in.Type == "" || in.Type == string(one.Type) {
			list = append(list, one)
		}
	}
	list, page, err := cut(in.Paging, list, func(one *finding.Analyzer) string { return one.Name.Name }, "analyzers", region, in.Type)
	if err != nil {
		return nil, err
	}
	out := &listAnalyzersOutput{[]Analyzer{}, page}
	for _, one := range list {
		shown, err := a.show(ctx, one)
		if err != nil {
			return nil, err
		}
		out.Analyzers = append(out.Analyzers, shown)
	}
	return out, nil
}

type updateAnalyzerInput struct {
	OfName
	Configuration *Configuration `wire:"configuration"`
}

type updateAnalyzerOutput struct {
	Configuration *Configuration `wire:"configuration"`
}

func (a *API) updateAnalyzer(ctx context.Context, _ wire.Caller, in *updateAnalyzerInput, one *finding.Analyzer) (*updateAnalyzerOutput, error) {
	switch {
	case !one.Type.Unused():
		return nil, validation(reasonNotSupported, "UpdateAnalyzer is not supported for external access analyzers: they have no configuration.")
	case in.Configuration == nil:
		return nil, wrongMember(reasonField, memberConfiguration, "Member must not be null")
	}
	c, err := in.Configuration.of(one.Type)
	if err != nil {
		return nil, err
	}
	if in.Configuration.UnusedAccess == nil {
		return nil, wrongMember(reasonField, memberUnused, "Member must not be null")
	}
	changed, err := a.Analyzers.Configure(ctx, one.Name, c)
	if err != nil {
		return nil, subject{analyzer: one.Name}.refusal(err)
	}
	return &updateAnalyzerOutput{newConfiguration(changed)}, nil
}

type deleteAnalyzerInput struct {
	OfName
	ClientToken string `wire:"clientToken" max:"1024"`
}

// analyzerToDelete is an analyzer that exists, or one that the same request has
// deleted already (AA-3).
func (a *API) analyzerToDelete(ctx context.Context, caller wire.Caller, in *deleteAnalyzerInput) (*found, string, error) {
	n, resource, err := in.target(caller)
	if err != nil {
		return nil, "", err
	}
	one, err := a.find(ctx, caller, n)
	if err == nil {
		return &found{one}, resource, nil
	}
	if !errors.Is(err, analyzers.ErrNoAnalyzer) {
		return nil, "", err
	}
	if again, failed := a.Analyzers.Deleted(ctx, n, in.ClientToken); again || failed != nil {
		return &found{&finding.Analyzer{Name: n}}, resource, failed
	}
	return nil, resource, subject{analyzer: n}.refusal(err)
}

func (a *API) deleteAnalyzer(ctx context.Context, _ wire.Caller, in *deleteAnalyzerInput, f *found) (*wire.NoOutput, error) {
	return nil, subject{analyzer: f.Name}.refusal(a.Analyzers.Delete(ctx, f.Name, in.ClientToken))
}
