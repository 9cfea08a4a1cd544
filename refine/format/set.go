package format

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/ebbmark/ebbmark/refine"
)

// Permission sets of IAM Identity Center, in each form. Their ARNs, and that of the
// instance, are in no snapshot: scripts and Terraform ask for them.

// variables are the variables that hold the ARNs of permission sets, by name of the
// permission set.
type variables map[string]string

func setVariables(list []*refine.Proposal) variables {
	v := variables{}
	for _, p := range list {
		if p.Set != "" {
			v[p.Set] = variable(p.Set)
		}
	}
	return v
}

// variable writes each character of a name that no variable may have as its number, so
// that no two names become one.
func variable(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "_%x_", r)
		}
	}
	return b.String()
}

// required are lines of a script that end it unless all variables are set.
func (v variables) required() (text string) {
	if len(v) == 0 {
		return ""
	}
	text = "\n# With credentials of the account that manages IAM Identity Center. The ARNs are in\n# aws sso-admin list-instances and list-permission-sets.\n" +
		": \"${INSTANCE_ARN:?ARN of the IAM Identity Center instance}\"\n"
	for _, set := range slices.Sorted(maps.Keys(v)) {
		text += fmt.Sprintf(": \"${PERMISSION_SET_ARN_%s:?ARN of the permission set %s}\"\n", v[set], set)
	}
	return text
}

// cliSet are the lines for a permission set. They end the script when the ARN is of
// another one, and when it is provisioned to an account whose use was not looked at.
func cliSet(p *refine.Proposal, variable string) string {
	arns := fmt.Sprintf(`--instance-arn "$INSTANCE_ARN" --permission-set-arn "$PERMISSION_SET_ARN_%s"`, variable)
	var b strings.Builder
	fmt.Fprintf(&b, "name=$(aws sso-admin describe-permission-set %s --query PermissionSet.Name --output text)\n", arns)
	fmt.Fprintf(&b, "[ \"$name\" = %s ] || { echo \"the ARN is of permission set $name\" >&2; exit 1; }\n", quote(p.Set))
	fmt.Fprintf(&b, "accounts=$(aws sso-admin list-accounts-for-provisioned-permission-set %s --query 'AccountIds[]' --output text)\n", arns)
	fmt.Fprintf(&b, "for account in $accounts; do\n  case ' %s ' in\n  *\" $account \"*) ;;\n  *) echo \"account $account has it too, and its use was not looked at\" >&2; exit 1 ;;\n  esac\ndone\n", strings.Join(p.Accounts, " "))
	switch {
	case p.Delete && p.Candidate.Document != "":
		fmt.Fprintf(&b, "aws sso-admin delete-inline-policy-from-permission-set %s\n", arns)
	case !p.Delete:
		fmt.Fprintf(&b, "aws sso-admin put-inline-policy-to-permission-set %s --inline-policy %s\n", arns, quote(p.Edited.Document))
	}
	for _, f := range p.Folded {
		fmt.Fprintf(&b, "aws sso-admin detach-managed-policy-from-permission-set %s --managed-policy-arn %s\n", arns, quote(f.ID))
	}
	fmt.Fprintf(&b, "aws sso-admin provision-permission-set %s --target-type ALL_PROVISIONED_ACCOUNTS\n", arns)
	return b.String()
}

// declared are the variables in Terraform.
func (v variables) declared() (text string) {
	if len(v) == 0 {
		return ""
	}
	text = "variable \"instance_arn\" {\n  type        = string\n  description = \"ARN of the IAM Identity Center instance\"\n}\n\n"
	for _, set := range slices.Sorted(maps.Keys(v)) {
		text += fmt.Sprintf("variable \"permission_set_arn_%s\" {\n  type        = string\n  description = %s\n}\n\n", v[set], hclString("ARN of the permission set "+set))
	}
	return text
}

// terraformSet is the resource of a permission set's inline policy, which provisions it
// too. An import block takes variables from Terraform and OpenTofu 1.6 on.
func terraformSet(p *refine.Proposal, variable string, names *labels) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s go, 0 of %d recorded uses would be denied.\n# Accounts: %s. It must be provisioned to no other.\n", Title(p), actions(p), p.Uses, strings.Join(p.Accounts, ", "))
	label := names.of("permission_set", p.Set)
	switch {
	case p.Delete && p.Candidate.Document != "":
		b.WriteString("# Nothing is left of the inline policy: take its resource out.\n")
	case !p.Delete && p.Candidate.Document != "":
		fmt.Fprintf(&b, "import {\n  to = aws_ssoadmin_permission_set_inline_policy.%s\n  id = \"${var.permission_set_arn_%s},${var.instance_arn}\"\n}\n\n", label, variable)
	}
	if !p.Delete {
		fmt.Fprintf(&b, "resource \"aws_ssoadmin_permission_set_inline_policy\" %q {\n  instance_arn       = var.instance_arn\n  permission_set_arn = var.permission_set_arn_%s\n  inline_policy      = <<EOT\n%sEOT\n}\n", label, variable, hclText(pretty(p.Edited.Document)))
	}
	if len(p.Folded) > 0 {
		b.WriteString("\n# When that is applied, take out the attachments (aws_ssoadmin_managed_policy_attachment) of:\n")
	}
	for _, f := range p.Folded {
		fmt.Fprintf(&b, "#   %s\n", f.ID)
	}
	return b.String() + "\n"
}

// diffFolded is the inline policy before and after, with what came to it, and what AWS's
// policies lose on the way.
func diffFolded(p *refine.Proposal) string {
	from, to := "a/"+Title(p), "b/"+Title(p)
	if p.Candidate.Document == "" {
		from = "/dev/null"
	}
	if p.Delete {
		to = "/dev/null"
	}
	text := ""
	if p.Candidate.Document != "" || !p.Delete {
		text = udiff.Unified(from, to, pretty(p.Candidate.Document), pretty(p.Edited.Document))
	}
	for _, f := range p.Folded {
		to := "b/" + Title(p)
		if f.Delete {
			to = "/dev/null"
		}
		text += udiff.Unified("a/"+f.ID, to, pretty(f.Before), pretty(f.Edited.Document))
	}
	return text
}
