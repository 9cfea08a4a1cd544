package refine

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

func observe(t *testing.T, text string, change func(*Generation)) *Observation {
	t.Helper()
	g := Generation{Principal: app, From: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), To: now, Catalog: catalogue(t)}
	if change != nil {
		change(&g)
	}
	o, err := Observe(g, uses(text))
	if err != nil {
		t.Fatal(err)
	}
	// As a job keeps it.
	stored, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	back := &Observation{}
	if err := json.Unmarshal(stored, back); err != nil {
		t.Fatal(err)
	}
	return back
}

func TestGenerate(t *testing.T) {
	const frame = `{"Version":"2012-10-17","Statement":[`
	const s3 = `{"Sid":"SupportedServiceSid0","Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"*"}`
	plain, template := Form{Partition: "aws"}, Form{Partition: "aws", Template: true}
	placeholders := Form{Partition: "aws-cn", Placeholders: true}
	for name, c := range map[string]struct {
		uses     string
		change   func(*Generation)
		form     Form
		want     []string
		complete bool
	}{
		"X11":                      {fixtureUse, nil, plain, []string{frame + s3 + `]}`}, false},
		"X11 with template":        {fixtureUse, nil, template, []string{frame + s3 + `,{"Sid":"UnsupportedServiceSid0","Effect":"Allow","Action":["dynamodb:*"],"Resource":"*"}]}`}, true},
		"nothing used (AA-60)":     {"", nil, plain, nil, true},
		"nothing kept of a window": {"", func(g *Generation) { g.Earliest = g.From.Add(1) }, template, nil, false},
		"refused calls count, sorted over all namespaces (AA-50)": {
			"2026-05-03 sqs DeleteQueue denied\n2026-05-03 ec2 RunInstances\n2026-05-04 sqs CreateQueue mx-central-1", nil, plain,
			[]string{frame + `{"Sid":"SupportedServiceSid0","Effect":"Allow","Action":["ec2:RunInstances","sqs:CreateQueue","sqs:DeleteQueue"],"Resource":"*"}]}`}, true},
		"both ends of the window lie in it": {
			"2026-05-01T00:00:00Z sqs CreateQueue\n2026-06-01T12:00:00Z sqs DeleteQueue\n2026-04-30T23:59:59.999Z sqs PurgeQueue\n2026-06-01T12:00:00.001Z sqs AddPermission", nil, plain,
			[]string{frame + `{"Sid":"SupportedServiceSid0","Effect":"Allow","Action":["sqs:CreateQueue","sqs:DeleteQueue"],"Resource":"*"}]}`}, true},
		"a day between first and last shows": {
			"2026-04-01 sqs CreateQueue\n2026-05-05 sqs CreateQueue\n2026-06-09 sqs CreateQueue", nil, plain,
			[]string{frame + `{"Sid":"SupportedServiceSid0","Effect":"Allow","Action":["sqs:CreateQueue"],"Resource":"*"}]}`}, true},
		"other Regions do not count (AA-52)": {
			"2026-05-03 sqs DeleteQueue eu-west-1\n2026-05-03 sqs CreateQueue eu-west-2", func(g *Generation) { g.Regions = []string{"eu-west-1"} }, plain,
			[]string{frame + `{"Sid":"SupportedServiceSid0","Effect":"Allow","Action":["sqs:DeleteQueue"],"Resource":"*"}]}`}, true},
		"a data event beside actions leaves it incomplete, a template does not help": {
			"2026-05-03 sqs CreateQueue\n2026-05-03 sqs SendMessage data", nil, template,
			[]string{frame + `{"Sid":"SupportedServiceSid0","Effect":"Allow","Action":["sqs:CreateQueue"],"Resource":"*"}]}`}, false},
		"unknown actions only": {
			"2026-05-03 sqs BrandNewCall\n2026-05-03 dynamodb GetItem data", nil, template,
			[]string{frame + `{"Sid":"UnsupportedServiceSid0","Effect":"Allow","Action":["dynamodb:*"],"Resource":"*"},{"Sid":"UnsupportedServiceSid1","Effect":"Allow","Action":["sqs:*"],"Resource":"*"}]}`}, true},
		"placeholders, a statement per set of them (AA-57)": {
			"2026-05-03 sqs CreateQueue\n2026-05-03 s3 CreateBucket\n2026-05-03 s3 ListBuckets\n2026-05-03 sqs DeleteQueue", nil, placeholders,
			[]string{frame + `{"Sid":"SupportedServiceSid0","Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"arn:aws-cn:s3:::${BucketName}"},` +
				`{"Sid":"SupportedServiceSid1","Effect":"Allow","Action":["s3:ListAllMyBuckets"],"Resource":"*"},` +
				`{"Sid":"SupportedServiceSid2","Effect":"Allow","Action":["sqs:CreateQueue","sqs:DeleteQueue"],"Resource":"arn:aws-cn:sqs:${Region}:${Account}:${QueueName}"}]}`}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, complete, err := Generate(observe(t, c.uses, c.change), c.form, catalogue(t))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, c.want) || complete != c.complete {
				t.Errorf("complete %v, got\n%q\nwant %v\n%q", complete, got, c.complete, c.want)
			}
		})
	}
}
