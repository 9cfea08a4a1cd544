package format

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/ebbmark/ebbmark/refine"
)

// Policies of an account that take the place of one of AWS, in each form.

// diffParts is one diff for each policy that is made, against what AWS's document says
// of which it is made.
func diffParts(p *refine.Proposal) (text string) {
	for _, part := range p.Parts {
		text += udiff.Unified("a/"+Title(p), "b/"+part.ARN, pretty(part.Base), pretty(part.Document))
	}
	return text
}

func cliPolicy(c refine.Change) string {
	switch {
	case c.From != "":
		return "# " + c.Policy + " is there already."
	case policyPath(c.Policy) != "/":
		return fmt.Sprintf("aws iam create-policy --policy-name %s --path %s --policy-document %s", quote(policyName(c.Policy)), quote(policyPath(c.Policy)), quote(c.To))
	}
	return fmt.Sprintf("aws iam create-policy --policy-name %s --policy-document %s", quote(policyName(c.Policy)), quote(c.To))
}

// terraformParts are the policies, imported where they exist, their attachments, and in
// a comment what Terraform does not know of: AWS's policy is still attached.
func terraformParts(p *refine.Proposal, names *labels) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# In place of %s: %s go, 0 of %d recorded uses would be denied.\n", Title(p), actions(p), p.Uses)
	for _, part := range p.Parts {
		label := names.of("policy", policyName(part.ARN))
		if part.Exists {
			fmt.Fprintf(&b, "import {\n  to = aws_iam_policy.%s\n  id = %s\n}\n\n", label, hclString(part.ARN))
		}
		fmt.Fprintf(&b, "resource \"aws_iam_policy\" %q {\n  name   = %s\n  path   = %s\n  policy = <<EOT\n%sEOT\n}\n\n", label,
			hclString(policyName(part.ARN)), hclString(policyPath(part.ARN)), hclText(pretty(part.Document)))
		for _, c := range p.Changes {
			if c.Kind != refine.ChangeAttachment || c.Policy != part.ARN {
				continue
			}
			kind, name := holderOf(c.Holder)
			fmt.Fprintf(&b, "resource \"aws_iam_%s_policy_attachment\" %q {\n  %-10s = %s\n  policy_arn = aws_iam_policy.%s.arn\n}\n\n", kind, names.of(kind, name, policyName(part.ARN)), kind, hclString(name), label)
		}
	}
	b.WriteString("# When that is applied, take out the attachments of AWS's policy, or:\n")
	for _, c := range p.Changes {
		if c.Kind == refine.ChangeAttachment && c.To == "" {
			b.WriteString("#   " + CLILine(c) + "\n")
		}
	}
	return b.String() + "\n"
}

// replacement are the properties of a policy that takes the place of one of AWS.
func replacement(p *refine.Proposal, part refine.Part) map[string]any {
	properties := map[string]any{"ManagedPolicyName": policyName(part.ARN), "Path": policyPath(part.ARN), "PolicyDocument": json.RawMessage(part.Document)}
	for _, c := range p.Changes {
		if c.Kind == refine.ChangeAttachment && c.Policy == part.ARN {
			kind, name := holderOf(c.Holder)
			key := map[string]string{"role": "Roles", "user": "Users", "group": "Groups"}[kind]
			list, _ := properties[key].([]string)
			properties[key] = append(list, name)
		}
	}
	return properties
}

// detached says what is still to do when the policies are there.
func detached(p *refine.Proposal) (list []string) {
	for _, c := range p.Changes {
		if c.Kind == refine.ChangeAttachment && c.To == "" {
			list = append(list, c.Policy+" from "+c.Holder)
		}
	}
	return list
}
