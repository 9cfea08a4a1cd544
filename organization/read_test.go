package organization

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// exported is a small export, with one text replaced by another.
func exported(old, new string) string {
	const text = `{
 "Organization": {"Id": "o-exampleorg1", "Arn": "arn:aws-cn:organizations::111111111111:organization/o-exampleorg1", "FeatureSet": "ALL", "MasterAccountId": "111111111111", "MasterAccountEmail": "m@example.com", "Unknown": {"ignored": [1]}},
 "Roots": [{"Id": "r-ab12", "Name": "Root", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}, {"Type": "TAG_POLICY", "Status": "PENDING_DISABLE"}]}],
 "OrganizationalUnits": [{"Id": "ou-ab12-prod0001", "Name": "prod", "ParentId": "r-ab12"}, {"Id": "ou-ab12-inner001", "Name": "inner", "ParentId": "ou-ab12-prod0001"}],
 "Accounts": [{"Id": "111111111111", "Name": "m", "Email": "m@example.com", "Status": "ACTIVE", "JoinedMethod": "INVITED", "JoinedTimestamp": 1631121728.678, "ParentId": "r-ab12"},
  {"Id": "222222222222", "Name": "a", "JoinedTimestamp": "2021-09-08T17:22:08.678000+00:00"}],
 "Parents": {"222222222222": "ou-ab12-inner001"},
 "Policies": [{"PolicySummary": {"Id": "p-denysqs001", "Name": "denysqs", "Type": "SERVICE_CONTROL_POLICY"}, "Content": "{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}}", "Targets": ["ou-ab12-prod0001", {"TargetId": "222222222222", "Type": "ACCOUNT"}]},
  {"Policy": {"PolicySummary": {"Id": "p-tagpolicy1", "Name": "tags", "Type": "TAG_POLICY"}, "Content": "{}"}, "Targets": []}],
 "Tags": {"222222222222": [{"Key": "team", "Value": "b"}, {"Key": "cost", "Value": "1"}]},
 "DelegatedAdministrators": [{"Id": "222222222222", "DelegationEnabledDate": "2024-01-01T00:00:00Z", "DelegatedServices": [{"ServicePrincipal": "guardduty.amazonaws.com"}]}],
 "EnabledServicePrincipals": [{"ServicePrincipal": "guardduty.amazonaws.com", "DateEnabled": "2024-01-01T00:00:00Z"}]
}`
	if !strings.Contains(text, old) {
		panic("the export does not hold " + old)
	}
	return strings.Replace(text, old, new, 1)
}

func TestReadExport(t *testing.T) {
	o, err := ReadExport(strings.NewReader(exported("ignored", "ignored")))
	must(t, err)
	if o.Path("222222222222") != "o-exampleorg1/r-ab12/ou-ab12-prod0001/ou-ab12-inner001/222222222222" || o.ARN() != "arn:aws-cn:organizations::111111111111:organization/o-exampleorg1" {
		t.Errorf("path %s, ARN %s", o.Path("222222222222"), o.ARN())
	}
	if !o.Enabled(SCP) || o.Enabled("TAG_POLICY") || len(o.Policies) != 4 || len(o.Levels("222222222222")) != 4 || len(o.Levels("222222222222")[3]) != 1 {
		t.Errorf("enabled %q, %d policies, levels %v", o.Root.PolicyTypes, len(o.Policies), o.Levels("222222222222"))
	}
	m, _ := o.Account("111111111111")
	a, _ := o.Account("222222222222")
	if joined := time.Date(2021, 9, 8, 17, 22, 8, 678e6, time.UTC); !m.JoinedTimestamp.Equal(joined) || !a.JoinedTimestamp.Equal(joined) || a.Status != Active {
		t.Errorf("joined %s and %s, status %s", m.JoinedTimestamp, a.JoinedTimestamp, a.Status)
	}
	if len(o.Delegated) != 1 || !o.Delegated[0].Since.Equal(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)) || o.Tags["222222222222"][0].Key != "cost" {
		t.Errorf("delegated %v, tags %v", o.Delegated, o.Tags)
	}
	var out bytes.Buffer
	must(t, o.WriteExport(&out))
	back, err := ReadExport(&out)
	must(t, err)
	if asText(t, back) != asText(t, o) {
		t.Errorf("written and read again it is\n%s\nnot\n%s", asText(t, back), asText(t, o))
	}
}

func TestBadExports(t *testing.T) {
	unit := func(id, parent string) string {
		return `{"Id": "ou-ab12-` + id + `", "Name": "x", "ParentId": "` + parent + `"}`
	}
	deep := unit("deep0001", "ou-ab12-inner001") + "," + unit("deep0002", "ou-ab12-deep0001") + "," + unit("deep0003", "ou-ab12-deep0002") + "," + unit("deep0004", "ou-ab12-deep0003") + ","
	for sentence, c := range map[string]struct{ old, new, want string }{
		"nothing":                        {exported("a", "a"), "", "it is no JSON: unexpected end of JSON input (byte 0)"},
		"a list":                         {exported("a", "a"), "[]", "member (whole) is a array where that does not belong"},
		"a number for a name":            {`"Name": "prod"`, `"Name": 1`, "member OrganizationalUnits.Name is a number where that does not belong"},
		"no organization":                {`"Organization"`, `"Other"`, "it has no member Organization (aws organizations describe-organization)"},
		"two roots":                      {`"Roots": [`, `"Roots": [{"Id": "r-zz12"},`, "it has 2 Roots where an organization has one (aws organizations list-roots)"},
		"another organization id":        {`"Id": "o-exampleorg1"`, `"Id": "x"`, `"x" is no id of an organization (o-…)`},
		"a unit below itself":            {`"ParentId": "r-ab12"}, {"Id": "ou-ab12-inner001"`, `"ParentId": "ou-ab12-inner001"}, {"Id": "ou-ab12-inner001"`, "organizational unit ou-ab12-inner001 is below itself"},
		"a unit that is its own parent":  {`"ParentId": "ou-ab12-prod0001"`, `"ParentId": "ou-ab12-inner001"`, "organizational unit ou-ab12-inner001 is below itself"},
		"an orphaned unit":               {`"ParentId": "ou-ab12-prod0001"`, `"ParentId": "ou-ab12-nope0001"`, `organizational unit ou-ab12-inner001 is below "ou-ab12-nope0001", which is neither the root nor a unit of the organization`},
		"an account without parent":      {`"222222222222": "ou-ab12-inner001"`, `"333333333333": "ou-ab12-inner001"`, "account 222222222222 has no parent: give it a ParentId, or name it in Parents"},
		"an account below an account":    {`"222222222222": "ou-ab12-inner001"`, `"222222222222": "111111111111"`, `account 222222222222 is below "111111111111"`},
		"six units below each other":     {`"OrganizationalUnits": [`, `"OrganizationalUnits": [` + deep, "organizational unit ou-ab12-deep0004 is 6 units deep, and AWS allows 5"},
		"an account twice":               {`{"Id": "222222222222", "Name"`, `{"Id": "111111111111", "ParentId": "r-ab12", "Name"`, "account 111111111111 is there twice"},
		"a unit twice":                   {`"OrganizationalUnits": [`, `"OrganizationalUnits": [` + unit("prod0001", "r-ab12") + ",", "organizational unit ou-ab12-prod0001 is there twice"},
		"a policy twice":                 {`"Policies": [`, `"Policies": [{"PolicySummary": {"Id": "p-tagpolicy1", "Type": "TAG_POLICY"}},`, "policy p-tagpolicy1 is there twice"},
		"no management account":          {`"MasterAccountId": "111111111111"`, `"MasterAccountId": "444444444444"`, "management account 444444444444 is not among the accounts"},
		"a policy on a missing target":   {`["ou-ab12-prod0001",`, `["ou-ab12-nope0001",`, `policy p-denysqs001 (denysqs) is attached to "ou-ab12-nope0001", which is no root, unit or account of the organization`},
		"a policy on a target twice":     {`["ou-ab12-prod0001",`, `["222222222222",`, "policy p-denysqs001 (denysqs) is attached to 222222222222 twice"},
		"a target that is a number":      {`["ou-ab12-prod0001",`, `[1,`, "member"},
		"a malformed policy":             {`\"Effect\":\"Deny\"`, `\"Effect\":\"Maybe\"`, "policy p-denysqs001 (denysqs): malformed policy document: "},
		"a policy without content":       {`"Content": "{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}}"`, `"Content": ""`, "policy p-denysqs001 (denysqs): it has no Content (aws organizations describe-policy)"},
		"a policy without type":          {`"Type": "TAG_POLICY"}, "Content"`, `"Type": ""}, "Content"`, "policy p-tagpolicy1 (tags) has no Type"},
		"tags of nothing":                {`"Tags": {"222222222222"`, `"Tags": {"999999999999"`, `tags are on "999999999999", which is nothing of the organization`},
		"a tag twice":                    {`"Key": "cost"`, `"Key": "team"`, `222222222222 has the tag "team" twice`},
		"a delegate that is not there":   {`{"Id": "222222222222", "DelegationEnabledDate"`, `{"Id": "999999999999", "DelegationEnabledDate"`, `delegated administrator "999999999999" is no account of the organization`},
		"a time that is none":            {`1631121728.678`, `"yesterday"`, `"yesterday" is no time`},
		"a time without bounds":          {`1631121728.678`, `1e300`, `"1e300" is no time`},
		"a feature set that is none":     {`"FeatureSet": "ALL"`, `"FeatureSet": "SOME"`, `"SOME" is no feature set`},
		"a name longer than anybody has": {`"Name": "prod"`, `"Name": "` + strings.Repeat("x", 5000) + `"`, "organizational unit ou-ab12-prod0001: "},
	} {
		o, err := ReadExport(strings.NewReader(strings.Replace(exported("a", "a"), c.old, c.new, 1)))
		if o != nil || !errors.Is(err, ErrBadExport) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", sentence, err, c.want)
		}
	}
	broken := errors.New("broken pipe")
	if _, err := ReadExport(errorReader{broken}); !errors.Is(err, broken) || errors.Is(err, ErrBadExport) {
		t.Errorf("an error of the reader: %v", err)
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

func FuzzReadExport(f *testing.F) {
	f.Add(exported("a", "a"))
	f.Add(exported(`"ParentId": "ou-ab12-prod0001"`, `"ParentId": "ou-ab12-inner001"`))
	f.Add(`{"Organization": {}, "Roots": [{}]}`)
	f.Add(`{"Organization": null, "Roots": null}`)
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ReadExport(strings.NewReader(text))
		if err != nil {
			if !errors.Is(err, ErrBadExport) {
				t.Fatal(err)
			}
			return
		}
		var out bytes.Buffer
		must(t, o.WriteExport(&out))
		back, err := ReadExport(&out)
		if err != nil || asText(t, back) != asText(t, o) || asText(t, Join(o.Split())) != asText(t, o) {
			t.Fatalf("written and read again: %v", err)
		}
		for _, a := range o.Accounts {
			if id, kind, ok := o.Find(o.Path(a.ID)); !ok || id != a.ID || kind != KindAccount {
				t.Fatalf("account %s is not found by its path %s", a.ID, o.Path(a.ID))
			}
			o.Levels(a.ID)
		}
	})
}

func TestTheFixtureIsRead(t *testing.T) {
	file, err := os.Open("../internal/scenario/testdata/f2/organization.json")
	must(t, err)
	defer file.Close()
	o, err := ReadExport(file)
	must(t, err)
	if len(o.Accounts) != 3 || len(o.Units) != 2 || len(o.Policies) != 5 || len(o.Attachments) != 6 {
		t.Errorf("%d accounts, %d units, %d policies, %d attachments", len(o.Accounts), len(o.Units), len(o.Policies), len(o.Attachments))
	}
}
