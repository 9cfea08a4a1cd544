package finding

import (
	"fmt"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
)

// Exclusion is one criterion by which principals are left out (AA-13, AA-14). A
// criterion with both members needs both.
type Exclusion struct {
	Accounts []string            `json:"accounts,omitempty"` // 12 digits; organization analyzers only
	Tags     []map[string]string `json:"tags,omitempty"`     // any map; within a map all pairs; an empty value is any value
}

// excludes reports whether the criterion matches a principal. A criterion
// without members matches nobody.
func (e *Exclusion) excludes(account string, tags []inventory.Tag) bool {
	if len(e.Accounts) == 0 && len(e.Tags) == 0 {
		return false
	}
	if len(e.Accounts) > 0 && !slices.Contains(e.Accounts, account) {
		return false
	}
	return len(e.Tags) == 0 || slices.ContainsFunc(e.Tags, func(pairs map[string]string) bool { return hasAll(tags, pairs) })
}

// hasAll reports whether the tags hold every pair. No pairs: they do not.
func hasAll(tags []inventory.Tag, pairs map[string]string) bool {
	for key, value := range pairs {
		if !slices.ContainsFunc(tags, func(t inventory.Tag) bool { return t.Key == key && (value == "" || t.Value == value) }) {
			return false
		}
	}
	return len(pairs) > 0
}

// excluded reports whether one of the criteria matches.
func excluded(list []Exclusion, account string, tags []inventory.Tag) bool {
	for i := range list {
		if list[i].excludes(account, tags) {
			return true
		}
	}
	return false
}

// Excludes reports whether one of the criteria leaves out a principal of an
// account, given its tags.
func (a *Analyzer) Excludes(account string, tags []inventory.Tag) bool {
	return excluded(a.Exclusions, account, tags)
}

// ExcludesAccount reports whether a criterion leaves out every principal of the
// account.
func (a *Analyzer) ExcludesAccount(account string) bool {
	return slices.ContainsFunc(a.Exclusions, func(e Exclusion) bool {
		return len(e.Tags) == 0 && slices.Contains(e.Accounts, account)
	})
}

func checkExclusions(t AnalyzerType, owner string, list []Exclusion) error {
	const member = "configuration.unusedAccess.analysisRule.exclusions"
	if len(list) > MaxExclusions {
		return wrong(member, "must have at most %d criteria", MaxExclusions)
	}
	accounts := 0
	for i := range list {
		at := fmt.Sprintf("%s.%d", member, i+1)
		if accounts += len(list[i].Accounts); accounts > MaxExcludedAccounts {
			return wrong(at+".accountIds", "must name at most %d accounts in all criteria", MaxExcludedAccounts)
		}
		if err := list[i].check(t, owner, at); err != nil {
			return err
		}
	}
	return nil
}

func (e *Exclusion) check(t AnalyzerType, owner, at string) error {
	if len(e.Accounts) > 0 && !t.Organizational() {
		return wrong(at+".accountIds", "is for organization analyzers only")
	}
	for _, id := range e.Accounts {
		if !isAccount(id) {
			return wrong(at+".accountIds", "%.20q is no account id of 12 digits", id)
		}
		if id == owner {
			return wrong(at+".accountIds", "must not name the account that owns the analyzer")
		}
	}
	if len(e.Tags) > MaxExcludedTags {
		return wrong(at+".resourceTags", "must have at most %d members", MaxExcludedTags)
	}
	for _, pairs := range e.Tags {
		if len(pairs) == 0 || len(pairs) > MaxTags {
			return wrong(at+".resourceTags", "each member must have 1 to %d tags", MaxTags)
		}
		for key, value := range pairs {
			if key == "" || len(key) > maxExcludedTagLength || len(value) > maxExcludedTagLength {
				return wrong(at+".resourceTags", "a key must have 1 to %d characters, a value at most as many", maxExcludedTagLength)
			}
		}
	}
	return nil
}

func isAccount(id string) bool {
	if len(id) != 12 {
		return false
	}
	for _, c := range []byte(id) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
