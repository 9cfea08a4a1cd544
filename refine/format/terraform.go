package format

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ebbmark/ebbmark/refine"
)

// Terraform writes resources of the AWS provider with import blocks (Terraform 1.5 or
// OpenTofu 1.6), so that a plan shows the policies that are there being changed. What
// a snapshot does not have, descriptions and tags, is left as it is. A policy of which
// nothing is left is named in a comment.
func Terraform(w io.Writer, list []*refine.Proposal) error {
	names := labels{separator: "_"}
	some := changed(list)
	if _, err := io.WriteString(w, setVariables(some).declared()); err != nil {
		return err
	}
	for _, p := range some {
		if _, err := io.WriteString(w, terraform(p, &names)); err != nil {
			return err
		}
	}
	return nil
}

func terraform(p *refine.Proposal, names *labels) string {
	if p.Set != "" {
		return terraformSet(p, setVariables([]*refine.Proposal{p})[p.Set], names)
	}
	if p.Delete {
		return fmt.Sprintf("# Nothing is left of %s: detach or delete it.\n\n", Title(p))
	}
	if len(p.Parts) > 0 {
		return terraformParts(p, names)
	}
	kind, holder := holderOf(p.Holder)
	resource, id, label := "aws_iam_policy", p.ID, ""
	var fields [][2]string
	ignored := "description, tags, tags_all"
	if p.Holder == "" {
		label = names.of("policy", policyName(p.ID))
		fields = [][2]string{{"name", policyName(p.ID)}, {"path", policyPath(p.ID)}}
	} else {
		resource, id, ignored = "aws_iam_"+kind+"_policy", holder+":"+p.ID, ""
		label = names.of(kind, holder, p.ID)
		fields = [][2]string{{"name", p.ID}, {kind, holder}}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s go, 0 of %d recorded uses would be denied.\nimport {\n  to = %s.%s\n  id = %s\n}\n\n", actions(p), p.Uses, resource, label, hclString(id))
	fmt.Fprintf(&b, "resource %q %q {\n", resource, label)
	width := 0
	for _, f := range append(fields, [2]string{"policy"}) {
		width = max(width, len(f[0]))
	}
	for _, f := range fields {
		fmt.Fprintf(&b, "  %-*s = %s\n", width, f[0], hclString(f[1]))
	}
	fmt.Fprintf(&b, "  %-*s = <<EOT\n%sEOT\n", width, "policy", hclText(pretty(p.Edited.Document)))
	if ignored != "" {
		fmt.Fprintf(&b, "\n  lifecycle {\n    ignore_changes = [%s]\n  }\n", ignored)
	}
	b.WriteString("}\n\n")
	return b.String()
}

// hclText writes the beginnings of HCL's templates as themselves: policies have
// variables of their own.
func hclText(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(text)
}

func hclString(text string) string { return hclText(strconv.Quote(text)) }
