package accessanalyzer

import (
	"context"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

type createAnalyzerInput struct {
	OfName
	Type          string            `wire:"type" required:"true" enum:"ACCOUNT,ORGANIZATION,ACCOUNT_UNUSED_ACCESS,ORGANIZATION_UNUSED_ACCESS,ACCOUNT_INTERNAL_ACCESS,ORGANIZATION_INTERNAL_ACCESS"`
	ArchiveRules  []inlineRule      `wire:"archiveRules" max:"100"`
	Tags          map[string]string `wire:"tags"`
	ClientToken   string            `wire:"clientToken" max:"1024"`
	Configuration *Configuration    `wire:"configuration"`
}

type createAnalyzerOutput struct {
	ARN string `wire:"arn"`
}

// Check implements wire.Checker.
func (in *createAnalyzerInput) Check(c wire.Caller) error {
	_, _, err := in.target(c)
	return err
}

// resource is what the guard is asked about: the analyzer to be.
func (in *createAnalyzerInput) resource(c wire.Caller) string {
	_, resource, _ := in.target(c) // which Check has seen
	return resource
}

// ConditionKeys implements wire.Keyed.
func (in *createAnalyzerInput) ConditionKeys(string) map[string][]string {
	return requestTags(in.Tags)
}

func (a *API) createAnalyzer(ctx context.Context, caller wire.Caller, in *createAnalyzerInput) (*createAnalyzerOutput, error) {
	n, _, err := in.target(caller)
	if err != nil {
		return nil, err
	}
	asked := finding.Analyzer{Name: n, Type: finding.AnalyzerType(in.Type), Tags: in.Tags}
	for i := range in.ArchiveRules {
		asked.Rules = append(asked.Rules, in.ArchiveRules[i].rule())
	}
	if !asked.Type.Internal() { // which the Keeper refuses as a whole
		c, err := in.Configuration.of(asked.Type)
		if err != nil {
			return nil, err
		}
		if c.Age != nil && *c.Age == 0 { // which means the default to the Keeper
			return nil, subject{}.refusal(finding.CheckConfiguration(asked.Type, n.Account, *c.Age, c.Exclusions))
		}
		if c.Age != nil {
			asked.Age = *c.Age
		}
		asked.Exclusions = c.Exclusions
	}
	made, err := a.Analyzers.Create(ctx, asked, in.ClientToken)
	if err != nil {
		return nil, subject{analyzer: n}.refusal(err)
	}
	return &createAnalyzerOutput{made.ARN()}, nil
}
