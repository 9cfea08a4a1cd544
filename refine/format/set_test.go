package format

import (
	"bytes"
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

// sets are proposals for a permission set in two accounts, of whose inline policy and of
// one of AWS some stays, and for one of which nothing stays.
func sets(t *testing.T) (list []*refine.Proposal) {
	t.Helper()
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	created := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	const storage = "arn:aws:iam::aws:policy/Storage"
	var accounts []*inventory.Account
	for _, id := range []string{"111122223333", "222233334444"} {
		role := func(set, document string, attached ...string) *inventory.Role {
			name := "AWSReservedSSO_" + set + "_0123456789abcdef"
			return &inventory.Role{Name: name, ID: "AROA" + id, ARN: "arn:aws:iam::" + id + ":role/aws-reserved/sso.amazonaws.com/" + name, Path: "/aws-reserved/sso.amazonaws.com/", Created: created,
				Inline: []inventory.Inline{{Name: "AwsSSOInlinePolicy", Document: document}}, Attached: attached}
		}
		a := &inventory.Account{ID: id, Partition: "aws", Roles: []*inventory.Role{
			role("Ops-1", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:PutBucketPolicy"],"Resource":"arn:aws:s3:::it's-${aws:username}"}]}`, storage),
			role("Rest", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:DeleteQueue","Resource":"*"}]}`)},
			Policies: []*inventory.Policy{{Name: "Storage", ARN: storage, Path: "/", Default: "v1", Created: created, Updated: created,
				Versions: []inventory.PolicyVersion{{ID: "v1", Created: created, Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket"],"Resource":"*"}]}`}}}},
		}
		a.Index()
		accounts = append(accounts, a)
	}
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	i, ok := cat.Action("s3", "CreateBucket")
	if !ok {
		t.Fatal("no such action")
	}
	used := refine.History{{Service: cat.Actions()[i].Service, Action: i, Last: now, Worked: true, Counted: true, CountedAction: true}}
	engine := grant.New(cat)
	of := func(a *inventory.Account) *refine.Proposer {
		return refine.NewProposer(a, refine.Editing{Catalog: cat, Engine: engine}, func(who report.Entity) (now, longer refine.History, err error) {
			if strings.HasSuffix(who.ARN, "111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops-1_0123456789abcdef") {
				return used, used, nil
			}
			return nil, nil, nil
		})
	}
	w := refine.Window{From: now.AddDate(0, 0, -90), To: now}
	for _, s := range refine.PermissionSets(accounts) {
		p, _, err := s.Propose(s.Candidate(w), of, w, true)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

const wantSetScript = `#!/bin/sh
set -eu

# With credentials of the account that manages IAM Identity Center. The ARNs are in
# aws sso-admin list-instances and list-permission-sets.
: "${INSTANCE_ARN:?ARN of the IAM Identity Center instance}"
: "${PERMISSION_SET_ARN_Ops_2d_1:?ARN of the permission set Ops-1}"
: "${PERMISSION_SET_ARN_Rest:?ARN of the permission set Rest}"

# inline policy AwsSSOInlinePolicy of permission set Ops-1: 2 actions go, 0 of 1 recorded uses would be denied
name=$(aws sso-admin describe-permission-set --instance-arn "$INSTANCE_ARN" --permission-set-arn "$PERMISSION_SET_ARN_Ops_2d_1" --query PermissionSet.Name --output text)
[ "$name" = 'Ops-1' ] || { echo "the ARN is of permission set $name" >&2; exit 1; }
accounts=$(aws sso-admin list-accounts-for-provisioned-permission-set --instance-arn "$INSTANCE_ARN" --permission-set-arn "$PERMISSION_SET_ARN_Ops_2d_1" --query 'AccountIds[]' --output text)
for account in $accounts; do
  case ' 111122223333 222233334444 ' in
  *" $account "*) ;;
  *) echo "account $account has it too, and its use was not looked at" >&2; exit 1 ;;
  esac
done
aws sso-admin put-inline-policy-to-permission-set --instance-arn "$INSTANCE_ARN" --permission-set-arn "$PERMISSION_SET_ARN_Ops_2d_1" --inline-policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"arn:aws:s3:::it'\''s-${aws:username}"},{"Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"*"}]}'
aws sso-admin detach-managed-policy-from-permission-set --instance-arn "$INSTANCE_ARN" --permission-set-arn "$PERMISSION_SET_ARN_Ops_2d_1" --managed-policy-arn 'arn:aws:iam::aws:policy/Storage'
aws sso-admin provision-permission-set --instance-arn "$INSTANCE_ARN" --permission-set-arn "$PERMISSION_SET_ARN_Ops_2d_1" --target-type ALL_PROVISIONED_ACCOUNTS
`

func TestSetScript(t *testing.T) {
	var b bytes.Buffer
	if err := CLI(&b, sets(t)); err != nil {
		t.Fatal(err)
	}
	rest, ok := strings.CutPrefix(b.String(), wantSetScript)
	if !ok || !strings.Contains(rest, "\naws sso-admin delete-inline-policy-from-permission-set --instance-arn \"$INSTANCE_ARN\" --permission-set-arn \"$PERMISSION_SET_ARN_Rest\"\naws sso-admin provision-permission-set ") {
		t.Errorf("\n%s\nwant\n%s", b.String(), wantSetScript)
	}
	// What a shell makes of it, where the permission set has the name and the accounts.
	for name, c := range map[string]struct{ env, says string }{
		"without variables":   {"", "INSTANCE_ARN: ARN of the IAM Identity Center instance"},
		"another set":         {"NAME=Other ACCOUNTS=111122223333", "the ARN is of permission set Other"},
		"a further account":   {"NAME=Ops-1 ACCOUNTS=111122223333\t999988887777", "account 999988887777 has it too, and its use was not looked at"},
		"all as in the store": {"NAME=Ops-1 ACCOUNTS=111122223333\t222233334444", "DID put-inline-policy-to-permission-set\nDID detach-managed-policy-from-permission-set\nDID provision-permission-set\nthe ARN is of permission set Ops-1"},
	} {
		t.Run(name, func(t *testing.T) {
			run := exec.CommandContext(t.Context(), "sh", "-c", `aws() { case $2 in describe-*) echo "$NAME" ;; list-*) echo "$ACCOUNTS" ;; *) echo "DID $2" ;; esac; }`+"\n"+b.String())
			if c.env != "" {
				at := strings.Index(c.env, " ACCOUNTS=")
				run.Env = []string{"INSTANCE_ARN=i", "PERMISSION_SET_ARN_Ops_2d_1=p", "PERMISSION_SET_ARN_Rest=r", c.env[:at], c.env[at+1:]}
			}
			out, err := run.CombinedOutput()
			if err == nil || !strings.Contains(string(out), c.says) { // the second one has another name
				t.Errorf("%v: %s, want %s", err, out, c.says)
			}
		})
	}
}

func TestSetTerraform(t *testing.T) {
	var b bytes.Buffer
	if err := Terraform(&b, sets(t)); err != nil {
		t.Fatal(err)
	}
	same(t, b.String(), `variable "instance_arn" {
  type        = string
  description = "ARN of the IAM Identity Center instance"
}

variable "permission_set_arn_Ops_2d_1" {
  type        = string
  description = "ARN of the permission set Ops-1"
}

variable "permission_set_arn_Rest" {
  type        = string
  description = "ARN of the permission set Rest"
}

# inline policy AwsSSOInlinePolicy of permission set Ops-1: 2 actions go, 0 of 1 recorded uses would be denied.
# Accounts: 111122223333, 222233334444. It must be provisioned to no other.
import {
  to = aws_ssoadmin_permission_set_inline_policy.permission_set_Ops_1
  id = "${var.permission_set_arn_Ops_2d_1},${var.instance_arn}"
}

resource "aws_ssoadmin_permission_set_inline_policy" "permission_set_Ops_1" {
  instance_arn       = var.instance_arn
  permission_set_arn = var.permission_set_arn_Ops_2d_1
  inline_policy      = <<EOT
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "s3:CreateBucket"
      ],
      "Resource": "arn:aws:s3:::it's-$${aws:username}"
    },
    {
      "Effect": "Allow",
      "Action": [
        "s3:CreateBucket"
      ],
      "Resource": "*"
    }
  ]
}
EOT
}

# When that is applied, take out the attachments (aws_ssoadmin_managed_policy_attachment) of:
#   arn:aws:iam::aws:policy/Storage

# inline policy AwsSSOInlinePolicy of permission set Rest: 1 action go, 0 of 0 recorded uses would be denied.
# Accounts: 111122223333, 222233334444. It must be provisioned to no other.
# Nothing is left of the inline policy: take its resource out.

`)
}

func TestSetDiffAndMarkdown(t *testing.T) {
	const want = `--- a/inline policy AwsSSOInlinePolicy of permission set Ops-1
+++ b/inline policy AwsSSOInlinePolicy of permission set Ops-1
@@ -4,10 +4,16 @@
     {
       "Effect": "Allow",
       "Action": [
-        "s3:CreateBucket",
-        "s3:PutBucketPolicy"
+        "s3:CreateBucket"
       ],
       "Resource": "arn:aws:s3:::it's-${aws:username}"
+    },
+    {
+      "Effect": "Allow",
+      "Action": [
+        "s3:CreateBucket"
+      ],
+      "Resource": "*"
     }
   ]
 }
--- a/arn:aws:iam::aws:policy/Storage
+++ b/inline policy AwsSSOInlinePolicy of permission set Ops-1
`
	var b bytes.Buffer
	if err := Diff(&b, sets(t)); err != nil || !strings.HasPrefix(b.String(), want) || !strings.Contains(b.String(), "-        \"s3:DeleteBucket\"\n") || !strings.Contains(b.String(), "--- a/inline policy AwsSSOInlinePolicy of permission set Rest\n+++ /dev/null\n") {
		t.Errorf("%v\n%s\nwant\n%s", err, b.String(), want)
	}
	b.Reset()
	if err := Markdown(&b, sets(t)); err != nil || !strings.Contains(b.String(), "In accounts: `111122223333`, `222233334444`\n\nDetach: arn:aws:iam::aws:policy/Storage\n\n```diff\n"+want) {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func TestVariable(t *testing.T) {
	for _, c := range []struct{ set, want string }{{"Ops", "Ops"}, {"a-b", "a_2d_b"}, {"a_b", "a_5f_b"}, {"a+b=c,d.e@f", "a_2b_b_3d_c_2c_d_2e_e_40_f"}} {
		if got := variable(c.set); got != c.want {
			t.Errorf("%s is %s, want %s", c.set, got, c.want)
		}
	}
}
