package inventory

import (
	"strings"
	"testing"
)

const xARN = "arn:aws:iam::aws:policy/service-role/X"

// policyFile is what get-policy and get-policy-version print, one after the
// other.
const policyFile = `
{"Policy": {"PolicyName": "X", "PolicyId": "ANPAXEXAMPLE00000001", "Arn": "` + xARN + `", "Path": "/service-role/", "DefaultVersionId": "v3",
  "AttachmentCount": 7, "PermissionsBoundaryUsageCount": 0, "IsAttachable": true, "Description": "For tests.",
  "CreateDate": "2024-01-01T00:00:00+00:00", "UpdateDate": "2025-01-01T00:00:00+00:00", "Tags": []}}
{"PolicyVersion": {"Document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]},
  "VersionId": "v3", "IsDefaultVersion": true, "CreateDate": "2025-01-01T00:00:00+00:00"}}
{"PolicyVersion": {"Document": {"Version": "2012-10-17", "Statement": []}, "VersionId": "v2", "IsDefaultVersion": false}}`

func policies(t *testing.T, text string) []*Policy {
	t.Helper()
	s := NewSnapshot()
	if err := s.Read("a.json", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if accounts, _, err := s.Accounts(); err != nil || len(accounts) != 0 {
		t.Errorf("%d accounts, %v", len(accounts), err)
	}
	list, err := s.Managed()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestPolicyFiles(t *testing.T) {
	list := policies(t, policyFile)
	if len(list) != 1 {
		t.Fatalf("%d policies", len(list))
	}
	x := list[0]
	if x.ARN != xARN || x.Path != "/service-role/" || x.Default != "v3" || x.Description != "For tests." || !x.Attachable ||
		len(x.Versions) != 2 || x.Versions[1].ID != "v2" || !strings.Contains(x.DefaultDocument(), "s3:*") {
		t.Errorf("got %+v", x)
	}
	again := policies(t, `{"Policies": [{"PolicyName": "Y", "PolicyId": "ANPAYEXAMPLE00000001", "Arn": "arn:aws:iam::aws:policy/Y", "DefaultVersionId": "v1",
		"PolicyVersionList": [{"VersionId": "v1", "Document": {"Statement": []}}]}]}`+policyFile)
	if len(again) != 2 || again[0].Name != "Y" || !again[1].Equal(x) {
		t.Errorf("got %+v", again)
	}
}

func TestASnapshotIsNoPolicyFile(t *testing.T) {
	s := NewSnapshot()
	if err := s.Read("a.json", strings.NewReader(string(f1(t))+policyFile)); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Managed(); len(list) != 0 || err != nil {
		t.Errorf("%d policies by themselves, %v", len(list), err)
	}
	accounts, _, err := s.Accounts()
	if err != nil || len(accounts) != 1 || accounts[0].Policy(xARN) == nil {
		t.Errorf("the policy beside the snapshot is lost: %v", err)
	}
}

func TestWhoTakesImportedPolicies(t *testing.T) {
	x := policies(t, policyFile)
	account := func(attached ...string) *Account {
		a := &Account{ID: "111122223333", Partition: "aws", Roles: []*Role{{Name: "r", ID: "AROA", Attached: attached}}}
		a.Index()
		return a
	}
	holds := account(xARN)
	holds.Policies = []*Policy{{ARN: xARN, Name: "X", Default: "v1"}}
	holds.Index()
	china := account(xARN)
	china.Partition = "aws-cn"
	for name, test := range map[string]struct {
		account *Account
		home    bool
		want    Change
	}{
		"a home":                          {account(), true, Change{Added: 1}},
		"a home that has another version": {holds.Clone(), true, Change{Changed: 1}},
		"a mirror that lacks it":          {account(xARN), false, Change{Added: 1}},
		"a mirror that holds it":          {holds.Clone(), false, Change{}},
		"a mirror that does not use it":   {account(), false, Change{}},
		"a home in another partition":     {china, true, Change{}},
	} {
		test.account.Index()
		if got := test.account.TakeManaged(x, test.home); got != test.want {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}
