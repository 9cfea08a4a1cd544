package accessanalyzer

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

type statisticsInput struct{ OfARN }

type statisticsOutput struct {
	Statistics    []Statistics `wire:"findingsStatistics"`
	LastUpdatedAt time.Time    `wire:"lastUpdatedAt"`
}

// Statistics are those of section 5.4: one member is set.
type Statistics struct {
	External *ExternalStatistics `wire:"externalAccessFindingsStatistics"`
	Unused   *UnusedStatistics   `wire:"unusedAccessFindingsStatistics"`
}

// ExternalStatistics count the findings of external access.
type ExternalStatistics struct {
	ResourceTypes map[string]ResourceTypeCount `wire:"resourceTypeStatistics"`
	Totals
}

// ResourceTypeCount counts the active findings of a type of resource.
type ResourceTypeCount struct {
	Public       int `wire:"totalActivePublic"`
	CrossAccount int `wire:"totalActiveCrossAccount"`
	Errors       int `wire:"totalActiveErrors"`
}

// UnusedStatistics count the findings of unused access.
type UnusedStatistics struct {
	Types       []TypeCount    `wire:"unusedAccessTypeStatistics"`
	TopAccounts []AccountCount `wire:"topAccounts"`
	Totals
}

// TypeCount counts the active findings of a type.
type TypeCount struct {
	Type  string `wire:"unusedAccessType"`
	Total int    `wire:"total"`
}

// AccountCount counts the active findings of an account.
type AccountCount struct {
	Account string         `wire:"account"`
	Active  int            `wire:"numberOfActiveFindings"`
	Details map[string]int `wire:"details"`
}

// Totals count findings by status.
type Totals struct {
	Active   int `wire:"totalActiveFindings"`
	Archived int `wire:"totalArchivedFindings"`
	Resolved int `wire:"totalResolvedFindings"`
}

func (a *API) getStatistics(ctx context.Context, _ wire.Caller, _ *statisticsInput, one *finding.Analyzer) (*statisticsOutput, error) {
	v, err := a.Analyzers.View(ctx, one.Name)
	if err != nil {
		return nil, subject{analyzer: one.Name}.refusal(err)
	}
	list := v.In(finding.Order{Attribute: "updatedAt", Descending: true}) // that of most lists: sorted already
	out := &statisticsOutput{LastUpdatedAt: v.Scanned}
	if one.Type.Unused() {
		out.Statistics = []Statistics{{Unused: newUnusedStatistics(list)}}
	} else {
		out.Statistics = []Statistics{{External: newExternalStatistics(list)}}
	}
	return out, nil
}

func newUnusedStatistics(list []*finding.Finding) *UnusedStatistics {
	n := finding.Count(list)
	shown := &UnusedStatistics{Types: []TypeCount{}, Totals: Totals{n.Active, n.Archived, n.Resolved}}
	for _, t := range n.Types {
		shown.Types = append(shown.Types, TypeCount{string(t.Type), t.Total})
	}
	for _, account := range n.Accounts {
		details := map[string]int{}
		for _, t := range account.Types {
			details[string(t.Type)] = t.Total
		}
		shown.TopAccounts = append(shown.TopAccounts, AccountCount{account.Account, account.Active, details})
	}
	return shown
}

func newExternalStatistics(list []*finding.Finding) *ExternalStatistics {
	n := finding.Count(list)
	shown := &ExternalStatistics{ResourceTypes: map[string]ResourceTypeCount{}, Totals: Totals{n.Active, n.Archived, n.Resolved}}
	for _, f := range list {
		if f.Status != finding.Active {
			continue
		}
		count := shown.ResourceTypes[f.ResourceType]
		switch {
		case f.External != nil && f.External.Public:
			count.Public++
		default:
			count.CrossAccount++
		}
		if f.Error != "" {
			count.Errors++
		}
		shown.ResourceTypes[f.ResourceType] = count
	}
	return shown
}
