package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Answers of IAM Access Analyzer as the pages of findings read them. Encoded as
// JSON a findingSummary is what the AWS CLI prints (AA-30).

type findingSummary struct {
	AnalyzedAt           time.Time `json:"analyzedAt"`
	CreatedAt            time.Time `json:"createdAt"`
	Error                string    `json:"error,omitempty"`
	ID                   string    `json:"id"`
	Resource             string    `json:"resource,omitempty"`
	ResourceType         string    `json:"resourceType"`
	ResourceOwnerAccount string    `json:"resourceOwnerAccount"`
	Status               string    `json:"status"`
	UpdatedAt            time.Time `json:"updatedAt"`
	FindingType          string    `json:"findingType,omitempty"`
}

type findingPage struct {
	Findings  []findingSummary `json:"findings"`
	NextToken string           `json:"nextToken"`
}

type findingDetails struct {
	findingSummary
	Details   []findingDetail `json:"findingDetails"`
	NextToken string          `json:"nextToken"`
}

// findingDetail has one member.
type findingDetail struct {
	External   *externalAccess   `json:"externalAccessDetails"`
	Permission *unusedPermission `json:"unusedPermissionDetails"`
	AccessKey  *unusedKey        `json:"unusedIamUserAccessKeyDetails"`
	Role       *unusedSince      `json:"unusedIamRoleDetails"`
	Password   *unusedSince      `json:"unusedIamUserPasswordDetails"`
}

type unusedSince struct {
	LastAccessed time.Time `json:"lastAccessed"`
}

type unusedKey struct {
	AccessKeyID string `json:"accessKeyId"`
	unusedSince
}

// unusedPermission is a service of which something granted is unused: all of it,
// when there are no actions (AA-26).
type unusedPermission struct {
	ServiceNamespace string `json:"serviceNamespace"`
	unusedSince
	Actions []unusedAction `json:"actions"`
}

type unusedAction struct {
	Action string `json:"action"`
	unusedSince
}

type externalAccess struct {
	Action    []string          `json:"action"`
	Condition map[string]string `json:"condition"`
	IsPublic  bool              `json:"isPublic"`
	Principal map[string]string `json:"principal"`
}

// analyzerRef names an analyzer of the session's account and Region. Pages carry
// the name and never the ARN: some operations take the one and some the other,
// and both are to mean the same analyzer.
type analyzerRef struct{ Name, ARN string }

// analyzerNamed is the analyzer that a request names, or errNotFound when the
// name is none.
func (q *request) analyzerNamed(asked url.Values) (analyzerRef, error) {
	name := asked.Get("analyzer")
	if !segment(name) {
		return analyzerRef{}, errNotFound
	}
	partition := "aws"
	if parts := strings.Split(q.visit.ARN, ":"); len(parts) > 1 {
		partition = parts[1]
	}
	return analyzerRef{name, strings.Join([]string{"arn", partition, "access-analyzer", q.visit.Region, q.visit.Account, "analyzer/" + name}, ":")}, nil
}

// segment reports whether text can be one part of the path of a request.
func segment(text string) bool { return text != "" && text != "." && text != ".." }

// At is the address of a page about the analyzer, with more of its query string:
// names and values in turn.
func (a analyzerRef) At(page string, more ...string) string {
	asked := url.Values{"analyzer": {a.Name}}
	for i := 0; i+1 < len(more); i += 2 {
		asked.Set(more[i], more[i+1])
	}
	return Path + page + "?" + asked.Encode()
}

// crumbs are the way to a page of the analyzer.
func (a analyzerRef) crumbs(more ...Link) []Link {
	return append([]Link{{"Access Analyzer", Path + "analyzers"}, {a.Name, a.At("findings")}}, more...)
}

// target is the path of an operation on something of the analyzer, with its ARN
// and what else is asked.
func (a analyzerRef) target(kind, id string, more ...string) string {
	asked := url.Values{"analyzerArn": {a.ARN}}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			asked.Set(more[i], more[i+1])
		}
	}
	return "/" + kind + "/" + url.PathEscape(id) + "?" + asked.Encode()
}

// analyzerCLI is a line for a shell that calls IAM Access Analyzer in the
// session's Region.
func (q *request) analyzerCLI(words ...string) string {
	return q.cli(append([]string{"accessanalyzer", words[0], "--region", q.visit.Region}, words[1:]...)...)
}

// finding reads a finding with one page of its details.
func (q *request) finding(a analyzerRef, id, token string, size int) (findingDetails, error) {
	if !segment(id) {
		return findingDetails{}, errNotFound
	}
	target := a.target("findingv2", id, "maxResults", strconv.Itoa(size), "nextToken", token)
	return askREST[findingDetails](q.Context(), q.client, "GetFinding", http.MethodGet, target, nil)
}

// principal is the kind and name of a user or role of the signed-in account; the
// kind has no Slug for anything else, which the console has no page of.
func (q *request) principal(arn string) (kind, string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[2] != "iam" || parts[4] != q.visit.Account {
		return kind{}, ""
	}
	what, path, _ := strings.Cut(parts[5], "/")
	return kindOf(map[string]string{"user": "users", "role": "roles"}[what]), path[strings.LastIndex(path, "/")+1:]
}

// findingTypes are the types of findings, with what people call them.
func findingTypes() []Link {
	return []Link{
		{"Unused role", "UnusedIAMRole"},
		{"Unused access key", "UnusedIAMUserAccessKey"},
		{"Unused password", "UnusedIAMUserPassword"},
		{"Unused permissions", "UnusedPermission"},
		{"External access", "ExternalAccess"},
	}
}

// typeName is what people call a type of findings.
func typeName(findingType string) string {
	types := findingTypes()
	if i := slices.IndexFunc(types, func(l Link) bool { return l.Href == findingType }); i >= 0 {
		return types[i].Text
	}
	return findingType
}

// Type is what people call the type of the finding.
func (f findingSummary) Type() string { return typeName(f.FindingType) }
