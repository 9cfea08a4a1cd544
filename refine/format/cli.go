package format

import (
	"fmt"
	"io"
	"strings"

	"github.com/ebbmark/ebbmark/refine"
)

// CLI writes a shell script of AWS CLI lines, in an order that never takes away more
// than the proposals say. It stops at the first error.
func CLI(w io.Writer, list []*refine.Proposal) error {
	some := changed(list)
	sets := setVariables(some)
	if _, err := io.WriteString(w, "#!/bin/sh\nset -eu\n"+sets.required()); err != nil {
		return err
	}
	for _, p := range some {
		text := fmt.Sprintf("\n# %s: %s go, 0 of %d recorded uses would be denied\n", Title(p), actions(p), p.Uses)
		for _, c := range p.Changes {
			text += CLILine(c) + "\n"
		}
		if p.Set != "" {
			text += cliSet(p, sets[p.Set])
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}

// CLILine is the AWS CLI's line for a change.
func CLILine(c refine.Change) string {
	kind, name := holderOf(c.Holder)
	switch {
	case c.Kind == refine.ChangeVersion:
		return "# A policy has five versions at most: delete-policy-version makes room.\naws iam create-policy-version --set-as-default --policy-arn " + quote(c.Policy) + " --policy-document " + quote(c.To)
	case c.Kind == refine.ChangePolicy:
		return cliPolicy(c)
	case c.Kind == refine.ChangeAttachment && c.To == "":
		return fmt.Sprintf("aws iam detach-%s-policy --%[1]s-name %s --policy-arn %s", kind, quote(name), quote(c.Policy))
	case c.Kind == refine.ChangeAttachment:
		return fmt.Sprintf("aws iam attach-%s-policy --%[1]s-name %s --policy-arn %s", kind, quote(name), quote(c.Policy))
	case c.To == "":
		return fmt.Sprintf("aws iam delete-%s-policy --%[1]s-name %s --policy-name %s", kind, quote(name), quote(c.Policy))
	}
	return fmt.Sprintf("aws iam put-%s-policy --%[1]s-name %s --policy-name %s --policy-document %s", kind, quote(name), quote(c.Policy), quote(c.To))
}

// quote makes one word of a text for a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
