package finding

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/arn"
)

// AnalyzerType says what an analyzer looks for and where. The values are AWS's.
type AnalyzerType string

// The types (AA-11). Those of internal access are known and refused.
const (
	Account                    AnalyzerType = "ACCOUNT"
	Organization               AnalyzerType = "ORGANIZATION"
	AccountUnusedAccess        AnalyzerType = "ACCOUNT_UNUSED_ACCESS"
	OrganizationUnusedAccess   AnalyzerType = "ORGANIZATION_UNUSED_ACCESS"
	AccountInternalAccess      AnalyzerType = "ACCOUNT_INTERNAL_ACCESS"
	OrganizationInternalAccess AnalyzerType = "ORGANIZATION_INTERNAL_ACCESS"
)

// Unused reports whether the analyzer looks for unused access.
func (t AnalyzerType) Unused() bool {
	return t == AccountUnusedAccess || t == OrganizationUnusedAccess
}

// Internal reports whether the type is one of internal access (AA-11).
func (t AnalyzerType) Internal() bool {
	return t == AccountInternalAccess || t == OrganizationInternalAccess
}

// Organizational reports whether the analyzer covers an organization (AA-16).
func (t AnalyzerType) Organizational() bool {
	return t == Organization || t == OrganizationUnusedAccess || t == OrganizationInternalAccess
}

// Known reports whether AWS has the type.
func (t AnalyzerType) Known() bool {
	return t.Unused() || t.Internal() || t == Account || t == Organization
}

// Name names an analyzer. State is per account and Region (AA-5).
type Name struct {
	Partition string `json:"partition"` // aws
	Region    string `json:"region"`
	Account   string `json:"account"` // 12 digits: the owner
	Name      string `json:"name"`
}

// ARN is the analyzer's ARN (AA-10).
func (n Name) ARN() string {
	return "arn:" + n.Partition + ":access-analyzer:" + n.Region + ":" + n.Account + ":analyzer/" + n.Name
}

// ParseName reads the ARN of an analyzer. False: it is none.
func ParseName(text string) (Name, bool) {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "access-analyzer" {
		return Name{}, false
	}
	kind, name, _ := strings.Cut(a.Resource, "/")
	n := Name{a.Partition, a.Region, a.Account, name}
	return n, kind == "analyzer" && n.Region != "" && n.Account != "" && analyzerName.MatchString(name)
}

// Analyzer is an analyzer with everything that its owner has said of it. It is
// a value: a change makes another.
//
// The JSON names are the stored form: never rename one.
type Analyzer struct {
	Name
	// UID is unlike that of every other analyzer, also of an earlier one of the
	// same name: its findings are kept under it.
	UID        string            `json:"uid"`
	Type       AnalyzerType      `json:"type"`
	Created    time.Time         `json:"created"`
	Age        int               `json:"age,omitempty"` // unusedAccessAge in days; zero: it is no unused access analyzer
	Exclusions []Exclusion       `json:"exclusions,omitempty"`
	Rules      []Rule            `json:"rules,omitempty"` // by name
	Tags       map[string]string `json:"tags,omitempty"`
}

// Analysis is how far an analyzer has come.
type Analysis struct {
	LastResource   string    // ARN of what was analyzed last; empty: nothing yet
	LastResourceAt time.Time // when
}

// Configuration is what CreateAnalyzer and UpdateAnalyzer say under
// configuration.unusedAccess (AA-13).
type Configuration struct {
	Age        *int // nil: as it is, DefaultAge for a new analyzer
	Exclusions []Exclusion
}

// Rule is an archive rule (AA-36).
type Rule struct {
	Name    string    `json:"name"`
	Filter  Filter    `json:"filter"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

// Rule is the analyzer's rule of that name; nil: there is none.
func (a *Analyzer) Rule(name string) *Rule {
	for i := range a.Rules {
		if a.Rules[i].Name == name {
			return &a.Rules[i]
		}
	}
	return nil
}

var (
	analyzerName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,254}$`)
	ruleName     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,254}$`)
)

// MemberError says which member of a request is wrong, and how. The API answers
// it as a ValidationException with the member in its field list.
type MemberError struct {
	Member string // as the client wrote it: "filter.status", "configuration.unusedAccess.unusedAccessAge"
	Reason string // a sentence part, such as "must be between 1 and 365"
	// Unsupported: what was asked for is known and not built (AA-11).
	Unsupported bool
}

func (e *MemberError) Error() string { return e.Member + ": " + e.Reason }

func wrong(member, format string, args ...any) error {
	return &MemberError{Member: member, Reason: fmt.Sprintf(format, args...)}
}

// CheckAnalyzer says what is wrong with a new analyzer: a *MemberError, or nil
// (AA-10, AA-11, AA-13). Its rules and tags are looked at too.
func CheckAnalyzer(a *Analyzer) error {
	switch {
	case !analyzerName.MatchString(a.Name.Name):
		return wrong("analyzerName", "must have 1 to 255 characters of A-Z, a-z, 0-9, _, . and -, and begin with a letter or _")
	case a.Type.Internal():
		return &MemberError{Member: "type", Reason: "internal access analyzers are not supported", Unsupported: true}
	case !a.Type.Known():
		return wrong("type", "%.64q is no type of analyzer", string(a.Type))
	}
	if err := CheckConfiguration(a.Type, a.Account, a.Age, a.Exclusions); err != nil {
		return err
	}
	for i := range a.Rules {
		if err := CheckRule(a.Type, &a.Rules[i], fmt.Sprintf("archiveRules.%d.", i+1)); err != nil {
			return err
		}
		if a.Rule(a.Rules[i].Name) != &a.Rules[i] {
			return wrong(fmt.Sprintf("archiveRules.%d.ruleName", i+1), "another rule has the same name")
		}
	}
	return CheckTags(a.Tags)
}

// CheckConfiguration says what is wrong with the configuration of an analyzer
// of that type and owner (AA-13). An external access analyzer has none: the age
// must be zero and there must be no exclusions.
func CheckConfiguration(t AnalyzerType, owner string, age int, exclusions []Exclusion) error {
	switch {
	case !t.Unused() && (age != 0 || len(exclusions) > 0):
		return wrong("configuration.unusedAccess", "is for unused access analyzers only")
	case !t.Unused():
		return nil
	case age < MinAge || age > MaxAge:
		return wrong("configuration.unusedAccess.unusedAccessAge", "must be between %d and %d", MinAge, MaxAge)
	}
	return checkExclusions(t, owner, exclusions)
}

// CheckRule says what is wrong with an archive rule. The prefix is put before
// the members' names.
func CheckRule(t AnalyzerType, r *Rule, prefix string) error {
	if !ruleName.MatchString(r.Name) {
		return wrong(prefix+"ruleName", "must have 1 to 255 characters of A-Z, a-z, 0-9, _, . and -, and begin with a letter")
	}
	if len(r.Filter) == 0 {
		return wrong(prefix+"filter", "must have a criterion")
	}
	return r.Filter.check(t, true, prefix)
}

// CheckTags says what is wrong with the tags of an analyzer.
func CheckTags(tags map[string]string) error {
	if len(tags) > MaxTags {
		return wrong("tags", "must have at most %d members", MaxTags)
	}
	for key, value := range tags {
		switch {
		case key == "" || len([]rune(key)) > 128:
			return wrong("tags", "the key %.140q must have 1 to 128 characters", key)
		case len([]rune(value)) > 256:
			return wrong("tags", "the value of %.140q must have at most 256 characters", key)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return wrong("tags", "the key %.140q begins with aws:, which is reserved", key)
		}
	}
	return nil
}
