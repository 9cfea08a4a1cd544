package main

import (
	"encoding/json"
	"encoding/xml"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
)

// whatIfStore has alice, who made a bucket and was once refused a list of queues.
func whatIfStore(t *testing.T) string {
	t.Helper()
	refused := activity.Attempt(activity.Key{
		Account: "111122223333", Principal: "AIDAALICEEXAMPLE00001", Source: "sqs.amazonaws.com", Name: "ListQueues",
		Region: "us-east-1", Class: activity.Management, Outcome: activity.Denied,
	}, time.Date(2026, 5, 29, 10, 15, 30, 0, time.UTC), "e2")
	return reportStore(t, bucketMade(), refused)
}

func TestWhatIf(t *testing.T) {
	dsn, dir := whatIfStore(t), t.TempDir()
	file := func(name, statements string) string {
		return writeFile(t, filepath.Join(dir, name), []byte(`{"Version":"2012-10-17","Statement":[`+statements+`]}`))
	}
	whole := file("whole.json", `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`)
	queues := file("queues.json", `{"Effect":"Allow","Action":"sqs:*","Resource":"*"}`)
	narrow := file("narrow.json", `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::mine"}`)
	guard := file("guard.json", `{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:CreateB*","Resource":"*"}`)
	other := file("other.json", `{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"}`)
	bad := writeFile(t, filepath.Join(dir, "bad.json"), []byte(`{"Statement":`))
	for name, c := range map[string]struct {
		args string
		code int
		says string
	}{
		"all that was used stays":          {"--policy " + whole, 0, "0 of 1 recorded uses of 1 principal would be denied\n"},
		"what was used goes":               {"--policy " + queues, 1, "  s3:CreateBucket                              last 2026-05-30  used\n1 of 1 recorded uses"},
		"it may have been another bucket":  {"--policy " + narrow, 1, "s3:CreateBucket"},
		"one policy is replaced":           {"--replaces P --policy " + whole, 0, "0 of 1"},
		"one policy goes":                  {"--remove P", 1, "1 of 1"},
		"a policy that is not there":       {"--remove Q", 1, `no such policy: 0 are called "Q"; it has ["P"]`},
		"a boundary":                       {"--boundary " + whole, 0, "0 of 1"},
		"a boundary that is too narrow":    {"--boundary " + queues, 1, "1 of 1"},
		"a control policy":                 {"--scp " + guard, 1, "1 of 1"},
		"a control policy about others":    {"--scp " + other, 0, "0 of 1"},
		"before it was used":               {"--as-of 2026-05-01T00:00:00Z --policy " + queues, 0, "nothing is proven"},
		"no change":                        {"", 2, "want one of --policy, --remove, --boundary and --scp"},
		"two changes":                      {"--remove P --scp " + guard, 2, "want one of"},
		"replaces what":                    {"--replaces P --remove P", 2, "--replaces goes with --policy"},
		"no policy":                        {"--policy " + bad, 1, "bad.json"},
		"no file":                          {"--policy " + filepath.Join(dir, "none"), 1, "no such file"},
		"a format that there is not":       {"--format xml --policy " + whole, 2, "want table, tsv, json, junit or sarif"},
		"logs do not cover all the period": {"--policy " + whole, 0, "warning: no log of account 111122223333 was read"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"what-if", "--store", dsn, "--format", "table", aliceARN}, strings.Fields(c.args)...)
			stdout, stderr, code := runAt(t.Context(), moment1, args...)
			if code != c.code || !strings.Contains(stdout+stderr, c.says) {
				t.Errorf("exit %d, want %d and %q:\n%s%s", code, c.code, c.says, stdout, stderr)
			}
		})
	}
	for arn, says := range map[string]string{
		"arn:aws:iam::111122223333:root":         "1 of 1 recorded uses of 2 principals would be denied",
		"arn:aws:iam::111122223333:user/dev/bob": "0 of 0 recorded uses of 1 principal would be denied",
		"arn:aws:iam::111122223333:role/nobody":  "no user or role in the snapshot of account 111122223333 is it or has it",
		"arn:aws:iam::444455556666:role/x":       "account 444455556666 is not in",
	} {
		stdout, stderr, _ := runAt(t.Context(), moment1, "what-if", "--store", dsn, "--format", "table", arn, "--scp", guard)
		if !strings.Contains(stdout+stderr, says) {
			t.Errorf("%s: want %q:\n%s%s", arn, says, stdout, stderr)
		}
	}
	whatIfFormats(t, dsn, queues)
}

func whatIfFormats(t *testing.T, dsn, file string) {
	t.Helper()
	out := map[string]string{}
	for _, format := range []string{"", "json", "junit", "sarif"} {
		stdout, stderr, code := runAt(t.Context(), moment1, "what-if", "--store", dsn, "--format", format, aliceARN, "--policy", file)
		if code != 1 {
			t.Fatalf("%q: exit %d\n%s", format, code, stderr)
		}
		out[format] = stdout
	}
	if want := aliceARN + "\ts3:CreateBucket\t2026-05-30T10:15:30Z\tused\n"; out[""] != want {
		t.Errorf("lines %q, want %q", out[""], want)
	}
	var j struct {
		Uses, Denied int
		Principals   []struct {
			ARN    string
			Denied []struct{ Action, LastUsed, Reason string }
		}
	}
	if err := json.Unmarshal([]byte(out["json"]), &j); err != nil || j.Uses != 1 || j.Denied != 1 || j.Principals[0].ARN != aliceARN || j.Principals[0].Denied[0].LastUsed != "2026-05-30T10:15:30Z" {
		t.Errorf("%v: %s", err, out["json"])
	}
	var u struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(out["junit"]), &u); err != nil || len(u.Suites) != 1 || u.Suites[0].Tests != 2 || u.Suites[0].Failures != 1 || len(u.Suites[0].Cases) != 2 ||
		u.Suites[0].Cases[0].Failure != nil || u.Suites[0].Cases[1].Name != "s3:CreateBucket" || u.Suites[0].Cases[1].Failure.Message != "would be denied; last used 2026-05-30: used" {
		t.Errorf("%v: %s", err, out["junit"])
	}
	var s struct {
		Version string
		Runs    []struct {
			Results []struct {
				RuleID  string
				Message struct{ Text string }
			}
		}
	}
	if err := json.Unmarshal([]byte(out["sarif"]), &s); err != nil || s.Version != "2.1.0" || len(s.Runs) != 1 || len(s.Runs[0].Results) != 1 || s.Runs[0].Results[0].RuleID != "DeniesRecordedUse" ||
		!strings.HasPrefix(s.Runs[0].Results[0].Message.Text, "s3:CreateBucket of "+aliceARN+" would be denied") {
		t.Errorf("%v: %s", err, out["sarif"])
	}
}
