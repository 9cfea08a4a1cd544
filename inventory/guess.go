package inventory

import (
	"fmt"
	"strings"
)

// foreign says what a file is that has one of these keys at its top and none
// of a snapshot's lists.
var foreign = map[string]string{
	"Records":             "a CloudTrail log: use ebbmark ingest",
	"eventVersion":        "a CloudTrail record: use ebbmark ingest",
	"eventSource":         "a CloudTrail record: use ebbmark ingest",
	"Events":              "the output of cloudtrail lookup-events: use ebbmark ingest",
	"logFiles":            "a CloudTrail digest, which is not needed",
	"digestS3Object":      "a CloudTrail digest, which is not needed",
	"Roots":               organizationExport,
	"OrganizationalUnits": organizationExport,
	"Organization":        organizationExport,
	"Accounts":            organizationExport,
	"Users":               "a list without policies; " + takeSnapshot,
	"Groups":              "a list without policies; " + takeSnapshot,
	"Roles":               "a list without policies; " + takeSnapshot,
	"User":                "a single user; " + takeSnapshot,
	"Role":                "a single role; " + takeSnapshot,
	"UserName":            "the members of a list without the page around them: do not use --query",
	"RoleName":            "the members of a list without the page around them: do not use --query",
	"GroupName":           "the members of a list without the page around them: do not use --query",
	"PolicyName":          "the members of a list without the page around them: do not use --query",
	"Statement":           "a policy document; " + takeSnapshot,
}

const (
	organizationExport = "a part of an organization export: make that as one JSON object, by the lines of docs/import.md"
	takeSnapshot       = "take it with aws iam get-account-authorization-details"
)

// isForeign is the error for a file of another kind that has the key.
func isForeign(key string) error {
	if what, ok := foreign[key]; ok {
		return fmt.Errorf("not an IAM snapshot: this looks like %s", what)
	}
	return nil
}

// noLists is the error for a page without any of a snapshot's lists.
func noLists(keys []string) error {
	if len(keys) == 0 {
		return fmt.Errorf("not an IAM snapshot: an empty JSON object; %s", takeSnapshot)
	}
	return fmt.Errorf("not an IAM snapshot: it has none of UserDetailList, GroupDetailList, RoleDetailList and Policies, but %s; %s",
		strings.Join(keys, ", "), takeSnapshot)
}

// notJSON is the error for a file whose first character begins no page.
func notJSON(first byte) error {
	switch first {
	case '<':
		return fmt.Errorf("XML or HTML, not JSON; %s", takeSnapshot)
	case 0:
		return fmt.Errorf("binary, not JSON; %s", takeSnapshot)
	}
	return fmt.Errorf("not JSON: it begins with %q; %s --output json", rune(first), takeSnapshot)
}
