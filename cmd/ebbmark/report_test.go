package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// reportStore is a new store with a small account, and its DSN.
func reportStore(t *testing.T, facts ...activity.Fact) string {
	t.Helper()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
	s, err := createStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*",
		"Action":["s3:CreateBucket","s3:ListAllMyBuckets","sqs:ListQueues"]}]}`
	a := &inventory.Account{
		ID: "111122223333", Partition: "aws",
		Users: []*inventory.User{
			{Name: "alice", ID: "AIDAALICEEXAMPLE00001", ARN: "arn:aws:iam::111122223333:user/alice", Path: "/",
				Inline: []inventory.Inline{{Name: "P", Document: document}}, Attached: []string{"arn:aws:iam::aws:policy/Elsewhere"}},
			{Name: "bob", ID: "AIDABOBEXAMPLE0000001", ARN: "arn:aws:iam::111122223333:user/dev/bob", Path: "/dev/"},
		},
	}
	a.Index()
	if err := accounts.New(s).Replace(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := s.MergeFacts(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func bucketMade() activity.Fact {
	return activity.Attempt(activity.Key{
		Account: "111122223333", Principal: "AIDAALICEEXAMPLE00001", Source: "s3.amazonaws.com", Name: "CreateBucket",
		Region: "us-east-1", Class: activity.Management, Outcome: activity.Succeeded,
	}, time.Date(2026, 5, 30, 10, 15, 30, 0, time.UTC), "e1")
}

// runAt runs a command line at a moment and returns what it printed and its
// exit code.
func runAt(ctx context.Context, now string, args ...string) (stdout, stderr string, code int) {
	var out, problems bytes.Buffer
	p := &program{
		stdin: strings.NewReader(""), stdout: &out, stderr: &problems,
		getenv: func(string) string { return "" },
		now: func() time.Time {
			at, _ := time.Parse(time.RFC3339, now)
			return at
		},
	}
	code = p.run(ctx, args)
	return out.String(), problems.String(), code
}

const (
	moment1  = "2026-06-01T12:00:00Z"
	aliceARN = "arn:aws:iam::111122223333:user/alice"
)

func TestReportFormats(t *testing.T) {
	dsn := reportStore(t, bucketMade())
	for name, c := range map[string]struct {
		flags string
		want  string
	}{
		"a pipe gets tabs": {"", "s3\tAmazon S3\t\t2026-05-30T10:15:30Z\tus-east-1\t" + aliceARN + "\t1\n" +
			"sqs\tAmazon SQS\t\t\t\t\t0\n"},
		"csv with actions": {"--format csv --granularity action",
			"ServiceNamespace,ServiceName,ActionName,LastAccessed,LastAccessedRegion,LastAccessedEntity,TotalAuthenticatedEntities\n" +
				"s3,Amazon S3,,2026-05-30T10:15:30Z,us-east-1," + aliceARN + ",1\n" +
				"s3,Amazon S3,CreateBucket,2026-05-30T10:15:30Z,us-east-1," + aliceARN + ",\n" +
				"s3,Amazon S3,ListAllMyBuckets,,,,\n" +
				"sqs,Amazon SQS,,,,,0\n"},
		"a table without colours when it is no terminal": {"--format table --granularity ACTION_LEVEL", aliceARN + `
2 services allowed, 1 used in the 400 days before 2026-06-01T12:00:00Z

SERVICE             LAST ACCESSED        DAYS AGO  REGION     ENTITIES  BY          NAME
s3                  2026-05-30 10:15:30  2         us-east-1  1         user/alice  Amazon S3
  CreateBucket      2026-05-30 10:15:30  2         us-east-1            user/alice
  ListAllMyBuckets  not accessed
sqs                 not accessed                              0                     Amazon SQS
`},
		"a past date": {"--as-of 2026-05-30T10:15:29Z", "s3\tAmazon S3\t\t\t\t\t0\nsqs\tAmazon SQS\t\t\t\t\t0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"report", "--store", dsn, aliceARN}, strings.Fields(c.flags)...)
			stdout, stderr, code := runAt(t.Context(), moment1, args...)
			if code != 0 || stdout != c.want {
				t.Errorf("exit code %d, got\n%swant\n%s", code, stdout, c.want)
			}
			if want := "ebbmark: warning: attached policy arn:aws:iam::aws:policy/Elsewhere is not in the snapshot: what it grants is missing from the report\n"; !strings.HasPrefix(stderr, want) {
				t.Errorf("standard error: %s", stderr)
			} else if gap := "ebbmark: warning: no log of account 111122223333 was read of 401 days within the tracking period"; !strings.HasPrefix(stderr[len(want):], gap) {
				t.Errorf("standard error does not name the gap: %s", stderr)
			}
		})
	}
}

func TestReportJSON(t *testing.T) {
	dsn := reportStore(t, bucketMade())
	stdout, _, code := runAt(t.Context(), moment1, "report", "--store", dsn, "--format", "json", aliceARN)
	const want = `{
    "JobStatus": "COMPLETED",
    "JobType": "SERVICE_LEVEL",
    "JobCreationDate": "2026-06-01T12:00:00.000Z",
    "ServicesLastAccessed": [
        {
            "ServiceName": "Amazon S3",
            "LastAuthenticated": "2026-05-30T10:15:30Z",
            "ServiceNamespace": "s3",
            "LastAuthenticatedEntity": "arn:aws:iam::111122223333:user/alice",
            "LastAuthenticatedRegion": "us-east-1",
            "TotalAuthenticatedEntities": 1
        },
        {
            "ServiceName": "Amazon SQS",
            "ServiceNamespace": "sqs",
            "TotalAuthenticatedEntities": 0
        }
    ],
    "JobCompletionDate": "2026-06-01T12:00:00.000Z",
    "IsTruncated": false
}
`
	if code != 0 || stdout != want {
		t.Errorf("exit code %d, got\n%s", code, stdout)
	}
	stdout, _, code = runAt(t.Context(), moment1, "report", "--store", dsn, "--format", "json", "arn:aws:iam::111122223333:user/bob")
	if code != 0 || !strings.Contains(stdout, `"ServicesLastAccessed": [],`) || !json.Valid([]byte(stdout)) {
		t.Errorf("nobody's services, exit code %d: %s", code, stdout)
	}
}

func TestReportColours(t *testing.T) {
	f := entityReport{arn: aliceARN, granularity: report.ServiceLevel, now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), span: report.Span}
	var b bytes.Buffer
	if err := writeReportTable(&b, f, true); err != nil || b.String() != aliceARN+"\n0 services allowed, 0 used in the 400 days before 2026-06-01T00:00:00Z\n" {
		t.Errorf("%v, %q", err, b.String())
	}
	for name, c := range map[string]struct {
		last   time.Time
		colour string
	}{
		"lately":     {time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), "\x1b[32m"},
		"long ago":   {time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), "\x1b[33m"},
		"not at all": {time.Time{}, "\x1b[2m"},
	} {
		if _, _, got := lastCells(c.last, f.now); got != c.colour {
			t.Errorf("%s: colour %q", name, got)
		}
	}
}

func TestReportProblems(t *testing.T) {
	dsn := reportStore(t)
	missing := "sqlite:" + filepath.Join(t.TempDir(), "none.db")
	for name, c := range map[string]struct {
		args string
		code int
		want string // in standard error
	}{
		"no ARN":                  {"", 2, "want one argument"},
		"an ARN of a bucket":      {"arn:aws:s3:::bucket", 2, "not an IAM ARN; want the ARN of a user"},
		"root":                    {"arn:aws:iam::111122223333:root", 2, "want the ARN of a user"},
		"a bad granularity":       {"--granularity x " + aliceARN, 2, "want service or action"},
		"a bad format":            {"--format x " + aliceARN, 2, "want table, tsv, json or csv"},
		"a bad time":              {"--as-of yesterday " + aliceARN, 2, "as-of"},
		"an unknown account":      {"arn:aws:iam::999999999999:user/x", 1, "import its snapshot first (ebbmark import --store " + dsn + " FILE)"},
		"an unknown user":         {"arn:aws:iam::111122223333:user/nobody", 1, "does not exist in the snapshot of account 111122223333"},
		"a contradiction":         {"--account 999999999999 " + aliceARN, 2, "belongs to account 111122223333"},
		"an AWS managed policy":   {"arn:aws:iam::aws:policy/Nosuch", 1, "does not exist in the snapshot of account 111122223333"},
		"a store that is not one": {"--store " + missing + " " + aliceARN, 1, "none.db"},
		"nothing was ingested":    {aliceARN, 0, "no activity of account 111122223333 has been ingested: everything looks unused"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stderr, code := runAt(t.Context(), moment1, append([]string{"report", "--store", dsn}, strings.Fields(c.args)...)...)
			if code != c.code || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d, standard error %s", code, stderr)
			}
		})
	}
	if _, err := os.Stat(strings.TrimPrefix(missing, "sqlite:")); err == nil {
		t.Error("a mistyped path made a store")
	}
}

func TestReportOfAnAWSManagedPolicyNeedsAnAccount(t *testing.T) {
	dsn := reportStore(t)
	s, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	addAccount(t, s, "444455556666")
	_, stderr, code := runAt(t.Context(), moment1, "report", "--store", dsn, "arn:aws:iam::aws:policy/ReadOnlyAccess")
	if code != 2 || !strings.Contains(stderr, "--account (111122223333, 444455556666)") {
		t.Errorf("exit code %d, standard error %s", code, stderr)
	}
}

func addAccount(t *testing.T, s store.Store, id string) {
	t.Helper()
	a := &inventory.Account{ID: id, Partition: "aws"}
	a.Index()
	if err := accounts.New(s).Replace(t.Context(), a); err != nil {
		t.Fatal(fmt.Errorf("account %s: %w", id, err))
	}
}
