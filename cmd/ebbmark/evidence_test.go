package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/evidence"
)

// evidenceStore is rankStore with a log of every day of one Region.
func evidenceStore(t *testing.T) string {
	t.Helper()
	dsn := rankStore(t, false)
	s, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	end, err := time.Parse(time.RFC3339, moment1)
	if err != nil {
		t.Fatal(err)
	}
	var days []activity.Fact
	for d := range 200 {
		days = append(days, activity.Attempt(activity.Key{Account: "111122223333", Region: "us-east-1", Class: activity.Coverage}, end.AddDate(0, 0, -d), ""))
	}
	k := activity.Key{Account: "111122223333", Principal: "AIDAX", Source: "ec2.amazonaws.com", Name: "DescribeVpcs", Region: "us-east-1", Class: activity.Management, Outcome: activity.Succeeded}
	if err := s.MergeFacts(t.Context(), append(days, activity.Attempt(k, end.AddDate(0, 0, -3), "e"))); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func TestEvidence(t *testing.T) {
	dsn := evidenceStore(t)
	const ada = "arn:aws:iam::111122223333:user/ada"
	for name, c := range map[string]struct {
		args string
		code int
		says []string
	}{
		"nothing is unused unless somebody says which Regions count": {ada + " --granularity action", 0, []string{
			"warning: 27 Regions of the accounts have no log in the window: nothing is called unused unless you say which Regions are in use (--in-use)",
			"s3\\tDeleteBucket\\tnot enough history\\tNo log of the window was read of 111122223333 af-south-1,"}},
		"with a trail of all": {ada + " --granularity action --every-region", 0, []string{
			"s3\\t\\tused\\t", "s3\\tCreateBucket\\tused\\tThe last attempt, on 2026-05-10, succeeded; there were attempts on 1 day of the window.\\ttrue\\t\\t2026-05-10T00:00:00Z\\t\\t\\t2025-12-01T00:00:00Z\\t1\\tus-east-1\\t" + ada + "\\t1\\t2024-01-01T00:00:00Z\\t" + ada + " P statement 1, line 1\\tmanagement\\t\\t0\\t\\t0\\n",
			"s3\\tDeleteBucket\\tunused\\tNo attempt in the 90 days before 2026-06-01, and logs of every day were read; the last attempt before was on 2025-12-05.\\ttrue"}},
		"in one Region":    {ada + " --service s3 --in-use us-east-1", 0, []string{"s3\\tDeleteBucket\\tunused\\t"}},
		"a longer window":  {ada + " --service s3 --in-use us-east-1 --window 190", 0, []string{"s3\\tDeleteBucket\\tused\\t"}},
		"beyond the logs":  {ada + " --service s3 --in-use us-east-1 --window 300 --as-of 2026-03-01T00:00:00Z", 0, []string{"s3\\tDeleteBucket\\tused\\t", "do not cover the whole window"}},
		"by verdict":       {"arn:aws:iam::111122223333:user/bob --granularity action --every-region --verdict not-observable", 0, []string{"iam\\tPassRole\\tnot observable\\tCloudTrail does not record it.\\t"}},
		"who is too young": {"arn:aws:iam::111122223333:user/carl --every-region --service s3", 0, []string{"made on 2026-05-20, within the window"}},
		"a whole account":  {"arn:aws:iam::111122223333:root --every-region", 0, []string{"\\ns3\\t\\tused\\t", "iam\\t\\t"}},
		"a table":          {ada + " --every-region --service s3 --format table", 0, []string{ada + ", 2026-03-03 to 2026-06-01\\nLogs of 1 Region were read, of every day.\\n", "      granted by " + ada + " P statement 1, line 1\\n"}},
		"nobody":           {"arn:aws:iam::111122223333:user/none", 1, []string{"user/none"}},
		"no ARN":           {"ada", 2, []string{"neither an ARN nor the path"}},
		"of another kind":  {"arn:aws:s3:::bucket", 2, []string{"want a user, group, role, managed policy or the root of an account"}},
		"no organization":  {"o-exampleorg1/r-ab12", 1, []string{"o-exampleorg1"}},
		"no service":       {ada + " --service s4", 2, []string{"no service namespace"}},
		"no Region":        {ada + " --in-use mars-1", 2, []string{"no Region"}},
		"both":             {ada + " --in-use us-east-1 --every-region", 2, []string{"give one of them"}},
		"no window":        {ada + " --window 0", 2, []string{"want 1 to 3660 days"}},
		"no verdict":       {ada + " --verdict never", 2, []string{"want one of used, inferred"}},
		"no granularity":   {ada + " --granularity statement", 2, []string{"want service or action"}},
		"no format":        {ada + " --format xml", 2, []string{"want table, tsv, csv or json"}},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := runAt(t.Context(), moment1, append([]string{"evidence", "--store", dsn}, strings.Fields(c.args)...)...)
			for _, says := range c.says {
				if says = strings.NewReplacer("\\t", "\t", "\\n", "\n").Replace(says); code != c.code || !strings.Contains("\n"+stdout+stderr, says) {
					t.Errorf("exit %d, want %d and %q:\n%s%s", code, c.code, says, stdout, stderr)
				}
			}
		})
	}
	text, _, _ := runAt(t.Context(), moment1, "evidence", "--store", dsn, ada, "--every-region", "--service", "s3", "--format", "json")
	var e evidence.Evidence
	if err := json.Unmarshal([]byte(text), &e); err != nil || len(e.Services) != 1 || len(e.Services[0].Actions) != 2 || e.Services[0].Unused != 1 || !e.Coverage.Whole {
		t.Errorf("%v: %s", err, text)
	}
	text, _, _ = runAt(t.Context(), moment1, "evidence", "--store", dsn, ada, "--every-region", "--service", "s3", "--format", "csv")
	if rows, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil || len(rows) != 4 || strings.Join(rows[0], ",") != "namespace,action,verdict,why,granted,taken_by,last_success,last_denied,last_failed,first_seen,days_used,regions,who,who_total,granted_since,statement,recorded,passed,passed_total,session,sessions_total" {
		t.Errorf("%v: %s", err, text)
	}
}

// TestEvidenceOfALog goes the whole way: from the records of a log to passed roles
// and sessions.
func TestEvidenceOfALog(t *testing.T) {
	dsn := evidenceStore(t)
	const role = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
	log := filepath.Join(t.TempDir(), "log.json")
	record := func(identity, source, name, more string) string {
		return `{"eventVersion":"1.10","userIdentity":` + identity + `,"eventTime":"2026-05-20T10:15:30Z","eventSource":"` + source + `.amazonaws.com","eventName":"` + name +
			`","awsRegion":"us-east-1","eventID":"` + name + `","eventType":"AwsApiCall","eventCategory":"Management","recipientAccountId":"111122223333"` + more + `}`
	}
	const bob = `{"type":"IAMUser","principalId":"AIDABOB","arn":"arn:aws:iam::111122223333:user/bob","accountId":"111122223333"}`
	const x = `{"type":"AssumedRole","principalId":"AROAX:i-0abc1234","arn":"arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForX/i-0abc1234","accountId":"111122223333",` +
		`"sessionContext":{"sessionIssuer":{"type":"Role","arn":"` + role + `","accountId":"111122223333"},"sourceIdentity":"ada"}}`
	text := `{"Records":[` + strings.Join([]string{
		record(bob, "lambda", "CreateFunction20150331", `,"requestParameters":{"role":"arn:aws:iam::111122223333:role/f"}`),
		record(x, "sqs", "ListQueues", ""),
	}, ",") + `]}`
	if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := runAt(t.Context(), moment1, "ingest", "--store", dsn, log); code != 0 {
		t.Fatal(code, stderr)
	}
	for args, want := range map[string]string{
		"arn:aws:iam::111122223333:user/bob --service iam --format table": "\n      passed: arn:aws:iam::111122223333:role/f to lambda (2026-05-20)\n",
		"arn:aws:iam::111122223333:user/bob --service iam":                "\tarn:aws:iam::111122223333:role/f to lambda\t1\t\t0\n",
		role + " --service sqs --format table":                            "\n    sessions: i-* (2026-05-20), source identity ada (2026-05-20)\n",
		role + " --service sqs":                                           "\t\t0\ti-*\t2\n",
		role + " --service sqs --format json":                             `"sourceIdentity": "ada"`,
		"arn:aws:iam::111122223333:root --service sqs --format json":      `"session": "i-*"`,
	} {
		stdout, stderr, code := runAt(t.Context(), moment1, append([]string{"evidence", "--store", dsn, "--every-region"}, strings.Fields(args)...)...)
		if code != 0 || !strings.Contains(stdout, want) {
			t.Errorf("%s: exit %d, want %q in\n%s%s", args, code, want, stdout, stderr)
		}
	}
}
