package refine

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/report"
)

// stagedAccount has a role and a user of two policies; the role has one of its own too.
func stagedAccount(shared, other, own string) *inventory.Account {
	const prefix = "arn:aws:iam::111122223333:"
	managed := func(name, text string) *inventory.Policy {
		return &inventory.Policy{Name: name, ARN: prefix + "policy/" + name, Default: "v1", Versions: []inventory.PolicyVersion{{ID: "v1", Document: text}}}
	}
	a := &inventory.Account{ID: "111122223333", Partition: "aws", Policies: []*inventory.Policy{managed("Shared", shared), managed("Other", other)},
		Users: []*inventory.User{{Name: "u", ID: "AIDAU", ARN: prefix + "user/u", Attached: []string{prefix + "policy/Shared"}}},
		Roles: []*inventory.Role{{Name: "r", ID: "AROAR", ARN: prefix + "role/r", Path: "/", Attached: []string{prefix + "policy/Shared", prefix + "policy/Other"}, Inline: []inventory.Inline{{Name: "own", Document: own}}}},
	}
	a.Index()
	return a
}

// proposed are what is left of all policies when nobody used anything and drop is asked for.
func proposed(t *testing.T, a *inventory.Account, keep ...string) (list []*Proposal) {
	t.Helper()
	p := NewProposer(a, Editing{Catalog: catalogue(t), Engine: engineOnce(), Keep: keep}, func(report.Entity) (History, History, error) { return nil, nil, nil })
	for _, c := range Candidates(a, Window{}) {
		one, err := p.Propose(c)
		if err != nil {
			t.Fatal(err)
		}
		if one.Changed() {
			list = append(list, one)
		}
	}
	return list
}

// TestNewStages: what somebody loses is denied, and what another policy still grants is not.
func TestNewStages(t *testing.T) {
	a := stagedAccount(doc(`{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket"],"Resource":"*"}`),
		doc(`{"Effect":"Allow","NotAction":["iam:*","ec2:*"],"Resource":"*"}`), // stays, and grants all of S3
		doc(`{"Effect":"Allow","Action":["ec2:CreateVpc","ec2:DeleteVpc"],"Resource":"*"}`))
	stages, err := NewStages(a, proposed(t, a, "ec2:CreateVpc"), "Deny", catalogue(t), engineOnce())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"arn:aws:iam::111122223333:user/u": `{"Version":"2012-10-17","Statement":[{"Sid":"EbbmarkStage","Effect":"Deny","Action":["s3:CreateBucket","s3:DeleteBucket"],"Resource":"*"}]}`,
		"arn:aws:iam::111122223333:role/r": `{"Version":"2012-10-17","Statement":[{"Sid":"EbbmarkStage","Effect":"Deny","Action":["ec2:DeleteVpc"],"Resource":"*"}]}`,
	}
	for _, s := range stages {
		if c := s.Change; c.Kind != ChangeInline || c.Policy != "Deny" || c.Holder != s.Who || c.From != "" || c.To != want[s.Who] {
			t.Errorf("%+v, want %s", s, want[s.Who])
		}
		delete(want, s.Who)
	}
	if len(want) > 0 {
		t.Errorf("nothing is denied to %v", want)
	}
}

// TestStageHasNoRoom: a Deny becomes shorter by stars, or is refused.
func TestStageHasNoRoom(t *testing.T) {
	tracked := func(most int) string { // actions that no star makes few
		var names []string
		for i := range catalogue(t).Actions() {
			if a := &catalogue(t).Actions()[i]; a.Tracked && len(names) < most && i%2 == 0 {
				names = append(names, `"`+catalogue(t).FullName(i)+`"`)
			}
		}
		return doc(`{"Effect":"Allow","Action":[` + strings.Join(names, ",") + `],"Resource":"*"}`)
	}
	nothing := doc(`{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}`)
	for name, c := range map[string]struct {
		shared string
		arn    string // who has no room; empty: everybody has
	}{
		"few":                    {tracked(30), ""},
		"many for a user":        {tracked(120), "arn:aws:iam::111122223333:user/u"},
		"all of a large service": {doc(`{"Effect":"Allow","Action":"events:*","Resource":"*"}`), ""},
	} {
		a := stagedAccount(c.shared, nothing, nothing)
		_, err := NewStages(a, proposed(t, a), "Deny", catalogue(t), engineOnce())
		long, tooLong := errors.AsType[*StageError](err)
		if (c.arn != "") != tooLong || tooLong && (long.ARN != c.arn || long.Limit != 2048 || long.Length <= 2048) || err != nil && !tooLong {
			t.Errorf("%s: %v, want %q", name, err, c.arn)
		}
	}
}

// TestShortenedIsExact: patterns match the actions that they are made of, and no others.
func TestShortenedIsExact(t *testing.T) {
	cat := catalogue(t)
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 13))
		var names []string
		for range 1 + r.IntN(3) {
			s := &cat.Services()[r.IntN(len(cat.Services()))]
			some := 1 + r.IntN(8)
			for i := s.First; i < s.End; i++ {
				if r.IntN(8) < some {
					names = append(names, cat.FullName(i))
				}
			}
		}
		if len(names) == 0 {
			continue
		}
		slices.Sort(names)
		names = slices.Compact(names)
		patterns := shortened(names, cat)
		var got []string
		for i := range cat.Actions() {
			if name := cat.FullName(i); slices.ContainsFunc(patterns, func(p string) bool { return policy.MatchFold(p, name) }) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, names) || len(patterns) > len(names) {
			t.Fatalf("seed %d: %d patterns match %d actions, want %d", seed, len(patterns), len(got), len(names))
		}
	}
}

func TestGiveBackOfADeny(t *testing.T) {
	c := Change{Kind: ChangeInline, Policy: "Deny", Holder: "arn:aws:iam::111122223333:role/r", To: denyText([]string{"ec2:DeleteVpc", "s3:DeleteBucket"})}
	back, any, err := GiveBack(c, []string{"ec2:DeleteVpc", "s3:DeleteBucket"}, "s3", catalogue(t), engineOnce())
	if want := `{"Version":"2012-10-17","Statement":[{"Sid":"EbbmarkStage","Effect":"Deny","Action":["ec2:DeleteVpc"],"Resource":"*"}]}`; err != nil || !any || back.From != c.To || back.To != want {
		t.Errorf("%+v, %v, %v", back, any, err)
	}
}

func TestAttempted(t *testing.T) {
	actions := []string{"s3:DeleteBucket", "sqs:CreateQueue", "iam:PassRole", "ec2:DeleteVpc"}
	for events, want := range map[string]string{
		"":                                      "",
		"2026-05-01 s3 DeleteBucket":            "s3:DeleteBucket",
		"2026-05-01 s3 DeleteBucket failed":     "s3:DeleteBucket",
		"2026-05-01 s3 DeleteBucket denied":     "",
		"2026-05-01 s3 DeleteBucket data":       "s3:DeleteBucket",
		"2026-05-01 ec2 RunInstances":           "iam:PassRole",
		"2026-05-01 sqs BrandNewCall":           "sqs:CreateQueue",
		"2026-02-01 s3 DeleteBucket":            "",
		"2026-05-01 ec2 DeleteVpc mx-central-1": "ec2:DeleteVpc",
	} {
		h, err := Gather(app, Window{now.AddDate(0, 0, -90), now}, Evidence{Catalog: catalogue(t), Extras: extras(t), AllExtras: true}, uses(events))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(Attempted(h, actions, catalogue(t)), " "); got != want {
			t.Errorf("%q: %s, want %s", events, got, want)
		}
	}
}
