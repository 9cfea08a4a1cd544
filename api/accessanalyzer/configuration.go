package accessanalyzer

import "github.com/ebbmark/ebbmark/finding"

// Configuration is that of an analyzer (AA-13): in a request one member of the
// two.
type Configuration struct {
	UnusedAccess   *UnusedAccess `wire:"unusedAccess"`
	InternalAccess *struct{}     `wire:"internalAccess"`
}

// UnusedAccess says what is unused, and who is not asked.
type UnusedAccess struct {
	Age  *int          `wire:"unusedAccessAge"` // days
	Rule *AnalysisRule `wire:"analysisRule"`
}

// AnalysisRule leaves principals out.
type AnalysisRule struct {
	Exclusions []Exclusion `wire:"exclusions"`
}

// Exclusion is one criterion of those that are left out (AA-14).
type Exclusion struct {
	AccountIDs   []string            `wire:"accountIds"`
	ResourceTags []map[string]string `wire:"resourceTags"`
}

const (
	memberConfiguration = "configuration"
	memberUnused        = "configuration.unusedAccess"
	memberInternal      = "configuration.internalAccess"
)

// of is what the configuration says for an analyzer of a type; c may be nil. How
// far its values are right, package finding says.
func (c *Configuration) of(t finding.AnalyzerType) (out finding.Configuration, err error) {
	switch {
	case c == nil:
		return out, nil
	case c.InternalAccess != nil && c.UnusedAccess != nil:
		return out, wrongMember(reasonField, memberConfiguration, "must have one member only")
	case c.InternalAccess != nil:
		return out, wrongMember(reasonNotSupported, memberInternal, "internal access analyzers are not supported")
	case c.UnusedAccess == nil:
		return out, nil
	case !t.Unused():
		return out, wrongMember(reasonField, memberUnused, "is for unused access analyzers only")
	}
	out.Age = c.UnusedAccess.Age
	if c.UnusedAccess.Rule == nil {
		return out, nil
	}
	for _, e := range c.UnusedAccess.Rule.Exclusions {
		out.Exclusions = append(out.Exclusions, finding.Exclusion{Accounts: e.AccountIDs, Tags: e.ResourceTags})
	}
	return out, nil
}

// newConfiguration shows the configuration of an analyzer. Nil: analyzers of
// external access have none.
func newConfiguration(a *finding.Analyzer) *Configuration {
	if !a.Type.Unused() {
		return nil
	}
	shown := &UnusedAccess{Age: &a.Age}
	if len(a.Exclusions) > 0 {
		shown.Rule = &AnalysisRule{}
	}
	for _, e := range a.Exclusions {
		shown.Rule.Exclusions = append(shown.Rule.Exclusions, Exclusion{e.Accounts, e.Tags})
	}
	return &Configuration{UnusedAccess: shown}
}
