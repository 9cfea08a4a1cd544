package main

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
)

const (
	awsTeam   = "arn:aws:iam::aws:policy/job-function/Team" // S3 and SQS: some of it is used
	awsQueues = "arn:aws:iam::aws:policy/AWSQueues"         // nothing of it is used
	ourTeam   = "arn:aws:iam::111122223333:policy/Team-refined"
	teamText  = `{"Version":"2012-10-17","Statement":[{"Sid":"Team","Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket","sqs:CreateQueue","sqs:DeleteQueue"],"Resource":"*"}]}`
	queueText = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:SetQueueAttributes"],"Resource":"*"}]}`
	// What app (CreateBucket) and ada (CreateQueue) used of it.
	smallTeam = `{"Version":"2012-10-17","Statement":[{"Sid":"Team","Effect":"Allow","Action":["s3:CreateBucket","sqs:CreateQueue"],"Resource":"*"}]}`
)

// awsManagedIAM is an ebbmark that plays AWS, with policies of AWS at a role, at a group
// and at a role of a permission set, and the store of another one that was synced from it
// and has read logs.
func awsManagedIAM(t *testing.T) (client *iam.Client, endpoint, dsn string) {
	t.Helper()
	trust := url.PathEscape(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	role := func(path, name, id, attached string) string {
		return fmt.Sprintf(`{"Path":%q,"RoleName":%q,"RoleId":%q,"Arn":%q,"CreateDate":"2024-01-01T00:00:00Z","AssumeRolePolicyDocument":%q,"InstanceProfileList":[],"RolePolicyList":[],"AttachedManagedPolicies":[%s]}`,
			path, name, id, "arn:aws:iam::111122223333:role"+path+name, trust, attached)
	}
	managed := func(path, name, id, document string) string {
		return fmt.Sprintf(`{"PolicyName":%q,"PolicyId":%q,"Arn":%q,"Path":%q,"DefaultVersionId":"v1","AttachmentCount":1,"PermissionsBoundaryUsageCount":0,"IsAttachable":true,"CreateDate":"2024-01-01T00:00:00Z","UpdateDate":"2024-01-01T00:00:00Z",
		"PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"CreateDate":"2024-01-01T00:00:00Z","Document":%q}]}`, name, id, "arn:aws:iam::aws:policy"+path+name, path, url.PathEscape(document))
	}
	team, queues := fmt.Sprintf(`{"PolicyName":"Team","PolicyArn":%q}`, awsTeam), fmt.Sprintf(`{"PolicyName":"AWSQueues","PolicyArn":%q}`, awsQueues)
	snapshot := `{"UserDetailList":[{"Path":"/","UserName":"ada","UserId":"AIDAAAAAAAAAAAAAAAADA","Arn":"arn:aws:iam::111122223333:user/ada","CreateDate":"2024-01-01T00:00:00Z","GroupList":["ops"],"AttachedManagedPolicies":[]}],
		"GroupDetailList":[{"Path":"/","GroupName":"ops","GroupId":"AGPAAAAAAAAAAAAAAAOPS","Arn":"arn:aws:iam::111122223333:group/ops","CreateDate":"2024-01-01T00:00:00Z","GroupPolicyList":[],"AttachedManagedPolicies":[` + team + `]}],
		"RoleDetailList":[` + role("/", "app", "AROAAAAAAAAAAAAAAAAPP", team+","+queues) + "," +
		role("/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_Ops_0123456789abcdef", "AROAAAAAAAAAAAAAAASSO", team) + `],
		"Policies":[` + managed("/job-function/", "Team", "ANPAAAAAAAAAAAAAATEAM", teamText) + "," + managed("/", "AWSQueues", "ANPAAAAAAAAAAAAQUEUES", queueText) + `],"IsTruncated":false}`
	client, endpoint, dsn = playAWS(t, snapshot)
	now := time.Now().UTC()
	readCalls(t, dsn, appCall(now.AddDate(0, 0, -300), "s3", "CreateBucket", ""), appCall(now.AddDate(0, 0, -2), "s3", "CreateBucket", ""), adaCall(now.AddDate(0, 0, -3), "sqs", "CreateQueue"))
	return client, endpoint, dsn
}

func adaCall(at time.Time, service, name string) string {
	calls++
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDAAAAAAAAAAAAAAAADA","arn":"arn:aws:iam::111122223333:user/ada","accountId":"111122223333","userName":"ada"},
		"eventTime":%q,"eventSource":"%s.amazonaws.com","eventName":%q,"awsRegion":"us-east-1","eventID":"00000000-0000-4000-8000-%012d","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333"}`,
		at.Format(time.RFC3339), service, name, calls)
}

// awsManagedState is who has what, and what the policy of the account says.
func awsManagedState(t *testing.T, client *iam.Client) string {
	t.Helper()
	role, err := client.ListAttachedRolePolicies(t.Context(), &iam.ListAttachedRolePoliciesInput{RoleName: aws.String("app")})
	if err != nil {
		t.Fatal(err)
	}
	group, err := client.ListAttachedGroupPolicies(t.Context(), &iam.ListAttachedGroupPoliciesInput{GroupName: aws.String("ops")})
	if err != nil {
		t.Fatal(err)
	}
	reserved, err := client.ListAttachedRolePolicies(t.Context(), &iam.ListAttachedRolePoliciesInput{RoleName: aws.String("AWSReservedSSO_Ops_0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range role.AttachedPolicies {
		lines = append(lines, "app "+*p.PolicyName)
	}
	for _, p := range group.AttachedPolicies {
		lines = append(lines, "ops "+*p.PolicyName)
	}
	for _, p := range reserved.AttachedPolicies {
		lines = append(lines, "sso "+*p.PolicyName)
	}
	slices.Sort(lines)
	text := ""
	if p, err := client.GetPolicy(t.Context(), &iam.GetPolicyInput{PolicyArn: aws.String(ourTeam)}); err == nil {
		v, err := client.GetPolicyVersion(t.Context(), &iam.GetPolicyVersionInput{PolicyArn: aws.String(ourTeam), VersionId: p.Policy.DefaultVersionId})
		if err != nil {
			t.Fatal(err)
		}
		if text, err = url.PathUnescape(*v.PolicyVersion.Document); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(lines, ", ") + " " + compact(text)
}

const (
	awsManagedBefore = "app AWSQueues, app Team, ops Team, sso Team "
	awsManagedAfter  = "app Team-refined, ops Team-refined, sso Team " + smallTeam
)

// TestRefineReplacesAWSManaged is the whole way: propose, apply, be refused, regret, give
// a part back, then all.
func TestRefineReplacesAWSManaged(t *testing.T) {
	client, endpoint, dsn := awsManagedIAM(t)
	want := func(when, state string) {
		t.Helper()
		if got := awsManagedState(t, client); got != state {
			t.Errorf("%s:\n%s\nwant\n%s", when, got, state)
		}
	}
	want("before", awsManagedBefore)
	const all = "arn:aws:iam::111122223333:root"
	if out, says, code := runRefine(t, dsn, all); code != 1 || !strings.Contains(says, "AWS's own can only be replaced (--replace-aws-managed)") {
		t.Errorf("unasked: exit %d: %s%s", code, out, says)
	}
	out, says, code := runRefine(t, dsn, all, "--replace-aws-managed")
	if code != 0 || !strings.Contains(out, awsTeam+" in account 111122223333, which 2 principals have\n  2 actions go; 0 of 2 recorded uses would be denied\n  in its place: "+ourTeam+"\n") ||
		!strings.Contains(out, awsQueues+" in account 111122223333, which 1 principal has\n  1 action goes; 0 of 1 recorded uses would be denied\n  nothing of it is left: detach it\n") {
		t.Fatalf("exit %d: %s%s", code, out, says)
	}
	apply := func() string {
		t.Helper()
		out, says, code := runRefine(t, dsn, all, "--replace-aws-managed", "--apply", "--endpoint-url", endpoint)
		id := regexp.MustCompile(`6 changes applied as (\S+);`).FindStringSubmatch(out)
		if code != 0 || id == nil {
			t.Fatalf("exit %d: %s%s", code, out, says)
		}
		return id[1]
	}
	id := apply()
	want("applied", awsManagedAfter)
	if again := apply(); again == id {
		t.Error("the id was given before")
	}
	want("applied again", awsManagedAfter)

	soon := time.Now().UTC().Add(time.Hour)
	readCalls(t, dsn, appCall(soon, "s3", "DeleteBucket", "AccessDenied"))
	if out, _, code := runRefine(t, dsn, "regret", id); code != 1 || out != appRole+"\ts3:DeleteBucket\t"+soon.Format(time.RFC3339)+"\tebbmark refine undo "+id+" --only s3\n" {
		t.Errorf("regret: exit %d, %s", code, out)
	}
	if out, says, code := runRefine(t, dsn, "undo", id, "--only", "s3"); code != 0 || !strings.HasSuffix(out, "1 change taken back\n") {
		t.Errorf("undo of a part: exit %d, %s%s", code, out, says)
	}
	want("s3 given back", strings.Replace(awsManagedAfter, `"s3:CreateBucket",`, `"s3:CreateBucket","s3:DeleteBucket",`, 1))
	if out, _, code := runRefine(t, dsn, "regret", id); code != 0 || out != "" {
		t.Errorf("after it was given back: exit %d, %s", code, out)
	}
	if out, says, code := runRefine(t, dsn, "undo", id, "--only", "sqs"); code != 0 {
		t.Errorf("undo of the rest: exit %d, %s%s", code, out, says)
	}
	want("sqs given back", "app AWSQueues, app Team-refined, ops Team-refined, sso Team "+teamText)

	// Somebody else got it: it stays, and all else is taken back.
	if _, err := client.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: aws.String("ada"), PolicyArn: aws.String(ourTeam)}); err != nil {
		t.Fatal(err)
	}
	if out, says, code := runRefine(t, dsn, "undo", id); code != 1 || !strings.Contains(says, ourTeam+" is attached to somebody else since, and is left alone") {
		t.Errorf("undo: exit %d, %s%s", code, out, says)
	}
	want("undone but for what is in use", awsManagedBefore+teamText)
	if _, err := client.DetachUserPolicy(t.Context(), &iam.DetachUserPolicyInput{UserName: aws.String("ada"), PolicyArn: aws.String(ourTeam)}); err != nil {
		t.Fatal(err)
	}
	if out, says, code := runRefine(t, dsn, "undo", id); code != 0 || !strings.HasSuffix(out, "1 change taken back\n") {
		t.Errorf("undo of the rest: exit %d, %s%s", code, out, says)
	}
	want("undone", awsManagedBefore)
}

// TestRefineReplacesNothingHalf: where a policy of the name says something else, nobody
// gets it, and nobody loses that of AWS.
func TestRefineReplacesNothingHalf(t *testing.T) {
	client, endpoint, dsn := awsManagedIAM(t)
	if _, err := client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("Team-refined"), PolicyDocument: aws.String(queueText)}); err != nil {
		t.Fatal(err)
	}
	out, says, code := runRefine(t, dsn, awsTeam, "--replace-aws-managed", "--apply", "--endpoint-url", endpoint)
	if code != 1 || !strings.Contains(says, ourTeam+" has been changed since, and is left alone") || !strings.Contains(says, "5 changes refused") {
		t.Errorf("exit %d: %s%s", code, out, says)
	}
	if got := awsManagedState(t, client); got != awsManagedBefore+queueText {
		t.Errorf("%s", got)
	}
	// The next snapshot has it, so that another name is found; undo leaves the first one.
	mustRun(t, "sync", "aws", "--store", dsn, "--endpoint-url", endpoint)
	out, says, code = runRefine(t, dsn, awsTeam, "--replace-aws-managed", "--apply", "--endpoint-url", endpoint)
	id := regexp.MustCompile(`5 changes applied as (\S+);`).FindStringSubmatch(out)
	if code != 0 || id == nil || !strings.Contains(out, "made\t"+ourTeam+"-2\t2 actions\n") {
		t.Fatalf("exit %d: %s%s", code, out, says)
	}
	if got := awsManagedState(t, client); got != "app AWSQueues, app Team-refined-2, ops Team-refined-2, sso Team "+queueText {
		t.Errorf("%s", got)
	}
	if out, says, code := runRefine(t, dsn, "undo", id[1]); code != 0 {
		t.Errorf("exit %d: %s%s", code, out, says)
	}
	if got := awsManagedState(t, client); got != awsManagedBefore+queueText {
		t.Errorf("%s", got)
	}
}

// TestRefineReplacesWhatIsStill: AWS has changed its policy since the sync, and nobody has
// looked at what it grants now.
func TestRefineReplacesWhatIsStill(t *testing.T) {
	client, endpoint, dsn := awsManagedIAM(t)
	s, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// The same the other way round: the store has another version of it than AWS.
	if err := accounts.New(s).Update(t.Context(), "111122223333", func(a *inventory.Account) error {
		for _, arn := range []string{awsTeam, awsQueues} {
			p := a.Policy(arn)
			p.Default, p.Versions[0].ID = "v7", "v7"
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	out, says, code := runRefine(t, dsn, appRole, "--replace-aws-managed", "--apply", "--endpoint-url", endpoint)
	if code != 1 || !strings.Contains(says, ourTeam+" is right for version v7 of "+awsTeam+", which now has v1, and is left alone") || !strings.Contains(says, "6 changes refused") {
		t.Errorf("exit %d: %s%s", code, out, says)
	}
	if got := awsManagedState(t, client); got != awsManagedBefore {
		t.Errorf("%s", got)
	}
}

// TestRefineReplacesByScript: what --format cli writes, run by a shell with the AWS CLI,
// is what --apply would do.
func TestRefineReplacesByScript(t *testing.T) {
	client, endpoint, dsn := awsManagedIAM(t)
	script, says, code := runRefine(t, dsn, appRole, "--replace-aws-managed", "--format", "cli")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, says)
	}
	run := exec.CommandContext(t.Context(), "sh", "-c", `aws() { command aws --endpoint-url "$ENDPOINT" --region us-east-1 "$@"; }`+"\n"+script)
	run.Env = append(os.Environ(), "ENDPOINT="+endpoint)
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s (make deps installs the AWS CLI)", err, out, script)
	}
	if got := awsManagedState(t, client); got != awsManagedAfter {
		t.Errorf("%s", got)
	}
	if out, says, code := runRefine(t, dsn, appRole, "--replace-aws-managed", "--apply", "--endpoint-url", endpoint); code != 0 || strings.Count(out, "was made before\t") != 6 {
		t.Errorf("exit %d: %s%s", code, out, says)
	}
}

// TestRefineStagesReplacement: with --stage what would go is denied, and the policies are
// replaced by refine finish; not half of it where the name was taken meanwhile.
func TestRefineStagesReplacement(t *testing.T) {
	client, endpoint, dsn := awsManagedIAM(t)
	stage := func() string {
		t.Helper()
		out, says, code := runRefine(t, dsn, appRole, "--replace-aws-managed", "--apply", "--stage", "--endpoint-url", endpoint)
		id := regexp.MustCompile(`denied as (\S+), 6 changes planned;`).FindStringSubmatch(out)
		if code != 0 || id == nil {
			t.Fatalf("exit %d: %s%s", code, out, says)
		}
		return id[1]
	}
	denied := func() bool {
		list, err := client.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: aws.String("app")})
		if err != nil {
			t.Fatal(err)
		}
		return len(list.PolicyNames) > 0
	}
	id := stage()
	if got := awsManagedState(t, client); got != awsManagedBefore || !denied() {
		t.Errorf("staged: %s", got)
	}
	if out, says, code := runRefine(t, dsn, "finish", id, "--after", "0"); code != 0 {
		t.Errorf("finish: exit %d, %s%s", code, out, says)
	}
	if got := awsManagedState(t, client); got != awsManagedAfter || denied() {
		t.Errorf("finished: %s", got)
	}
	if out, says, code := runRefine(t, dsn, "undo", id); code != 0 {
		t.Errorf("undo: exit %d, %s%s", code, out, says)
	}
	if got := awsManagedState(t, client); got != awsManagedBefore || denied() {
		t.Errorf("undone: %s", got)
	}

	id = stage()
	if _, err := client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("Team-refined"), PolicyDocument: aws.String(queueText)}); err != nil {
		t.Fatal(err)
	}
	for _, time := range []string{"first", "second"} {
		if out, says, code := runRefine(t, dsn, "finish", id, "--after", "0"); time == "first" && (code != 1 || !strings.Contains(says, ourTeam+" has been changed since") || !strings.Contains(says, "5 changes left")) {
			t.Errorf("%s finish: exit %d, %s%s", time, code, out, says)
		}
		if got, want := awsManagedState(t, client), strings.Replace(awsManagedBefore, "app AWSQueues, ", "", 1)+queueText; got != want {
			t.Errorf("after the %s finish: %s, want %s", time, got, want)
		}
	}
}
