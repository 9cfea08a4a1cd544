package finding

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
	"github.com/ebbmark/ebbmark/inventory"
)

const owner = "111122223333"

// scanned is the moment of every scan that says no other.
var scanned = at("2026-06-01T12:00:00Z")

func at(text string) time.Time {
	if len(text) == len(time.DateOnly) {
		text += "T00:00:00Z"
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func allow(actions ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}]}`
}

// facts are uses, one a line: TIME PRINCIPAL SOURCE NAME, and the word "denied",
// "data", "signin" or "keyuse".
func facts(text string) (list []activity.Fact) {
	for line := range strings.Lines(text) {
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		k := activity.Key{Account: owner, Principal: w[1], Source: w[2] + ".amazonaws.com", Name: w[3], Region: "us-east-1",
			Class: activity.Management, Outcome: activity.Succeeded}
		for _, word := range w[4:] {
			switch word {
			case "denied":
				k.Outcome = activity.Denied
			case "data":
				k.Class = activity.Data
			case "signin":
				k.Class = activity.SignIn
			case "keyuse":
				k.Class = activity.KeyUse
			}
		}
		list = append(list, activity.Attempt(k, at(w[0]), line))
	}
	return list
}

func sequence(list []activity.Fact) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		for _, f := range list {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// company is an account of old entities, one of each kind.
func company() *inventory.Account {
	old := at("2024-01-01")
	role := func(name, doc string) *inventory.Role {
		return &inventory.Role{Name: name, ID: "AROA" + strings.ToUpper(name), ARN: "arn:aws:iam::" + owner + ":role/" + name, Path: "/",
			Created: old, Inline: []inventory.Inline{{Name: "own", Document: doc}}}
	}
	a := &inventory.Account{ID: owner, Partition: "aws",
		Roles: []*inventory.Role{
			role("app", allow("ec2:*", "s3:CreateBucket", "s3:DeleteBucket", "s3:GetObject")),
			role("idle", allow("s3:GetObject")), role("new", allow("s3:GetObject")), role("linked", allow("s3:GetObject")),
		},
		Users: []*inventory.User{{Name: "alice", ID: "AIDAALICE", ARN: "arn:aws:iam::" + owner + ":user/alice", Path: "/", Created: old,
			Inline: []inventory.Inline{{Name: "own", Document: allow("sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SendMessage")}},
			Login:  &inventory.LoginProfile{Created: old},
			Keys: []inventory.AccessKey{
				{ID: "AKIAALICEEXAMPLE0001", Active: true, Created: old}, {ID: "AKIAALICEEXAMPLE0002", Active: true, Created: old},
				{ID: "AKIAALICEEXAMPLE0003", Active: false, Created: old}, {ID: "AKIAALICEEXAMPLE0004", Active: true, Created: at("2026-05-25")},
			}}},
	}
	a.Roles[2].Created = at("2026-05-25")
	a.Roles[3].Path, a.Roles[3].ARN = "/aws-service-role/x.amazonaws.com/", "arn:aws:iam::"+owner+":role/aws-service-role/x.amazonaws.com/linked"
	a.Index()
	return a
}

const companyUse = `
	2026-05-20T00:00:00Z AROAAPP s3 CreateBucket
	2026-05-30T10:15:30Z AIDAALICE sqs CreateQueue
	2026-05-30T10:15:30Z AKIAALICEEXAMPLE0001 sqs CreateQueue keyuse
	2026-01-10T00:00:00Z AIDAALICE signin ConsoleLogin signin`

func input(t testing.TB, a *inventory.Account) Input {
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	return Input{Account: a, Age: 90, Now: scanned, Catalog: cat, Engine: grant.New(cat)}
}

// recorded makes the records of the account reach over every period (AA-29): by
// somebody whom nobody looks at.
const recorded = `
	2023-01-15T00:00:00Z AIDANOBODY sts GetCallerIdentity
	2026-05-31T00:00:00Z AIDANOBODY sts GetSessionToken`

// reaching are the facts after those of nobody.
func reaching(list iter.Seq2[activity.Fact, error]) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		for f := range sequence(facts(recorded)) {
			if !yield(f, nil) {
				return
			}
		}
		list(yield)
	}
}

// lines are what a scan saw, a line each: resource, type, what, last use.
func lines(t testing.TB, in Input, facts iter.Seq2[activity.Fact, error]) (out []string) {
	t.Helper()
	for seen, err := range Examine(in, reaching(facts)) {
		if err != nil {
			t.Fatal(err)
		}
		name := seen.Resource[strings.LastIndexByte(seen.Resource, ':')+1:]
		for _, u := range seen.Unjudged {
			out = append(out, fmt.Sprint(name, " unjudged: ", u.Reason))
		}
		for _, c := range seen.Conditions {
			line := name + " " + string(c.Type)
			if c.Key != "" {
				line += " " + c.Key
			}
			for _, p := range c.Permissions {
				if len(p.Actions) > 20 {
					t.Fatalf("%s: %d actions", line, len(p.Actions))
				}
				line += " " + p.Namespace
				for _, a := range p.Actions {
					line += " :" + a.Name
				}
			}
			if !c.LastAccessed.IsZero() {
				line += " " + c.LastAccessed.Format(time.RFC3339)
			}
			out = append(out, line)
		}
	}
	return out
}

func same(t *testing.T, got []string, want string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if !slices.Equal(got, lines) {
		t.Errorf("saw\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
}

// TestExamine: the role that is too young, the service-linked one, the key that
// is not active and the one that is too young give nothing (AA-21 to AA-23).
// s3:GetObject is not tracked, and its service is used (AA-27).
func TestExamine(t *testing.T) {
	same(t, lines(t, input(t, company()), sequence(facts(companyUse))), `
		role/app UnusedPermission ec2 s3 :DeleteBucket
		role/idle UnusedIAMRole
		user/alice UnusedIAMUserAccessKey AKIAALICEEXAMPLE0002
		user/alice UnusedIAMUserPassword 2026-01-10T00:00:00Z
		user/alice UnusedPermission sqs :DeleteQueue`)
}

// TestTheLimitOfThePeriod: exactly the age without use is unused (AA-23).
// TestShortRecordsTellNothing: AA-29.
func TestShortRecordsTellNothing(t *testing.T) {
	for text, told := range map[string]bool{
		"":                             false,
		"2026-05-01T00:00:00Z X sts A": false, // the logs of the last month
		"2026-03-03T12:00:01Z X sts A": false,
		"2026-02-01T00:00:00Z X sts A": false, // none of the period
		"2026-03-03T12:00:00Z X sts A": false,
		"2026-03-03T12:00:00Z X sts A\n2026-03-03T12:00:01Z X sts B": true,
		"2026-06-02T00:00:00Z X sts A\n2024-06-02T00:00:00Z X sts B": false, // later than now
	} {
		conditions, reasons := 0, map[string]int{}
		for seen, err := range Examine(input(t, company()), sequence(facts(text))) {
			if err != nil {
				t.Fatal(err)
			}
			conditions += len(seen.Conditions)
			for _, u := range seen.Unjudged {
				reasons[u.Reason]++
			}
		}
		// Two roles with two types, a user with three.
		if told && (conditions == 0 || len(reasons) != 0) || !told && (conditions != 0 || reasons[ShortHistory] != 7) {
			t.Errorf("%q: %d conditions, unjudged %v", text, conditions, reasons)
		}
	}
}

// TestHistoryThatWasGivenUpTellsNothing: AA-29, too.
func TestHistoryThatWasGivenUpTellsNothing(t *testing.T) {
	for kept, told := range map[string]bool{"2026-03-03T00:00:00Z": true, "2026-03-04T00:00:00Z": false} {
		in := input(t, company())
		in.Kept = activity.DayOf(at(kept))
		got := lines(t, in, sequence(facts(companyUse)))
		if told != slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, "role/idle UnusedIAMRole") }) || !told && !strings.Contains(strings.Join(got, "\n"), ShortHistory) {
			t.Errorf("kept since %s: %q", kept, got)
		}
	}
}

func TestTheLimitOfThePeriod(t *testing.T) {
	for last, want := range map[string]string{
		"2026-03-03T12:00:00Z": "role/idle UnusedIAMRole 2026-03-03T12:00:00Z",
		"2026-03-03T12:00:01Z": "",
		"2026-06-01T12:00:00Z": "",
		"2024-06-01T00:00:00Z": "role/idle UnusedIAMRole", // older than 400 days: not told
	} {
		t.Run(last, func(t *testing.T) {
			in := input(t, company())
			in.Only = "arn:aws:iam::" + owner + ":role/idle"
			same(t, lines(t, in, sequence(facts(last+" AROAIDLE s3 ListBuckets"))), want)
		})
	}
}

func TestUseThatCounts(t *testing.T) {
	for name, use := range map[string]string{
		"an attempt that was refused":     "2026-05-20 AROAIDLE sqs CreateQueue denied",
		"a data event":                    "2026-05-20 AROAIDLE s3 GetObject data",
		"a service that nobody knows":     "2026-05-20 AROAIDLE unheard-of DoIt",
		"facts under the ARN":             "2026-05-20 arn:aws:iam::111122223333:role/idle s3 ListBuckets",
		"an action that nobody knows yet": "2026-05-20 AROAIDLE s3 BrandNewCall",
	} {
		t.Run(name, func(t *testing.T) {
			in := input(t, company())
			in.Only = "arn:aws:iam::" + owner + ":role/idle"
			for _, line := range lines(t, in, sequence(facts(use))) {
				if strings.Contains(line, "UnusedIAMRole") {
					t.Error(line)
				}
			}
		})
	}
	t.Run("what a snapshot said", func(t *testing.T) {
		a := company()
		a.Roles[1].LastUsed = at("2026-05-01")
		in := input(t, a)
		in.Only = a.Roles[1].ARN
		same(t, lines(t, in, sequence(nil)), `role/idle UnusedPermission s3`)
	})
	t.Run("a future moment does not", func(t *testing.T) {
		in := input(t, company())
		in.Only = "arn:aws:iam::" + owner + ":role/idle"
		same(t, lines(t, in, sequence(facts("2026-06-02 AROAIDLE s3 ListBuckets"))), `role/idle UnusedIAMRole`)
	})
}

// TestAPolicyThatCannotBeReadIsNotJudged: nothing is called unused then.
func TestAPolicyThatCannotBeReadIsNotJudged(t *testing.T) {
	a := company()
	a.Roles[0].Inline[0].Document = `{"Version":`
	in := input(t, a)
	in.Only = a.Roles[0].ARN
	got := lines(t, in, sequence(facts(companyUse)))
	if len(got) != 1 || !strings.HasPrefix(got[0], "role/app unjudged: policy own: ") {
		t.Errorf("saw %q", got)
	}
}

func TestExclusions(t *testing.T) {
	for name, c := range map[string]struct {
		list []Exclusion
		want bool // the role with the tags team=red, keep= is left out
	}{
		"none":                            {nil, false},
		"a criterion without members":     {[]Exclusion{{}}, false},
		"the account":                     {[]Exclusion{{Accounts: []string{owner}}}, true},
		"another account":                 {[]Exclusion{{Accounts: []string{"999999999999"}}}, false},
		"a tag":                           {[]Exclusion{{Tags: []map[string]string{{"team": "red"}}}}, true},
		"another value":                   {[]Exclusion{{Tags: []map[string]string{{"team": "blue"}}}}, false},
		"an empty value is any":           {[]Exclusion{{Tags: []map[string]string{{"team": ""}}}}, true},
		"all pairs of a map":              {[]Exclusion{{Tags: []map[string]string{{"team": "red", "x": "y"}}}}, false},
		"any map":                         {[]Exclusion{{Tags: []map[string]string{{"x": "y"}, {"keep": ""}}}}, true},
		"both members need both":          {[]Exclusion{{Accounts: []string{"999999999999"}, Tags: []map[string]string{{"team": "red"}}}}, false},
		"one criterion of several is met": {[]Exclusion{{Accounts: []string{"999999999999"}}, {Tags: []map[string]string{{"team": "red"}}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			a := company()
			a.Roles[1].Tags = []inventory.Tag{{Key: "team", Value: "red"}, {Key: "keep"}}
			in := input(t, a)
			in.Only, in.Exclusions = a.Roles[1].ARN, c.list
			if got := len(lines(t, in, sequence(nil))) == 0; got != c.want {
				t.Errorf("left out: %t, want %t", got, c.want)
			}
		})
	}
}

// TestOrderAndRepetitionDoNotMatter shuffles and repeats the facts.
func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	in, list := input(t, company()), facts(companyUse+`
		2026-02-01 AROAAPP ec2 DescribeInstances
		2026-05-21 AROAAPP ec2 DescribeVolumes denied
		2026-04-01 AROAIDLE s3 GetObject data`)
	want := observe(t, in, sequence(list))
	for range 30 {
		mixed := append(slices.Clone(list), list[random.IntN(len(list))], list[random.IntN(len(list))])
		random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if got := observe(t, in, sequence(mixed)); !reflect.DeepEqual(got, want) {
			t.Fatalf("saw %+v, want %+v", got, want)
		}
	}
}

func observe(t *testing.T, in Input, facts iter.Seq2[activity.Fact, error]) (out []Seen) {
	t.Helper()
	for seen, err := range Examine(in, reaching(facts)) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, seen)
	}
	return out
}

// TestAnExaminationGoesOn: what was seen up to a principal, and what is seen
// behind it, are the whole.
func TestAnExaminationGoesOn(t *testing.T) {
	in := input(t, company())
	whole := observe(t, in, sequence(facts(companyUse)))
	if len(whole) != 3 {
		t.Fatalf("%d principals", len(whole))
	}
	for i := range whole {
		in.After = whole[i].Resource
		if rest := observe(t, in, sequence(facts(companyUse))); len(rest) != len(whole)-i-1 || len(rest) > 0 && !reflect.DeepEqual(rest, whole[i+1:]) {
			t.Errorf("behind %s: %+v", in.After, rest)
		}
	}
}

func TestFactsThatCannotBeReadAreAnError(t *testing.T) {
	broken := errors.New("broken")
	n := 0
	for seen, err := range Examine(input(t, company()), func(yield func(activity.Fact, error) bool) { yield(activity.Fact{}, broken) }) {
		if n++; !errors.Is(err, broken) || len(seen.Conditions) > 0 {
			t.Errorf("%+v, %v", seen, err)
		}
	}
	if n != 1 {
		t.Errorf("%d times", n)
	}
}
