package main

import (
	"encoding/csv"
	"encoding/json"
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
			"s3\\t\\tused\\t", "s3\\tCreateBucket\\tused\\tThe last attempt, on 2026-05-10, succeeded; there were attempts on 1 day of the window.\\ttrue\\t\\t2026-05-10T00:00:00Z\\t\\t\\t2025-12-01T00:00:00Z\\t1\\tus-east-1\\t" + ada + "\\t1\\t2024-01-01T00:00:00Z\\t" + ada + " P statement 1, line 1\\tmanagement\\n",
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
	if rows, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil || len(rows) != 4 || strings.Join(rows[0], ",") != "namespace,action,verdict,why,granted,taken_by,last_success,last_denied,last_failed,first_seen,days_used,regions,who,who_total,granted_since,statement,recorded" {
		t.Errorf("%v: %s", err, text)
	}
}
