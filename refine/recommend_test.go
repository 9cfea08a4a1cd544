package refine

import (
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
)

var year24 = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func managed(arn string, statements ...string) Policy {
	return Policy{ID: arn, Managed: true, Updated: year24, Document: doc(statements...)}
}

// fixture are the policies of role app (fixture F1).
func fixture() []Policy {
	return []Policy{
		inline("AppInline",
			`{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket","s3:GetObject"],"Resource":"*"}`,
			`{"Effect":"Deny","Action":"s3:DeleteBucket","Resource":"*"}`,
			`{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":{"StringEquals":{"aws:username":"nobody"}}}`),
		managed("arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess",
			`{"Effect":"Allow","Action":["sqs:GetQueueAttributes","sqs:GetQueueUrl","sqs:ListQueues"],"Resource":"*"}`),
		managed("arn:aws:iam::111122223333:policy/TeamEc2",
			`{"Effect":"Allow","Action":["ec2:DescribeInstances","ec2:RunInstances","ec2:StartInstances"],"Resource":"*"}`),
	}
}

const fixtureUse = `
2026-05-20T00:00:01Z s3 CreateBucket us-west-2
2026-05-29T23:59:59Z dynamodb GetItem data eu-central-1
`

func TestRecommendX7(t *testing.T) {
	steps, err := Recommend(input(t, fixture()...), uses(fixtureUse))
	if err != nil {
		t.Fatal(err)
	}
	const want = `DETACH_POLICY arn:aws:iam::111122223333:policy/TeamEc2 2024-01-01
DETACH_POLICY arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess 2024-01-01
`
	if got := show(steps); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRecommendRules(t *testing.T) {
	const s3 = `{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket","s3:GetObject"],"Resource":"*"}`
	for name, c := range map[string]struct {
		policies []Policy
		uses     string
		want     string
	}{
		"no policy": {nil, "", ""},
		"nothing used: detach (AA-42)": {
			[]Policy{inline("p", s3)}, "", "DETACH_POLICY p\n"},
		"use of 90 days ago is no use, a millisecond later is (AA-23)": {
			[]Policy{inline("p", s3), inline("q", `{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"*"}`)},
			"2026-03-03T12:00:00Z s3 CreateBucket\n2026-03-03T12:00:00.001Z sqs CreateQueue", "DETACH_POLICY p\n"},
		"an unused tracked action goes, an untracked one stays (AA-44)": {
			[]Policy{inline("p", s3)}, "2026-05-01 s3 CreateBucket",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:GetObject"],"Resource":"*"}]}
DETACH_POLICY p
`},
		"Sid, resources and conditions stay, statements without actions go": {
			[]Policy{inline("p",
				`{"Sid":"Gone","Effect":"Allow","Action":"ec2:*","Resource":"*"}`,
				`{"Condition":{"Bool":{"aws:SecureTransport":true}},"Sid":"Stays","Effect":"Allow","Action":["s3:PutObject","s3:DeleteBucket","s3:GetObject"],"Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b"]}`)},
			"2026-05-01 s3 GetObject data",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Condition":{"Bool":{"aws:SecureTransport":true}},"Sid":"Stays","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b"]}]}
DETACH_POLICY p
`},
		"wildcards become names, a pattern that loses nothing stays as written": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":["s3:getobject*","sqs:*eQueue"],"Resource":"*"}`)},
			"2026-05-01 s3 GetObject data\n2026-05-02 sqs CreateQueue",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:getobject*","sqs:CreateQueue"],"Resource":"*"}]}
DETACH_POLICY p
`},
		"NotAction becomes a list": {
			[]Policy{inline("p", `{"Effect":"Allow","NotAction":["iam:*","sqs:*Message*","sqs:*Permission","sqs:L*"],"Resource":"*"}`)},
			"2026-05-01 sqs CreateQueue",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:CreateQueue","sqs:GetQueueAttributes","sqs:GetQueueUrl","sqs:TagQueue","sqs:UntagQueue"],"Resource":"*"}]}
DETACH_POLICY p
`},
		"a Deny stays, and an Allow that it cancels stays as written": {
			[]Policy{inline("p",
				`{"Effect":"Allow","Action":["s3:DeleteBucket","s3:CreateBucket","sqs:CreateQueue"],"Resource":"*"}`,
				`{"Effect":"Deny","Action":["s3:DeleteBucket","ec2:*"],"Resource":"*"}`)},
			"2026-05-01 s3 CreateBucket",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket"],"Resource":"*"},{"Effect":"Deny","Action":["s3:DeleteBucket","ec2:*"],"Resource":"*"}]}
DETACH_POLICY p
`},
		"of an unused policy its Deny stays: it may hold back another policy": {
			[]Policy{inline("p",
				`{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"*"}`,
				`{"Effect":"Deny","Action":"s3:*","Resource":"*"}`)}, "",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}
DETACH_POLICY p
`},
		"a policy that grants nothing is not judged": {
			[]Policy{inline("p", `{"Effect":"Deny","Action":"*","Resource":"*"}`), inline("q", `{"Effect":"Allow","Action":"new:Thing","Resource":"*"}`),
				inline("r", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket"}`)}, "", ""},
		"an attempt that was refused counts (LA-20)": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":["sqs:CreateQueue","sqs:DeleteQueue"],"Resource":"*"}`)},
			"2026-05-01 sqs CreateQueue denied",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:CreateQueue"],"Resource":"*"}]}
DETACH_POLICY p
`},
		"one refused in an untracked Region does not (LA-41)": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"*"}`)},
			"2026-05-01 sqs CreateQueue denied mx-central-1", "DETACH_POLICY p\n"},
		"one that worked there stays": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"*"}`)},
			"2026-05-01 sqs CreateQueue mx-central-1", ""},
		"a data event shows a tracked action too": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"*"}`)},
			"2026-05-01 sqs CreateQueue data", ""},
		"use of a key is no call": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"*"}`)},
			"2026-05-01 sqs CreateQueue keyuse", "DETACH_POLICY p\n"},
		"PassRole stays when a call may have passed a role": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":["ec2:RunInstances","iam:PassRole","iam:CreateUser"],"Resource":"*"}`)},
			"2026-05-01 ec2 RunInstances",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:RunInstances","iam:PassRole"],"Resource":"*"}]}
DETACH_POLICY p
`},
		"not when that was refused": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":["ec2:RunInstances","iam:PassRole"],"Resource":"*"}`)},
			"2026-05-01 ec2 RunInstances denied",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:RunInstances"],"Resource":"*"}]}
DETACH_POLICY p
`},
		"a call of no known action keeps its service whole": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":["sqs:*","ec2:RunInstances"],"Resource":"*"}`), inline("q", `{"Effect":"Allow","Action":"*","Resource":"*"}`)},
			"2026-05-01 sqs BrandNewCall",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:*"],"Resource":"*"}]}
DETACH_POLICY p
CREATE_POLICY q {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:*"],"Resource":"*"}]}
DETACH_POLICY q
`},
		"an exception stays when it concerns such a service": {
			[]Policy{inline("p", `{"Effect":"Allow","NotAction":"sqs:DeleteQueue","Resource":"*"}`)},
			"2026-05-01 sqs BrandNewCall", ""},
		"one that does not becomes a list": {
			[]Policy{inline("p", `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`)},
			"2026-05-01 sqs BrandNewCall",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:*"],"Resource":"*"}]}
DETACH_POLICY p
`},
		"a call that several actions authorise keeps those": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":["dynamodb:CreateTable","dynamodb:PutItem","dynamodb:UpdateItem"],"Resource":"*"}`)},
			"2026-05-01 dynamodb TransactWriteItems data",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:PutItem","dynamodb:UpdateItem"],"Resource":"*"}]}
DETACH_POLICY p
`},
		"each policy is judged by itself, the unused ones come first (AA-45)": {
			[]Policy{inline("b", s3), inline("a", `{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`),
				managed("arn:aws:iam::aws:policy/X", s3), managed("arn:aws:iam::aws:policy/Y", `{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`)},
			"2026-05-01 s3 CreateBucket",
			`DETACH_POLICY arn:aws:iam::aws:policy/Y 2024-01-01
DETACH_POLICY a
CREATE_POLICY arn:aws:iam::aws:policy/X 2024-01-01 {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:GetObject"],"Resource":"*"}]}
DETACH_POLICY arn:aws:iam::aws:policy/X 2024-01-01
CREATE_POLICY b {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:GetObject"],"Resource":"*"}]}
DETACH_POLICY b
`},
		"what the catalogue does not know stays": {
			[]Policy{inline("p", `{"Effect":"Allow","Action":["new:Thing","sqs:CreateQueue","sns:NoSuchAction"],"Resource":"*"}`)}, "",
			`CREATE_POLICY p {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["new:Thing","sns:NoSuchAction"],"Resource":"*"}]}
DETACH_POLICY p
`},
	} {
		t.Run(name, func(t *testing.T) {
			in := input(t, c.policies...)
			steps, err := Recommend(in, uses(c.uses))
			if err != nil {
				t.Fatal(err)
			}
			if got := show(steps); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestRecommendSaysWhatIsWrong(t *testing.T) {
	_, err := Recommend(input(t, inline("broken", `{"Effect":"Maybe"}`)), uses(""))
	if e, ok := errors.AsType[*PolicyError](err); !ok || e.Policy != "broken" || !strings.HasPrefix(err.Error(), "policy broken: policy document line 1, column ") {
		t.Errorf("a document that does not parse: %v", err)
	}
	trouble := errors.New("disk on fire")
	_, err = Recommend(input(t), func(string) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) { yield(activity.Fact{}, trouble) }
	})
	if !errors.Is(err, trouble) {
		t.Errorf("facts that cannot be read: %v", err)
	}
	big := `{"Effect":"Deny","Action":"s3:*","Resource":["arn:aws:s3:::` + strings.Repeat("x", MaxPolicy) + `"]}`
	_, err = Recommend(input(t, inline("big", big, `{"Effect":"Allow","Action":"sqs:CreateQueue","Resource":"*"}`)), uses(""))
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("a statement that cannot be parted: %v", err)
	}
}

func TestPoliciesOf(t *testing.T) {
	got := PoliciesOf([]inventory.Source{
		{Managed: &inventory.Policy{ARN: "arn:aws:iam::aws:policy/X", Updated: year24}, Name: "X", ViaGroup: "g", Document: "d1"},
		{Name: "i", EntityType: "USER", EntityName: "u", Document: "d2"},
		{Name: "i", EntityType: "GROUP", EntityName: "g", ViaGroup: "g", Document: "d3"},
	})
	want := []Policy{
		{ID: "arn:aws:iam::aws:policy/X", Managed: true, Updated: year24, Document: "d1"},
		{ID: "i", Document: "d2"},
		{ID: "i", Group: "g", Document: "d3"},
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("policy %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}
