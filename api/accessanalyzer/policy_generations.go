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

type startGenerationInput struct {
	Details     generationDetails  `wire:"policyGenerationDetails" required:"true"`
	CloudTrail  *cloudTrailDetails `wire:"cloudTrailDetails"`
	ClientToken string             `wire:"clientToken" max:"1024"`
}

type generationDetails struct {
	PrincipalARN string `wire:"principalArn" required:"true" pattern:"arn:[^:]*:iam::[^:]*:(role|user)/.{1,576}"`
}

type cloudTrailDetails struct {
	Trails     []trail   `wire:"trails" required:"true" max:"100"`
	AccessRole string    `wire:"accessRole" required:"true" pattern:"arn:[^:]*:iam::[^:]*:role/.{1,576}"`
	StartTime  time.Time `wire:"startTime" required:"true"`
	EndTime    time.Time `wire:"endTime"` // absent: now
}

type trail struct {
	ARN        string   `wire:"cloudTrailArn" required:"true" pattern:"arn:[^:]*:cloudtrail:[^:]*:[^:]*:trail/.{1,576}"`
	Regions    []string `wire:"regions" max:"200" memberMin:"1" memberMax:"64"`
	AllRegions bool     `wire:"allRegions"`
}

type startGenerationOutput struct {
	JobID string `wire:"jobId"`
}

// Check implements wire.Checker. What others did is not the caller's to read, so
// the principal is one of the caller's account.
func (in *startGenerationInput) Check(c wire.Caller) error {
	if _, err := regionOf(c); err != nil {
		return err
	}
	principal, err := arn.Parse(in.Details.PrincipalARN)
	if err != nil || principal.Account != c.Account {
		return wrongMember(reasonField, "policyGenerationDetails.principalArn", "must be a user or role of the account that asks")
	}
	return nil
}

func (a *API) startGeneration(ctx context.Context, caller wire.Caller, in *startGenerationInput) (*startGenerationOutput, error) {
	region, err := regionOf(caller)
	if err != nil {
		return nil, err
	}
	asked := analyzers.GenerationRequest{Account: caller.Account, Region: region, Principal: in.Details.PrincipalARN, Token: in.ClientToken}
	if c := in.CloudTrail; c != nil {
		asked.AccessRole, asked.From, asked.To = c.AccessRole, c.StartTime, c.EndTime
		for _, t := range c.Trails {
			asked.Trails = append(asked.Trails, analyzers.Trail(t))
		}
	}
	id, err := a.Analyzers.StartGeneration(ctx, asked)
	if err != nil {
		return nil, generationOf(caller, in.ClientToken, err)
	}
	return &startGenerationOutput{id}, nil
}

// generationOf is the refusal of an operation on policy generations. What it is
// about is the job or, when nothing else is known, the account.
func generationOf(caller wire.Caller, id string, err error) error {
	if id == "" {
		id = caller.Account
	}
	return subject{finding.Name{Account: caller.Account}, id}.refusal(err)
}

// PolicyGeneration is a policy generation as lists show it (AA-55).
type PolicyGeneration struct {
	JobID        string    `wire:"jobId"`
	PrincipalARN string    `wire:"principalArn"`
	Status       string    `wire:"status"`
	StartedOn    time.Time `wire:"startedOn"`
	CompletedOn  time.Time `wire:"completedOn"`
}

type listGenerationsInput struct {
	PrincipalARN string `wire:"principalArn" pattern:"arn:[^:]*:iam::[^:]*:(role|user)/.{1,576}"` // empty: of all
	Paging
}

type listGenerationsOutput struct {
	PolicyGenerations []PolicyGeneration `wire:"policyGenerations"`
	Page
}

func (a *API) listGenerations(ctx context.Context, caller wire.Caller, in *listGenerationsInput) (*listGenerationsOutput, error) {
	region, err := regionOf(caller)
	if err != nil {
		return nil, err
	}
	scope := []string{"generations", caller.Account, region, in.PrincipalARN}
	after, err := in.after(scope...)
	if err != nil {
		return nil, err
	}
	all, err := a.Analyzers.Generations(ctx, caller.Account, region)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(all, func(g analyzers.Generation) bool { return in.PrincipalARN != "" && g.Principal != in.PrincipalARN })
	list = behind(list, after)
	shown, page := in.first(len(list), func(last int) string { return list[last].ID }, scope...)
	return &listGenerationsOutput{each(list[:shown], newPolicyGeneration), page}, nil
}

// behind is what comes after a job, newest first. A job that is gone was among
// the oldest, and nothing comes after it.
func behind(list []analyzers.Generation, id string) []analyzers.Generation {
	if id == "" {
		return list
	}
	i := slices.IndexFunc(list, func(g analyzers.Generation) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return list[i+1:]
}

func newPolicyGeneration(g analyzers.Generation) PolicyGeneration {
	return PolicyGeneration{g.ID, g.Principal, g.Status, g.Started, g.Completed}
}

// OfJob names a policy generation. Embed it first.
type OfJob struct {
	JobID string `wire:"jobId" required:"true" max:"2048"`
}

type cancelGenerationInput struct{ OfJob }

func (a *API) cancelGeneration(ctx context.Context, caller wire.Caller, in *cancelGenerationInput) (*wire.NoOutput, error) {
	region, err := regionOf(caller)
	if err != nil {
		return nil, err
	}
	return nil, generationOf(caller, in.JobID, a.Analyzers.CancelGeneration(ctx, caller.Account, region, in.JobID))
}
