package accessanalyzer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/wire"
)

// OfFinding names a finding of an analyzer that a recommendation is for. Embed
// it first.
type OfFinding struct {
	OfARN
	ID string `wire:"id" required:"true" min:"1" max:"2048"`
}

type generateRecommendationInput struct{ OfFinding }

// generateRecommendation: AWS's model has no exception here for what does not
// exist, so a finding that does not is a wrong value (AA-47).
func (a *API) generateRecommendation(ctx context.Context, _ wire.Caller, in *generateRecommendationInput, one *finding.Analyzer) (*wire.NoOutput, error) {
	err := a.Analyzers.Recommend(ctx, one.Name, in.ID)
	if errors.Is(err, analyzers.ErrNoFinding) {
		return nil, wrongMember(reasonField, "id", "the analyzer has no such finding")
	}
	return nil, subject{one.Name, in.ID}.refusal(err)
}

type getRecommendationInput struct {
	OfFinding
	Paging
}

type getRecommendationOutput struct {
	StartedAt          time.Time            `wire:"startedAt"`
	CompletedAt        time.Time            `wire:"completedAt"`
	Error              *RecommendationError `wire:"error"`
	ResourceARN        string               `wire:"resourceArn"`
	RecommendedSteps   []RecommendedStep    `wire:"recommendedSteps"`
	RecommendationType string               `wire:"recommendationType"`
	Status             string               `wire:"status"`
	Page
}

// RecommendationError says why there is no recommendation.
type RecommendationError struct {
	Code    string `wire:"code"`
	Message string `wire:"message"`
}

// RecommendedStep has one member.
type RecommendedStep struct {
	Unused UnusedPermissionsStep `wire:"unusedPermissionsRecommendedStep"`
}

// UnusedPermissionsStep is what to do with one policy (AA-43).
type UnusedPermissionsStep struct {
	PolicyUpdatedAt   time.Time `wire:"policyUpdatedAt"`
	RecommendedAction string    `wire:"recommendedAction"`
	RecommendedPolicy string    `wire:"recommendedPolicy"`
	ExistingPolicyID  string    `wire:"existingPolicyId"`
}

// numberedStep is a step and its place in the recommendation, which is what
// pages go by: a policy may be in two steps.
type numberedStep struct {
	number string
	refine.Step
}

func (a *API) getRecommendation(ctx context.Context, _ wire.Caller, in *getRecommendationInput, one *finding.Analyzer) (*getRecommendationOutput, error) {
	r, err := a.Analyzers.Recommendation(ctx, one.Name, in.ID)
	if err != nil {
		return nil, subject{one.Name, in.ID}.refusal(err)
	}
	out := &getRecommendationOutput{
		StartedAt: r.Started, CompletedAt: r.Completed, ResourceARN: r.Resource, RecommendationType: "UnusedPermissionRecommendation", Status: r.Status,
	}
	if r.ErrorCode != "" {
		out.Error = &RecommendationError{r.ErrorCode, r.ErrorMessage}
	}
	if r.Status != analyzers.Succeeded {
		return out, nil
	}
	steps := make([]numberedStep, len(r.Steps))
	for i, s := range r.Steps {
		steps[i] = numberedStep{fmt.Sprintf("%06d", i), s}
	}
	// A later recommendation is another list.
	list, page, err := cut(in.Paging, steps, func(s numberedStep) string { return s.number }, "steps", one.UID, in.ID, r.Started.Format(time.RFC3339Nano))
	out.RecommendedSteps, out.Page = each(list, newStep), page
	return out, err
}

func newStep(s numberedStep) RecommendedStep {
	return RecommendedStep{UnusedPermissionsStep{s.PolicyUpdatedAt, s.Action, s.Recommended, s.ExistingPolicy}}
}
