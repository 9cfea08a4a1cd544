package scenario

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// The organization that is synced: the management account with an
// administrator, two members that can be read, one without the role, one whose
// role may not read, one that is closed.
const (
	management = "111111111111"
	production = "222222222222"
	develop    = "333333333333"
	roleless   = "444444444444"
	deaf       = "555555555555"
	closed     = "666666666666"

	administrator = "arn:aws:iam::" + management + ":user/admin"
	accessRole    = "OrganizationAccountAccessRole"
)

// snapshotOf is the IAM snapshot of an account with an administrator of its
// own, two roles and AWS managed policies. The access role may do the action.
func snapshotOf(account, role, action string) string {
	arn := func(rest string) string { return "arn:aws:iam::" + account + ":" + rest }
	const day = `"CreateDate": "2025-01-01T00:00:00Z"`
	trust := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "` + administrator + `"}, "Action": "sts:AssumeRole"}]}`
	allow := func(action string) string {
		return `[{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "` + action + `", "Resource": "*"}]}}]`
	}
	one := func(name, id string) string {
		return `{"Path": "/", "RoleName": "` + name + `", "RoleId": "AROA` + id + account + `", "Arn": "` + arn("role/"+name) + `", ` + day + `, "AssumeRolePolicyDocument": ` + trust
	}
	return `{"UserDetailList": [{"Path": "/", "UserName": "admin", "UserId": "AIDA0000` + account + `", "Arn": "` + arn("user/admin") + `", ` + day + `,
		"UserPolicyList": ` + allow("*") + `, "GroupList": ["people"], "AttachedManagedPolicies": []}],
	"GroupDetailList": [{"Path": "/", "GroupName": "people", "GroupId": "AGPA0000` + account + `", "Arn": "` + arn("group/people") + `", ` + day + `, "GroupPolicyList": [],
		"AttachedManagedPolicies": [{"PolicyName": "AWSLambdaExecute", "PolicyArn": "arn:aws:iam::aws:policy/AWSLambdaExecute"}]}],
	"RoleDetailList": [
		` + one(role, "0000") + `, "InstanceProfileList": [], "RolePolicyList": ` + allow(action) + `, "AttachedManagedPolicies": []},
		` + one("app", "0001") + `, "InstanceProfileList": [], "RolePolicyList": [], "Tags": [{"Key": "team", "Value": "a&<b>"}],
			"AttachedManagedPolicies": [{"PolicyName": "AWSLambdaExecute", "PolicyArn": "arn:aws:iam::aws:policy/AWSLambdaExecute"}]}],
	"Policies": [{"PolicyName": "AWSLambdaExecute", "PolicyId": "ANPAJE5FX7FQZSU5XAKGO", "Arn": "arn:aws:iam::aws:policy/AWSLambdaExecute", "Path": "/", "DefaultVersionId": "v3",
		"IsAttachable": true, ` + day + `, "PolicyVersionList": [{"VersionId": "v3", "IsDefaultVersion": true, ` + day + `,
			"Document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:*"}]}}]}]}`
}

// syncedOrganization is its export: F2 of the specification, and more.
func syncedOrganization() string {
	text, accounts := "", ""
	for id, unit := range map[string]string{management: "r-ab12", production: "ou-ab12-prod0001", develop: "ou-ab12-dev00001",
		roleless: "ou-ab12-dev00001", deaf: "ou-ab12-deep0001", closed: "r-ab12"} {
		status := "ACTIVE"
		if id == closed {
			status = "SUSPENDED"
		}
		text += fmt.Sprintf(`,{"Id": "%[1]s", "Name": "account %[2]s", "Email": "%[1]s@example.com", "Status": "%[3]s", "JoinedMethod": "CREATED", "JoinedTimestamp": "2024-01-02T00:00:00.123Z", "ParentId": "%[4]s"}`,
			id, id[:1], status, unit)
		accounts += `,"` + id + `"`
	}
	const document = `"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"%s\",\"Action\":\"%s\",\"Resource\":\"*\"}]}"`
	policy := func(id, kind, effect, action, targets string) string {
		return fmt.Sprintf(`{"PolicySummary": {"Id": "%s", "Name": "%s", "Description": "a policy", "Type": "%s", "AwsManaged": %v}, "Content": `+document+`, "Targets": [%s]}`,
			id, strings.TrimPrefix(id, "p-"), kind, id == "p-FullAWSAccess", effect, action, targets)
	}
	const scp = "SERVICE_CONTROL_POLICY"
	units := `"r-ab12","ou-ab12-prod0001","ou-ab12-dev00001","ou-ab12-deep0001"`
	return `{"Organization": {"Id": "o-exampleorg1", "Arn": "arn:aws:organizations::` + management + `:organization/o-exampleorg1", "FeatureSet": "ALL", "MasterAccountId": "` + management + `",
		"MasterAccountEmail": "` + management + `@example.com"},
	"Roots": [{"Id": "r-ab12", "Name": "Root", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}],
	"OrganizationalUnits": [{"Id": "ou-ab12-prod0001", "Name": "prod", "ParentId": "r-ab12"}, {"Id": "ou-ab12-dev00001", "Name": "dev", "ParentId": "r-ab12"},
		{"Id": "ou-ab12-deep0001", "Name": "deep", "ParentId": "ou-ab12-dev00001"}],
	"Accounts": [` + text[1:] + `],
	"Policies": [` + policy("p-FullAWSAccess", scp, "Allow", "*", units+accounts) + `,` + policy("p-denysqs001", scp, "Deny", "sqs:*", `"ou-ab12-dev00001"`) + `,` +
		policy("p-unused0001", scp, "Allow", "kms:*", ``) + `],
	"Tags": {"` + production + `": [{"Key": "stage", "Value": "prod"}], "ou-ab12-deep0001": [{"Key": "a", "Value": ""}], "p-denysqs001": [{"Key": "owner", "Value": "x"}]},
	"DelegatedAdministrators": [{"Id": "` + develop + `", "DelegatedServices": [{"ServicePrincipal": "guardduty.amazonaws.com", "DelegationEnabledDate": "2024-02-01T00:00:00Z"}]}]}`
}

// place is a folder with a store in it.
type place struct {
	t   *testing.T
	dir string
	dsn string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	dir := t.TempDir()
	return &place{t, dir, "sqlite:" + filepath.Join(dir, "e.db")}
}

// newSource is a place with the organization in its store. Without broken, all
// accounts but the closed one can be read.
func newSource(t *testing.T, broken bool) *place {
	t.Helper()
	p := newPlace(t)
	files := map[string]string{"organization": syncedOrganization()}
	for _, id := range []string{management, production, develop, roleless, deaf, closed} {
		files[id] = snapshotOf(id, accessRole, "*")
	}
	if broken {
		files[roleless], files[deaf] = snapshotOf(roleless, "Other", "*"), snapshotOf(deaf, accessRole, "s3:*")
	}
	args := []string{"import", "--init", "--store", p.dsn}
	for name, text := range files {
		args = append(args, p.write(name+".json", text))
	}
	p.must(args...)
	return p
}

func (p *place) write(name, text string) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// must runs the program and returns its standard output.
func (p *place) must(args ...string) string {
	p.t.Helper()
	got := p.run(nil, args...)
	if got.code != 0 {
		p.t.Fatalf("%q: exit code %d\n%s%s", args, got.code, got.stdout, got.stderr)
	}
	return got.stdout
}

type ran struct {
	stdout, stderr string
	code           int
}

func (p *place) run(env []string, args ...string) ran {
	p.t.Helper()
	return p.finish(p.start(env, args...))
}

// start begins a run of the program, in which only what env says is "AWS".
func (p *place) start(env []string, args ...string) *exec.Cmd {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), filepath.Join(bin, "ebbmark"), args...)
	cmd.Env = append([]string{"HOME=" + p.dir, "AWS_EC2_METADATA_DISABLED=true"}, env...)
	cmd.Stdout, cmd.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	return cmd
}

func (p *place) finish(cmd *exec.Cmd) ran {
	p.t.Helper()
	err := cmd.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		p.t.Fatal(err)
	}
	return ran{cmd.Stdout.(*bytes.Buffer).String(), cmd.Stderr.(*bytes.Buffer).String(), cmd.ProcessState.ExitCode()}
}

// key makes an access key, in the form of the environment.
func (p *place) key(arn string) []string {
	p.t.Helper()
	var c struct {
		AccessKey struct{ AccessKeyId, SecretAccessKey string }
	}
	if err := json.Unmarshal([]byte(p.must("keys", "create", "--store", p.dsn, "--format", "json", arn)), &c); err != nil {
		p.t.Fatal(err)
	}
	return []string{"AWS_ACCESS_KEY_ID=" + c.AccessKey.AccessKeyId, "AWS_SECRET_ACCESS_KEY=" + c.AccessKey.SecretAccessKey}
}

// serve serves the store until the test ends, and returns the address.
func (p *place) serve(flags ...string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), filepath.Join(bin, "ebbmark"), append([]string{"serve", "--store", p.dsn, "--listen", "127.0.0.1:0"}, flags...)...)
	cmd.Env = []string{"HOME=" + p.dir}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if address, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			return address
		}
	}
	p.t.Fatal("the server ended before it listened")
	return ""
}

// answers is what a server says of the organization and the accounts, as text.
func (p *place) answers(ids ...string) map[string]string {
	p.t.Helper()
	address := p.serve()
	out := map[string]string{}
	say := func(what string, answer any, err error) {
		text, err1 := json.Marshal(answer)
		if err != nil || err1 != nil {
			p.t.Fatalf("%s: %v", what, errors.Join(err, err1))
		}
		text, _, _ = bytes.Cut(text, []byte(`"ResultMetadata"`))
		out[what] = string(text)
	}
	for _, id := range ids {
		details, err := iam.NewFromConfig(p.config(address, "arn:aws:iam::"+id+":root")).GetAccountAuthorizationDetails(p.t.Context(), &iam.GetAccountAuthorizationDetailsInput{})
		say("details of "+id, details, err)
	}
	org, ctx := organizations.NewFromConfig(p.config(address, administrator)), p.t.Context()
	described, err := org.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	say("organization", described, err)
	roots, err := org.ListRoots(ctx, &organizations.ListRootsInput{})
	say("roots", roots, err)
	accounts, err := org.ListAccounts(ctx, &organizations.ListAccountsInput{})
	say("accounts", accounts, err)
	for _, id := range []string{"r-ab12", "ou-ab12-prod0001", "ou-ab12-dev00001", "ou-ab12-deep0001"} {
		units, err := org.ListOrganizationalUnitsForParent(ctx, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &id})
		say("units of "+id, units, err)
		below, err := org.ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{ParentId: &id})
		say("accounts of "+id, below, err)
	}
	policies, err := org.ListPolicies(ctx, &organizations.ListPoliciesInput{Filter: types.PolicyTypeServiceControlPolicy})
	say("policies", policies, err)
	for _, policy := range policies.Policies {
		one, err := org.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: policy.Id})
		say(*policy.Id, one, err)
		targets, err := org.ListTargetsForPolicy(ctx, &organizations.ListTargetsForPolicyInput{PolicyId: policy.Id})
		say("targets of "+*policy.Id, targets, err)
	}
	for _, id := range []string{production, "ou-ab12-deep0001", "p-denysqs001", "r-ab12"} {
		tags, err := org.ListTagsForResource(ctx, &organizations.ListTagsForResourceInput{ResourceId: &id})
		say("tags of "+id, tags, err)
	}
	delegated, err := org.ListDelegatedAdministrators(ctx, &organizations.ListDelegatedAdministratorsInput{})
	say("delegated administrators", delegated, err)
	return out
}

func (p *place) config(address, arn string) aws.Config {
	key := p.key(arn)
	value := func(i int) string { _, v, _ := strings.Cut(key[i], "="); return v }
	return aws.Config{Region: "us-east-1", BaseEndpoint: &address, RetryMaxAttempts: 5, Credentials: awscredentials.NewStaticCredentialsProvider(value(0), value(1), "")}
}

// same compares what two servers answer.
func same(t *testing.T, want, got map[string]string) {
	t.Helper()
	for what, text := range want {
		if got[what] != text {
			t.Errorf("%s:\nwant %s\ngot  %s", what, text, got[what])
		}
	}
	if len(want) < 15 || len(want) != len(got) {
		t.Errorf("%d answers, and %d", len(want), len(got))
	}
}

// syncing is "ebbmark sync aws" with the answer in JSON.
func syncing(address string, to *place, args ...string) []string {
	return append([]string{"sync", "aws", "--endpoint-url", address, "--store", to.dsn, "--init", "--rate", "1000", "--format", "json"}, args...)
}

// synced is what a sync prints.
type synced struct {
	Resumed      bool
	Organization struct{ ID, Status, Result, Reason string }
	Accounts     []struct{ Account, Name, Status, Result, Reason string }
}

// told reads what a sync printed, as account → status: result or reason.
func told(t *testing.T, r ran) (synced, map[string]string) {
	t.Helper()
	var s synced
	if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
		t.Fatalf("%v\nexit code %d\n%s%s", err, r.code, r.stdout, r.stderr)
	}
	by := map[string]string{}
	for _, a := range s.Accounts {
		by[a.Account] = a.Status + ": " + a.Result + a.Reason
	}
	return s, by
}

func TestSyncCopiesAnOrganization(t *testing.T) {
	from, to := newSource(t, false), newPlace(t)
	address, key := from.serve(), from.key(administrator)
	got := to.run(key, syncing(address, to)...)
	s, by := told(t, got)
	if got.code != 0 || s.Organization.Status != "done" || s.Organization.Result != "new" || len(by) != 6 || s.Accounts[1].Name != "account 2" {
		t.Fatalf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	for id, result := range by {
		if want := "done: new"; id != closed && result != want || id == closed && !strings.HasPrefix(result, "skipped: it is suspended or closed") {
			t.Errorf("account %s: %s", id, result)
		}
	}
	all := []string{management, production, develop, roleless, deaf}
	same(t, from.answers(all...), to.answers(all...))

	again := to.run(key, syncing(address, to)...)
	s, by = told(t, again)
	if again.code != 0 || s.Resumed || s.Organization.Result != "unchanged" || by[production] != "done: unchanged" {
		t.Errorf("exit code %d\n%s%s", again.code, again.stdout, again.stderr)
	}
	table := to.run(key, "sync", "aws", "--endpoint-url", address, "--store", to.dsn, "--rate", "1000", "--account", production)
	if want := "organization o-exampleorg1 (3 units, 6 accounts, 4 policies): unchanged\n\nACCOUNT       NAME       USERS  GROUPS  ROLES  POLICIES  RESULT\n222222222222  account 2  1      1       2      1         unchanged\n"; table.code != 0 || table.stdout != want {
		t.Errorf("exit code %d\n%s%s", table.code, table.stdout, table.stderr)
	}
}

func TestSyncLeavesHomesAlone(t *testing.T) {
	from, to := newSource(t, false), newPlace(t)
	address, key := from.serve(), from.key(administrator)
	mine := strings.NewReplacer(`role/app"`, `role/mine"`, `"RoleName": "app"`, `"RoleName": "mine"`).Replace(snapshotOf(develop, accessRole, "*"))
	to.must("import", "--init", "--store", to.dsn, to.write("iam.json", mine))
	to.must("accounts", "mode", "--store", to.dsn, develop, "home")
	_, by := told(t, to.run(key, syncing(address, to)...))
	if by[develop] != "skipped: it is a home here, which is never overwritten" || by[production] != "done: new" {
		t.Errorf("%v", by)
	}
	home := iam.NewFromConfig(to.config(to.serve(), "arn:aws:iam::"+develop+":root"))
	if _, err := home.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("mine")}); err != nil {
		t.Error(err)
	}
}

func TestSyncTellsWhichAccountsFailedAndGoesOnWithThem(t *testing.T) {
	from, to := newSource(t, true), newPlace(t)
	address, key := from.serve(), from.key(administrator)
	got := to.run(key, syncing(address, to)...)
	_, by := told(t, got)
	for id, want := range map[string]string{
		production: "done: new",
		roleless:   "failed: arn:aws:iam::" + roleless + ":role/" + accessRole + " cannot be assumed: it is not there or does not trust " + administrator,
		deaf:       "failed: role " + accessRole + " may not read the account (IAM GetAccountAuthorizationDetails: AccessDenied: ",
	} {
		if !strings.HasPrefix(by[id], want) {
			t.Errorf("account %s: %s", id, by[id])
		}
	}
	if got.code != 1 || !strings.Contains(got.stderr, "ebbmark: 2 of 6 accounts failed; the same command goes on where this one ended, within 12 hours\n") ||
		!strings.Contains(got.stderr, "\naccount "+deaf+": failed: role ") {
		t.Errorf("exit code %d\n%s", got.code, got.stderr)
	}
	for _, id := range []string{roleless, deaf} {
		from.must("import", "--store", from.dsn, from.write("mended.json", snapshotOf(id, accessRole, "*")))
	}
	again := to.run(key, syncing(address, to)...)
	s, by := told(t, again)
	if again.code != 0 || !s.Resumed || by[roleless] != "done: new" || by[deaf] != "done: new" || by[production] != "before: new" {
		t.Errorf("exit code %d, %v\n%s", again.code, by, again.stderr)
	}
	if s, by := told(t, to.run(key, syncing(address, to)...)); s.Resumed || by[production] != "done: unchanged" {
		t.Errorf("after a whole run: %v", by)
	}
}

func TestSyncOfACallerWhoMayNotReadTheOrganization(t *testing.T) {
	from := newSource(t, false)
	address := from.serve()
	for name, c := range map[string]struct {
		caller, status, reason string
	}{
		"a member":             {"arn:aws:iam::" + production + ":user/admin", "skipped", "arn:aws:iam::" + production + ":user/admin may not read it (Organizations ListRoots: AccessDeniedException: "},
		"the root of a member": {"arn:aws:iam::" + production + ":root", "skipped", "arn:aws:iam::" + production + ":root may not read it"},
	} {
		to := newPlace(t)
		got := to.run(from.key(c.caller), syncing(address, to)...)
		s, by := told(t, got)
		if got.code != 0 || s.Organization.Status != c.status || !strings.HasPrefix(s.Organization.Reason, c.reason) || len(by) != 1 || by[production] != "done: new" ||
			!strings.Contains(got.stderr, "ebbmark: the organization is not pulled: "+c.reason) {
			t.Errorf("%s: exit code %d\n%s%s", name, got.code, got.stdout, got.stderr)
		}
	}
	alone := newPlace(t)
	alone.must("import", "--init", "--store", alone.dsn, alone.write("iam.json", snapshotOf(develop, accessRole, "*")))
	to := newPlace(t)
	got := to.run(alone.key("arn:aws:iam::"+develop+":user/admin"), syncing(alone.serve(), to)...)
	if s, by := told(t, got); got.code != 0 || s.Organization.Status != "skipped" || s.Organization.Reason != "account "+develop+" is in no organization" || by[develop] != "done: new" {
		t.Errorf("alone: exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}

func TestSyncWithCredentialsThatAreRefused(t *testing.T) {
	from, to := newSource(t, false), newPlace(t)
	key := from.key(administrator)
	got := to.run([]string{key[0], "AWS_SECRET_ACCESS_KEY=wrong"}, syncing(from.serve(), to)...)
	if got.code != 1 || !strings.Contains(got.stderr, "ebbmark: who the caller is: STS GetCallerIdentity: SignatureDoesNotMatch: ") {
		t.Errorf("exit code %d\n%s", got.code, got.stderr)
	}
}

// between is a proxy before a server that can refuse and hold requests.
type between struct {
	address string
	mu      sync.Mutex
	seen    map[string]int // requests by operation
	refuse  func(operation string, nth int) bool
	hold    func(operation string, nth int) bool
	held    chan struct{} // closed when a request is held
}

func newBetween(t *testing.T, address string) *between {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	b := &between{seen: map[string]int{}, held: make(chan struct{})}
	b.refuse = func(string, int) bool { return false }
	b.hold = b.refuse
	pass := httputil.NewSingleHostReverseProxy(target) // which leaves the Host as it was signed
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation := operationOf(r)
		b.mu.Lock()
		b.seen[operation]++
		nth := b.seen[operation]
		b.mu.Unlock()
		switch {
		case b.refuse(operation, nth):
			throttle(w, r, nth)
		case b.hold(operation, nth):
			once.Do(func() { close(b.held) })
			<-r.Context().Done()
		default:
			pass.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	b.address = server.URL
	return b
}

func operationOf(r *http.Request) string {
	if _, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return operation
	}
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body)
	form, _ := url.ParseQuery(body.String())
	r.Body = readCloser{&body}
	return form.Get("Action")
}

type readCloser struct{ *bytes.Buffer }

func (readCloser) Close() error { return nil }

// throttle refuses as AWS does, in each of the ways.
func throttle(w http.ResponseWriter, r *http.Request, nth int) {
	switch {
	case nth%2 == 0:
		http.Error(w, "busy", http.StatusServiceUnavailable)
	case r.Header.Get("X-Amz-Target") != "":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"TooManyRequestsException","Message":"You have sent too many requests in too short a period of time."}`)
	default:
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>1</RequestId></ErrorResponse>`)
	}
}

func TestSyncFromAServerThatThrottles(t *testing.T) {
	from, to := newSource(t, false), newPlace(t)
	b := newBetween(t, from.serve())
	b.refuse = func(operation string, nth int) bool {
		return nth <= 2 && slices.Contains([]string{"AssumeRole", "GetAccountAuthorizationDetails", "ListTargetsForPolicy"}, operation)
	}
	got := to.run(from.key(administrator), syncing(b.address, to)...)
	if s, by := told(t, got); got.code != 0 || s.Organization.Status != "done" || by[production] != "done: new" || by[deaf] != "done: new" {
		t.Errorf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	same(t, from.answers(production, develop), to.answers(production, develop))
}

// TestSyncThatBreaksIsGoneOnWith interrupts and kills a sync while an account is
// being read, and lets another go on.
func TestSyncThatBreaksIsGoneOnWith(t *testing.T) {
	from := newSource(t, false)
	address, key := from.serve(), from.key(administrator)
	all := []string{management, production, develop, roleless, deaf}
	want := from.answers(all...)
	for name, signal := range map[string]syscall.Signal{"interrupted": syscall.SIGINT, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			to, b := newPlace(t), newBetween(t, address)
			b.hold = func(operation string, nth int) bool { return operation == "GetAccountAuthorizationDetails" && nth == 3 }
			cmd := to.start(key, syncing(b.address, to, "--parallel", "1")...)
			select {
			case <-b.held:
			case <-time.After(time.Minute):
				t.Error("the sync did not come to the third account")
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			broken := to.finish(cmd)
			if signal == syscall.SIGINT {
				_, by := told(t, broken)
				if broken.code != 1 || by[production] != "done: new" || by[develop] != "open: not reached" || !strings.Contains(broken.stderr, "ebbmark: interrupted; the same command goes on where this one ended") {
					t.Errorf("exit code %d, %v\n%s", broken.code, by, broken.stderr)
				}
			}
			b.hold = func(string, int) bool { return false }
			clear(b.seen)
			got := to.run(key, syncing(b.address, to)...)
			s, by := told(t, got)
			if got.code != 0 || !s.Resumed || by[management] != "before: new" || by[production] != "before: new" || by[develop] != "done: new" || by[deaf] != "done: new" {
				t.Errorf("exit code %d, %v\n%s", got.code, by, got.stderr)
			}
			if b.seen["GetAccountAuthorizationDetails"] != 3 || b.seen["ListRoots"] != 0 {
				t.Errorf("the second sync asked for %v", b.seen)
			}
			same(t, want, to.answers(all...))
			if fresh, by := told(t, to.run(key, syncing(b.address, to, "--fresh")...)); fresh.Resumed || by[production] != "done: unchanged" {
				t.Errorf("with --fresh: %v", by)
			}
		})
	}
}

func TestFreshForgetsABrokenSync(t *testing.T) {
	from, to := newSource(t, true), newPlace(t)
	address, key := from.serve(), from.key(administrator)
	if got := to.run(key, syncing(address, to)...); got.code != 1 {
		t.Fatalf("exit code %d\n%s", got.code, got.stderr)
	}
	got := to.run(key, syncing(address, to, "--fresh")...)
	s, by := told(t, got)
	if got.code != 1 || s.Resumed || by[production] != "done: unchanged" {
		t.Errorf("exit code %d, %v\n%s", got.code, by, got.stderr)
	}
	var ids []string
	for id, result := range by {
		if strings.HasPrefix(result, "failed: ") {
			ids = append(ids, id)
		}
	}
	if slices.Sort(ids); !slices.Equal(ids, []string{roleless, deaf}) {
		t.Errorf("%v", by)
	}
}
