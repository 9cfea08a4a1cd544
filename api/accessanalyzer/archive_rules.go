package accessanalyzer

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

// inlineRule is an archive rule of an analyzer to be.
type inlineRule struct {
	Name   string               `wire:"ruleName" required:"true" min:"1" max:"255" pattern:"[A-Za-z][A-Za-z0-9_.-]*"`
	Filter map[string]Criterion `wire:"filter" required:"true"`
}

func (r *inlineRule) rule() finding.Rule {
	return finding.Rule{Name: r.Name, Filter: filterOf(r.Filter)}
}

// ArchiveRule is an archive rule as answers show it.
type ArchiveRule struct {
	RuleName  string               `wire:"ruleName"`
	Filter    map[string]Criterion `wire:"filter"`
	CreatedAt time.Time            `wire:"createdAt"`
	UpdatedAt time.Time            `wire:"updatedAt"`
}

func newArchiveRule(r finding.Rule) ArchiveRule {
	return ArchiveRule{r.Name, newFilter(r.Filter), r.Created, r.Updated}
}

// ruleOf is the refusal of an operation on a rule.
func ruleOf(one *finding.Analyzer, name string, err error) error {
	return subject{one.Name, name}.refusal(err)
}

type createRuleInput struct {
	OfRule
	Filter      map[string]Criterion `wire:"filter" required:"true"`
	ClientToken string               `wire:"clientToken" max:"1024"`
}

func (a *API) createRule(ctx context.Context, _ wire.Caller, in *createRuleInput, one *finding.Analyzer) (*wire.NoOutput, error) {
	rule := finding.Rule{Name: in.RuleName, Filter: filterOf(in.Filter)}
	return nil, ruleOf(one, in.RuleName, a.Analyzers.CreateRule(ctx, one.Name, rule, in.ClientToken))
}

type getRuleInput struct{ OfRule }

type getRuleOutput struct {
	ArchiveRule ArchiveRule `wire:"archiveRule"`
}

func (a *API) getRule(_ context.Context, _ wire.Caller, in *getRuleInput, one *finding.Analyzer) (*getRuleOutput, error) {
	r := one.Rule(in.RuleName)
	if r == nil {
		return nil, ruleOf(one, in.RuleName, analyzers.ErrNoRule)
	}
	return &getRuleOutput{newArchiveRule(*r)}, nil
}

type listRulesInput struct {
	OfName
	Paging
}

type listRulesOutput struct {
	ArchiveRules []ArchiveRule `wire:"archiveRules"`
	Page
}

func (a *API) listRules(_ context.Context, _ wire.Caller, in *listRulesInput, one *finding.Analyzer) (*listRulesOutput, error) {
	list, page, err := cut(in.Paging, one.Rules, func(r finding.Rule) string { return r.Name }, "rules", one.UID)
	return &listRulesOutput{each(list, newArchiveRule), page}, err
}

type updateRuleInput struct {
	OfRule
	Filter map[string]Criterion `wire:"filter" required:"true"`
}

func (a *API) updateRule(ctx context.Context, _ wire.Caller, in *updateRuleInput, one *finding.Analyzer) (*wire.NoOutput, error) {
	return nil, ruleOf(one, in.RuleName, a.Analyzers.UpdateRule(ctx, one.Name, in.RuleName, filterOf(in.Filter)))
}

type deleteRuleInput struct {
	OfRule
	ClientToken string `wire:"clientToken" max:"1024"`
}

func (a *API) deleteRule(ctx context.Context, _ wire.Caller, in *deleteRuleInput, one *finding.Analyzer) (*wire.NoOutput, error) {
	return nil, ruleOf(one, in.RuleName, a.Analyzers.DeleteRule(ctx, one.Name, in.RuleName, in.ClientToken))
}

type applyRuleInput struct {
	OfARN
	RuleName string `wire:"ruleName" required:"true" min:"1" max:"255" pattern:"[A-Za-z][A-Za-z0-9_.-]*"`
}

func (a *API) applyRule(ctx context.Context, _ wire.Caller, in *applyRuleInput, one *finding.Analyzer) (*wire.NoOutput, error) {
	return nil, ruleOf(one, in.RuleName, a.Analyzers.ApplyRule(ctx, one.Name, in.RuleName))
}
