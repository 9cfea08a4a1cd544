package refine

import (
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

func TestWeigh(t *testing.T) {
	documents := func(texts ...string) (list []*policy.Document) {
		for _, text := range texts {
			d, err := policy.ParseString(text)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, d)
		}
		return list
	}
	some := doc(`{"Effect":"Allow","Action":["sqs:ListQueues","sqs:CreateQueue","sqs:SendMessage","iam:PassRole","iam:PutRolePolicy","s3:GetBucketAcl"],"Resource":"*"}`)
	for name, c := range map[string]struct {
		policies, limit string
		uses            string
		want            Privilege
	}{
		// ListQueues 2 (SQS calls it Read), CreateQueue 5, SendMessage 5, PutRolePolicy 20 and 100, GetBucketAcl 2.
		"nothing was used":         {some, "", "", Privilege{6, 5, 134, []string{"iam:PutRolePolicy"}}},
		"one action was used":      {some, "", "2026-05-01 sqs CreateQueue", Privilege{6, 2, 122, []string{"iam:PutRolePolicy"}}}, // the others of SQS are not tracked
		"the grave one was used":   {some, "", "2026-05-01 iam PutRolePolicy", Privilege{6, 4, 14, nil}},
		"a boundary takes it away": {some, doc(`{"Effect":"Allow","Action":["sqs:*","s3:*"],"Resource":"*"}`), "", Privilege{4, 4, 14, nil}},
		"nothing is allowed":       {doc(`{"Effect":"Deny","Action":"*","Resource":"*"}`), "", "", Privilege{}},
	} {
		t.Run(name, func(t *testing.T) {
			var limits [][]*policy.Document
			if c.limit != "" {
				limits = append(limits, documents(c.limit))
			}
			got := NewRanker(catalogue(t), engineOnce()).Weigh(documents(c.policies), documents(c.policies), limits, gathered(t, c.uses))
			if got.Granted != c.want.Granted || got.Unused != c.want.Unused || got.Score != c.want.Score || !slices.Equal(got.Escalations, c.want.Escalations) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// TestEscalationsAreKnown: the catalogue knows each of them, and knows them in order.
func TestEscalationsAreKnown(t *testing.T) {
	cat := catalogue(t)
	for _, name := range escalations {
		namespace, action, _ := strings.Cut(name, ":")
		if i, ok := cat.Action(namespace, action); !ok || cat.FullName(i) != name {
			t.Errorf("the catalogue does not know %s", name)
		}
	}
	if !slices.IsSorted(escalations) {
		t.Error("they are not in order")
	}
}
