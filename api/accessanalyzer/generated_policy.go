package accessanalyzer

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/wire"
)

type getGeneratedInput struct {
	OfJob
	Placeholders bool `wire:"includeResourcePlaceholders"`
	Template     bool `wire:"includeServiceLevelTemplate"`
}

type getGeneratedOutput struct {
	JobDetails JobDetails      `wire:"jobDetails"`
	Result     GeneratedResult `wire:"generatedPolicyResult"`
}

// JobDetails say how far a policy generation is (AA-53).
type JobDetails struct {
	JobID       string    `wire:"jobId"`
	Status      string    `wire:"status"`
	StartedOn   time.Time `wire:"startedOn"`
	CompletedOn time.Time `wire:"completedOn"`
	JobError    *JobError `wire:"jobError"`
}

// JobError says why there is no policy.
type JobError struct {
	Code    string `wire:"code"`
	Message string `wire:"message"`
}

// GeneratedResult is what was generated (AA-54). Without a policy it says what
// was asked for.
type GeneratedResult struct {
	Properties GeneratedProperties `wire:"properties"`
	Policies   []GeneratedPolicy   `wire:"generatedPolicies"`
}

// GeneratedProperties say what the policies are made from.
type GeneratedProperties struct {
	IsComplete   *bool                 `wire:"isComplete"`
	PrincipalARN string                `wire:"principalArn"`
	CloudTrail   *CloudTrailProperties `wire:"cloudTrailProperties"`
}

// CloudTrailProperties are the trails and the window of a request that had any.
type CloudTrailProperties struct {
	Trails    []TrailProperties `wire:"trailProperties"`
	StartTime time.Time         `wire:"startTime"`
	EndTime   time.Time         `wire:"endTime"`
}

// TrailProperties are a trail and its Regions.
type TrailProperties struct {
	ARN        string   `wire:"cloudTrailArn"`
	Regions    []string `wire:"regions"`
	AllRegions bool     `wire:"allRegions"`
}

// GeneratedPolicy is a policy document.
type GeneratedPolicy struct {
	Policy string `wire:"policy"`
}

func (a *API) getGenerated(ctx context.Context, caller wire.Caller, in *getGeneratedInput) (*getGeneratedOutput, error) {
	region, err := regionOf(caller)
	if err != nil {
		return nil, err
	}
	g, policies, complete, err := a.Analyzers.Generated(ctx, caller.Account, region, in.JobID, in.Placeholders, in.Template)
	if err != nil {
		return nil, generationOf(caller, in.JobID, err)
	}
	out := &getGeneratedOutput{JobDetails: newJobDetails(g), Result: GeneratedResult{Properties: newProperties(g)}}
	if g.Status == analyzers.Succeeded {
		out.Result.Properties.IsComplete = &complete
		out.Result.Policies = each(policies, func(text string) GeneratedPolicy { return GeneratedPolicy{text} })
	}
	return out, nil
}

func newJobDetails(g *analyzers.Generation) JobDetails {
	shown := JobDetails{g.ID, g.Status, g.Started, g.Completed, nil}
	if g.ErrorCode != "" {
		shown.JobError = &JobError{g.ErrorCode, g.ErrorMessage}
	}
	return shown
}

func newProperties(g *analyzers.Generation) GeneratedProperties {
	shown := GeneratedProperties{PrincipalARN: g.Principal}
	if len(g.Trails) > 0 {
		shown.CloudTrail = &CloudTrailProperties{each(g.Trails, newTrail), g.From, g.To}
	}
	return shown
}

func newTrail(t analyzers.Trail) TrailProperties {
	shown := TrailProperties(t)
	if shown.Regions == nil {
		shown.Regions = []string{}
	}
	return shown
}
