package format

import (
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/report"
)

const account = "111122223333"

// proposals are of a managed policy with a variable and a quote, of an inline policy of
// a user, of which nothing is left, and of one that stays.
func proposals(t *testing.T) []*refine.Proposal {
	t.Helper()
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	created := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	a := &inventory.Account{ID: account, Partition: "aws", Users: []*inventory.User{{
		Name: "ada", ID: "AIDAADA", ARN: "arn:aws:iam::111122223333:user/ada", Path: "/", Created: created,
		Attached: []string{"arn:aws:iam::111122223333:policy/team/Shared"},
		Inline:   []inventory.Inline{{Name: "it's", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:DeleteQueue","Resource":"*"}]}`}},
	}}, Policies: []*inventory.Policy{{
		Name: "Shared", ARN: "arn:aws:iam::111122223333:policy/team/Shared", Path: "/team/", Default: "v1", Created: created, Updated: created,
		Versions: []inventory.PolicyVersion{{ID: "v1", Created: created, Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket"],"Resource":"arn:aws:s3:::it's-${aws:username}"}]}`}},
	}}}
	a.Index()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	i, ok := cat.Action("s3", "CreateBucket")
	if !ok {
		t.Fatal("no such action")
	}
	used := refine.Use{Service: cat.Actions()[i].Service, Action: i, Last: now, Worked: true, Counted: true, CountedAction: true}
	in := refine.Editing{Catalog: cat, Engine: grant.New(cat)}
	j, ok := cat.Action("s3", "DeleteBucket")
	if !ok {
		t.Fatal("no such action")
	}
	before := refine.Use{Service: used.Service, Action: j, Last: now.AddDate(-1, 0, 0), Worked: true}
	proposer := refine.NewProposer(a, in, func(report.Entity) (now, longer refine.History, err error) {
		return refine.History{used}, refine.History{used, before}, nil
	})
	var list []*refine.Proposal
	for _, c := range refine.Candidates(a, refine.Window{From: now.AddDate(0, 0, -90), To: now}) {
		p, err := proposer.Propose(c)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	stays := &refine.Proposal{Candidate: refine.Candidate{ID: "arn:aws:iam::111122223333:policy/young_one", Users: []report.Entity{}, Doubt: "it is younger than the window"}}
	return append(list, stays)
}

func write(t *testing.T, form func(io.Writer, []*refine.Proposal) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := form(&b, proposals(t)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}

const wantDiff = `--- a/arn:aws:iam::111122223333:policy/team/Shared
+++ b/arn:aws:iam::111122223333:policy/team/Shared
@@ -4,8 +4,7 @@
     {
       "Effect": "Allow",
       "Action": [
-        "s3:CreateBucket",
-        "s3:DeleteBucket"
+        "s3:CreateBucket"
       ],
       "Resource": "arn:aws:s3:::it's-${aws:username}"
     }
`

func TestDiff(t *testing.T) {
	got := write(t, Diff)
	if rest, ok := strings.CutPrefix(got, wantDiff); !ok || !strings.HasPrefix(rest, "--- a/inline policy it's of arn:aws:iam::111122223333:user/ada\n+++ /dev/null\n@@ -1,10 +0,0 @@\n-{\n") || strings.Contains(got, "young") {
		t.Errorf("%s", got)
	}
}

func TestCLI(t *testing.T) {
	got := write(t, CLI)
	same(t, got, `#!/bin/sh
set -eu

# arn:aws:iam::111122223333:policy/team/Shared: 1 action go, 0 of 1 recorded uses would be denied
# A policy has five versions at most: delete-policy-version makes room.
aws iam create-policy-version --set-as-default --policy-arn 'arn:aws:iam::111122223333:policy/team/Shared' --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"arn:aws:s3:::it'\''s-${aws:username}"}]}'

# inline policy it's of arn:aws:iam::111122223333:user/ada: 1 action go, 0 of 1 recorded uses would be denied
aws iam delete-user-policy --user-name 'ada' --policy-name 'it'\''s'
`)
	// A shell hands every argument on as it is.
	out, err := exec.Command("sh", "-c", `aws() { for a in "$@"; do printf '<%s>\n' "$a"; done; }`+"\n"+got).CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"Resource":"arn:aws:s3:::it's-${aws:username}"}]}>`) || !strings.HasSuffix(string(out), "<delete-user-policy>\n<--user-name>\n<ada>\n<--policy-name>\n<it's>\n") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestTerraform(t *testing.T) {
	same(t, write(t, Terraform), `# 1 action go, 0 of 1 recorded uses would be denied.
import {
  to = aws_iam_policy.policy_Shared
  id = "arn:aws:iam::111122223333:policy/team/Shared"
}

resource "aws_iam_policy" "policy_Shared" {
  name   = "Shared"
  path   = "/team/"
  policy = <<EOT
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "s3:CreateBucket"
      ],
      "Resource": "arn:aws:s3:::it's-$${aws:username}"
    }
  ]
}
EOT

  lifecycle {
    ignore_changes = [description, tags, tags_all]
  }
}

# Nothing is left of inline policy it's of arn:aws:iam::111122223333:user/ada: detach or delete it.

`)
}

func TestCloudFormation(t *testing.T) {
	got := write(t, CloudFormation)
	same(t, got, `{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Description": "Policies without the actions that nobody used",
  "Metadata": {
    "NothingIsLeftOf": [
      "inline policy it's of arn:aws:iam::111122223333:user/ada"
    ]
  },
  "Resources": {
    "PolicyShared": {
      "Type": "AWS::IAM::ManagedPolicy",
      "DeletionPolicy": "Retain",
      "Properties": {
        "ManagedPolicyName": "Shared",
        "Path": "/team/",
        "PolicyDocument": {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Action": [
                "s3:CreateBucket"
              ],
              "Resource": "arn:aws:s3:::it's-${aws:username}"
            }
          ]
        }
      }
    }
  }
}
`)
	if !json.Valid([]byte(got)) {
		t.Error("no JSON")
	}
}

func TestMarkdown(t *testing.T) {
	got := write(t, Markdown)
	for _, want := range []string{
		"## Unused permissions\n\n2 of 3 policies become smaller.",
		"| arn:aws:iam::111122223333:policy/team/Shared | 1 | 1 | 1 | 0 |\n",
		"Goes: `s3:DeleteBucket`\n\n> **Careful:** used before the window, as once a quarter or a year: `s3:DeleteBucket on 2025-06-01`\n\n```diff\n" + wantDiff + "```\n",
		"Nothing is left of it.\n",
		"\n### Stay as they are\n\n- arn:aws:iam::111122223333:policy/young\\_one: it is younger than the window\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s:\n%s", want, got)
		}
	}
}

func TestLabels(t *testing.T) {
	l := labels{separator: "_"}
	for _, c := range []struct{ part, want string }{{"a-b", "x_a_b"}, {"a b", "x_a_b_2"}, {"a+b", "x_a_b_3"}, {"ü", "x__"}} {
		if got := l.of("x", c.part); got != c.want {
			t.Errorf("%s is %s, want %s", c.part, got, c.want)
		}
	}
}
