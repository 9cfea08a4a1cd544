package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/organization"
)

// f2Export is the organization of fixture F2 (docs/spec/organizations.md).
const f2Export = `{
  "Organization": {"Id": "o-exampleorg1", "Arn": "arn:aws:organizations::111111111111:organization/o-exampleorg1", "FeatureSet": "ALL",
    "MasterAccountId": "111111111111", "MasterAccountArn": "arn:aws:organizations::111111111111:account/o-exampleorg1/111111111111", "MasterAccountEmail": "root@example.com"},
  "Roots": [{"Id": "r-ab12", "Arn": "arn:aws:organizations::111111111111:root/o-exampleorg1/r-ab12", "Name": "Root", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}],
  "OrganizationalUnits": [
    {"Id": "ou-ab12-prod0001", "Name": "prod", "ParentId": "r-ab12"},
    {"Id": "ou-ab12-dev00001", "Name": "dev", "ParentId": "r-ab12"}],
  "Accounts": [
    {"Id": "111111111111", "Name": "management", "Email": "root@example.com", "Status": "ACTIVE", "JoinedMethod": "INVITED", "JoinedTimestamp": "2024-01-01T00:00:00Z"},
    {"Id": "222222222222", "Name": "prod", "Email": "prod@example.com", "Status": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": "2024-01-02T00:00:00Z"},
    {"Id": "333333333333", "Name": "dev", "Email": "dev@example.com", "Status": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": "2024-01-02T00:00:00Z"}],
  "Parents": {"111111111111": "r-ab12", "222222222222": "ou-ab12-prod0001", "333333333333": "ou-ab12-dev00001"},
  "Policies": [
    {"PolicySummary": {"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": true},
      "Content": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
      "Targets": ["r-ab12", "ou-ab12-dev00001", "222222222222", "333333333333"]},
    {"PolicySummary": {"Id": "p-allowlist1", "Name": "allowlist1", "Type": "SERVICE_CONTROL_POLICY"},
      "Content": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:*\",\"ec2:*\"],\"Resource\":\"*\"}]}", "Targets": ["ou-ab12-prod0001"]},
    {"PolicySummary": {"Id": "p-denysqs001", "Name": "denysqs", "Type": "SERVICE_CONTROL_POLICY"},
      "Content": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}]}", "Targets": ["ou-ab12-dev00001"]}]
}`

// storedOrganization is the organization in a store; nil: there is none.
func storedOrganization(t *testing.T, dsn, id string) *organization.Organization {
	t.Helper()
	s, err := openStore(t.Context(), dsn)
	if err != nil {
		return nil
	}
	defer s.Close()
	o, err := accounts.New(s).Organization(t.Context(), id)
	if err != nil {
		return nil
	}
	return o
}

func TestAnOrganizationIsImported(t *testing.T) {
	dsn := newDSN(t)
	const head = "ORGANIZATION   UNITS  ACCOUNTS  POLICIES  RESULT\no-exampleorg1  2      3         4         "
	moved := strings.Replace(f2Export, `"333333333333": "ou-ab12-dev00001"`, `"333333333333": "ou-ab12-prod0001"`, 1)
	for _, step := range []struct{ name, text, result string }{
		{"first", f2Export, "new"},
		{"again", f2Export, "unchanged"},
		{"gzip", string(gzipped(t, []byte(f2Export))), "unchanged"},
		{"an account was moved", moved, "changed"},
	} {
		stdout, stderr, code := importing(t, step.text, "--init", "--store", dsn, "-")
		if code != 0 || stdout != head+step.result+"\n" || stderr != "read - (organization)\norganization o-exampleorg1: "+step.result+"\n" {
			t.Errorf("%s: exit code %d\n%s%s", step.name, code, stdout, stderr)
		}
	}
	o := storedOrganization(t, dsn, "o-exampleorg1")
	if a, ok := o.Account("333333333333"); !ok || a.Parent != "ou-ab12-prod0001" {
		t.Errorf("the store has %+v", a)
	}
}

func TestAnAccountWithAStateOnlyHasAStatus(t *testing.T) {
	for state, want := range map[string]string{"ACTIVE": "ACTIVE", "CLOSED": "SUSPENDED", "SUSPENDED": "SUSPENDED", "PENDING_CLOSURE": "PENDING_CLOSURE", "PENDING_ACTIVATION": "SUSPENDED"} {
		dsn := newDSN(t)
		text := strings.Replace(f2Export, `"Email": "dev@example.com", "Status": "ACTIVE"`, `"Email": "dev@example.com", "State": "`+state+`"`, 1)
		if _, stderr, code := importing(t, text, "--init", "--store", dsn, "-"); code != 0 {
			t.Fatal(stderr)
		}
		if a, _ := storedOrganization(t, dsn, "o-exampleorg1").Account("333333333333"); a.Status != want {
			t.Errorf("%s: %s", state, a.Status)
		}
	}
}

func TestAnOrganizationIsImportedBesideSnapshots(t *testing.T) {
	dsn := newDSN(t)
	export := file(t, "organization.json", []byte(f2Export))
	stdout, stderr, code := importing(t, "", "--init", "--store", dsn, "--format", "json", f1File, export, export)
	var result importResult
	if err := json.Unmarshal([]byte(stdout), &result); err != nil || code != 0 || len(result.Organizations) != 1 || len(result.Accounts) != 1 {
		t.Errorf("exit code %d, %v\n%s%s", code, err, stdout, stderr)
	}
	if len(stored(t, dsn)) != 1 || storedOrganization(t, dsn, "o-exampleorg1") == nil {
		t.Error("the store has not both")
	}
}

func TestABadOrganizationIsRefusedWhole(t *testing.T) {
	change := func(old, to string) string {
		if !strings.Contains(f2Export, old) {
			t.Fatalf("the export has no %s", old)
		}
		return strings.Replace(f2Export, old, to, 1)
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a unit that is its own parent": {change(`"Name": "dev", "ParentId": "r-ab12"`, `"Name": "dev", "ParentId": "ou-ab12-dev00001"`), []string{"ou-ab12-dev00001"}},
		"two units in each other": {strings.NewReplacer(`"Name": "prod", "ParentId": "r-ab12"`, `"Name": "prod", "ParentId": "ou-ab12-dev00001"`,
			`"Name": "dev", "ParentId": "r-ab12"`, `"Name": "dev", "ParentId": "ou-ab12-prod0001"`).Replace(f2Export), []string{"ou-ab12-"}},
		"a unit below what is not there": {change(`"Name": "dev", "ParentId": "r-ab12"`, `"Name": "dev", "ParentId": "ou-ab12-gone0001"`), []string{"ou-ab12-dev00001", "ou-ab12-gone0001"}},
		"an account without a parent":    {change(`, "333333333333": "ou-ab12-dev00001"`, ``), []string{"333333333333"}},
		"a missing target":               {change(`"Targets": ["ou-ab12-prod0001"]`, `"Targets": ["ou-ab12-gone0001"]`), []string{"p-allowlist1", "ou-ab12-gone0001"}},
		"a malformed policy":             {change(`\"Effect\":\"Deny\"`, `\"Effect\":\"Forbid\"`), []string{"p-denysqs001", "Forbid"}},
		"no root":                        {change(`"Roots"`, `"Rooots"`), []string{"0 Roots"}},
		"no organization":                {change(`"Organization":`, `"Organisation":`), []string{"no member Organization"}},
		"a file that is cut off":         {f2Export[:len(f2Export)/2], []string{"no JSON"}},
		"a list for a text":              {change(`"Name": "prod", "ParentId"`, `"Name": [], "ParentId"`), []string{"OrganizationalUnits"}},
		"the management account missing": {change(`"MasterAccountId": "111111111111"`, `"MasterAccountId": "999999999999"`), []string{"999999999999"}},
	} {
		dsn := newDSN(t)
		bad := file(t, "organization.json", []byte(c.text))
		stdout, stderr, code := importing(t, "", "--init", "--store", dsn, f1File, bad)
		for _, want := range append(c.want, "ebbmark: "+bad+": ", "nothing was imported") {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: no %q in\n%s", name, want, stderr)
			}
		}
		if code != 1 || stdout != "" || len(stored(t, dsn)) != 0 || storedOrganization(t, dsn, "o-exampleorg1") != nil {
			t.Errorf("%s: exit code %d\n%s", name, code, stdout)
		}
	}
}

func TestTwoExportsThatDiffer(t *testing.T) {
	other := file(t, "other.json", []byte(strings.Replace(f2Export, `"Name": "dev", "ParentId"`, `"Name": "development", "ParentId"`, 1)))
	_, stderr, code := importing(t, f2Export, "--init", "--store", newDSN(t), "-", other)
	if code != 1 || !strings.Contains(stderr, other+": organization o-exampleorg1 is not the same as in -: take one") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

func TestAHomeOrganizationIsNotImported(t *testing.T) {
	dsn := newDSN(t)
	if _, stderr, code := importing(t, f2Export, "--init", "--store", dsn, "-"); code != 0 {
		t.Fatal(stderr)
	}
	s, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	err = accounts.New(s).SetOrganizationMode(t.Context(), "o-exampleorg1", accounts.Home)
	s.Close()
	if err != nil {
		t.Fatal(err)
	}
	_, stderr, code := importing(t, f2Export, "--store", dsn, "-", f1File)
	if code != 1 || !strings.Contains(stderr, "nothing was imported: organization o-exampleorg1: the organization is a home") || len(stored(t, dsn)) != 0 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}
