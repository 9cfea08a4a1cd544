package format

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/ebbmark/ebbmark/finding"
)

// SARIF writes a SARIF 2.1.0 log with one run. Required are version and runs,
// of a run tool.driver.name, of a result message; ruleIndex must be the rule's
// place. Code scanning wants a file of each result: it is the path that the
// resource has in its account, such as iam/111122223333/role/idle. An archived
// finding is a suppressed result, a resolved one passes, and the finding's id
// is the fingerprint.
func SARIF(w io.Writer, analyzer finding.Name, list Findings) error {
	rules, err := encode(sarifRules())
	if err != nil {
		return err
	}
	id, err := encode(analyzer.ARN() + "/")
	if err != nil {
		return err
	}
	before := fmt.Sprintf(`{"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[{"tool":{"driver":{"name":"ebbmark","rules":%s}},"automationDetails":{"id":%s},"results":[`+"\n", rules, id)
	return enclosed(w, before, "\n]}]}\n", list, func(f *finding.Detailed) any { return newSARIF(f) })
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifRule struct {
	ID    finding.Type `json:"id"`
	Short sarifText    `json:"shortDescription"`
	Help  sarifText    `json:"help"`
}

// sarifTypes are the rules in their order: ruleIndex counts them.
func sarifTypes() []finding.Type { return append(finding.UnusedTypes(), finding.ExternalAccess) }

func sarifRules() (list []sarifRule) {
	short := map[finding.Type]string{
		finding.UnusedIAMRole:          "A role is not used.",
		finding.UnusedIAMUserAccessKey: "An active access key is not used.",
		finding.UnusedIAMUserPassword:  "A password is not used.",
		finding.UnusedPermission:       "Permissions are not used.",
		finding.ExternalAccess:         "A role can be assumed from outside the zone of trust.",
	}
	for _, t := range sarifTypes() {
		list = append(list, sarifRule{t, sarifText{short[t]}, sarifText{advice(t)}})
	}
	return list
}

type sarifResult struct {
	RuleID       finding.Type       `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	Kind         string             `json:"kind"`
	Level        string             `json:"level"`
	Message      sarifText          `json:"message"`
	Locations    []sarifLocation    `json:"locations"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifLogical struct {
	Name     string `json:"name"`
	FullName string `json:"fullyQualifiedName"`
	Kind     string `json:"kind"`
}

type sarifSuppression struct {
	Kind string `json:"kind"`
}

func newSARIF(f *finding.Detailed) sarifResult {
	r := sarifResult{
		RuleID: f.Type, Kind: "fail", Level: sarifLevel(severityOf(f)), Message: sarifText{description(f)},
		Locations: []sarifLocation{{
			sarifPhysical{sarifArtifact{sarifPath(f)}},
			[]sarifLogical{{resourceName(f.Resource), f.Resource, "resource"}},
		}},
		Fingerprints: map[string]string{"findingId/v1": f.ID},
	}
	for i, t := range sarifTypes() {
		if t == f.Type {
			r.RuleIndex = i
		}
	}
	switch f.Status {
	case finding.Resolved:
		r.Kind, r.Level = "pass", "none" // the level of all that do not fail
	case finding.Archived:
		r.Suppressions = []sarifSuppression{{"external"}}
	}
	return r
}

func sarifLevel(s severity) string {
	switch s {
	case low:
		return "note"
	case high:
		return "error"
	}
	return "warning"
}

func sarifPath(f *finding.Detailed) string {
	rest := f.Resource[strings.LastIndexByte(f.Resource, ':')+1:]
	return (&url.URL{Path: "iam/" + f.Owner + "/" + rest}).EscapedPath()
}
