package refine

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/policy"
)

// editCase is a policy of the table and its smallest edit.
type editCase struct {
	name                      string
	policy, prior, uses, want string
	gone                      *string
}

// editCases reads testdata/edit: the expected policies are made by hand.
func editCases(t *testing.T) []editCase {
	t.Helper()
	files, err := filepath.Glob("testdata/edit/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var out []editCase
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(data).Files {
			dot := strings.LastIndexByte(f.Name, '.')
			name, text := f.Name[:dot], strings.TrimSuffix(string(f.Data), "\n")
			if len(out) == 0 || out[len(out)-1].name != name {
				out = append(out, editCase{name: name})
			}
			c := &out[len(out)-1]
			switch f.Name[dot+1:] {
			case "policy":
				c.policy = text
			case "prior":
				c.prior = text
			case "uses":
				c.uses = text
			case "want":
				c.want = text
			case "gone":
				c.gone = &text
			default:
				t.Fatalf("%s: file %s", file, f.Name)
			}
		}
	}
	return out
}

// editing reads the options of a case, which stand behind "#".
func editing(t *testing.T, events string, prior string) Editing {
	t.Helper()
	in := Editing{Catalog: catalogue(t), Engine: engineOnce()}
	if options, rest, ok := strings.Cut(events, "\n"); strings.HasPrefix(options, "#") {
		if events = ""; ok {
			events = rest
		}
		for _, word := range strings.Fields(options[1:]) {
			key, value, _ := strings.Cut(word, "=")
			switch key {
			case "drop-untracked":
				in.DropUntracked = true
			case "keep":
				in.Keep = append(in.Keep, value)
			case "limit":
				in.Limit, _ = strconv.Atoi(value)
			default:
				t.Fatalf("option %s", word)
			}
		}
	}
	if prior != "" {
		doc, err := policy.ParseString(prior)
		if err != nil {
			t.Fatal(err)
		}
		in.Prior = doc
	}
	in.Use = []History{gathered(t, events)}
	return in
}

func gathered(t *testing.T, events string) History {
	t.Helper()
	in := input(t)
	h, err := Gather(app, in.Window(), Evidence{Catalog: in.Catalog, Extras: in.Extras}, uses(events))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestEditTable(t *testing.T) {
	cases := editCases(t)
	if len(cases) < 60 {
		t.Errorf("%d cases, want 60 at least", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := editing(t, c.uses, c.prior)
			got, err := Edit(c.policy, in)
			if err != nil {
				t.Fatal(err)
			}
			if text := outcome(c.policy, got); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
			if c.gone != nil && removals(got) != *c.gone {
				t.Errorf("removed\n%s\nwant\n%s", removals(got), *c.gone)
			}
			if why := flaw(t, c.policy, got, in); why != "" {
				t.Error(why)
			}
		})
	}
}

func outcome(before string, e *Edited) string {
	switch {
	case e.Delete:
		return "delete"
	case e.Document == before:
		return "same"
	}
	return e.Document
}

func removals(e *Edited) string {
	var lines []string
	for _, r := range e.Removed {
		lines = append(lines, fmt.Sprintf("%d %s %s", r.Statement, r.Action, r.Reason))
	}
	return strings.Join(lines, "\n")
}

// flaw is what is wrong with an edit, whatever the policy: it must parse, be
// final, deny no recorded use, grant nothing new, and keep every Deny.
func flaw(t *testing.T, before string, e *Edited, in Editing) string {
	t.Helper()
	old, err := policy.ParseString(before)
	if err != nil {
		t.Fatal(err)
	}
	var after []*policy.Document
	if !e.Delete {
		doc, err := policy.ParseString(e.Document)
		if err != nil {
			return fmt.Sprintf("%s: %v", e.Document, err)
		}
		after = append(after, doc)
		again, err := Edit(e.Document, in)
		if err != nil || again.Document != e.Document && in.Limit == 0 && !crowded(e) {
			return fmt.Sprintf("a second time %v %q", err, again.Document)
		}
	}
	if e.Changed() == (e.Document == before) {
		return fmt.Sprintf("%d removed, and the text %q", len(e.Removed), e.Document)
	}
	for _, h := range in.Use {
		proof := Prove(Question{Principal: app, Catalog: in.Catalog, Before: []*policy.Document{old}, After: after}, h)
		if len(proof.Denied) > 0 {
			return fmt.Sprintf("%s: denied %+v", e.Document, proof.Denied)
		}
	}
	more := in.Engine.Granted(after)
	more.AndNot(in.Engine.Granted([]*policy.Document{old}))
	if !more.Empty() {
		return fmt.Sprintf("%s grants %d actions more", e.Document, more.Count())
	}
	if countDenies(old) != countDenies(after...) {
		return "a Deny is gone"
	}
	return ""
}

// crowded reports whether something stayed for want of room, which there may be now.
func crowded(e *Edited) bool {
	return slices.ContainsFunc(e.Kept, func(k Judged) bool { return k.Reason == Crowded })
}

// TestEditSays: kept actions come with a reason, and what nobody judged is named.
func TestEditSays(t *testing.T) {
	in := editing(t, "# keep=kms:Verify\n2026-05-01 kms Decrypt", "")
	got, err := Edit(doc(
		`{"Effect":"Allow","Action":["kms:Decrypt","kms:Verify","kms:TagResource","kms:Sign","sqs:SendMessage","nosuch:*"],"Resource":"*"}`,
		`{"Effect":"Deny","Action":"kms:Sign","Resource":"arn:aws:kms:*:*:key/a"}`,
		`{"Effect":"Allow","NotAction":"*","Resource":"*"}`), in)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, k := range got.Kept {
		lines = append(lines, fmt.Sprintf("%d %s %s", k.Statement, k.Action, k.Reason))
	}
	for _, u := range got.Untouched {
		lines = append(lines, fmt.Sprintf("%d %s %s", u.Statement, u.Pattern, u.Why))
	}
	want := []string{
		"0 kms:Decrypt used",
		"0 kms:TagResource not tracked, and its service was used",
		"0 kms:Verify kept as asked for",
		"0 sqs:SendMessage not tracked: no log is sure to show it",
		"0 nosuch:* the catalogue knows no such action",
		"1  a Deny stays as it is",
		"2  an Allow with NotAction stays as it is",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// TestEditTakesOnlySome: of the levels that are asked for, and nothing that no log shows.
func TestEditTakesOnlySome(t *testing.T) {
	const text = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:CreateKey","s3:CreateBucket","iam:ListUsers","sqs:CreateQueue"],"Resource":"*"}]}`
	for name, c := range map[string]struct {
		levels []catalog.Level
		unseen string // namespace of which the logs have nothing
		want   string // what goes
	}{
		"all":             {nil, "", "iam:ListUsers kms:CreateKey s3:CreateBucket sqs:CreateQueue"},
		"what reads":      {[]catalog.Level{catalog.List, catalog.Read}, "", "iam:ListUsers"},
		"what writes":     {[]catalog.Level{catalog.Write}, "", "kms:CreateKey s3:CreateBucket sqs:CreateQueue"},
		"nothing of KMS":  {nil, "kms", "iam:ListUsers s3:CreateBucket sqs:CreateQueue"},
		"both":            {[]catalog.Level{catalog.Write}, "kms", "s3:CreateBucket sqs:CreateQueue"},
		"no such level":   {[]catalog.Level{catalog.Tagging}, "", ""},
		"nothing of both": {nil, "sqs", "iam:ListUsers kms:CreateKey s3:CreateBucket"},
	} {
		in := editing(t, "", "")
		in.Levels = c.levels
		in.Unseen = func(action int) bool { return strings.HasPrefix(in.Catalog.FullName(action), c.unseen+":") }
		got, err := Edit(text, in)
		if err != nil {
			t.Fatal(err)
		}
		p := Proposal{Edited: got}
		if gone := strings.Join(p.Taken(), " "); gone != c.want {
			t.Errorf("%s: %s, want %s", name, gone, c.want)
		}
	}
}

func TestEditRefusesWhatIsNoPolicy(t *testing.T) {
	if _, err := Edit(`{"Statement":[{"Effect":"Allow"}]}`, editing(t, "", "")); err == nil {
		t.Error("no error")
	}
}

// TestEditsOfRandomPolicies holds every edit against flaw, and asks the evaluator
// whether what was done is still allowed wherever it was.
func TestEditsOfRandomPolicies(t *testing.T) {
	changed := 0
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 11))
		events := randomUses(r)
		in := editing(t, events, "")
		in.DropUntracked = r.IntN(2) == 0
		if r.IntN(3) == 0 {
			in.Keep = []string{pick(r, randomPatterns)}
		}
		for _, p := range randomPolicies(r) {
			got, err := Edit(p.Document, in)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, p.Document, err)
			}
			if why := flaw(t, p.Document, got, in); why != "" {
				t.Fatalf("seed %d: %s\nbecame\n%s\n%s\nuses\n%s", seed, p.Document, got.Document, why, events)
			}
			if got.Changed() {
				changed++
			}
			if lost := lostVerdict(t, p.Document, got, asked(events)); lost != "" {
				t.Fatalf("seed %d: %s\nbecame\n%s\nand denies %s\nuses\n%s", seed, p.Document, got.Document, lost, events)
			}
		}
	}
	if changed < rounds {
		t.Errorf("%d edits in %d rounds: the test looked at little", changed, rounds)
	}
}

// lostVerdict is a request for a needed action that only the old policy allows.
func lostVerdict(t *testing.T, before string, e *Edited, actions []string) string {
	t.Helper()
	old := documentsOf(t, []Policy{{Document: before}})
	var after []*policy.Document
	if !e.Delete {
		after = documentsOf(t, []Policy{{Document: e.Document}})
	}
	now := verdicts(after, actions)
	for request := range verdicts(old, actions) {
		if !now[request] {
			return request
		}
	}
	return ""
}

// FuzzEdit: whatever the text, an edit has no flaw.
func FuzzEdit(f *testing.F) {
	f.Add(doc(`{"Effect":"Allow","Action":["s3*","s*:Get*","sqs:BrandNewCall"],"Resource":"arn:aws:sqs"}`), true)
	f.Add(`{ "Statement" : {"Effect":"Allow","Action":"i?m:*","Resource":["arn:aws:s3:::${aws:username}/*"],"Condition":{"Null":{"a:b":true}}}}`, false)
	f.Add(doc(`{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Deny","NotAction":["s3:*"],"Resource":"*"}`), false)
	f.Fuzz(func(t *testing.T, text string, drop bool) {
		in := editing(t, "2026-05-01 s3 CreateBucket\n2026-05-01 sqs BrandNewCall\n2026-05-02 ec2 RunInstances", "")
		in.DropUntracked = drop
		got, err := Edit(text, in)
		if err != nil {
			return // policy.Parse says why
		}
		if why := flaw(t, text, got, in); why != "" {
			t.Fatalf("%s: %s", text, why)
		}
	})
}
