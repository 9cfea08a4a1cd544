package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/inventory"
)

// findingsStore is a new store with an account, in which alice made a bucket two
// days before moment1, and its DSN. The records reach over every period that the
// tests look at.
func findingsStore(t *testing.T) string {
	t.Helper()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
	s, err := createStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	made := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	allow := func(actions string) []inventory.Inline {
		return []inventory.Inline{{Name: "P", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[` + actions + `]}]}`}}
	}
	a := &inventory.Account{
		ID: "111122223333", Partition: "aws",
		Users: []*inventory.User{{
			Name: "alice", ID: "AIDAALICEEXAMPLE00001", ARN: aliceARN, Path: "/", Created: made,
			Inline: allow(`"s3:CreateBucket","s3:ListAllMyBuckets","sqs:ListQueues"`),
			Keys:   []inventory.AccessKey{{ID: "AKIAALICEEXAMPLE0002", Active: true, Created: made}},
		}},
		Roles: []*inventory.Role{
			{Name: "idle", ID: "AROAIDLEEXAMPLE000001", ARN: "arn:aws:iam::111122223333:role/idle", Path: "/", Created: made, Inline: allow(`"s3:GetObject"`)},
			{Name: "audit", ID: "AROAAUDITEXAMPLE00001", ARN: "arn:aws:iam::111122223333:role/security/audit", Path: "/security/", Created: made,
				Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x1"}}}]}`},
		},
	}
	a.Index()
	if err := accounts.New(s).Replace(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	facts := []activity.Fact{bucketMade()}
	for i, at := range []time.Time{time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC)} {
		facts = append(facts, activity.Attempt(activity.Key{
			Account: "111122223333", Principal: "AIDANOBODYEXAMPLE0001", Source: "ec2.amazonaws.com", Name: []string{"RunInstances", "StopInstances"}[i],
			Region: "us-east-1", Class: activity.Management, Outcome: activity.Succeeded,
		}, at, "e0"))
	}
	if err := s.MergeFacts(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	return dsn
}

// withAnalyzer makes an analyzer in a store, which was not scanned yet.
func withAnalyzer(t *testing.T, dsn, name string, kind finding.AnalyzerType) {
	t.Helper()
	withAnalyzerOf(t, "111122223333", dsn, name, kind)
}

func withAnalyzerOf(t *testing.T, account, dsn, name string, kind finding.AnalyzerType) {
	t.Helper()
	p, _ := testProgram(nil)
	d, err := p.openDesk(t.Context(), findingsFlags{store: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	n := 0
	k := analyzers.New(analyzers.Config{
		Store: d.Store, Book: accounts.New(d.Store), Clock: time.Now, Wait: -1,
		NewID: func() string { n++; return fmt.Sprintf("a0000000-0000-4000-8000-%09x%03x", len(name), n) },
	})
	k.Close() // the first scan is for the tests
	defer k.Close()
	if _, err := k.Create(context.WithoutCancel(t.Context()), finding.Analyzer{
		Name: finding.Name{Partition: "aws", Region: "us-east-1", Account: account, Name: name}, Type: kind,
	}, ""); err != nil {
		t.Fatal(err)
	}
}

const unusedARN = "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused"

// scannedStore has an analyzer of unused access, scanned at moment1, and the ids
// of its findings by "TYPE RESOURCE".
func scannedStore(t *testing.T) (dsn string, ids map[string]string) {
	t.Helper()
	dsn = findingsStore(t)
	withAnalyzer(t, dsn, "unused", finding.AccountUnusedAccess)
	out := runFindings(t, 0, dsn, "scan")
	ids = map[string]string{}
	for line := range strings.Lines(out) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		ids[f[4]+" "+entityCell(f[5])] = f[2]
	}
	if len(ids) != 4 {
		t.Fatalf("the scan found\n%s", out)
	}
	return dsn, ids
}

// runFindings runs "ebbmark findings" at moment1 and returns what it printed.
func runFindings(t *testing.T, want int, dsn string, args ...string) string {
	t.Helper()
	stdout, stderr, code := runAt(t.Context(), moment1, append(append([]string{"findings"}, args...), "--store", dsn)...)
	if code != want {
		t.Fatalf("%v: exit code %d, want %d: %s", args, code, want, stderr)
	}
	return stdout
}

// named replaces ids by N1, N2, …, and their beginnings by n1, n2, …, in the
// order given.
func named(text string, ids ...string) string {
	for i, id := range ids {
		text = strings.ReplaceAll(text, id, fmt.Sprint("N", i+1))
		text = strings.ReplaceAll(text, id[:13], fmt.Sprintf("n%d%11s", i+1, ""))
	}
	return text
}

const (
	idleRole   = "UnusedIAMRole role/idle"
	auditRole  = "UnusedIAMRole role/security/audit"
	aliceKey   = "UnusedIAMUserAccessKey user/alice"
	alicePerms = "UnusedPermission user/alice"
)

func TestFindingsLists(t *testing.T) {
	dsn, ids := scannedStore(t)
	all := []string{ids[idleRole], ids[auditRole], ids[aliceKey], ids[alicePerms]}
	if slices.Contains(all, "") {
		t.Fatalf("%v", ids)
	}
	const at = "2026-06-01T12:00:00Z"
	for name, c := range map[string]struct{ flags, want string }{
		"a pipe gets tabs": {"", unusedARN + "\tN1\tACTIVE\tUnusedIAMRole\tarn:aws:iam::111122223333:role/idle\t111122223333\t" + at + "\t" + at + "\t\t\n" +
			unusedARN + "\tN2\tACTIVE\tUnusedIAMRole\tarn:aws:iam::111122223333:role/security/audit\t111122223333\t" + at + "\t" + at + "\t\t\n" +
			unusedARN + "\tN3\tACTIVE\tUnusedIAMUserAccessKey\t" + aliceARN + "\t111122223333\t" + at + "\t" + at + "\t\tAKIAALICEEXAMPLE0002\n" +
			unusedARN + "\tN4\tACTIVE\tUnusedPermission\t" + aliceARN + "\t111122223333\t" + at + "\t" + at + "\t\tin 2 services, 1 action\n"},
		"a table": {"--format table --type unusedpermission,UnusedIAMRole --resource idle,alice", unusedARN + `
2 findings (unused for 90 days), scanned 2026-06-01T12:00:00Z

ID             STATUS  TYPE              ACCOUNT       RESOURCE    LAST ACCESSED  DETAILS
n1             ACTIVE  UnusedIAMRole     111122223333  role/idle   not known
n4             ACTIVE  UnusedPermission  111122223333  user/alice                 in 2 services, 1 action
`},
		"a table of nothing": {"--format table --status resolved", unusedARN + "\n0 findings (unused for 90 days), scanned 2026-06-01T12:00:00Z\n"},
		"another account":    {"--account 444455556666", ""},
		"csv": {"--format csv --resource role/idle", "id,status,findingType,resource,resourceType,resourceOwnerAccount,createdAt,updatedAt,analyzedAt," +
			"lastAccessed,accessKeyId,numberOfUnusedServices,numberOfUnusedActions,unusedServices,unusedActions,principal,action,isPublic,error\n" +
			"N1,ACTIVE,UnusedIAMRole,arn:aws:iam::111122223333:role/idle,AWS::IAM::Role,111122223333," + at + "," + at + "," + at + ",,,,,,,,,,\n"},
		"json": {"--format json --analyzer unused --type UnusedPermission", `{"findings": [
{"analyzedAt":"` + at + `","createdAt":"` + at + `","id":"N4","resource":"` + aliceARN + `","resourceType":"AWS::IAM::User","resourceOwnerAccount":"111122223333","status":"ACTIVE","updatedAt":"` + at + `","findingType":"UnusedPermission",` +
			`"findingDetails":[{"unusedPermissionDetails":{"serviceNamespace":"s3","lastAccessed":"2026-05-30T10:15:30Z","actions":[{"action":"ListAllMyBuckets"}]}},{"unusedPermissionDetails":{"serviceNamespace":"sqs"}}]}
]}
`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := named(runFindings(t, 0, dsn, strings.Fields(c.flags)...), all...); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
	for form, part := range map[string]string{
		"sarif": `"ruleId":"UnusedIAMRole"`, "asff": `"AwsIamRole":{"RoleName":"idle"}`, "ocsf": `arn:aws:iam::111122223333:role/idle`, "event": `"source":"aws.access-analyzer"`,
	} {
		out := runFindings(t, 0, dsn, "--format", form, "--resource", "role/idle")
		if !strings.Contains(out, part) || !strings.Contains(out, ids[idleRole]) || !json.Valid([]byte(out)) {
			t.Errorf("%s: %s", form, out)
		}
	}
}

func TestFindingsOfSeveralAnalyzers(t *testing.T) {
	dsn, _ := scannedStore(t)
	withAnalyzer(t, dsn, "outside", finding.Account)
	runFindings(t, 0, dsn, "scan", "outside")
	if got := runFindings(t, 0, dsn, "--format", "event"); strings.Count(got, "\n") != 5 || strings.Count(got, `"resources":["`+unusedARN+`"]`) != 4 {
		t.Errorf("events\n%s", got)
	}
	var all struct{ Findings []map[string]any }
	if err := json.Unmarshal([]byte(runFindings(t, 0, dsn, "--format", "json")), &all); err != nil || len(all.Findings) != 5 {
		t.Errorf("%v, %d findings", err, len(all.Findings))
	}
	_, stderr, code := runAt(t.Context(), moment1, "findings", "--format", "sarif", "--store", dsn)
	if code != 2 || !strings.Contains(stderr, "say which with --analyzer; there are arn:aws:access-analyzer:us-east-1:111122223333:analyzer/outside, "+unusedARN) {
		t.Errorf("SARIF of two: exit code %d, %s", code, stderr)
	}
	want := "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/outside\tACCOUNT\t\t2026-06-01T12:00:00Z\t1\t0\t0\n" +
		unusedARN + "\tACCOUNT_UNUSED_ACCESS\t90\t2026-06-01T12:00:00Z\t4\t0\t0\n"
	if got := runFindings(t, 0, dsn, "analyzers"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := runFindings(t, 0, dsn, "analyzers", "--format", "table", "--region", "us-east-1"); !strings.HasPrefix(got, "ANALYZER  ") || strings.Count(got, "\n") != 3 {
		t.Errorf("got\n%s", got)
	}
	id := strings.Split(runFindings(t, 0, dsn, "--type", "ExternalAccess"), "\t")[1]
	shown := named(runFindings(t, 0, dsn, "show", id[:8]), id)
	if want := `finding    N1
analyzer   arn:aws:access-analyzer:us-east-1:111122223333:analyzer/outside
type       ExternalAccess
status     ACTIVE
resource   arn:aws:iam::111122223333:role/security/audit
created    2026-06-01T12:00:00Z
updated    2026-06-01T12:00:00Z
analyzed   2026-06-01T12:00:00Z
details    AWS arn:aws:iam::444455556666:root
actions    sts:AssumeRole
condition  sts:ExternalId x1
`; shown != want {
		t.Errorf("got\n%swant\n%s", shown, want)
	}
}

func TestFindingsShow(t *testing.T) {
	dsn, ids := scannedStore(t)
	got := named(runFindings(t, 0, dsn, "show", ids[alicePerms]), ids[alicePerms])
	if want := `finding   N1
analyzer  arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused
type      UnusedPermission
status    ACTIVE
resource  arn:aws:iam::111122223333:user/alice
created   2026-06-01T12:00:00Z
updated   2026-06-01T12:00:00Z
analyzed  2026-06-01T12:00:00Z
details   in 2 services, 1 action

SERVICE  ACTION            LAST ACCESSED
s3       ListAllMyBuckets  not known
sqs      all               not known

ebbmark findings recommend N1 says how to take them away.
`; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := runFindings(t, 0, dsn, "show", ids[aliceKey], "--format", "json"); !strings.Contains(got, `"accessKeyId":"AKIAALICEEXAMPLE0002"`) || strings.Count(got, `"id"`) != 1 {
		t.Errorf("got %s", got)
	}
}

func TestFindingsRecommend(t *testing.T) {
	dsn, ids := scannedStore(t)
	if got := runFindings(t, 0, dsn, "recommend", ids[alicePerms]); got != `arn:aws:iam::111122223333:user/alice

1. Make and attach this policy in place of the inline policy P:

    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Resource": "*",
                "Action": [
                    "s3:CreateBucket"
                ]
            }
        ]
    }

2. Delete the inline policy P
` {
		t.Errorf("got\n%s", got)
	}
	if got := runFindings(t, 0, dsn, "recommend", ids[alicePerms], "--format", "json"); got != `{
    "startedAt": "2026-06-01T12:00:00Z",
    "completedAt": "2026-06-01T12:00:00Z",
    "resourceArn": "arn:aws:iam::111122223333:user/alice",
    "recommendationType": "UnusedPermissionRecommendation",
    "recommendedSteps": [
        {
            "unusedPermissionsRecommendedStep": {
                "recommendedAction": "CREATE_POLICY",
                "recommendedPolicy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":[\"s3:CreateBucket\"]}]}",
                "existingPolicyId": "P"
            }
        },
        {
            "unusedPermissionsRecommendedStep": {
                "recommendedAction": "DETACH_POLICY",
                "existingPolicyId": "P"
            }
        }
    ],
    "status": "SUCCEEDED"
}
` {
		t.Errorf("got\n%s", got)
	}
	_, stderr, code := runAt(t.Context(), moment1, "findings", "recommend", ids[idleRole], "--store", dsn)
	if code != 1 || !strings.Contains(stderr, "is of the type UnusedIAMRole: recommendations are for UnusedPermission") {
		t.Errorf("of a role: exit code %d, %s", code, stderr)
	}
}

// TestFindingsLife: archived, active again, resolved.
func TestFindingsLife(t *testing.T) {
	dsn, ids := scannedStore(t)
	if got := runFindings(t, 0, dsn, "archive", ids[idleRole], ids[aliceKey][:13], ids[idleRole]); got != "2 findings now archived\n" {
		t.Error(got)
	}
	if got := runFindings(t, 0, dsn, "archive", ids[idleRole], ids[auditRole]); got != "1 finding now archived, 1 already were\n" {
		t.Error(got)
	}
	if got := runFindings(t, 0, dsn, "activate", ids[auditRole]); got != "1 finding now active\n" {
		t.Error(got)
	}
	list := named(runFindings(t, 0, dsn, "--status", "all"), ids[idleRole], ids[auditRole], ids[aliceKey], ids[alicePerms])
	for _, want := range []string{"N1\tARCHIVED", "N2\tACTIVE", "N3\tARCHIVED", "N4\tACTIVE"} {
		if !strings.Contains(list, want) {
			t.Errorf("%s is not in\n%s", want, list)
		}
	}

	used := []activity.Fact{bucketMade(), activity.Attempt(activity.Key{
		Account: "111122223333", Principal: "AROAIDLEEXAMPLE000001", Source: "s3.amazonaws.com", Name: "GetObject",
		Region: "us-east-1", Class: activity.Data, Outcome: activity.Succeeded,
	}, time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC), "e2")}
	s, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MergeFacts(t.Context(), used); err != nil {
		t.Fatal(err)
	}
	s.Close()
	scanned := named(runFindings(t, 0, dsn, "scan", unusedARN, "--fail-on", "new"), ids[idleRole])
	if want := unusedARN + "\tresolved\tN1\tRESOLVED\tUnusedIAMRole\tarn:aws:iam::111122223333:role/idle\t111122223333\t\n"; scanned != want {
		t.Errorf("got\n%swant\n%s", scanned, want)
	}
	_, stderr, code := runAt(t.Context(), moment1, "findings", "archive", ids[auditRole], ids[idleRole], "--store", dsn)
	if code != 1 || !strings.Contains(stderr, "finding "+ids[idleRole]+" is resolved") {
		t.Errorf("archive of a resolved one: exit code %d, %s", code, stderr)
	}
	if list := runFindings(t, 0, dsn, "--status", "ACTIVE", "--resource", "audit"); !strings.Contains(list, "ACTIVE") {
		t.Error("of two findings of which one could not be archived the other was")
	}
	later := named(runFindings(t, 1, dsn, "scan", "--format", "json", "--fail-on", "unusediamrole", "--as-of", "2026-12-01T00:00:00Z"), ids[idleRole], ids[alicePerms])
	if !strings.Contains(later, `"change": "again",
          "id": "N1",
          "status": "ACTIVE",
          "findingType": "UnusedIAMRole",`) || !strings.Contains(later, `"change": "resolved",
          "id": "N2",`) {
		t.Errorf("half a year later:\n%s", later)
	}
}

func TestFindingsGate(t *testing.T) {
	dsn, ids := scannedStore(t)
	for name, c := range map[string]struct {
		args string
		code int
		says string
	}{
		"nothing asked":                {"", 0, ""},
		"any":                          {"--fail-on active", 1, "ebbmark: 4 findings (--fail-on active)\n"},
		"a type":                       {"--fail-on UnusedPermission", 1, "1 finding (--fail-on UnusedPermission)"},
		"a type that is not there":     {"--fail-on ExternalAccess", 0, ""},
		"of what is listed only":       {"--fail-on active --resource bob", 0, ""},
		"of what is active only":       {"--fail-on active --status all --resource audit", 0, ""},
		"a word that is none":          {"--fail-on never", 2, `--fail-on "never": want active or one of UnusedIAMRole UnusedIAMUserAccessKey`},
		"what the status leaves out":   {"--fail-on active --status archived", 2, "--status ARCHIVED leaves them out"},
		"what the type leaves out":     {"--fail-on UnusedPermission --type UnusedIAMRole", 2, "--type UnusedIAMRole leaves them out"},
		"two types, of which one fits": {"--fail-on UnusedPermission --type UnusedIAMRole,UnusedPermission", 1, "1 finding (--fail-on UnusedPermission)"},
	} {
		if strings.Contains(c.args, "audit") {
			runFindings(t, 0, dsn, "archive", ids[auditRole])
		}
		_, stderr, code := runAt(t.Context(), moment1, append([]string{"findings", "--store", dsn}, strings.Fields(c.args)...)...)
		if strings.Contains(c.args, "audit") {
			runFindings(t, 0, dsn, "activate", ids[auditRole])
		}
		if code != c.code || !strings.Contains(stderr, c.says) || c.says == "" && stderr != "" {
			t.Errorf("%s: exit code %d, want %d: %s", name, code, c.code, stderr)
		}
	}
}

// TestFindingsThatAreNotFresh: a gate must not stay open because nobody looked.
func TestFindingsThatAreNotFresh(t *testing.T) {
	dsn := findingsStore(t)
	_, stderr, code := runAt(t.Context(), moment1, "findings", "--fail-on", "active", "--store", dsn)
	if code != 1 || !strings.Contains(stderr, "there is no analyzer in "+dsn+" yet") || !strings.Contains(stderr, "accessanalyzer create-analyzer --analyzer-name unused --type ACCOUNT_UNUSED_ACCESS") {
		t.Errorf("without an analyzer: exit code %d, %s", code, stderr)
	}
	withAnalyzer(t, dsn, "unused", finding.AccountUnusedAccess)
	const never = unusedARN + " was never scanned: run ebbmark findings scan"
	if _, stderr, code = runAt(t.Context(), moment1, "findings", "--store", dsn); code != 0 || !strings.Contains(stderr, "warning: "+never) {
		t.Errorf("never scanned: exit code %d, %s", code, stderr)
	}
	if _, stderr, code = runAt(t.Context(), moment1, "findings", "--fail-on", "active", "--store", dsn); code != 1 || !strings.Contains(stderr, "ebbmark: "+never) {
		t.Errorf("never scanned, with a gate: exit code %d, %s", code, stderr)
	}
	_, stderr, code = runAt(t.Context(), moment1, "findings", "scan", "--store", dsn)
	if code != 0 || !strings.Contains(stderr, "warning: of account 111122223333 no log was read of some days in the last 90") {
		t.Errorf("scan: exit code %d, %s", code, stderr)
	}
	if _, stderr, _ = runAt(t.Context(), "2026-06-03T11:59:59Z", "findings", "--store", dsn); stderr != "" {
		t.Error(stderr)
	}
	if _, stderr, code = runAt(t.Context(), "2026-06-03T12:00:00Z", "findings", "--store", dsn); code != 0 || !strings.Contains(stderr, unusedARN+" was scanned 2 days ago") {
		t.Errorf("an old scan: exit code %d, %s", code, stderr)
	}
	if _, stderr, _ = runAt(t.Context(), "2026-06-03T12:00:00Z", "findings", "--store", dsn, "--as-of", moment1); stderr != "" {
		t.Error(stderr)
	}
}

// TestFindingsWarnOfWhatIsMissing: a snapshot, and all logs.
func TestFindingsWarnOfWhatIsMissing(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
	s, err := createStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	a := &inventory.Account{ID: "111122223333", Partition: "aws"}
	a.Index()
	if err := accounts.New(s).Replace(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	s.Close()
	withAnalyzer(t, dsn, "silent", finding.AccountUnusedAccess)
	withAnalyzerOf(t, "222233334444", dsn, "absent", finding.AccountUnusedAccess)
	_, stderr, code := runAt(t.Context(), moment1, "findings", "scan", "--store", dsn)
	if code != 0 || stderr != "ebbmark: warning: no activity of account 111122223333 has been ingested: what is unused there cannot be told\n"+
		"ebbmark: warning: no snapshot of account 222233334444 has been imported: nobody there is looked at\n" {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

func TestFindingsByTheBeginningOfAnID(t *testing.T) {
	view := func(ids ...string) *analyzers.View {
		return &analyzers.View{Findings: finding.Findings{In: func(finding.Order) (list []*finding.Finding) {
			for _, id := range ids {
				list = append(list, &finding.Finding{ID: id})
			}
			return list
		}}}
	}
	views := []*analyzers.View{view("6f1c0c1e-1", "6f1c0c1e-2"), view("7a20d1b4-1", "6f1c0c1e-3")}
	if one, err := locateIn(views, "7A20"); err != nil || one.finding.ID != "7a20d1b4-1" || one.view != views[1] {
		t.Errorf("%v, %v", one, err)
	}
	if _, err := locateIn(views, "6f1c0c1e"); err == nil || err.Error() != `"6f1c0c1e" is the beginning of 3 ids, such as 6f1c0c1e-1 and 6f1c0c1e-2: say more of it` {
		t.Error(err)
	}
}

func TestFindingsCommandLine(t *testing.T) {
	dsn, ids := scannedStore(t)
	for sentence, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"an argument":                 {[]string{"x"}, 2, `want no argument; got "x"`},
		"an unknown format":           {[]string{"--format", "xml"}, 2, `--format "xml": want table, tsv, json, csv, asff, ocsf, sarif or event`},
		"an unknown status":           {[]string{"--status", "open"}, 2, `--status "open": want ACTIVE, ARCHIVED, RESOLVED or all`},
		"an unknown type":             {[]string{"--type", "Unused"}, 2, `--type "Unused": want one of UnusedIAMRole UnusedIAMUserAccessKey UnusedIAMUserPassword UnusedPermission ExternalAccess`},
		"an account that is none":     {[]string{"--account", "1234"}, 2, `--account "1234": want an account's 12 digits`},
		"too many resources":          {[]string{"--resource", strings.Repeat("x,", 20) + "x"}, 2, "must have 1 to 20 values"},
		"an unknown analyzer":         {[]string{"--analyzer", "x"}, 1, "there is no analyzer x; there is " + unusedARN},
		"another Region":              {[]string{"--region", "eu-west-1"}, 1, "there is no analyzer in eu-west-1; there is " + unusedARN},
		"a store that is not there":   {[]string{"--store", "sqlite:/nowhere/x.db"}, 1, "no store there"},
		"show without an id":          {[]string{"show"}, 2, "want one argument, a finding's id; got 0"},
		"show of an unknown id":       {[]string{"show", "zzzz"}, 1, "there is no finding zzzz: ebbmark findings --status all lists what there is"},
		"show of a short id":          {[]string{"show", ids[idleRole][:3]}, 2, "at least its first 4 characters"},
		"archive without ids":         {[]string{"archive"}, 2, "want the ids of findings: ebbmark findings lists them"},
		"archive of an unknown id":    {[]string{"archive", ids[idleRole], "zzzz"}, 1, "there is no finding zzzz"},
		"scan of two":                 {[]string{"scan", "x", "y"}, 2, "want one analyzer at most; got 2"},
		"scan of an unknown analyzer": {[]string{"scan", "x"}, 1, "there is no analyzer x; there is " + unusedARN},
		"scan with active":            {[]string{"scan", "--fail-on", "active"}, 2, `--fail-on "active": want new or one of`},
		"scan in another form":        {[]string{"scan", "--format", "csv"}, 2, `--format "csv": want table, tsv or json`},
		"scan with few days":          {[]string{"scan", "--days", "10"}, 2, "--days 10: want 400 to 36500"},
		"recommend in another form":   {[]string{"recommend", "--format", "csv", "x"}, 2, `--format "csv": want table or json`},
		"analyzers in another form":   {[]string{"analyzers", "--format", "csv"}, 2, `--format "csv": want table, tsv or json`},
	} {
		_, stderr, code := runAt(t.Context(), moment1, append([]string{"findings", "--store", dsn}, tt.args...)...)
		if slices.Contains([]string{"show", "archive", "scan", "recommend", "analyzers"}, tt.args[0]) {
			_, stderr, code = runAt(t.Context(), moment1, append(append([]string{"findings"}, tt.args...), "--store", dsn)...)
		}
		if code != tt.code || !strings.Contains(stderr, tt.says) {
			t.Errorf("%s: exit code %d, %q; want %d, %q", sentence, code, stderr, tt.code, tt.says)
		}
	}
	if list := runFindings(t, 0, dsn, "--resource", "idle"); !strings.Contains(list, "ACTIVE") {
		t.Error("of two findings of which one is not known the other was archived")
	}
}
