package refine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

// TestRecommendedPoliciesFit: an administrator's policy becomes several that fit,
// that have the Deny each, and that grant together what a list would.
func TestRecommendedPoliciesFit(t *testing.T) {
	deny := `{"Sid":"No","Effect":"Deny","Action":["iam:*"],"Resource":"*"}`
	steps, err := Recommend(input(t, inline("admin", `{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}`, deny)),
		uses("2026-05-01 ec2 DescribeInstances\n2026-05-01 s3 GetObject data\n2026-05-01 sagemaker ListModels\n2026-05-01 sns Publish data\n"+
			"2026-05-01 connect ListUsers\n2026-05-01 glue GetTable\n2026-05-01 quicksight ListUsers\n2026-05-01 rds DescribeDBInstances\n2026-05-01 bedrock InvokeModel\n2026-05-01 chime ListAccounts"))
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) < 3 || steps[len(steps)-1].Action != DetachPolicy {
		t.Fatalf("%d steps:\n%s", len(steps), show(steps))
	}
	var docs []*policy.Document
	for _, s := range steps[:len(steps)-1] {
		if s.Action != CreatePolicy || len(s.Recommended) > 6144 || !strings.Contains(s.Recommended, deny) {
			t.Errorf("%s of %d characters: %s", s.Action, len(s.Recommended), s.Recommended)
		}
		d, err := policy.ParseString(s.Recommended)
		if err != nil {
			t.Fatal(err)
		}
		if err := policy.Validate(d, policy.Identity); err != nil {
			t.Error(err)
		}
		docs = append(docs, d)
	}
	granted := engineOnce().Granted(docs)
	for name, want := range map[string]bool{
		"ec2:DescribeInstances": true, "ec2:RunInstances": false, "ec2:CreateTags": true, "s3:GetObject": true, "s3:CreateBucket": false,
		"sagemaker:ListModels": true, "sns:Publish": true, "sqs:SendMessage": false, "iam:PassRole": false,
	} {
		namespace, action, _ := strings.Cut(name, ":")
		i, ok := catalogue(t).Action(namespace, action)
		if !ok || granted.Has(i) != want {
			t.Errorf("%s granted: %v, want %v", name, granted.Has(i), want)
		}
	}
}

func TestShortenIsNotWider(t *testing.T) {
	m := newMatcher(catalogue(t))
	m.left = maxMatches
	sqs := []string{"sqs:ReceiveMessage", "sqs:RemovePermission", "sqs:ListQueues", "sqs:ListQueueTags"}
	for name, c := range map[string]struct {
		before policy.Statement
		want   []string
	}{
		"of everything": {policy.Statement{Action: []string{"*"}}, []string{"sqs:ListQ*", "sqs:R*"}},
		"of a part, which the prefix must keep to": {policy.Statement{Action: []string{"sqs:List*", "sqs:*e*e*"}},
			[]string{"sqs:ListQ*", "sqs:ReceiveMessage", "sqs:RemovePermission"}},
		"of a pattern with an end":    {policy.Statement{Action: []string{"sqs:*s"}}, []string{"sqs:ListQueueTags", "sqs:ListQueues", "sqs:ReceiveMessage", "sqs:RemovePermission"}},
		"of an exception elsewhere":   {policy.Statement{NotAction: []string{"iam:*"}}, []string{"sqs:ListQ*", "sqs:R*"}},
		"of an exception that may be": {policy.Statement{NotAction: []string{"sqs:ReceiveNothing"}}, []string{"sqs:ListQueueTags", "sqs:ListQueues", "sqs:ReceiveMessage", "sqs:RemovePermission"}},
	} {
		if got := shorten(sqs, &c.before, m); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestDealKeepsWhatDoesNotFitTogether(t *testing.T) {
	var list []policy.Statement
	for i := range 9 {
		list = append(list, policy.Statement{Sid: fmt.Sprint("S", i), Allow: i%3 > 0, Action: []string{"s3:GetObject"}, Resource: []string{"arn:aws:s3:::" + strings.Repeat("b", 2000)}})
	}
	texts, err := deal(&policy.Document{Version: policy.Version2012, Statements: list})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(texts, "")
	for i := range 9 {
		if !strings.Contains(all, fmt.Sprintf(`"Sid":"S%d"`, i)) {
			t.Errorf("statement S%d is lost", i)
		}
	}
	for _, text := range texts {
		if len(text) > 6144 {
			t.Errorf("%d characters", len(text))
		}
	}
}
