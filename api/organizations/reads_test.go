package organizations

import (
	"strings"
	"testing"
)

const (
	memberJSON = `{"Id":"222222222222","Arn":"arn:aws:organizations::111111111111:account/o-exampleorg1/222222222222","Email":"two@example.com","Name":"two","Status":"ACTIVE","State":"ACTIVE","Paths":["o-exampleorg1/r-ab12/ou-ab12-prod0001/222222222222/"],"JoinedMethod":"CREATED","JoinedTimestamp":1735787045.678}`
	prodJSON   = `{"Id":"ou-ab12-prod0001","Arn":"arn:aws:organizations::111111111111:ou/o-exampleorg1/ou-ab12-prod0001","Name":"prod","Path":"o-exampleorg1/r-ab12/ou-ab12-prod0001/"}`
	devJSON    = `{"Id":"ou-ab12-dev00001","Arn":"arn:aws:organizations::111111111111:ou/o-exampleorg1/ou-ab12-dev00001","Name":"dev","Path":"o-exampleorg1/r-ab12/ou-ab12-dev00001/"}`
	allowJSON  = `{"Id":"p-allowlist1","Arn":"arn:aws:organizations::111111111111:policy/o-exampleorg1/service_control_policy/p-allowlist1","Name":"allowlist1","Description":"","Type":"SERVICE_CONTROL_POLICY","AwsManaged":false}`
	fullJSON   = `{"Id":"p-FullAWSAccess","Arn":"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess","Name":"FullAWSAccess","Description":"Allows access to every operation","Type":"SERVICE_CONTROL_POLICY","AwsManaged":true}`
)

// TestReads has every read operation on F2, O11 among them, and what the guard
// is asked about.
func TestReads(t *testing.T) {
	const arn = "arn:aws:organizations::111111111111:"
	for name, c := range map[string]struct{ operation, body, resource, want string }{
		"the organization": {"DescribeOrganization", `{}`, "*",
			`{"Organization":{"Id":"o-exampleorg1","Arn":"arn:aws:organizations::111111111111:organization/o-exampleorg1","FeatureSet":"ALL","MasterAccountArn":"arn:aws:organizations::111111111111:account/o-exampleorg1/111111111111","MasterAccountId":"111111111111","MasterAccountEmail":"m@example.com","AvailablePolicyTypes":[{"Type":"SERVICE_CONTROL_POLICY","Status":"ENABLED"}]}}`},
		"roots": {"ListRoots", `{}`, "*",
			`{"Roots":[{"Id":"r-ab12","Arn":"arn:aws:organizations::111111111111:root/o-exampleorg1/r-ab12","Name":"Root","PolicyTypes":[{"Type":"SERVICE_CONTROL_POLICY","Status":"ENABLED"}]}]}`},
		"an account":                      {"DescribeAccount", `{"AccountId":"222222222222"}`, arn + "account/o-exampleorg1/222222222222", `{"Account":` + memberJSON + `}`},
		"accounts below a unit":           {"ListAccountsForParent", `{"ParentId":"ou-ab12-prod0001"}`, arn + "ou/o-exampleorg1/ou-ab12-prod0001", `{"Accounts":[` + memberJSON + `]}`},
		"accounts below the root":         {"ListAccountsForParent", `{"ParentId":"r-ab12"}`, arn + "root/o-exampleorg1/r-ab12", ""},
		"a unit":                          {"DescribeOrganizationalUnit", `{"OrganizationalUnitId":"ou-ab12-prod0001"}`, arn + "ou/o-exampleorg1/ou-ab12-prod0001", `{"OrganizationalUnit":` + prodJSON + `}`},
		"units below the root":            {"ListOrganizationalUnitsForParent", `{"ParentId":"r-ab12"}`, arn + "root/o-exampleorg1/r-ab12", `{"OrganizationalUnits":[` + devJSON + `,` + prodJSON + `]}`},
		"units below a unit":              {"ListOrganizationalUnitsForParent", `{"ParentId":"ou-ab12-dev00001"}`, arn + "ou/o-exampleorg1/ou-ab12-dev00001", `{"OrganizationalUnits":[]}`},
		"children: units":                 {"ListChildren", `{"ParentId":"r-ab12","ChildType":"ORGANIZATIONAL_UNIT"}`, arn + "root/o-exampleorg1/r-ab12", `{"Children":[{"Id":"ou-ab12-dev00001","Type":"ORGANIZATIONAL_UNIT"},{"Id":"ou-ab12-prod0001","Type":"ORGANIZATIONAL_UNIT"}]}`},
		"children: accounts":              {"ListChildren", `{"ParentId":"ou-ab12-dev00001","ChildType":"ACCOUNT"}`, arn + "ou/o-exampleorg1/ou-ab12-dev00001", `{"Children":[{"Id":"333333333333","Type":"ACCOUNT"}]}`},
		"O11: the parent of an account":   {"ListParents", `{"ChildId":"222222222222"}`, arn + "account/o-exampleorg1/222222222222", `{"Parents":[{"Id":"ou-ab12-prod0001","Type":"ORGANIZATIONAL_UNIT"}]}`},
		"the parent of a unit":            {"ListParents", `{"ChildId":"ou-ab12-prod0001"}`, arn + "ou/o-exampleorg1/ou-ab12-prod0001", `{"Parents":[{"Id":"r-ab12","Type":"ROOT"}]}`},
		"O11: the policies of a target":   {"ListPoliciesForTarget", `{"TargetId":"ou-ab12-prod0001","Filter":"SERVICE_CONTROL_POLICY"}`, arn + "ou/o-exampleorg1/ou-ab12-prod0001", `{"Policies":[` + allowJSON + `]}`},
		"directly attached ones only":     {"ListPoliciesForTarget", `{"TargetId":"222222222222","Filter":"SERVICE_CONTROL_POLICY"}`, arn + "account/o-exampleorg1/222222222222", `{"Policies":[` + fullJSON + `]}`},
		"policies of a type without any":  {"ListPolicies", `{"Filter":"TAG_POLICY"}`, "*", `{"Policies":[]}`},
		"a policy":                        {"DescribePolicy", `{"PolicyId":"p-allowlist1"}`, arn + "policy/o-exampleorg1/service_control_policy/p-allowlist1", `{"Policy":{"PolicySummary":` + allowJSON + `,"Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:*\",\"ec2:*\"],\"Resource\":\"*\"}]}"}}`},
		"a policy of AWS":                 {"DescribePolicy", `{"PolicyId":"p-FullAWSAccess"}`, "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess", ""},
		"targets of a policy":             {"ListTargetsForPolicy", `{"PolicyId":"p-denysqs001"}`, arn + "policy/o-exampleorg1/service_control_policy/p-denysqs001", `{"Targets":[{"TargetId":"ou-ab12-dev00001","Arn":"arn:aws:organizations::111111111111:ou/o-exampleorg1/ou-ab12-dev00001","Name":"dev","Type":"ORGANIZATIONAL_UNIT"}]}`},
		"targets of all kinds":            {"ListTargetsForPolicy", `{"PolicyId":"p-FullAWSAccess","MaxResults":1}`, "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess", ""},
		"a policy that hangs nowhere":     {"ListTargetsForPolicy", `{"PolicyId":"p-unused0001"}`, arn + "policy/o-exampleorg1/service_control_policy/p-unused0001", `{"Targets":[]}`},
		"tags":                            {"ListTagsForResource", `{"ResourceId":"ou-ab12-prod0001"}`, arn + "ou/o-exampleorg1/ou-ab12-prod0001", `{"Tags":[{"Key":"empty","Value":""},{"Key":"stage","Value":"prod"}]}`},
		"no tags":                         {"ListTagsForResource", `{"ResourceId":"p-allowlist1"}`, arn + "policy/o-exampleorg1/service_control_policy/p-allowlist1", `{"Tags":[]}`},
		"administrators":                  {"ListDelegatedAdministrators", `{}`, "*", `{"DelegatedAdministrators":[{"Id":"333333333333","Arn":"arn:aws:organizations::111111111111:account/o-exampleorg1/333333333333","Email":"three@example.com","Name":"three","Status":"ACTIVE","State":"ACTIVE","JoinedMethod":"CREATED","JoinedTimestamp":1735787045.678,"DelegationEnabledDate":1735787045.678}]}`},
		"administrators of another":       {"ListDelegatedAdministrators", `{"ServicePrincipal":"config.amazonaws.com"}`, "*", `{"DelegatedAdministrators":[]}`},
		"services of an administrator":    {"ListDelegatedServicesForAccount", `{"AccountId":"333333333333"}`, arn + "account/o-exampleorg1/333333333333", `{"DelegatedServices":[{"ServicePrincipal":"guardduty.amazonaws.com","DelegationEnabledDate":1735787045.678}]}`},
		"trusted services":                {"ListAWSServiceAccessForOrganization", `{}`, "*", `{"EnabledServicePrincipals":[{"ServicePrincipal":"guardduty.amazonaws.com","DateEnabled":1735787045.678}]}`},
		"requests to make accounts: none": {"ListCreateAccountStatus", `{"States":["FAILED"]}`, "*", `{"CreateAccountStatuses":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, false)
			got := w.must(c.operation, c.body)
			if c.want != "" && got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if want := "organizations:" + c.operation + " " + c.resource; len(w.asked) != 1 || w.asked[0] != want {
				t.Errorf("the guard was asked %q, want %q", w.asked, want)
			}
		})
	}
}

// TestPages walks a list page by page while it changes.
func TestPages(t *testing.T) {
	w := newWorld(t, false)
	first := w.must("ListAccounts", `{"MaxResults":1}`)
	token := value(t, first, "NextToken")
	if !strings.Contains(first, `"Id":"111111111111"`) {
		t.Fatalf("first page: %s", first)
	}
	// Whoever the page ended with goes, and so the next one begins where it would have.
	second := w.must("ListAccounts", `{"MaxResults":1,"NextToken":"`+token+`"}`)
	if !strings.Contains(second, `"Id":"222222222222"`) {
		t.Fatalf("second page: %s", second)
	}
	token = value(t, second, "NextToken")
	w.must("RemoveAccountFromOrganization", `{"AccountId":"222222222222"}`)
	last := w.must("ListAccounts", `{"NextToken":"`+token+`"}`)
	if !strings.Contains(last, `"Id":"333333333333"`) || strings.Contains(last, "NextToken") {
		t.Errorf("last page: %s", last)
	}
	for name, body := range map[string]string{
		"of another list": `{"NextToken":"` + token + `","ParentId":"r-ab12"}`,
		"made up":         `{"NextToken":"bm9zdWNo","ParentId":"r-ab12"}`,
		"empty":           `{"NextToken":"","ParentId":"r-ab12"}`,
		"with a line end": `{"NextToken":"` + token + `\n","ParentId":"r-ab12"}`,
		"cut":             `{"NextToken":"` + token[:len(token)-2] + `","ParentId":"r-ab12"}`,
	} {
		if got := failure(w.ask(mgmt, "ListAccountsForParent", body)); got != "InvalidInputException INVALID_NEXT_TOKEN" {
			t.Errorf("a token %s: got %s", name, got)
		}
	}
}

// FuzzToken: only tokens of our making open, and to what they were made of.
func FuzzToken(f *testing.F) {
	f.Add("accounts", "", "x")
	f.Add("accounts", sealed("accounts", "111111111111"), "111111111111")
	f.Fuzz(func(t *testing.T, scope, token, after string) {
		if got, ok := opened(scope, sealed(scope, after)); !ok || got != after {
			t.Errorf("sealed %q, opened %q, %v", after, got, ok)
		}
		if got, ok := opened(scope, token); ok && sealed(scope, got) != token {
			t.Errorf("opened %q, which is not ours", token)
		}
	})
}
