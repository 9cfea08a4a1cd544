package trail

import (
	"strings"
	"testing"
	"time"
)

const combined = `{"account":"111122223333","readAt":"2026-06-01T10:00:00Z",
 "trailList":[{"Name":"all","S3BucketName":"b","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"HomeRegion":"us-east-1","TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/all","IsOrganizationTrail":false}],
 "Trails":[{"TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/all","Name":"all","HomeRegion":"us-east-1"}],
 "eventSelectors":[{"TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/all","EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]}],
 "trailStatus":{"all":{"IsLogging":true,"StartLoggingTime":"2024-05-06T07:08:09.120000+02:00","LatestDeliveryTime":1780000000.5}}}`

var june = time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)

func join(text, account string, at time.Time) ([]Observation, error) {
	parts, err := Read(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	return Join(parts, account, at, june)
}

func TestOneFile(t *testing.T) {
	list, err := join(combined, "", time.Time{})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	o := list[0]
	if o.Account != "111122223333" || !o.At.Equal(time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)) || len(o.Listed) != 1 || len(o.Trails) != 1 {
		t.Fatalf("%+v", o)
	}
	tr := o.Trails[0]
	if !tr.Known() || !tr.MultiRegion || tr.Organization || tr.Bucket != "b" || !tr.Status.Logging ||
		!tr.Status.Started.Equal(time.Date(2024, 5, 6, 5, 8, 9, 120e6, time.UTC)) || tr.Selectors.Whole("AWS::S3::Object", tr.Partition()) != All {
		t.Errorf("%+v %+v", tr, tr.Status)
	}
}

// TestSingleOutputs: one after another in a file, with account and moment from
// outside, and the times of version 1 of the CLI.
func TestSingleOutputs(t *testing.T) {
	const text = `{"trailList":[{"TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/all","HomeRegion":"us-east-1"}]}
{"TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/all","AdvancedEventSelectors":[]}
{"trailStatus":{"arn:aws:cloudtrail:us-east-1:111122223333:trail/all":{"IsLogging":false,"StopLoggingTime":1700000000.25}}}`
	list, err := join(text, "", june)
	if err != nil || len(list) != 1 || list[0].Account != "111122223333" || list[0].Listed != nil || !list[0].At.Equal(june) {
		t.Fatal(list, err)
	}
	if s := list[0].Trails[0].Status; s.Logging || s.Stopped.UnixMilli() != 1700000000250 {
		t.Errorf("%+v", s)
	}
	if !LooksLike([]byte(text)) || !LooksLike([]byte(combined)) || LooksLike([]byte(`{"UserDetailList":[]}`)) || LooksLike([]byte(`[]`)) {
		t.Error("files are not told apart")
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	const trails = `{"trailList":[{"Name":"all","HomeRegion":"us-east-1","TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/all"}]}`
	for name, c := range map[string]struct {
		text, account string
		at            time.Time
		says          string
	}{
		"nothing":                {" ", "", june, "an empty file"},
		"cut off":                {combined[:300], "", june, "unexpected EOF"},
		"another document":       {`{"UserDetailList":[]}`, "", june, "an object with none of trailList"},
		"a status of some trail": {trails + `{"IsLogging":true}`, "", june, "does not say of which trail: put it into trailStatus"},
		"no moment":              {trails, "", time.Time{}, "not said when these trails were read"},
		"the future":             {strings.Replace(combined, "2026-06-01", "2026-06-03", 1), "", june, "is in the future"},
		"no account":             {strings.Replace(trails, `{"Name"`, `{"IsOrganizationTrail":true,"Name"`, 1), "", june, "not said of which account"},
		"an odd account":         {trails, "1234", june, "want an account id"},
		"selectors of no trail":  {`{"TrailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/all"}`, "111122223333", june, "no trailList of describe-trails that has it"},
		"status of no trail":     {trails + `{"trailStatus":{"other":{"IsLogging":true}}}`, "", june, `the status of "other" is of 0 trails`},
		"no status":              {trails + `{"trailStatus":{"all":{}}}`, "", june, "IsLogging is missing"},
		"no time":                {trails + `{"trailStatus":{"all":{"IsLogging":true,"StartLoggingTime":"yesterday"}}}`, "", june, "StartLoggingTime: no time such as"},
		"no ARN":                 {`{"trailList":[{"Name":"all"}]}`, "", june, "is not the ARN of a trail"},
		"another home":           {strings.Replace(trails, `"us-east-1","TrailARN"`, `"eu-west-1","TrailARN"`, 1), "", june, `its HomeRegion is "eu-west-1"`},
		"a trail in two ways":    {trails + strings.Replace(trails, `{"Name":"all",`, `{"Name":"all","IsMultiRegionTrail":true,`, 1), "", june, "comes twice and differs"},
	} {
		_, err := join(c.text, c.account, c.at)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(combined)
	f.Add(`{"trailList":[]}{"TrailARN":"` + arn1 + `","AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"readOnly","Equals":["true"]}]}]}`)
	f.Add(`{"Trails":[{"TrailARN":"` + arn1 + `"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := join(text, "111122223333", june)
		if err != nil {
			return
		}
		r := &Record{}
		for i := range list {
			r.Add(&list[i])
			for _, tr := range list[i].Trails {
				if s := tr.Selectors; s != nil && s.Whole(s3Object, tr.Partition()) != 0 && !s.May(s3Object) {
					t.Fatalf("whole and may not come: %+v", s)
				}
			}
		}
		body, err := r.Body()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseRecord(body)
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			if again.Add(&list[i]) && len(list) == 1 {
				t.Fatal("the same again is a change")
			}
		}
	})
}
