// Package format writes proposals of package refine for people and other tools, one
// file per form. Nothing in it changes anything: what it writes is read, reviewed and
// applied elsewhere.
package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/refine"
)

// Title names the policy of a proposal: "inline policy P of ARN", or the ARN, with the
// account where a policy of AWS is replaced.
func Title(p *refine.Proposal) string {
	if p.Replaces {
		return p.ID + " in account " + strings.Join(p.Accounts, ", ")
	}
	if p.Set != "" && p.ID != refine.SetInline {
		return p.ID + " of " + p.Holder
	}
	if p.Holder != "" {
		return fmt.Sprintf("inline policy %s of %s", p.ID, p.Holder)
	}
	return p.ID
}

// changed are the proposals that change anything.
func changed(list []*refine.Proposal) (some []*refine.Proposal) {
	for _, p := range list {
		if p.Doubt == "" && p.Edited != nil && p.Changed() {
			some = append(some, p)
		}
	}
	return some
}

// actions says how many go: "1 action", "2 actions".
func actions(p *refine.Proposal) string {
	if n := len(p.Taken()); n != 1 {
		return fmt.Sprintf("%d actions", n)
	}
	return "1 action"
}

// pretty is a document in lines. Key order, and what a value is, stay.
func pretty(document string) string {
	if document == "" {
		return ""
	}
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(document), "", "  "); err != nil {
		return document + "\n"
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// holderOf is the kind of the holder of an ARN ("user", "role" or "group") and its
// name.
func holderOf(text string) (kind, name string) {
	a, err := arn.Parse(text)
	if err != nil {
		return "role", text // an inventory holds no such ARN
	}
	return a.Kind(), a.Name()
}

// policyName is the name in the ARN of a managed policy.
func policyName(text string) string {
	_, name := holderOf(text)
	return name
}

// policyPath is the path in the ARN of a managed policy: "/", or "/team/".
func policyPath(text string) string {
	a, err := arn.Parse(text)
	if err != nil {
		return "/"
	}
	_, rest, _ := strings.Cut(a.Resource, "/")
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		return "/" + rest[:i+1]
	}
	return "/"
}

// labels gives each thing a name of its own that a tool takes, made of letters,
// digits and, unless separator is empty, separators.
type labels struct {
	separator string
	given     map[string]bool
}

func (l *labels) of(parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		if b.Len() > 0 {
			b.WriteString(l.separator)
		}
		for _, r := range part {
			switch {
			case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
				b.WriteRune(r)
			default:
				b.WriteString(l.separator)
			}
		}
	}
	name := b.String()
	if l.given == nil {
		l.given = map[string]bool{}
	}
	for n, base := 2, name; l.given[name]; n++ {
		name = fmt.Sprintf("%s%s%d", base, l.separator, n)
	}
	l.given[name] = true
	return name
}
