package grant

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/policy"
)

// matches is what a glob means, as plainly as it can be written.
func matches(g glob, s string) bool {
	switch {
	case len(g) == 0:
		return s == ""
	case g[0].starry():
		return matches(g[1:], s) || s != "" && (g[0] == star || s[0] != ':') && matches(g, s[1:])
	}
	return s != "" && (g[0] == anyChar || g[0] == token(s[0])) && matches(g[1:], s[1:])
}

// texts are all strings over the alphabet of at most n characters.
func texts(alphabet string, n int) []string {
	all := []string{""}
	for start := 0; n > 0; n-- {
		end := len(all)
		for _, s := range all[start:end] {
			for _, c := range alphabet {
				all = append(all, s+string(c))
			}
		}
		start = end
	}
	return all
}

// randomGlob has at most n tokens over "ab:", and fields only when wanted.
func randomGlob(r *rand.Rand, n int, fields bool) glob {
	g := glob{}
	for range r.IntN(n + 1) {
		t := []token{'a', 'b', ':', star, star, anyChar, field}[r.IntN(7)]
		if t == field && !fields {
			t = star
		}
		g = g.push(t)
	}
	return g
}

func (g glob) String() string {
	var b strings.Builder
	for _, t := range g {
		switch t {
		case star:
			b.WriteByte('*')
		case anyChar:
			b.WriteByte('?')
		case field:
			b.WriteString("[^:]*")
		default:
			b.WriteRune(rune(t))
		}
	}
	return b.String()
}

func TestIntersectsAgreesWithAllShortTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	all := texts("ab:", 8) // two globs of four tokens have a common text of eight, if any
	both := [2]int{}
	for range 3000 {
		a, b := randomGlob(r, 4, true), randomGlob(r, 4, true)
		want := 0
		for _, s := range all {
			if matches(a, s) && matches(b, s) {
				want = 1
				break
			}
		}
		both[want]++
		by := newSolver(compileSteps)
		if got := by.intersects(a, b); got != (want == 1) {
			t.Fatalf("%v and %v intersect: %t", a, b, got)
		}
	}
	if both[0] < 300 || both[1] < 300 {
		t.Errorf("one-sided: %d without and %d with a common text", both[0], both[1])
	}
}

func TestContainsNeverClaimsTooMuch(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	all := texts("ab:z", 6)
	found := 0
	for range 3000 {
		g, h := randomGlob(r, 4, false), randomGlob(r, 4, true)
		by := newSolver(compileSteps)
		if !by.contains(g, h) {
			continue
		}
		found++
		for _, s := range all {
			if matches(h, s) && !matches(g, s) {
				t.Fatalf("%v contains %v, but not %q", g, h, s)
			}
		}
	}
	if found < 200 {
		t.Errorf("only %d of 3000 contained", found)
	}
}

// z stands for the characters that no glob has.
func TestQuestionsAgreeWithAllShortTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	all := texts("ab:z", 6)
	both := [2]int{}
	for range 1500 {
		q := question{inside: []glob{randomGlob(r, 5, true), randomGlob(r, 3, false)}}
		for range r.IntN(4) {
			q.outside = append(q.outside, randomGlob(r, 3, false))
		}
		for range r.IntN(3) {
			q.groups = append(q.groups, []glob{randomGlob(r, 3, false), randomGlob(r, 3, false)})
		}
		want := 0
		for _, s := range all {
			if wanted(&q, s) {
				want = 1
				break
			}
		}
		both[want]++
		by := newSolver(compileSteps)
		if got := q.answer(&by.steps); got != (want == 1) {
			t.Fatalf("inside %v, outside %v, groups %v: %t", q.inside, q.outside, q.groups, got)
		}
		if got := shortened(q, &by); got != (want == 1) {
			t.Fatalf("inside %v, outside %v, groups %v: with the short cuts %t", q.inside, q.outside, q.groups, got)
		}
	}
	if both[0] < 150 || both[1] < 150 {
		t.Errorf("one-sided: %d no and %d yes", both[0], both[1])
	}
}

func wanted(q *question, s string) bool {
	some := func(list []glob) bool {
		for _, g := range list {
			if matches(g, s) {
				return true
			}
		}
		return false
	}
	for _, g := range q.inside {
		if !matches(g, s) {
			return false
		}
	}
	for _, g := range q.groups {
		if !some(g) {
			return false
		}
	}
	return !some(q.outside)
}

// shortened asks the same by way of exclude and require.
func shortened(from question, by *solver) bool {
	if !by.intersects(from.inside[0], from.inside[1]) {
		return false
	}
	q := question{inside: from.inside}
	if !q.exclude(from.outside, by) {
		return false
	}
	for _, g := range from.groups {
		if !q.require(g, by) {
			return false
		}
	}
	return q.decide(by)
}

func TestStateLimitAnswersYes(t *testing.T) {
	// There is no such string: all inside have an "a". But as long as none came,
	// each of the last sixteen characters may be a "b" or not, and all of that
	// has to be remembered.
	hard := question{inside: []glob{wild("*a????????????????")}, outside: []glob{wild("*a*"), wild("*b????????????????")}}
	by := newSolver(compileSteps)
	if !hard.answer(&by.steps) {
		t.Error("an automaton that is too large did not answer yes")
	}
	if by.steps.spent() {
		t.Error("the budget ended it, not the limit on states")
	}
}

func TestSpentBudgetKeepsGranted(t *testing.T) {
	by := solver{}
	if !by.intersects(wild("a*"), wild("*b")) {
		t.Error("two globs do not intersect")
	}
	if by.contains(wild("*"), wild("a")) {
		t.Error("a glob contains another")
	}
	q := question{inside: []glob{wild("a*")}, outside: []glob{wild("*")}}
	if !q.decide(&by) {
		t.Error("the answer is no")
	}
}

// Policies made to be hard end within the budgets, and granted. Without budgets they
// would not end within the time that a test may take.
func TestHardPolicies(t *testing.T) {
	e := engine(t)
	stars := strings.Repeat("*a", 3000)
	for name, text := range map[string]string{
		"a resource of thousands of stars":       "A * " + stars + "\nD * " + stars + "b*",
		"a thousand resources of stars":          "A * *\nD * " + strings.Repeat("*a*b*c*d*e*f*g,", 1000) + "x",
		"Denies that multiply":                   "A s3:* *\nD s3:* " + hardList(40),
		"exceptions that multiply":               "A s3:* *" + strings.Repeat("\nD s3:* !"+hardList(5), 20),
		"two resources that are documents":       "A * *" + strings.Repeat("a?", 60000) + "\n---\nD * *" + strings.Repeat("?a", 60000),
		"thousands of Denies":                    "A * *" + manyDenies(2900),
		"question marks behind a star":           "A s3:* arn:aws:s3:::*a" + strings.Repeat("?", 100) + "\nD s3:* arn:aws:s3:::*b" + strings.Repeat("?", 100),
		"a thousand action patterns of one kind": "A " + strings.Repeat("*:*q*z*q*,", 5000) + "s3:GetObject *",
	} {
		set := policies(text)
		start := time.Now()
		got := grantsService(t, e, set, "s3")
		t.Logf("%s: %v", name, time.Since(start))
		if !got {
			t.Errorf("%s: s3 is not granted", name)
		}
	}
}

// manyDenies match many actions each, and different ones.
func manyDenies(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\nD *:*%c*%c* arn:*b%d", 'a'+i%26, 'a'+i/26%26, i)
	}
	return b.String()
}

func hardList(n int) string {
	list := make([]string, n)
	for i := range list {
		c := string(rune('a' + i%26))
		list[i] = "*" + c + "*" + c + c + "*" + c + "???" + c + "*"
	}
	return strings.Join(list, ",")
}

// FuzzResources holds the decision against samples: where one is left, the
// action is granted.
func FuzzResources(f *testing.F) {
	e := engine(f)
	action, ok := catalogue(f).Action("s3", "GetObject")
	if !ok {
		f.Fatal("no s3:GetObject in the catalogue")
	}
	f.Add("arn:aws:s3:::a/*", "arn:aws:s3:::a/b*", "arn:aws:s3:::*/c", "b")
	f.Add("*", "arn:*:s3:::a*", "*", "arn:aws:s3:::b/c")
	f.Add("arn:aws:s3:::?é/*?", "*/??", "*", "é/")
	f.Add("arn:*/*", "arn:aws:s3:::${*}*", "arn:aws:*", "aws:s3:::x")
	object := regexp.MustCompile(`(?s)^arn:[^:]*:s3:::.*/.*$`)
	f.Fuzz(func(t *testing.T, allow, deny, except, fill string) {
		if strings.Contains(allow+deny+except, "${") || len(allow+deny+except+fill) > 300 {
			return
		}
		doc := &policy.Document{Statements: []policy.Statement{
			{Allow: true, Action: []string{"s3:GetObject"}, Resource: []string{allow}},
			{Action: []string{"s3:*"}, Resource: []string{deny}},
			{Action: []string{"s3:Get*"}, NotResource: []string{except}},
		}}
		if e.Granted([]*policy.Document{doc}).Has(action) {
			return
		}
		a, d, x := patternRegexp(allow), patternRegexp(deny), patternRegexp(except)
		for _, s := range samples(allow, fill) {
			if object.MatchString(s) && a.MatchString(s) && !d.MatchString(s) && x.MatchString(s) {
				t.Errorf("not granted, but %q is left", s)
			}
		}
	})
}

func patternRegexp(p string) *regexp.Regexp {
	p = regexp.QuoteMeta(strings.ToValidUTF8(p, "\uFFFD"))
	return regexp.MustCompile(`(?s)^` + strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(p) + `$`)
}

// samples puts parts of fill for the wildcards of the pattern.
func samples(pattern, fill string) []string {
	var out []string
	for i := 0; i <= len(fill); i++ {
		out = append(out,
			strings.NewReplacer("*", fill[:i], "?", "x").Replace(pattern),
			strings.NewReplacer("*", fill[i:], "?", "é").Replace(pattern))
	}
	return out
}

// FuzzDocuments judges whatever parses: Denies only take away, and what is
// granted is reached.
func FuzzDocuments(f *testing.F) {
	e := engine(f)
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}/*"},{"Effect":"Deny","NotAction":"s3:Get*","NotResource":["arn:aws:s3:::a","${*}"]}]}`)
	f.Add(`{"Statement":{"Effect":"Allow","NotAction":["iam:*","*:?*"],"NotResource":"arn:*:s3:::a?/*"}}`)
	f.Add(`{"Statement":[{"Effect":"Allow","Action":"*"},{"Effect":"Deny","Action":"**","Resource":"*","Condition":{"Bool":{"aws:x":true}}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := policy.Parse([]byte(text))
		if err != nil {
			return
		}
		with := e.Granted([]*policy.Document{doc})
		e.Unknown([]*policy.Document{doc})
		allows := &policy.Document{Version: doc.Version}
		for _, s := range doc.Statements {
			if s.Allow {
				allows.Statements = append(allows.Statements, s)
			}
		}
		extra := e.Granted([]*policy.Document{doc, allows})
		if !equal(with, extra) {
			t.Error("repeating the Allows in another policy changes what is granted")
		}
		extra.AndNot(e.Granted([]*policy.Document{allows}))
		if !extra.Empty() {
			t.Errorf("%d actions are granted only because of Denies", extra.Count())
		}
	})
}

func equal(a, b Set) bool {
	a, b = append(Set(nil), a...), append(Set(nil), b...)
	n := a.Count()
	a.And(b)
	return n == a.Count() && n == b.Count()
}
