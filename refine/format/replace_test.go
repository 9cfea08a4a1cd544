package format

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/report"
)

// replaced are proposals in place of policies of AWS: one that a role and a group have,
// of which a part is used, and one of which nothing is left.
func replaced(t *testing.T) []*refine.Proposal {
	t.Helper()
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	created := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	managed := func(name, document string) *inventory.Policy {
		return &inventory.Policy{Name: name, ARN: "arn:aws:iam::aws:policy/" + name, Path: "/", Default: "v1", Created: created, Updated: created, Versions: []inventory.PolicyVersion{{ID: "v1", Created: created, Document: document}}}
	}
	a := &inventory.Account{ID: account, Partition: "aws",
		Groups: []*inventory.Group{{Name: "ops", ARN: "arn:aws:iam::111122223333:group/ops", Attached: []string{"arn:aws:iam::aws:policy/Storage"}}},
		Roles:  []*inventory.Role{{Name: "app", ID: "AROAAPP", ARN: "arn:aws:iam::111122223333:role/app", Path: "/", Created: created, Attached: []string{"arn:aws:iam::aws:policy/Storage", "arn:aws:iam::aws:policy/Unused"}}},
		Policies: []*inventory.Policy{
			managed("Storage", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket"],"Resource":"arn:aws:s3:::${aws:username}"}]}`),
			managed("Unused", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:DeleteQueue","Resource":"*"}]}`)},
	}
	a.Index()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	i, ok := cat.Action("s3", "CreateBucket")
	if !ok {
		t.Fatal("no such action")
	}
	used := refine.History{{Service: cat.Actions()[i].Service, Action: i, Last: now, Worked: true, Counted: true, CountedAction: true}}
	proposer := refine.NewProposer(a, refine.Editing{Catalog: cat, Engine: grant.New(cat)}, func(report.Entity) (now, longer refine.History, err error) { return used, used, nil })
	w := refine.Window{From: now.AddDate(0, 0, -90), To: now}
	r := refine.NewReplacements(proposer, w)
	var list []*refine.Proposal
	for _, c := range refine.AWSCandidates(a, w) {
		p, err := r.Propose(c)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

func TestReplaced(t *testing.T) {
	for name, c := range map[string]struct {
		form func(io.Writer, []*refine.Proposal) error
		want string
	}{
		"diff": {Diff, `--- a/arn:aws:iam::aws:policy/Storage in account 111122223333
+++ b/arn:aws:iam::111122223333:policy/Storage-refined
@@ -4,8 +4,7 @@
     {
       "Effect": "Allow",
       "Action": [
-        "s3:CreateBucket",
-        "s3:DeleteBucket"
+        "s3:CreateBucket"
       ],
       "Resource": "arn:aws:s3:::${aws:username}"
     }
--- a/arn:aws:iam::aws:policy/Unused in account 111122223333
+++ /dev/null
@@ -1,10 +0,0 @@
-{
-  "Version": "2012-10-17",
-  "Statement": [
-    {
-      "Effect": "Allow",
-      "Action": "sqs:DeleteQueue",
-      "Resource": "*"
-    }
-  ]
-}
`},
		"cli": {CLI, `#!/bin/sh
set -eu

# arn:aws:iam::aws:policy/Storage in account 111122223333: 1 action go, 0 of 1 recorded uses would be denied
aws iam create-policy --policy-name 'Storage-refined' --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"arn:aws:s3:::${aws:username}"}]}'
aws iam attach-group-policy --group-name 'ops' --policy-arn 'arn:aws:iam::111122223333:policy/Storage-refined'
aws iam attach-role-policy --role-name 'app' --policy-arn 'arn:aws:iam::111122223333:policy/Storage-refined'
aws iam detach-group-policy --group-name 'ops' --policy-arn 'arn:aws:iam::aws:policy/Storage'
aws iam detach-role-policy --role-name 'app' --policy-arn 'arn:aws:iam::aws:policy/Storage'

# arn:aws:iam::aws:policy/Unused in account 111122223333: 1 action go, 0 of 1 recorded uses would be denied
aws iam detach-role-policy --role-name 'app' --policy-arn 'arn:aws:iam::aws:policy/Unused'
`},
		"terraform": {Terraform, `# In place of arn:aws:iam::aws:policy/Storage in account 111122223333: 1 action go, 0 of 1 recorded uses would be denied.
resource "aws_iam_policy" "policy_Storage_refined" {
  name   = "Storage-refined"
  path   = "/"
  policy = <<EOT
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "s3:CreateBucket"
      ],
      "Resource": "arn:aws:s3:::$${aws:username}"
    }
  ]
}
EOT
}

resource "aws_iam_group_policy_attachment" "group_ops_Storage_refined" {
  group      = "ops"
  policy_arn = aws_iam_policy.policy_Storage_refined.arn
}

resource "aws_iam_role_policy_attachment" "role_app_Storage_refined" {
  role       = "app"
  policy_arn = aws_iam_policy.policy_Storage_refined.arn
}

# When that is applied, take out the attachments of AWS's policy, or:
#   aws iam detach-group-policy --group-name 'ops' --policy-arn 'arn:aws:iam::aws:policy/Storage'
#   aws iam detach-role-policy --role-name 'app' --policy-arn 'arn:aws:iam::aws:policy/Storage'

# Nothing is left of arn:aws:iam::aws:policy/Unused in account 111122223333: detach or delete it.

`},
		"cloudformation": {CloudFormation, `{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Description": "Policies without the actions that nobody used",
  "Metadata": {
    "DetachWhenTheStackIsMade": [
      "arn:aws:iam::aws:policy/Storage from arn:aws:iam::111122223333:group/ops",
      "arn:aws:iam::aws:policy/Storage from arn:aws:iam::111122223333:role/app"
    ],
    "NothingIsLeftOf": [
      "arn:aws:iam::aws:policy/Unused in account 111122223333"
    ]
  },
  "Resources": {
    "PolicyStoragerefined": {
      "Type": "AWS::IAM::ManagedPolicy",
      "DeletionPolicy": "Retain",
      "Properties": {
        "Groups": [
          "ops"
        ],
        "ManagedPolicyName": "Storage-refined",
        "Path": "/",
        "PolicyDocument": {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Action": [
                "s3:CreateBucket"
              ],
              "Resource": "arn:aws:s3:::${aws:username}"
            }
          ]
        },
        "Roles": [
          "app"
        ]
      }
    }
  }
}
`},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.form(&b, replaced(t)); err != nil {
				t.Fatal(err)
			}
			same(t, b.String(), c.want)
		})
	}
	var b bytes.Buffer
	if err := Markdown(&b, replaced(t)); err != nil || !strings.Contains(b.String(), "In its place: arn:aws:iam::111122223333:policy/Storage-refined\n\n```diff\n--- a/arn:aws:iam::aws:policy/Storage in account 111122223333\n") {
		t.Errorf("%v: %s", err, b.String())
	}
}
