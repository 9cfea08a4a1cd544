package format

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/refine"
)

// maxNamed is how many actions, or principals, a summary names.
const maxNamed = 20

// Markdown writes a summary for a pull request: a table, then each policy with its
// proof, what to be careful of, and the diff.
func Markdown(w io.Writer, list []*refine.Proposal) error {
	some := changed(list)
	var b strings.Builder
	fmt.Fprintf(&b, "## Unused permissions\n\n%d of %d policies become smaller. Every recorded use of everybody who has them was replayed against the change.\n\n", len(some), len(list))
	if len(some) > 0 {
		b.WriteString("| Policy | Principals | Actions that go | Recorded uses | Would be denied |\n|---|---|---|---|---|\n")
	}
	for _, p := range some {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", cell(Title(p)), len(p.Users), len(p.Taken()), p.Uses, len(p.Denied))
	}
	for _, p := range some {
		markdown(&b, p)
	}
	stay := false
	for _, p := range list {
		if p.Doubt != "" {
			if !stay {
				b.WriteString("\n### Stay as they are\n\n")
			}
			stay = true
			fmt.Fprintf(&b, "- %s: %s\n", cell(Title(p)), cell(p.Doubt))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func markdown(b *strings.Builder, p *refine.Proposal) {
	fmt.Fprintf(b, "\n### %s\n\n", cell(Title(p)))
	var users []string
	for _, u := range p.Users {
		users = append(users, u.ARN)
	}
	fmt.Fprintf(b, "Has it: %s\n\nGoes: %s\n\n", named(users), named(p.Taken()))
	if len(p.Earlier) > 0 {
		var names []string
		for _, e := range p.Earlier {
			names = append(names, fmt.Sprintf("%s on %s", e.Action, e.Last.UTC().Format(time.DateOnly)))
		}
		fmt.Fprintf(b, "> **Careful:** used before the window, as once a quarter or a year: %s\n\n", named(names))
	}
	if p.Set != "" {
		fmt.Fprintf(b, "In accounts: %s\n\n", named(p.Accounts))
	}
	for _, f := range p.Folded {
		fmt.Fprintf(b, "Detach: %s\n\n", cell(f.ID))
	}
	for _, part := range p.Parts {
		fmt.Fprintf(b, "In its place: %s\n\n", cell(part.ARN))
	}
	if p.Delete {
		b.WriteString("Nothing is left of it.\n\n")
	}
	text := diff(p)
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(b, "%sdiff\n%s%s\n", fence, text, fence)
}

// cell is a text that no table and no list takes for anything else.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "\n", " ").Replace(text)
}

func named(list []string) string {
	var some []string
	for _, one := range list[:min(len(list), maxNamed)] {
		some = append(some, "`"+strings.ReplaceAll(one, "`", "'")+"`")
	}
	text := strings.Join(some, ", ")
	if n := len(list) - len(some); n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}
