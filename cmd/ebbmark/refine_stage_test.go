package main

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// roleSays are the inline policies of the role by name, and its managed policy.
func roleSays(t *testing.T, client *iam.Client) map[string]string {
	t.Helper()
	says := map[string]string{}
	text := func(document *string) string {
		s, err := url.PathUnescape(*document)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	list, err := client.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: aws.String("app")})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range list.PolicyNames {
		out, err := client.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: aws.String("app"), PolicyName: &name})
		if err != nil {
			t.Fatal(err)
		}
		says[name] = text(out.PolicyDocument)
	}
	p, err := client.GetPolicy(t.Context(), &iam.GetPolicyInput{PolicyArn: aws.String(appPolicy)})
	if err != nil {
		t.Fatal(err)
	}
	v, err := client.GetPolicyVersion(t.Context(), &iam.GetPolicyVersionInput{PolicyArn: aws.String(appPolicy), VersionId: p.Policy.DefaultVersionId})
	if err != nil {
		t.Fatal(err)
	}
	says["Shared"] = text(v.PolicyVersion.Document)
	return says
}

// untouched: the role and its policy say what they said, to the byte.
func untouched(t *testing.T, client *iam.Client, before map[string]string) {
	t.Helper()
	after := roleSays(t, client)
	for name, text := range before {
		if after[name] != text {
			t.Errorf("%s is %q, want to the byte %q", name, after[name], text)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d policies, want %d", len(after), len(before))
	}
}

// TestRefineStages is the careful way: deny, be refused, give back a part, wait, remove,
// and take it all back.
func TestRefineStages(t *testing.T) {
	client, endpoint, dsn := anotherIAM(t)
	before := roleSays(t, client)
	says := func(when string, want map[string]string) {
		t.Helper()
		got := roleSays(t, client)
		for name, text := range got {
			if compact(text) != compact(want[name]) {
				t.Errorf("%s: %s is %s, want %s", when, name, text, want[name])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d policies, want %d", when, len(got), len(want))
		}
	}
	out, problems, code := runRefine(t, dsn, appRole, "--apply", "--stage", "--endpoint-url", endpoint)
	found := regexp.MustCompile(`1 principal denied as (\S+), 3 changes planned;`).FindStringSubmatch(out)
	if code != 0 || found == nil {
		t.Fatalf("exit %d: %s%s", code, out, problems)
	}
	id := found[1]
	denyOf := func(actions string) string {
		return `{"Version":"2012-10-17","Statement":[{"Sid":"EbbmarkStage","Effect":"Deny","Action":[` + actions + `],"Resource":"*"}]}`
	}
	says("staged", map[string]string{"own": appInline, "gone": appGone, "Shared": appManaged,
		"EbbmarkDeny-" + id: denyOf(`"ec2:DeleteVpc","kms:CreateKey","s3:DeleteBucket","sqs:CreateQueue"`)})
	if out, _, _ := runRefine(t, dsn, "journal", id); strings.Count(out, "planned\t") != 3 || !strings.Contains(out, "made\tinline policy EbbmarkDeny-"+id+" of "+appRole+"\t4\n") {
		t.Errorf("journal: %s", out)
	}

	// Not before there are logs of the days since.
	now := time.Now().UTC()
	if _, problems, code := runRefine(t, dsn, "finish", id, "--after", "2"); code != 1 || !strings.Contains(problems, "no log of account 111122223333 of "+now.AddDate(0, 0, 1).Format(time.DateOnly)+" was read: 2 days after") {
		t.Errorf("too early: exit %d, %s", code, problems)
	}
	// Nor when something was refused.
	later := now.AddDate(0, 0, 3)
	readCallsAt(t, dsn, later, appCall(now.Add(time.Minute), "s3", "DeleteBucket", "AccessDenied"), appCall(now.AddDate(0, 0, 1), "ec2", "CreateVpc", ""), appCall(now.AddDate(0, 0, 2), "ec2", "CreateVpc", ""))
	finish := func(args ...string) (string, string, int) {
		return runAt(t.Context(), later.Format(time.RFC3339), append([]string{"refine", "finish", "--store", dsn, "--after", "2"}, args...)...)
	}
	if out, problems, code := finish(id); code != 1 || !strings.Contains(problems, `1 action refused since: `+appRole+` was refused s3:DeleteBucket on `) || !strings.Contains(problems, "ebbmark refine undo "+id+" --only s3") {
		t.Errorf("refused: exit %d, %s%s", code, out, problems)
	}
	if out, problems, code := runRefine(t, dsn, "undo", id, "--only", "s3"); code != 0 || !strings.HasSuffix(out, "2 changes taken back\n") {
		t.Errorf("exit %d, %s%s", code, out, problems)
	}
	says("S3 given back", map[string]string{"own": appInline, "gone": appGone, "Shared": appManaged,
		"EbbmarkDeny-" + id: denyOf(`"ec2:DeleteVpc","kms:CreateKey","sqs:CreateQueue"`)})

	if out, problems, code := finish(id); code != 0 || !strings.HasSuffix(out, "3 changes made; ebbmark refine undo "+id+" takes it back\n") || !strings.Contains(out, "lifted\tinline policy EbbmarkDeny-"+id) {
		t.Errorf("exit %d, %s%s", code, out, problems)
	}
	small := map[string]string{"Shared": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateVpc"],"Resource":"*"}]}`,
		"own": `{ "Version": "2012-10-17", "Statement": [ {"Sid": "Own", "Effect": "Allow", "Action": ["s3:CreateBucket", "s3:DeleteBucket"], "Resource": "*"} ] }`}
	says("finished", small)
	if out, problems, code := finish(id); code != 0 || !strings.HasPrefix(out, "0 changes made") {
		t.Errorf("a second time: exit %d, %s%s", code, out, problems)
	}
	says("finished twice", small)
	if out, problems, code := runRefine(t, dsn, "undo", id); code != 0 || !strings.HasSuffix(out, "3 changes taken back\n") {
		t.Errorf("undo: exit %d, %s%s", code, out, problems)
	}
	untouched(t, client, before)
}

// TestRefineStageIsTakenBack: one call lifts it, and nothing was touched. What somebody did
// in spite of the Deny is not removed.
func TestRefineStageIsTakenBack(t *testing.T) {
	client, endpoint, dsn := anotherIAM(t)
	before := roleSays(t, client)
	stage := func() string {
		t.Helper()
		out, problems, code := runRefine(t, dsn, appRole, "--apply", "--stage", "--endpoint-url", endpoint)
		found := regexp.MustCompile(`denied as (\S+),`).FindStringSubmatch(out)
		if code != 0 || found == nil {
			t.Fatalf("exit %d: %s%s", code, out, problems)
		}
		return found[1]
	}
	id := stage()
	if out, problems, code := runRefine(t, dsn, "undo", id); code != 0 || !strings.HasSuffix(out, "4 changes taken back\n") {
		t.Errorf("undo: exit %d, %s%s", code, out, problems)
	}
	untouched(t, client, before)
	if out, _, code := runRefine(t, dsn, "finish", id, "--after", "0"); code != 0 || !strings.HasPrefix(out, "0 changes made") {
		t.Errorf("after undo: exit %d, %s", code, out)
	}

	id = stage()
	soon := time.Now().UTC().Add(time.Hour)
	readCallsAt(t, dsn, soon.Add(time.Hour), appCall(soon, "sqs", "CreateQueue", ""))
	out, problems, code := runAt(t.Context(), soon.Add(time.Hour).Format(time.RFC3339), "refine", "finish", id, "--store", dsn, "--after", "0")
	if code != 1 || !strings.Contains(problems, "inline policy own of "+appRole+" stays as it is: "+appRole+" may have used sqs:CreateQueue since") || !strings.Contains(problems, "all that was denied stays denied") || !strings.HasPrefix(out[strings.LastIndex(out, "\n2 ")+1:], "2 changes made") {
		t.Errorf("exit %d, %s%s", code, out, problems)
	}
	if got := roleSays(t, client); compact(got["own"]) != compact(appInline) || got["gone"] != "" || got["EbbmarkDeny-"+id] == "" {
		t.Errorf("%v", got)
	}
	for name, c := range map[string]struct {
		args string
		code int
		says string
	}{
		"without apply": {appRole + " --stage", 2, "--stage is for --apply"},
		"days":          {"finish " + id + " --after -1", 2, "want 0 to"},
		"nothing":       {"finish 2020", 1, "there is no refinement"},
		"no id":         {"finish", 2, "an id of ebbmark refine journal"},
	} {
		if _, problems, code := runRefine(t, dsn, strings.Fields(c.args)...); code != c.code || !strings.Contains(problems, c.says) {
			t.Errorf("%s: exit %d, %s, want %d, %s", name, code, problems, c.code, c.says)
		}
	}
}

// TestRefineLeavesWhatWasGiven: an inline policy that a call of the window put into a role
// stays, and into another one does not matter.
func TestRefineLeavesWhatWasGiven(t *testing.T) {
	_, _, dsn := anotherIAM(t)
	put := func(role string) string {
		call := appCall(time.Now().UTC().AddDate(0, 0, -20), "iam", "PutRolePolicy", "")
		return strings.Replace(call, `"eventType"`, `"requestParameters":{"roleName":"`+role+`","policyName":"own","policyDocument":"{}"},"eventType"`, 1)
	}
	const doubt = "iam:PutRolePolicy was called on "
	readCalls(t, dsn, put("another"))
	if out, problems, code := runRefine(t, dsn, appRole); code != 0 || strings.Contains(out+problems, doubt) {
		t.Errorf("another role: exit %d, %s%s", code, out, problems)
	}
	readCalls(t, dsn, put("app"))
	if out, problems, code := runRefine(t, dsn, appRole); code != 0 || strings.Count(out, doubt) != 2 { // own and gone, not Shared
		t.Errorf("the role: exit %d, %s%s", code, out, problems)
	}
	if out, problems, code := runRefine(t, dsn, appRole, "--even-given"); code != 0 || strings.Contains(out+problems, doubt) {
		t.Errorf("exit %d, %s%s", code, out, problems)
	}
}
