package refine

import (
	"errors"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

func prove(t *testing.T, before, after, events string) Proof {
	t.Helper()
	in := input(t)
	h, err := Gather(app, in.Window(), Evidence{Catalog: in.Catalog, Extras: in.Extras}, uses(events))
	if err != nil {
		t.Fatal(err)
	}
	parse := func(text string) (docs []*policy.Document) {
		for line := range strings.Lines(text) {
			d, err := policy.ParseString(doc(strings.TrimSpace(line)))
			if err != nil {
				t.Fatal(err)
			}
			docs = append(docs, d)
		}
		return docs
	}
	return Prove(Question{Principal: app, Catalog: in.Catalog, Before: parse(before), After: parse(after)}, h)
}

func TestProve(t *testing.T) {
	const (
		all     = `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`
		get     = `{"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectLegalHold","s3:GetObjectRetention","s3:GetObjectTagging","s3:GetObjectVersion"],"Resource":"*"}`
		bucket  = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`
		home    = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}/*"}`
		secure  = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`
		except  = `{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/*"}`
		deny    = `{"Effect":"Deny","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}`
		denyIf  = `{"Effect":"Deny","Action":"s3:Get*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
		used    = "2026-05-01 s3 GetObject data"
		refused = "2026-05-01 s3 GetObject data denied"
	)
	for name, c := range map[string]struct {
		before, after, events string
		uses, denied          int // denied: 1 when the use is denied, perhaps with what the call may have needed besides
	}{
		"the same":                                  {all, all, used, 1, 0},
		"fewer actions":                             {all, get, used, 1, 0},
		"not the used one":                          {all, `{"Effect":"Allow","Action":"s3:Put*","Resource":"*"}`, used, 1, 1},
		"nothing":                                   {all, "", used, 1, 1},
		"nothing, nothing was used":                 {all, "", "", 0, 0},
		"an attempt that was refused is no use":     {all, "", refused, 0, 0},
		"one that failed otherwise is":              {all, "", "2026-05-01 s3 GetObject data failed", 1, 1},
		"one outside the window is none":            {all, "", "2026-02-01 s3 GetObject data", 0, 0},
		"use that no policy allowed":                {bucket, "", "2026-05-01 sqs CreateQueue", 0, 0},
		"narrower resources":                        {all, bucket, used, 1, 1},
		"wider resources":                           {bucket, get, used, 1, 0},
		"a variable for a star":                     {bucket, home, used, 1, 1},
		"the same variable":                         {home, home, used, 1, 0},
		"a further condition":                       {get, secure, used, 1, 1},
		"one condition less":                        {secure, get, used, 1, 0},
		"one of two Allows that both may have been": {bucket + "\n" + secure, bucket, used, 1, 1},
		"an Allow that another contains":            {bucket + "\n" + get, get, used, 1, 0},
		"exceptions more":                           {get, except, used, 1, 1},
		"exceptions as before":                      {except, except, used, 1, 0},
		"a Deny that was there":                     {all + "\n" + deny, get + "\n" + deny, used, 1, 0},
		"a new Deny":                                {all, all + "\n" + deny, used, 1, 1},
		"a new Deny with a condition":               {all, all + "\n" + denyIf, used, 1, 1},
		"a new Deny of something else":              {all, all + "\n" + denyIf, "2026-05-01 s3 PutObject data", 1, 0},
		"a Deny less":                               {all + "\n" + deny, all, used, 1, 0},
		"a call without known action needs all":     {`{"Effect":"Allow","Action":"sqs:*","Resource":"*"}`, `{"Effect":"Allow","Action":["sqs:A*","sqs:C*","sqs:D*","sqs:G*","sqs:L*","sqs:P*","sqs:R*","sqs:S*","sqs:T*","sqs:U*"],"Resource":"*"}`, "2026-05-01 sqs BrandNewCall", 0, 1},
		"a role that may have been passed":          {`{"Effect":"Allow","Action":["ec2:RunInstances","iam:PassRole"],"Resource":"*"}`, `{"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"}`, "2026-05-01 ec2 RunInstances", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			got := prove(t, c.before, c.after, c.events)
			if got.Uses != c.uses || min(len(got.Denied), 1) != c.denied {
				t.Errorf("%d uses, denied %+v; want %d, %d", got.Uses, got.Denied, c.uses, c.denied)
			}
		})
	}
}

func TestDeniedErrorNamesTheActions(t *testing.T) {
	got := prove(t, `{"Effect":"Allow","Action":"*","Resource":"*"}`, "", "2026-05-01T10:00:00Z s3 GetObject data\n2026-05-02 sqs CreateQueue")
	var err error = &DeniedError{got.Denied}
	for _, want := range []string{
		"the new policies would deny recorded use: s3:GetObject (last 2026-05-01T10:00:00Z), ", "sqs:CreateQueue (last 2026-05-02T00:00:00Z)",
	} {
		if _, ok := errors.AsType[*DeniedError](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
