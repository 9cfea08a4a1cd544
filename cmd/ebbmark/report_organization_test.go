package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// f2Store is a new store with fixture F2 (docs/spec/organizations.md), with its
// activity or without.
func f2Store(t *testing.T, ingest bool) string {
	t.Helper()
	const f2 = "../../internal/scenario/testdata/f2/"
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
	run := func(args ...string) {
		t.Helper()
		if _, stderr, code := runAt(t.Context(), moment1, args...); code != 0 {
			t.Fatalf("%v: exit code %d\n%s", args, code, stderr)
		}
	}
	run("import", "--init", "--store", dsn, f2+"management.json", f2+"production.json", f2+"development.json", f2+"organization.json")
	if ingest {
		run("ingest", "--store", dsn, f2+"events.json")
	}
	return dsn
}

func TestReportOnAPath(t *testing.T) {
	dsn := f2Store(t, true)
	const prod, dev = "o-exampleorg1/r-ab12/ou-ab12-prod0001", "o-exampleorg1/r-ab12/ou-ab12-dev00001"
	for name, c := range map[string]struct{ args, want string }{
		"a pipe gets tabs": {prod, "ec2\tAmazon EC2\t\t\t\t0\n" +
			"s3\tAmazon S3\t2026-05-20T01:00:00Z\tus-west-2\to-exampleorg1/r-ab12/ou-ab12-prod0001/222222222222\t1\n"},
		"csv of a policy": {"--format csv --organizations-policy-id p-unused0001 o-exampleorg1/r-ab12",
			"ServiceNamespace,ServiceName,LastAuthenticatedTime,Region,EntityPath,TotalAuthenticatedEntities\nkms,AWS Key Management Service,,,,0\n"},
		"a policy that allows nothing": {"--organizations-policy-id p-denysqs001 " + dev, ""},
		"a table": {"--format table " + prod + "/222222222222", prod + `/222222222222
2 services allowed, 1 used in the 400 days before 2026-06-01T12:00:00Z

SERVICE  LAST ACCESSED        DAYS AGO  REGION     ACCOUNTS  BY ACCOUNT    NAME
ec2      not accessed                              0                       Amazon EC2
s3       2026-05-20 01:00:00  12        us-west-2  1         222222222222  Amazon S3
`},
		"a past date": {"--as-of 2026-05-20T00:59:59Z " + prod, "ec2\tAmazon EC2\t\t\t\t0\ns3\tAmazon S3\t\t\t\t0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := runAt(t.Context(), moment1, append([]string{"report", "--store", dsn}, strings.Fields(c.args)...)...)
			if code != 0 || stdout != c.want || stderr != "" {
				t.Errorf("exit code %d, got\n%swant\n%s%s", code, stdout, c.want, stderr)
			}
		})
	}
}

func TestExtendedReport(t *testing.T) {
	dsn := f2Store(t, true)
	told := ""
	run := func(args ...string) string {
		t.Helper()
		stdout, stderr, code := runAt(t.Context(), moment1, append([]string{"report", "--store", dsn, "--extended", "--granularity", "action"}, args...)...)
		if code != 0 || strings.Count(stderr, "\n") != 1 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		told = stderr
		return stdout
	}
	table := run("--format", "table", "o-exampleorg1/r-ab12/ou-ab12-dev00001")
	for _, want := range []string{
		"o-exampleorg1/r-ab12/ou-ab12-dev00001\n2 of 456 services used in the 400 days before 2026-06-01T12:00:00Z\n" +
			"logs of every account since 2026-05-28, none ends before 2026-05-29; 0 of 1 have one of every day since 2025-04-27, the fewest are of 2 days of 401\n" +
			"Regions with logs: eu-west-1\n\nSERVICE ",
		"\nsqs  ", "\n  SendMessage  ", "\n    arn:aws:iam::333333333333:user/dev  ", "SERVICE_CONTROL_POLICY\n",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q", want)
		}
	}
	if want := "ebbmark: warning: 2 gaps in the logs of 1 accounts within the window: 333333333333 eu-west-1 2025-04-27 to 2026-05-27, 333333333333 eu-west-1 2026-05-30 to 2026-06-01: what was used then may look unused; --format json and ebbmark coverage show all\n"; told != want {
		t.Errorf("told %q", told)
	}
	csv := run("--format", "csv", "o-exampleorg1/r-ab12")
	for _, want := range []string{
		strings.Join(extendedColumns, ",") + "\n",
		"\nec2,RunInstances,used,,0,1,,,,,,,\nec2,RunInstances,,,,,arn:aws:iam::111111111111:user/admin,111111111111,2026-05-30T04:00:00Z,succeeded,2026-05-30T04:00:00Z,us-east-1,\n",
	} {
		if !strings.Contains(csv, want) {
			t.Errorf("csv lacks %q", want)
		}
	}
	if strings.Contains(csv, ",unused,") {
		t.Error("something is called unused after four days of logs")
	}
	var out extendedJSON
	if err := json.Unmarshal([]byte(run("--format", "json", "o-exampleorg1/r-ab12/ou-ab12-prod0001")), &out); err != nil {
		t.Fatal(err)
	}
	if want := "[{222222222222 us-west-2 2025-04-27 2026-05-19 388} {222222222222 us-west-2 2026-05-21 2026-06-01 12}]"; fmt.Sprint(out.Gaps) != want || out.GapsTotal != 2 {
		t.Errorf("%d gaps: %v", out.GapsTotal, out.Gaps)
	}
	for _, s := range out.Services {
		if s.Namespace == "s3" && (s.Left == 0 || s.Total != 1 || s.Principals[0].Principal != "arn:aws:iam::222222222222:role/app") || s.Namespace == "kms" && (s.Left != 0 || s.Without != 1) {
			t.Errorf("%+v", s)
		}
	}
	if len(out.Services) != 456 || out.Accounts != 1 || out.Observed.Since != "2026-05-20" {
		t.Errorf("%d services, %d accounts, %+v", len(out.Services), out.Accounts, out.Observed)
	}
}

func TestProblemsOfReportsOnPaths(t *testing.T) {
	dsn := f2Store(t, false)
	const root = "o-exampleorg1/r-ab12"
	for name, c := range map[string]struct {
		args string
		code int
		want string // in standard error
	}{
		"another organization":         {"o-zzzzzzzzzz/r-ab12", 1, "organization o-zzzzzzzzzz is not in " + dsn},
		"a slash at the end":           {root + "/", 1, "every step must be the parent of the next, without a slash at the end"},
		"likewise, extended":           {"--extended " + root + "/", 1, "every step must be the parent of the next"},
		"an absent policy":             {"--organizations-policy-id p-missing001 " + root, 1, "policy p-missing001 is no service control policy of organization o-exampleorg1"},
		"actions of a plain report":    {"--granularity action " + root, 2, "--extended goes down to actions"},
		"an account beside the path":   {"--account 222222222222 " + root, 2, "an account of an organization is named by its path"},
		"a policy and extended":        {"--extended --organizations-policy-id p-unused0001 " + root, 2, "applies all control policies"},
		"extended of an ARN":           {"--extended " + aliceARN, 2, "are for the path of an organization's root, unit or account"},
		"a policy id of an ARN":        {"--organizations-policy-id p-unused0001 " + aliceARN, 2, "are for the path"},
		"a bad format":                 {"--format x " + root, 2, "want table, tsv, json or csv"},
		"nothing was ingested":         {root, 0, "no activity of the accounts of o-exampleorg1/r-ab12 has been ingested: everything looks unused"},
		"nothing ingested but claimed": {"--extended --format table " + root, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := runAt(t.Context(), moment1, append([]string{"report", "--store", dsn}, strings.Fields(c.args)...)...)
			if code != c.code || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d, standard error %s", code, stderr)
			}
			if c.want == "" && !strings.Contains(stdout, "3 of 3 accounts have no log in the window, so nothing is proven unused: 111111111111, 222222222222, 333333333333\n") {
				t.Errorf("%.300s", stdout)
			}
		})
	}
	if _, err := os.Stat("e.db"); err == nil {
		t.Error("a store was made here")
	}
}
