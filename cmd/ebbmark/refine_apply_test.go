package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

const (
	appRole   = "arn:aws:iam::111122223333:role/app"
	appPolicy = "arn:aws:iam::111122223333:policy/team/Shared"
	// What the policies say. The white space is somebody's own.
	appInline  = `{ "Version": "2012-10-17", "Statement": [ {"Sid": "Own", "Effect": "Allow", "Action": ["s3:CreateBucket", "s3:DeleteBucket", "sqs:CreateQueue"], "Resource": "*"} ] }`
	appManaged = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateVpc","ec2:DeleteVpc"],"Resource":"*"}]}`
	appGone    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:CreateKey","Resource":"*"}]}`
)

// anotherIAM is an ebbmark that plays AWS: a home account with a role of three
// policies, and the store of another one that was synced from it and has read logs.
func anotherIAM(t *testing.T) (client *iam.Client, endpoint, dsn string) {
	t.Helper()
	snapshot := fmt.Sprintf(`{"UserDetailList":[],"GroupDetailList":[],"RoleDetailList":[
		{"Path":"/","RoleName":"app","RoleId":"AROAAAAAAAAAAAAAAAAPP","Arn":%[1]q,"CreateDate":"2024-01-01T00:00:00Z","AssumeRolePolicyDocument":%[5]q,
		 "InstanceProfileList":[],"RolePolicyList":[{"PolicyName":"own","PolicyDocument":%[2]q},{"PolicyName":"gone","PolicyDocument":%[3]q}],
		 "AttachedManagedPolicies":[{"PolicyName":"Shared","PolicyArn":%[4]q}],"Tags":[{"Key":"team","Value":"payments"}]}],
		"Policies":[{"PolicyName":"Shared","PolicyId":"ANPAAAAAAAAAAAAAAAAAA","Arn":%[4]q,"Path":"/team/","DefaultVersionId":"v1","AttachmentCount":1,"PermissionsBoundaryUsageCount":0,"IsAttachable":true,
		 "CreateDate":"2024-01-01T00:00:00Z","UpdateDate":"2024-01-01T00:00:00Z","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"CreateDate":"2024-01-01T00:00:00Z","Document":%[6]q}]}],"IsTruncated":false}`,
		appRole, url.PathEscape(appInline), url.PathEscape(appGone), appPolicy,
		url.PathEscape(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`), url.PathEscape(appManaged))
	client, endpoint, dsn = playAWS(t, snapshot)
	now := time.Now().UTC()
	readCalls(t, dsn,
		appCall(now.AddDate(0, 0, -300), "s3", "CreateBucket", ""), appCall(now.AddDate(0, 0, -2), "s3", "CreateBucket", ""),
		appCall(now.AddDate(0, 0, -2), "ec2", "CreateVpc", ""))
	return client, endpoint, dsn
}

// playAWS starts an ebbmark with a home account in the place of AWS, and makes a store
// that was synced from it and has logs of every day.
func playAWS(t *testing.T, snapshot string) (client *iam.Client, endpoint, dsn string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "iam.json")
	if err := os.WriteFile(file, []byte(snapshot), 0o600); err != nil {
		t.Fatal(err)
	}
	theirs := "sqlite:" + filepath.Join(dir, "theirs.db")
	mustRun(t, "import", "--init", "--store", theirs, file)
	mustRun(t, "accounts", "mode", "--store", theirs, "111122223333", "home")
	server := startServe(t, testEnv(), "--store", theirs)
	t.Setenv("AWS_ACCESS_KEY_ID", testKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", testSecret)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "none"))
	client = iam.New(iam.Options{Region: "us-east-1", BaseEndpoint: &server.endpoint, Credentials: credentials.NewStaticCredentialsProvider(testKey, testSecret, "")})
	dsn = "sqlite:" + filepath.Join(dir, "ours.db")
	mustRun(t, "sync", "aws", "--init", "--store", dsn, "--endpoint-url", server.endpoint)
	now := time.Now().UTC()
	var every []string // day; so the logs show that KMS is not left out of them
	for day := range 95 {
		every = append(every, appCall(now.AddDate(0, 0, -day), "kms", "ListKeys", ""))
	}
	readCalls(t, dsn, every...)
	return client, server.endpoint, dsn
}

var calls int

// appCall is a record of the role; code is the error, if any.
func appCall(at time.Time, service, name, code string) string {
	calls++
	failed := ""
	if code != "" {
		failed = fmt.Sprintf(`"errorCode":%q,`, code)
	}
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAAAAAAAAAAAAAAAAPP:s","arn":"arn:aws:sts::111122223333:assumed-role/app/s","accountId":"111122223333",
		"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAAAAAAAAAAAAAAAAPP","arn":%q,"accountId":"111122223333","userName":"app"}}},
		"eventTime":%q,"eventSource":"%s.amazonaws.com","eventName":%q,"awsRegion":"us-east-1",%s"eventID":"00000000-0000-4000-8000-%012d","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333"}`,
		appRole, at.Format(time.RFC3339), service, name, failed, calls)
}

func readCalls(t *testing.T, dsn string, records ...string) {
	t.Helper()
	readCallsAt(t, dsn, time.Now().UTC().Add(2*time.Hour), records...)
}

// readCallsAt reads records as of a moment.
func readCallsAt(t *testing.T, dsn string, at time.Time, records ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "log.json")
	if err := os.WriteFile(file, []byte(`{"Records":[`+strings.Join(records, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, says, code := runAt(t.Context(), at.Format(time.RFC3339), "ingest", "--store", dsn, file); code != 0 {
		t.Fatalf("ingest: exit %d, %s%s", code, out, says)
	}
}

// compact is a document without the white space that an import may have added.
func compact(document string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(document)) != nil {
		return document
	}
	return b.String()
}

// runRefine runs "ebbmark refine" as of now, with chance.
func runRefine(t *testing.T, dsn string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	p, problems := testProgram(nil)
	var out strings.Builder
	p.stdout = &out
	code = p.run(t.Context(), append(append([]string{"refine"}, args...), "--store", dsn))
	return out.String(), problems.String(), code
}

// TestRefineAppliesAndUndoes is the whole way, against another ebbmark in the part of
// AWS: sync, ingest, propose, apply, be refused, regret, give back a part, then all.
func TestRefineAppliesAndUndoes(t *testing.T) {
	client, endpoint, dsn := anotherIAM(t)
	inline := func(name string) string {
		out, err := client.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: aws.String("app"), PolicyName: &name})
		if err != nil {
			return ""
		}
		text, err := url.PathUnescape(*out.PolicyDocument)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	managed := func() string {
		p, err := client.GetPolicy(t.Context(), &iam.GetPolicyInput{PolicyArn: aws.String(appPolicy)})
		if err != nil {
			t.Fatal(err)
		}
		v, err := client.GetPolicyVersion(t.Context(), &iam.GetPolicyVersionInput{PolicyArn: aws.String(appPolicy), VersionId: p.Policy.DefaultVersionId})
		if err != nil {
			t.Fatal(err)
		}
		text, err := url.PathUnescape(*v.PolicyVersion.Document)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	want := func(when, own, gone, shared string) {
		t.Helper()
		if a, b, c := inline("own"), inline("gone"), managed(); compact(a) != compact(own) || compact(b) != compact(gone) || compact(c) != compact(shared) {
			t.Errorf("%s:\n%s\n%s\n%s\nwant\n%s\n%s\n%s", when, a, b, c, own, gone, shared)
		}
	}
	const (
		smallOwn    = `{ "Version": "2012-10-17", "Statement": [ {"Sid": "Own", "Effect": "Allow", "Action": ["s3:CreateBucket"], "Resource": "*"} ] }`
		smallShared = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateVpc"],"Resource":"*"}]}`
		withS3      = `{ "Version": "2012-10-17", "Statement": [ {"Sid": "Own", "Effect": "Allow", "Action": ["s3:CreateBucket", "s3:DeleteBucket"], "Resource": "*"} ] }`
	)
	want("before", appInline, appGone, appManaged)
	exactly := [3]string{inline("own"), inline("gone"), managed()}

	out, says, code := runRefine(t, dsn, appRole, "--apply", "--endpoint-url", endpoint)
	id := regexp.MustCompile(`3 changes applied as (\S+);`).FindStringSubmatch(out)
	if code != 0 || id == nil {
		t.Fatalf("exit %d: %s%s", code, out, says)
	}
	want("applied", smallOwn, "", smallShared)
	if out, _, code := runRefine(t, dsn, "journal"); code != 0 || !strings.HasPrefix(out, id[1]+"\t") || !strings.HasSuffix(out, "\t111122223333\t3\t0\n") {
		t.Errorf("journal: %s", out)
	}
	if out, _, code := runRefine(t, dsn, "journal", id[1][:10]); code != 0 || !strings.Contains(out, "made\tinline policy own of "+appRole+"\t2\n") || !strings.Contains(out, "made\t"+appPolicy+"\t1\n") {
		t.Errorf("journal: %s", out)
	}

	// The snapshot still has it all: the same command finds it made.
	if out, says, code := runRefine(t, dsn, appRole, "--apply", "--endpoint-url", endpoint); code != 0 || strings.Count(out, "was made before\t") != 3 {
		t.Errorf("a second time exit %d: %s%s", code, out, says)
	}
	if out, _, code := runRefine(t, dsn, "regret"); code != 0 || out != "" {
		t.Errorf("before anybody was refused: exit %d, %s", code, out)
	}
	soon := time.Now().UTC().Add(time.Hour)
	readCalls(t, dsn, appCall(soon, "s3", "DeleteBucket", "AccessDenied"), appCall(soon, "sqs", "ListQueues", "AccessDenied"), appCall(soon.AddDate(0, 0, -9), "ec2", "DeleteVpc", "AccessDenied"))
	out, _, code = runRefine(t, dsn, "regret", id[1])
	if code != 1 || out != appRole+"\ts3:DeleteBucket\t"+soon.Format(time.RFC3339)+"\tebbmark refine undo "+id[1]+" --only s3\n" {
		t.Errorf("regret: exit %d, %s", code, out)
	}

	if out, says, code := runRefine(t, dsn, "undo", id[1], "--only", "s3"); code != 0 || !strings.HasSuffix(out, "1 change taken back\n") {
		t.Errorf("undo of a part: exit %d, %s%s", code, out, says)
	}
	want("s3 given back", withS3, "", smallShared)
	if out, _, code := runRefine(t, dsn, "regret", id[1]); code != 0 || out != "" {
		t.Errorf("after it was given back: exit %d, %s", code, out)
	}
	// What somebody has changed since is left alone.
	other := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	if _, err := client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("app"), PolicyName: aws.String("gone"), PolicyDocument: &other}); err != nil {
		t.Fatal(err)
	}
	if out, says, code := runRefine(t, dsn, "undo", id[1]); code != 1 || !strings.Contains(out, "2 changes taken back\n") || !strings.Contains(says, "inline policy gone of "+appRole+" has been changed since, and is left alone") {
		t.Errorf("undo: exit %d, %s%s", code, out, says)
	}
	want("undone", appInline, other, appManaged)
	if _, err := client.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: aws.String("app"), PolicyName: aws.String("gone")}); err != nil {
		t.Fatal(err)
	}
	if out, says, code := runRefine(t, dsn, "undo", id[1]); code != 0 || !strings.HasSuffix(out, "1 change taken back\n") {
		t.Errorf("undo of the rest: exit %d, %s%s", code, out, says)
	}
	want("all undone", appInline, appGone, appManaged)
	if now := [3]string{inline("own"), inline("gone"), managed()}; now != exactly {
		t.Errorf("not to the byte:\n%q\n%q", now, exactly)
	}
}

// TestRefineMakesRoom: of a policy with five versions the oldest goes, and the journal
// has it.
func TestRefineMakesRoom(t *testing.T) {
	client, endpoint, dsn := anotherIAM(t)
	for n := range 4 {
		if _, err := client.CreatePolicyVersion(t.Context(), &iam.CreatePolicyVersionInput{PolicyArn: aws.String(appPolicy), PolicyDocument: aws.String(appGone)}); err != nil {
			t.Fatal(n, err)
		}
	}
	for _, what := range []string{"v2", "v3"} {
		out, says, code := runRefine(t, dsn, appPolicy, "--apply", "--endpoint-url", endpoint)
		id := regexp.MustCompile(`1 change applied as (\S+);`).FindStringSubmatch(out)
		if code != 0 || id == nil {
			t.Fatalf("exit %d: %s%s", code, out, says)
		}
		out, _, _ = runRefine(t, dsn, "journal", id[1], "--format", "json")
		var journal []struct {
			Changes []struct{ DroppedVersion struct{ ID, Document string } }
		}
		if err := json.Unmarshal([]byte(out), &journal); err != nil || len(journal) != 1 || journal[0].Changes[0].DroppedVersion.ID != what || compact(journal[0].Changes[0].DroppedVersion.Document) != appGone {
			t.Errorf("%v: %s", err, out)
		}
		if out, says, code := runRefine(t, dsn, "undo", id[1]); code != 0 {
			t.Errorf("exit %d: %s%s", code, out, says)
		}
		versions, err := client.ListPolicyVersions(t.Context(), &iam.ListPolicyVersionsInput{PolicyArn: aws.String(appPolicy)})
		if err != nil || len(versions.Versions) != 5 {
			t.Fatalf("%+v, %v", versions, err)
		}
	}
}

// TestRefineScript: what --format cli writes, run by a shell with the AWS CLI.
func TestRefineScript(t *testing.T) {
	client, endpoint, dsn := anotherIAM(t)
	script, says, code := runRefine(t, dsn, appRole, "--format", "cli")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, says)
	}
	run := exec.CommandContext(t.Context(), "sh", "-c", `aws() { command aws --endpoint-url "$ENDPOINT" --region us-east-1 "$@"; }`+"\n"+script)
	run.Env = append(os.Environ(), "ENDPOINT="+endpoint)
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s (make deps installs the AWS CLI)", err, out, script)
	}
	list, err := client.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: aws.String("app")})
	if err != nil || len(list.PolicyNames) != 1 || list.PolicyNames[0] != "own" {
		t.Errorf("%+v, %v", list, err)
	}
	// It is what --apply would do: it finds all of it made.
	if out, says, code := runRefine(t, dsn, appRole, "--apply", "--endpoint-url", endpoint); code != 0 || strings.Count(out, "was made before\t") != 3 {
		t.Errorf("exit %d: %s%s", code, out, says)
	}
}

func TestRefineDoesNotApply(t *testing.T) {
	client, endpoint, dsn := anotherIAM(t)
	// Changed after the sync.
	changed := strings.Replace(appInline, "sqs:CreateQueue", "sqs:DeleteQueue", 1)
	if _, err := client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("app"), PolicyName: aws.String("own"), PolicyDocument: &changed}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args string
		code int
		says string
	}{
		"what has changed since the sync": {appRole + " --apply --endpoint-url " + endpoint, 1, "inline policy own of " + appRole + " has been changed since, and is left alone"},
		"with a tag":                      {appRole + " --apply --keep-tagged team=payments", 0, appRole + " is excluded by its tag team"},
		"with any value of it":            {appRole + " --apply --keep-tagged team", 0, "nothing to change"},
		"a policy by its path":            {appPolicy + " --keep-path /team/ --apply", 0, appPolicy + " is excluded by its path /team/"},
		"what is kept":                    {appPolicy + " --keep ec2:* --apply --endpoint-url " + endpoint, 0, "nothing to change"},
		"an account":                      {"--all --keep-account 111122223333 --apply", 0, "nothing to change"},
		"of the past":                     {appRole + " --apply --as-of 2026-01-01T00:00:00Z", 2, "do not go together"},
		"nobody's address":                {appRole + " --apply --endpoint-url http://127.0.0.1:1", 1, "ask whose the credentials are"},
		"no address":                      {appRole + " --apply --endpoint-url here", 2, "want an address"},
		"nobody":                          {"--apply", 2, "want one or more ARNs"},
		"all and one":                     {"--all " + appRole, 2, "want one or more ARNs"},
		"gaps alone":                      {appRole + " --despite-gaps", 2, "--despite-gaps is for --apply"},
		"a level":                         {appRole + " --level all", 2, "want list, read, write, permissions or tagging"},
		"an age":                          {appRole + " --older-than long", 2, "want days, such as 90d"},
		"two ages":                        {appRole + " --older-than 90d --window 80", 2, "say the same: give one of them"},
		"another level":                   {appRole + " --level tagging --apply --endpoint-url " + endpoint, 0, "nothing to change"},
		"days without logs":               {appRole + " --older-than 120d --apply --endpoint-url " + endpoint, 1, "no log of account 111122223333 was read of 26 days of the window"},
		"seasonal alone":                  {appRole + " --even-seasonal", 2, "--even-seasonal is for --apply"},
		"a path":                          {appRole + " --keep-path team", 2, "want a path such as /service/"},
		"undo of nothing":                 {"undo 2020", 1, "there is no refinement"},
		"regret of nothing":               {"regret 2020", 1, "there is no refinement"},
		"undo of no service":              {"undo 2020 --only s4", 1, "there is no refinement"},
	} {
		t.Run(name, func(t *testing.T) {
			if out, says, code := runRefine(t, dsn, strings.Fields(c.args)...); code != c.code || !strings.Contains(out+says, c.says) {
				t.Errorf("exit %d, want %d and %q:\n%s%s", code, c.code, c.says, out, says)
			}
		})
	}
	// Seasonal use holds a policy back.
	readCalls(t, dsn, appCall(time.Now().UTC().AddDate(0, 0, -200), "ec2", "DeleteVpc", ""))
	if out, says, code := runRefine(t, dsn, appPolicy, "--apply", "--endpoint-url", endpoint); code != 0 || !strings.Contains(says, "1 action of what would go was used before the window, ec2:DeleteVpc last on ") || !strings.Contains(out, "nothing to change") {
		t.Errorf("exit %d: %s%s", code, out, says)
	}
	// The credentials are of another account.
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY0000000000")
	if _, says, code := runRefine(t, dsn, appPolicy, "--apply", "--even-seasonal", "--endpoint-url", endpoint); code != 1 || !strings.Contains(says, "ask whose the credentials are") {
		t.Errorf("with a key of nobody: exit %d, %s", code, says)
	}
}
