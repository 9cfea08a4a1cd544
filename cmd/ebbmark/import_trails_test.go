package main

import (
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
)

// trailsFile is what the lines of docs/import.md make, with data resources and a
// moment.
func trailsFile(resources, readAt string) string {
	return `{"account":"111122223333","readAt":"` + readAt + `",
"trailList":[{"Name":"main","S3BucketName":"logs","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"HomeRegion":"us-east-1","TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/main","IsOrganizationTrail":false}],
"Trails":[{"TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/main","Name":"main","HomeRegion":"us-east-1"}],
"eventSelectors":[{"TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/main","EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[` + resources + `],"ExcludeManagementEventSources":[]}]}],
"trailStatus":{"arn:aws:cloudtrail:us-east-1:111122223333:trail/main":{"IsLogging":true,"StartLoggingTime":"2024-05-06T07:08:09.120000+00:00"}}}`
}

const allObjects = `{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}`

// TestTrailsByFile: from files over the commands to a verdict.
func TestTrailsByFile(t *testing.T) {
	dsn := evidenceStore(t)
	const ada = "arn:aws:iam::111122223333:user/ada"
	s, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	end, _ := time.Parse(time.RFC3339, moment1)
	k := activity.Key{Account: "111122223333", Principal: "AIDAX", Source: "s3.amazonaws.com", Name: "PutObject", Region: "us-east-1", Class: activity.Data, Outcome: activity.Succeeded}
	create := k
	create.Source, create.Name, create.Class = "ec2.amazonaws.com", "CreateVpc", activity.Management
	if err := s.MergeFacts(t.Context(), []activity.Fact{activity.Attempt(k, end.AddDate(0, 0, -4), "d"), activity.Attempt(create, end.AddDate(0, 0, -4), "c")}); err != nil {
		t.Fatal(err)
	}
	if err := accounts.New(s).Replace(t.Context(), &inventory.Account{ID: "111122223333", Partition: "aws", Users: []*inventory.User{{
		Name: "ada", ID: "AIDAADA", ARN: ada, Path: "/", Created: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		Inline: []inventory.Inline{{Name: "P", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`}},
	}}}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	verdict := func(says string) {
		t.Helper()
		stdout, stderr, code := runAt(t.Context(), moment1, "evidence", "--store", dsn, ada, "--service", "s3", "--every-region", "--format", "table")
		if code != 0 || !strings.Contains(stdout, says) {
			t.Errorf("exit code %d, no %q in\n%s%s", code, says, stdout, stderr)
		}
	}
	load := func(text string, code int, says string, args ...string) {
		t.Helper()
		stdout, stderr, got := runAt(t.Context(), moment1, append([]string{"import", "--store", dsn, file(t, "trails.json", []byte(text))}, args...)...)
		if got != code || !strings.Contains(stdout+stderr, says) {
			t.Errorf("exit code %d, no %q in\n%s%s", got, says, stdout, stderr)
		}
	}
	verdict("GetObject                      not observable     -           CloudTrail records it as a data event (AWS::S3::Object), and it is not known that a trail delivers all of these: no trail of account 111122223333 is known")
	load(trailsFile(`{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::b/"]}`, "2026-02-01T00:00:00Z"), 0, "ACCOUNT       TRAILS  WHOLE  READ AT               RESULT\n111122223333  1       1      2026-02-01T00:00:00Z  changed\n")
	verdict("too long ago")
	load(trailsFile(allObjects, "2026-05-30T00:00:00Z"), 0, "111122223333  1       1      2026-05-30T00:00:00Z  changed\n")
	load(trailsFile(allObjects, "2026-05-31T00:00:00Z"), 0, "unchanged\n")
	verdict("Trail main of account 111122223333, of every Region: all data events of AWS::S3::Object; so since 2026-05-30 at the latest, read last on 2026-05-31.\n")
	verdict("GetObject                      unused             -           No attempt in the 90 days before 2026-06-01, and logs of every day were read. All of its data events (AWS::S3::Object) are delivered by trail main.")

	load(`{"trailList":[],"Trails":[]}`, 1, "trails.json: it is not said of which account these trails are")
	load(`{"trailList":[],"Trails":[]}`, 1, "it is not said when these trails were read", "--account", "111122223333")
	load(`{"trailList":[],"Trails":[]}`, 2, "want an account id of 12 digits", "--account", "1")
	load(trailsFile(allObjects, "2026-06-02T00:00:00Z"), 1, "is in the future")
	verdict("GetObject                      unused")
	load(`{"trailList":[]}`, 0, "account 111122223333: without Trails of list-trails there may be further trails", "--account", "111122223333", "--read-at", "2026-06-01T00:00:00Z")
	verdict("account 111122223333 may have further trails")
	load(`{"trailList":[],"Trails":[]}`, 0, `"listed": true,`, "--account", "111122223333", "--read-at", "2026-06-01T01:00:00Z", "--format", "json")
	verdict("account 111122223333 had other trails on 2026-05-31, within the window")
}
