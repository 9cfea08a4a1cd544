package report

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/policy"
)

const (
	alice = "arn:aws:iam::111122223333:user/alice"
	bob   = "arn:aws:iam::111122223333:user/dev/bob"
	app   = "arn:aws:iam::111122223333:role/service/app"
)

func load(t testing.TB) (*catalog.Catalog, *grant.Engine) {
	t.Helper()
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	return cat, grant.New(cat)
}

func documents(t testing.TB, texts ...string) []*policy.Document {
	t.Helper()
	docs, err := (&Subject{Policies: texts}).Documents()
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

func allow(actions string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` +
		strings.ReplaceAll(actions, " ", `","`) + `"],"Resource":"*"}]}`
}

// use is an event: "TIME PRINCIPAL SOURCE NAME REGION", and words that make it
// something else than a management event that succeeded.
func use(text string) activity.Fact {
	w := strings.Fields(text)
	k := activity.Key{Account: "111122223333", Principal: w[1], Source: w[2] + ".amazonaws.com", Name: w[3], Region: w[4],
		Class: activity.Management, Outcome: activity.Succeeded}
	for _, word := range w[5:] {
		switch word {
		case "data":
			k.Class = activity.Data
		case "keyuse":
			k.Class = activity.KeyUse
		case "signin":
			k.Class = activity.SignIn
		case "coverage":
			k.Class = activity.Coverage
		case "denied":
			k.Outcome = activity.Denied
		case "failed":
			k.Outcome = activity.Failed
		}
	}
	return activity.Attempt(k, at(w[0]), text)
}

// memory is a FactSource of merged facts, ordered as a store would.
func memory(facts []activity.Fact) FactSource {
	merged := map[activity.Key]activity.Fact{}
	for _, f := range facts {
		if old, ok := merged[f.Key]; ok {
			f = activity.Merge(old, f)
		}
		merged[f.Key] = f
	}
	byPrincipal := map[string][]activity.Fact{}
	for k, f := range merged {
		byPrincipal[k.Principal] = append(byPrincipal[k.Principal], f)
	}
	for _, list := range byPrincipal {
		slices.SortFunc(list, func(a, b activity.Fact) int { return a.Compare(b.Key) })
	}
	return func(principal string) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) {
			for _, f := range byPrincipal[principal] {
				if !yield(f, nil) {
					return
				}
			}
		}
	}
}

// show writes a report as lines: "NAMESPACE TIME ENTITY REGION TOTAL", then
// per action "  NAME TIME ENTITY REGION".
func show(r *Report, entities []Entity) string {
	var b strings.Builder
	last := func(a Access) string {
		if !a.Ever() {
			return "-"
		}
		arn := entities[a.Entity].ARN
		return fmt.Sprintf("%s %s %s", a.Time().Format(time.RFC3339), arn[strings.LastIndexByte(arn, '/')+1:], a.Region)
	}
	for _, s := range r.Services {
		fmt.Fprintf(&b, "%s %s %d\n", s.Namespace, last(s.Last), len(s.Entities))
		for _, a := range s.Actions {
			fmt.Fprintf(&b, "  %s %s\n", a.Name, last(a.Last))
		}
	}
	return b.String()
}

func TestCompute(t *testing.T) {
	cat, engine := load(t)
	const now = "2026-06-01T12:00:00Z"
	aliceOnly := []Entity{{User, "AIDAALICE", alice}}
	both := []Entity{{User, "AIDAALICE", alice}, {User, "AIDABOB", bob}}
	for name, c := range map[string]struct {
		kind     Kind
		level    Granularity
		entities []Entity
		policies string // actions, and policies separated by |
		uses     []string
		want     string
	}{
		"nothing granted, nothing listed (LA-17)": {User, ServiceLevel, aliceOnly, "", []string{
			"2026-05-01T00:00:00Z AIDAALICE s3 ListBuckets us-east-1"}, ""},
		"activity adds no service (LA-16)": {User, ServiceLevel, aliceOnly, "sqs:*", []string{
			"2026-05-01T00:00:00Z AIDAALICE s3 ListBuckets us-east-1"}, "sqs - 0\n"},
		"denied and failed attempts count (LA-20)": {User, ServiceLevel, aliceOnly, "s3:* sqs:*", []string{
			"2026-05-01T00:00:00Z AIDAALICE s3 ListBuckets us-east-1 denied",
			"2026-05-02T00:00:00Z AIDAALICE sqs ListQueues us-east-1 failed"},
			"s3 2026-05-01T00:00:00Z alice us-east-1 1\nsqs 2026-05-02T00:00:00Z alice us-east-1 1\n"},
		"key use, sign-ins and coverage are no calls": {User, ServiceLevel, aliceOnly, "s3:*", []string{
			"2026-05-01T00:00:00Z AIDAALICE s3 ListBuckets us-east-1 keyuse",
			"2026-05-01T00:00:00Z AIDAALICE s3 ListBuckets us-east-1 signin",
			"2026-05-01T00:00:00Z AIDAALICE s3 ListBuckets us-east-1 coverage"}, "s3 - 0\n"},
		"a user's own report counts all of a listed service": {User, ServiceLevel, aliceOnly, "s3:GetObject", []string{
			"2026-05-01T00:00:00Z AIDAALICE s3 CreateBucket us-east-1"}, "s3 2026-05-01T00:00:00Z alice us-east-1 1\n"},
		"a group's counts what it grants (LA-31)": {Group, ServiceLevel, both, "s3:GetObject", []string{
			"2026-05-02T00:00:00Z AIDAALICE s3 CreateBucket us-east-1",
			"2026-05-01T00:00:00Z AIDABOB s3 GetObject us-east-1 data"}, "s3 2026-05-01T00:00:00Z bob us-east-1 1\n"},
		"and unknown actions of a service it grants (LA-31)": {ManagedPolicy, ServiceLevel, both, "s3:GetObject", []string{
			"2026-05-02T00:00:00Z AIDAALICE s3 GetStorageLensDashboardDataInternal us-east-1"}, "s3 2026-05-02T00:00:00Z alice us-east-1 1\n"},
		"facts by ARN and by id (LA-29)": {User, ServiceLevel, aliceOnly, "s3:* sqs:*", []string{
			"2026-05-01T00:00:00Z AIDAALICE s3 ListBuckets us-east-1",
			"2026-05-02T00:00:00Z " + alice + " sqs ListQueues us-east-1",
			"2026-05-03T00:00:00Z AIDAOTHER s3 ListBuckets us-east-1"},
			"s3 2026-05-01T00:00:00Z alice us-east-1 1\nsqs 2026-05-02T00:00:00Z alice us-east-1 1\n"},
		"a role without its path (CT-11)": {Role, ServiceLevel, []Entity{{Role, "AROAAPP", app}}, "s3:*", []string{
			"2026-05-02T00:00:00Z arn:aws:iam::111122223333:role/app s3 ListBuckets us-east-1"}, "s3 2026-05-02T00:00:00Z app us-east-1 1\n"},
		"data events give no action (LA-27)": {User, ActionLevel, aliceOnly, "s3:CreateBucket", []string{
			"2026-05-01T00:00:00Z AIDAALICE s3 CreateBucket us-east-1 data"},
			"s3 2026-05-01T00:00:00Z alice us-east-1 1\n  CreateBucket -\n"},
		"actions by name in byte order, tracked and granted only (LA-77, LA-78)": {User, ActionLevel, aliceOnly,
			"iam:PassRole iam:ListUsers iam:ListRoles|sqs:ListQueues", []string{
				"2026-05-01T00:00:00Z AIDAALICE iam ListRoles us-east-1",
				"2026-05-02T00:00:00Z AIDAALICE iam CreateUser us-east-1"},
			"iam 2026-05-02T00:00:00Z alice us-east-1 1\n  ListRoles 2026-05-01T00:00:00Z alice us-east-1\n  ListUsers -\nsqs - 0\n"},
		"operations under their action's name": {User, ActionLevel, aliceOnly, "s3:ListAllMyBuckets", []string{
			"2026-05-01T00:00:00Z AIDAALICE s3 ListBuckets us-east-1"},
			"s3 2026-05-01T00:00:00Z alice us-east-1 1\n  ListAllMyBuckets 2026-05-01T00:00:00Z alice us-east-1\n"},
		"equal times: smallest ARN, then smallest Region (LA-76)": {Group, ActionLevel, []Entity{{User, "AIDABOB", bob}, {User, "AIDAALICE", alice}},
			"s3:CreateBucket", []string{
				"2026-05-01T00:00:00Z AIDABOB s3 CreateBucket eu-west-1",
				"2026-05-01T00:00:00Z AIDAALICE s3 CreateBucket us-east-1",
				"2026-05-01T00:00:00Z AIDAALICE s3 CreateBucket eu-west-2"},
			"s3 2026-05-01T00:00:00Z alice eu-west-2 2\n  CreateBucket 2026-05-01T00:00:00Z alice eu-west-2\n"},
		"a Region without tracking, and one that is none (LA-41)": {User, ServiceLevel, aliceOnly, "s3:*", []string{
			"2026-05-01T00:00:00Z AIDAALICE s3 ListBuckets mx-central-1",
			"2026-05-01T00:00:00Z AIDAALICE s3 ListBuckets nowhere-1"}, "s3 - 0\n"},
		"an unmapped source (CT-30)": {User, ServiceLevel, aliceOnly, "s3:*", []string{
			"2026-05-01T00:00:00Z AIDAALICE brandnew Call us-east-1"}, "s3 - 0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			in := Input{Kind: c.kind, Granularity: c.level, Entities: c.entities, Now: at(now), Catalog: cat, Engine: engine}
			if c.policies != "" {
				for actions := range strings.SplitSeq(c.policies, "|") {
					in.Policies = append(in.Policies, documents(t, allow(actions))...)
				}
			}
			var facts []activity.Fact
			for _, u := range c.uses {
				facts = append(facts, use(u))
			}
			r, err := Compute(in, memory(facts))
			if err != nil {
				t.Fatal(err)
			}
			if got := show(r, c.entities); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// With old evidence and a long span the starts of tracking matter.
func TestTrackingStarts(t *testing.T) {
	cat, engine := load(t)
	entities := []Entity{{User, "AIDAALICE", alice}}
	for name, c := range map[string]struct{ actions, use, want string }{
		"before a Region is tracked, nothing": {"s3:CreateBucket", "2015-09-30T23:59:59Z AIDAALICE s3 CreateBucket us-east-1",
			"s3 - 0\n  CreateBucket -\n"},
		"from its first day on, the service": {"s3:CreateBucket", "2015-10-01T00:00:00Z AIDAALICE s3 CreateBucket us-east-1",
			"s3 2015-10-01T00:00:00Z alice us-east-1 1\n  CreateBucket -\n"},
		"from the service's first day on, the action": {"s3:CreateBucket", "2020-04-12T00:00:00Z AIDAALICE s3 CreateBucket us-east-1",
			"s3 2020-04-12T00:00:00Z alice us-east-1 1\n  CreateBucket 2020-04-12T00:00:00Z alice us-east-1\n"},
		"not a moment sooner": {"s3:CreateBucket", "2020-04-11T23:59:59Z AIDAALICE s3 CreateBucket us-east-1",
			"s3 2020-04-11T23:59:59Z alice us-east-1 1\n  CreateBucket -\n"},
		"iam came later": {"iam:ListUsers", "2021-04-06T23:59:59Z AIDAALICE iam ListUsers us-east-1",
			"iam 2021-04-06T23:59:59Z alice us-east-1 1\n  ListUsers -\n"},
		"and everything else later still": {"kms:CreateKey", "2023-05-22T23:59:59Z AIDAALICE kms CreateKey us-east-1",
			"kms 2023-05-22T23:59:59Z alice us-east-1 1\n  CreateKey -\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Compute(Input{
				Kind: User, Granularity: ActionLevel, Entities: entities, Now: at("2026-06-01T00:00:00Z"), Span: 20 * 365 * 24 * time.Hour,
				Policies: documents(t, allow(c.actions)), Catalog: cat, Engine: engine,
			}, memory([]activity.Fact{use(c.use)}))
			if err != nil {
				t.Fatal(err)
			}
			if got := show(r, entities); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestComputeReturnsErrorsOfFacts(t *testing.T) {
	cat, engine := load(t)
	broken := errors.New("disk on fire")
	_, err := Compute(Input{Kind: User, Entities: []Entity{{User, "AIDAALICE", alice}}, Now: at("2026-06-01T00:00:00Z"), Catalog: cat, Engine: engine},
		func(string) iter.Seq2[activity.Fact, error] {
			return func(yield func(activity.Fact, error) bool) { yield(activity.Fact{}, broken) }
		})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// The same events in any order, in any number of pieces and repeated give the
// same report.
func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	cat, engine := load(t)
	entities := []Entity{{User, "AIDAALICE", alice}, {User, "AIDABOB", bob}, {Role, "AROAAPP", app}}
	in := Input{Kind: ManagedPolicy, Granularity: ActionLevel, Entities: entities, Now: at("2026-03-01T12:00:00Z"),
		Policies: documents(t, allow("s3:* iam:* ec2:* sqs:*")), Catalog: cat, Engine: engine}
	rnd := rand.New(rand.NewPCG(1, 2))
	events := randomUses(rnd, 2000)
	want, err := Compute(in, memory(events))
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Services) < 4 || !want.Services[0].Last.Ever() {
		t.Fatal("the report has nothing in it")
	}
	for range 20 {
		shuffled := append(slices.Clone(events), events[:rnd.IntN(len(events))]...)
		rnd.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got, err := Compute(in, memory(shuffled))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got\n%s\nwant\n%s", show(got, entities), show(want, entities))
		}
	}
}

func randomUses(rnd *rand.Rand, n int) []activity.Fact {
	one := func(list ...string) string { return list[rnd.IntN(len(list))] }
	var out []activity.Fact
	for range n {
		when := at("2026-06-01T12:00:00Z").Add(-time.Duration(rnd.IntN(600*24)) * time.Hour)
		out = append(out, use(strings.Join([]string{
			when.Format(time.RFC3339), one("AIDAALICE", "AIDABOB", alice, "AROAAPP", app),
			one("s3 CreateBucket", "s3 ListBuckets", "s3 Unheard", "iam ListUsers", "ec2 RunInstances", "sqs ListQueues"),
			one("us-east-1", "eu-west-1", "mx-central-1"), one("", "data"), one("", "denied"),
		}, " ")))
	}
	return out
}

// A role that may do everything, with a year of activity, at action level
// (docs/performance.md: at most 5 ms).
func BenchmarkCompute(b *testing.B) {
	cat, engine := load(b)
	in := Input{Kind: Role, Granularity: ActionLevel, Entities: []Entity{{Role, "AROAAPP", app}}, Now: at("2026-06-01T12:00:00Z"),
		Policies: documents(b, allow("*")), Catalog: cat, Engine: engine}
	var facts []activity.Fact
	for i, a := range cat.Actions() {
		if i%10 == 0 { // about 2,200 facts
			source := cat.Services()[a.Service].Namespace
			facts = append(facts, use(fmt.Sprintf("2026-05-%02dT00:00:00Z AROAAPP %s %s us-east-1", i%30+1, source, a.Name)))
		}
	}
	source := memory(facts)
	b.ReportAllocs()
	for b.Loop() {
		if r, err := Compute(in, source); err != nil || len(r.Services) < 400 {
			b.Fatal(err)
		}
	}
}
