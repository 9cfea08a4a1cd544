package accessanalyzer

import (
	"context"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

type getResourceInput struct {
	OfARN
	ResourceARN string `wire:"resourceArn" required:"true" max:"2048" pattern:"arn:[^:]*:[^:]*:[^:]*:[^:]*:.*"`
}

type getResourceOutput struct {
	Resource ResourceState `wire:"resource"`
}

// ResourceState is what the findings say of a resource.
type ResourceState struct {
	AnalyzedResource
	CreatedAt  time.Time `wire:"createdAt"`
	AnalyzedAt time.Time `wire:"analyzedAt"`
	UpdatedAt  time.Time `wire:"updatedAt"`
	IsPublic   bool      `wire:"isPublic"`
	Actions    []string  `wire:"actions"`
	Status     string    `wire:"status"`
	Error      string    `wire:"error"`
}

func (a *API) getResource(ctx context.Context, _ wire.Caller, in *getResourceInput, one *finding.Analyzer) (*getResourceOutput, error) {
	if err := onlyExternal(one, "GetAnalyzedResource", ""); err != nil {
		return nil, err
	}
	s := subject{one.Name, in.ResourceARN}
	resource, err := a.resource(ctx, one, in.ResourceARN)
	if err != nil {
		return nil, s.refusal(err)
	}
	v, err := a.Analyzers.View(ctx, one.Name)
	if err != nil {
		return nil, s.refusal(err)
	}
	state := ResourceState{AnalyzedResource: resource, CreatedAt: resource.created, AnalyzedAt: v.Scanned, UpdatedAt: v.Scanned}
	state.add(v.In(finding.Order{Attribute: "updatedAt", Descending: true}))
	return &getResourceOutput{state}, nil
}

// resource is a principal that the analyzer has looked at, or ErrNoResource.
func (a *API) resource(ctx context.Context, one *finding.Analyzer, name string) (AnalyzedResource, error) {
	parsed, err := arn.Parse(name)
	if err != nil {
		return AnalyzedResource{}, analyzers.ErrNoResource
	}
	ids, err := a.analyzed(ctx, one)
	if err != nil {
		return AnalyzedResource{}, err
	}
	if !slices.Contains(ids, parsed.Account) {
		return AnalyzedResource{}, analyzers.ErrNoResource
	}
	list, err := a.resourcesOf(ctx, one, parsed.Account)
	if err != nil {
		return AnalyzedResource{}, err
	}
	i := slices.IndexFunc(list, func(r AnalyzedResource) bool { return r.ResourceARN == name })
	if i < 0 {
		return AnalyzedResource{}, analyzers.ErrNoResource
	}
	return list[i], nil
}

// add adds what the findings of the resource say: its status is that of the one
// that most needs a look, and its access that of the active ones.
func (r *ResourceState) add(list []*finding.Finding) {
	order := []finding.Status{"", finding.Resolved, finding.Archived, finding.Active}
	first := true
	for _, f := range list { // the one that was updated last comes first
		if f.Resource != r.ResourceARN {
			continue
		}
		if first {
			r.UpdatedAt, r.CreatedAt, first = f.UpdatedAt, f.CreatedAt, false
		}
		if f.CreatedAt.Before(r.CreatedAt) {
			r.CreatedAt = f.CreatedAt
		}
		if slices.Index(order, f.Status) > slices.Index(order, finding.Status(r.Status)) {
			r.Status = string(f.Status)
		}
		if f.Error != "" {
			r.Error = f.Error
		}
		if f.Status == finding.Active && f.External != nil {
			r.IsPublic = r.IsPublic || f.External.Public
			r.Actions = append(r.Actions, f.External.Actions...)
		}
	}
	slices.Sort(r.Actions)
	r.Actions = slices.Compact(r.Actions)
}
