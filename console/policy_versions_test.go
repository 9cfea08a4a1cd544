package console

import (
	"slices"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"the same":            {"a\nb", "a\nb", " a| b"},
		"nothing in common":   {"a", "b", "-a|+b"},
		"a line in the midst": {"a\nb\nc", "a\nc", " a|-b| c"},
		"lines that repeat":   {"a\na\nb", "a\nb\nb", " a|-a|+b| b"},
		"a line moved":        {"a\nb\nc\nd", "a\nc\nb\nd", " a|-b| c|+b| d"},
		"nothing before":      {"", "a", "-|+a"},
		"one begins another":  {"a\nb", "a\nb\na\nb", " a| b|+a|+b"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, l := range diff(c.from, c.to) {
				got = append(got, map[string]string{"": " ", lineAdded: "+", lineRemoved: "-"}[l.Change]+l.Text)
			}
			if s := strings.Join(got, "|"); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

// Texts too long to be compared well are still compared rightly.
func TestDiffOfLongTexts(t *testing.T) {
	from, to := strings.Repeat("x\ny\n", 2000)+"end", "y\n"+strings.Repeat("y\nx\n", 2000)+"end"
	lines := diff(from, to)
	checkDiff(t, from, to, lines)
	if !slices.ContainsFunc(lines, func(l diffLine) bool { return l.Change == lineRemoved }) {
		t.Error("nothing was removed")
	}
}

// checkDiff checks that the lines of each text are there, once and in order.
func checkDiff(t *testing.T, from, to string, lines []diffLine) {
	t.Helper()
	var a, b []string
	for _, l := range lines {
		if l.Change != lineAdded {
			if a = append(a, l.Text); l.Old != len(a) {
				t.Errorf("line %d of the first text has number %d", len(a), l.Old)
			}
		}
		if l.Change != lineRemoved {
			if b = append(b, l.Text); l.New != len(b) {
				t.Errorf("line %d of the second text has number %d", len(b), l.New)
			}
		}
	}
	if strings.Join(a, "\n") != from || strings.Join(b, "\n") != to {
		t.Errorf("the difference of %q and %q is that of %q and %q", from, to, a, b)
	}
}

func FuzzDiff(f *testing.F) {
	f.Add("a\nb\nc", "a\nc\n")
	f.Add("", "\n\n")
	f.Add("{\n  \"a\": 1\n}", "{\n  \"b\": 1\n}")
	f.Fuzz(func(t *testing.T, from, to string) { checkDiff(t, from, to, diff(from, to)) })
}
