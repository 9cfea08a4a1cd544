package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
)

const (
	setText1 = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:CreateQueue","sqs:DeleteQueue","sqs:SetQueueAttributes"],"Resource":"*"}]}`
	setText2 = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:CreateQueue"],"Resource":"*"}]}`
	setAWS   = "arn:aws:iam::aws:policy/Buckets"
)

var setAccounts = []string{"111111111111", "222222222222", "333333333333"}

// setStore has the roles of four permission sets in three accounts, with logs of all but
// the third, which has the last two: Ops (in 1 and 2), Differs (1 and 2, not the same),
// Young (1 and 2, there new), Wide (1, 2 and 3) and Plain (1, without an inline policy).
func setStore(t *testing.T) string {
	t.Helper()
	dsn := newDSN(t)
	s, err := createStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	created := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for n, id := range setAccounts {
		role := func(set, text string, attached ...string) *inventory.Role {
			name := "AWSReservedSSO_" + set + "_0123456789abcdef"
			r := &inventory.Role{Name: name, ID: "AROA" + set + id[:1], ARN: "arn:aws:iam::" + id + ":role/aws-reserved/sso.amazonaws.com/" + name, Path: "/aws-reserved/sso.amazonaws.com/", Created: created, Attached: attached}
			if text != "" {
				r.Inline = []inventory.Inline{{Name: "AwsSSOInlinePolicy", Document: text}}
			}
			return r
		}
		a := &inventory.Account{ID: id, Partition: "aws", Policies: []*inventory.Policy{{Name: "Buckets", ARN: setAWS, Default: "v1", Created: created, Updated: created, Versions: []inventory.PolicyVersion{{ID: "v1", Created: created,
			Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket"],"Resource":"*"}]}`}}}}}
		if n == 0 {
			a.Roles = append(a.Roles, role("Plain", "", setAWS))
		}
		if n != 1 {
			a.Users = append(a.Users, &inventory.User{Name: "ada", ID: "AIDAADA" + id[:1], ARN: "arn:aws:iam::" + id + ":user/ada", Path: "/", Created: created, Attached: []string{setAWS}})
		}
		if n < 2 {
			young := role("Young", setText1)
			if n == 1 {
				young.Created = time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC)
			}
			a.Roles = append(a.Roles, role("Ops", setText1, setAWS), role("Differs", []string{setText1, setText2}[n]), young)
		}
		a.Roles = append(a.Roles, role("Wide", setText1))
		a.Index()
		if err := accounts.New(s).Replace(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	call := func(account, principal, day, source, name string) activity.Fact {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return activity.Attempt(activity.Key{Account: account, Principal: principal, Source: source + ".amazonaws.com", Name: name, Region: "us-east-1", Class: activity.Management, Outcome: activity.Succeeded}, at, "e"+day+principal)
	}
	if err := s.MergeFacts(t.Context(), []activity.Fact{
		call("111111111111", "AROAOps1", "2025-12-01", "sqs", "CreateQueue"), call("111111111111", "AROAOps1", "2026-05-10", "sqs", "CreateQueue"),
		call("222222222222", "AROAOps2", "2025-12-01", "sqs", "DeleteQueue"), call("222222222222", "AROAOps2", "2026-05-10", "sqs", "SetQueueAttributes"), call("222222222222", "AROAOps2", "2026-05-11", "s3", "CreateBucket"),
	}); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func TestRefinePermissionSets(t *testing.T) {
	dsn := setStore(t)
	const young = "arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Young_0123456789abcdef is younger than the window"
	for name, c := range map[string]struct {
		args string
		code int
		says []string
	}{
		"the use of both accounts": {"Ops", 0, []string{"inline policy AwsSSOInlinePolicy of permission set Ops, which 2 principals have\n  1 action goes; 0 of 3 recorded uses would be denied\n",
			"  careful: 1 of them were used before the window, as once a quarter or a year: sqs:DeleteQueue (2025-12-01)\n",
			"  in accounts 111111111111, 222222222222; see with aws sso-admin list-accounts-for-provisioned-permission-set that there is no other\n",
			setAWS + " of permission set Ops, which 2 principals have\n  stays as it is: it is one of AWS: --replace-aws-managed puts what stays of it into the inline policy\n",
			"no log of account 111111111111", "no log of account 222222222222"}},
		"with AWS's":               {"Ops --replace-aws-managed", 0, []string{"  2 actions go; 0 of 3 recorded uses would be denied\n", "  detach " + setAWS + ": what stays of it is in this policy\n"}},
		"without an inline policy": {"Plain --replace-aws-managed", 0, []string{"  2 actions go; 0 of 0 recorded uses would be denied\n", "  detach " + setAWS + ": nothing of it is left\n"}},
		"AWS's only":               {"Plain", 0, []string{"stays as it is: it is one of AWS"}},
		"differing documents":      {"Differs", 0, []string{"stays as it is: its inline policies are not the same in all accounts (111111111111 / 222222222222): provision it to all, and sync\n"}},
		"a young role":             {"Young", 0, []string{"stays as it is: " + young + "\n"}},
		"an account without logs":  {"Wide", 0, []string{"stays as it is: the logs of account 333333333333 do not reach over the window\n"}},
		"all":                      {"", 0, []string{"permission set Differs", "permission set Ops", "permission set Plain", "permission set Wide", "permission set Young"}},
		"an excluded account":      {"Ops --keep-account 222222222222", 0, []string{"stays as it is: account 222222222222 has it, and is excluded\n"}},
		"an excluded path":         {"Ops --keep-path /aws-reserved/", 0, []string{"is excluded by its path /aws-reserved/sso.amazonaws.com/\n"}},
		"what is kept":             {"Ops --keep sqs:*", 0, []string{"stays as it is: everything in it is used, or must stay"}},
		"nobody's":                 {"None", 1, []string{`no account of the store has a role of a permission set "None"`}},
		"applied":                  {"Ops --apply", 2, []string{"--apply does not change permission sets"}},
		"as a template":            {"Ops --format cloudformation", 2, []string{"no form for permission sets"}},
		"with --all":               {"--all", 2, []string{"do not go together"}},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := runAt(t.Context(), moment1, append([]string{"refine", "--store", dsn, "--permission-sets"}, strings.Fields(c.args)...)...)
			for _, says := range c.says {
				if code != c.code || !strings.Contains(stdout+stderr, says) {
					t.Errorf("exit %d, want %d and %q:\n%s%s", code, c.code, says, stdout, stderr)
				}
			}
		})
	}
	text, _, _ := runAt(t.Context(), moment1, "refine", "--store", dsn, "--permission-sets", "Ops", "--replace-aws-managed", "--format", "json")
	var out struct {
		Proposals []struct {
			PermissionSet, After string
			Accounts, Detach     []string
		}
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil || len(out.Proposals) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	if p := out.Proposals[0]; p.PermissionSet != "Ops" || !slices.Equal(p.Accounts, setAccounts[:2]) || !slices.Equal(p.Detach, []string{setAWS}) ||
		p.After != `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:CreateQueue","sqs:SetQueueAttributes"],"Resource":"*"},{"Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"*"}]}` {
		t.Errorf("%+v", p)
	}
}

// TestRefineAWSManagedEverywhere: the ARN of a policy of AWS is about all accounts where
// somebody has it whom IAM can change.
func TestRefineAWSManagedEverywhere(t *testing.T) {
	dsn := setStore(t)
	out, says, code := runAt(t.Context(), moment1, "refine", "--store", dsn, "--replace-aws-managed", setAWS)
	if code != 0 || strings.Count(out, setAWS) != 2 || !strings.Contains(out, setAWS+" in account 111111111111, which 1 principal has\n  2 actions go") ||
		!strings.Contains(out, setAWS+" in account 333333333333, which 1 principal has\n  stays as it is: the account's logs do not reach over the window\n") {
		t.Errorf("exit %d: %s%s", code, out, says)
	}
	if _, says, code := runAt(t.Context(), moment1, "refine", "--store", dsn, "--replace-aws-managed", "arn:aws:iam::aws:policy/Other"); code != 1 || !strings.Contains(says, "nobody in the accounts of the store has it attached but services of AWS") {
		t.Errorf("exit %d: %s", code, says)
	}
}

// TestRefineSetOfOrganization: an account of the organization that nobody has read may
// have the permission set, too.
func TestRefineSetOfOrganization(t *testing.T) {
	dsn := setStore(t)
	s, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	o := organization.New("o-exampleorg1", "r-ab12", organization.Account{ID: "111111111111", Name: "management", Status: organization.Active})
	for _, a := range []organization.Account{{ID: "222222222222", Parent: "r-ab12", Name: "two", Status: organization.Active}, {ID: "444444444444", Parent: "r-ab12", Name: "four", Status: organization.Active}} {
		if err := o.AddAccount(a); err != nil {
			t.Fatal(err)
		}
	}
	if err := accounts.New(s).ReplaceOrganization(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if out, says, code := runAt(t.Context(), moment1, "refine", "--store", dsn, "--permission-sets", "Ops"); code != 0 || !strings.Contains(out, "stays as it is: account 444444444444 of the organization is not in the store, and may have it: sync or import it\n") {
		t.Errorf("exit %d: %s%s", code, out, says)
	}
}

// ssoAdmin is what the AWS CLI needs of IAM Identity Center's API: it notes the calls.
type ssoAdmin struct {
	mu    sync.Mutex
	calls []string
}

func (s *ssoAdmin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	s.calls = append(s.calls, operation+" "+string(body))
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	answers := map[string]string{"DescribePermissionSet": `{"PermissionSet":{"Name":"Ops"}}`, "ListAccountsForProvisionedPermissionSet": `{"AccountIds":["111111111111","222222222222"]}`}
	answer := answers[operation]
	if answer == "" {
		answer = "{}"
	}
	_, _ = io.WriteString(w, answer)
}

// TestRefineSetScript: what --format cli writes, run by a shell with the AWS CLI.
func TestRefineSetScript(t *testing.T) {
	script, says, code := runAt(t.Context(), moment1, "refine", "--store", setStore(t), "--permission-sets", "Ops", "--replace-aws-managed", "--format", "cli")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, says)
	}
	var api ssoAdmin
	server := httptest.NewServer(&api)
	defer server.Close()
	const instance, set = "arn:aws:sso:::instance/ssoins-0123456789abcdef", "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef"
	run := exec.CommandContext(t.Context(), "sh", "-c", `aws() { command aws --endpoint-url "$ENDPOINT" --region us-east-1 "$@"; }`+"\n"+script)
	none := filepath.Join(t.TempDir(), "none")
	run.Env = append(os.Environ(), "ENDPOINT="+server.URL, "INSTANCE_ARN="+instance, "PERMISSION_SET_ARN_Ops="+set, "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none)
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s (make deps installs the AWS CLI)", err, out, script)
	}
	const arns = `{"InstanceArn": "` + instance + `", "PermissionSetArn": "` + set + `"`
	want := []string{"DescribePermissionSet " + arns + "}", "ListAccountsForProvisionedPermissionSet " + arns + "}",
		"PutInlinePolicyToPermissionSet " + arns + `, "InlinePolicy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"sqs:CreateQueue\",\"sqs:SetQueueAttributes\"],\"Resource\":\"*\"},{\"Effect\":\"Allow\",\"Action\":[\"s3:CreateBucket\"],\"Resource\":\"*\"}]}"}`,
		"DetachManagedPolicyFromPermissionSet " + arns + `, "ManagedPolicyArn": "` + setAWS + `"}`,
		"ProvisionPermissionSet " + arns + `, "TargetType": "ALL_PROVISIONED_ACCOUNTS"}`}
	if !slices.Equal(api.calls, want) {
		t.Errorf("\n%s\nwant\n%s", strings.Join(api.calls, "\n"), strings.Join(want, "\n"))
	}
}
