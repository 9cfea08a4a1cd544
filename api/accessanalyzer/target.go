package accessanalyzer

import (
	"context"
	"errors"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

// OfName names an analyzer of the caller's account, in the Region that the
// request was signed for. Embed it first.
type OfName struct {
	AnalyzerName string `wire:"analyzerName" required:"true" min:"1" max:"255" pattern:"[A-Za-z_][A-Za-z0-9_.-]*"`
}

func (in *OfName) target(c wire.Caller) (finding.Name, string, error) {
	region, err := regionOf(c)
	n := finding.Name{Partition: c.Partition, Region: region, Account: c.Account, Name: in.AnalyzerName}
	return n, n.ARN(), err
}

// OfARN names an analyzer, of any Region: its ARN decides. Embed it first.
type OfARN struct {
	AnalyzerARN string `wire:"analyzerArn" required:"true" max:"512" pattern:"[^:]*:[^:]*:[^:]*:[^:]*:[^:]*:analyzer/.{1,255}"`
}

func (in *OfARN) target(wire.Caller) (finding.Name, string, error) {
	return targetOf("analyzerArn", in.AnalyzerARN)
}

// targetOf reads the ARN of an analyzer out of a member of the input.
func targetOf(member, text string) (finding.Name, string, error) {
	n, ok := finding.ParseName(text)
	if !ok {
		return n, "", wrongMember(reasonField, member, "is not the ARN of an analyzer")
	}
	return n, n.ARN(), nil
}

// OfRule names an archive rule. Embed it first.
type OfRule struct {
	OfName
	RuleName string `wire:"ruleName" required:"true" min:"1" max:"255" pattern:"[A-Za-z][A-Za-z0-9_.-]*"`
}

// target: policies are asked about the rule, not the analyzer (AA-6).
func (in *OfRule) target(c wire.Caller) (finding.Name, string, error) {
	n, resource, err := in.OfName.target(c)
	return n, resource + "/archive-rule/" + in.RuleName, err
}

// targeted is an input that is about an analyzer: which one, and what the guard
// is asked about. An error says that it names none.
type targeted interface {
	target(wire.Caller) (n finding.Name, resource string, err error)
}

// found is the analyzer that a request is about.
type found struct{ *finding.Analyzer }

// ConditionKeys implements wire.Keyed.
func (f *found) ConditionKeys(string) map[string][]string {
	keys := map[string][]string{}
	for key, value := range f.Tags {
		keys["aws:ResourceTag/"+key] = []string{value}
	}
	return keys
}

// on makes an operation on an analyzer that exists.
func on[I any, P interface {
	*I
	targeted
}, O any](a *API, name string, call func(context.Context, wire.Caller, *I, *finding.Analyzer) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (*found, string, error) {
		n, resource, err := P(in).target(caller)
		if err != nil {
			return nil, "", err
		}
		one, err := a.find(ctx, caller, n)
		if errors.Is(err, analyzers.ErrNoAnalyzer) {
			return nil, resource, subject{analyzer: n}.refusal(err)
		} else if err != nil {
			return nil, "", err
		}
		return &found{one}, resource, nil
	}, func(ctx context.Context, caller wire.Caller, in *I, f *found) (*O, error) {
		return call(ctx, caller, in, f.Analyzer)
	})
}

// find is the analyzer of that name. One of another account does not exist for
// the caller, whatever its policies allow: analyzers are not shared.
func (a *API) find(ctx context.Context, caller wire.Caller, n finding.Name) (*finding.Analyzer, error) {
	if n.Account != caller.Account {
		return nil, analyzers.ErrNoAnalyzer
	}
	one, err := a.Analyzers.Analyzer(ctx, n)
	if err == nil && one.Name != n { // of another partition
		return nil, analyzers.ErrNoAnalyzer
	}
	return one, err
}
