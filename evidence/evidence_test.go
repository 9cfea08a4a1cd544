package evidence

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/trail"
)

const (
	owner = "111122223333"
	app   = "arn:aws:iam::111122223333:role/app"
)

// asOf is the moment of all evidence here; its window of 90 days begins on March 3.
var asOf = at("2026-06-01T12:00:00Z")

func at(text string) time.Time {
	if len(text) == len(time.DateOnly) {
		text += "T10:00:00Z"
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func allow(actions ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"S","Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}]}`
}

// world is an account with a role of one inline policy, and what its logs have.
type world struct {
	t       testing.TB
	account *inventory.Account
	org     *organization.Organization
	facts   []activity.Fact
	in      Input
	cat     *catalog.Catalog
	trails  map[string]*trail.Record
}

// newWorld has logs of every day of 120 in two Regions, and events of others that
// read and write.
func newWorld(t testing.TB, document string) *world {
	t.Helper()
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	extras, err := catalog.LoadExtras(cat)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, cat: cat, account: &inventory.Account{ID: owner, Partition: "aws", Roles: []*inventory.Role{{
		Name: "app", ID: "AROAAPP", ARN: app, Path: "/", Created: at("2024-01-01"), Inline: []inventory.Inline{{Name: "own", Document: document}},
	}}}}
	w.in = Input{Now: asOf, Regions: []string{"us-east-1", "eu-west-1"}, Catalog: cat, Extras: extras, Engine: grant.New(cat)}
	for d := range 120 {
		for _, region := range w.in.Regions {
			w.cover(region, asOf.AddDate(0, 0, -d))
		}
	}
	w.call("2026-05-01", "AIDASOMEBODY", "sqs", "CreateQueue")
	w.call("2026-05-01", "AIDASOMEBODY", "ec2", "DescribeVpcs")
	return w
}

func (w *world) cover(region string, day time.Time) {
	w.facts = append(w.facts, activity.Attempt(activity.Key{Account: owner, Region: region, Class: activity.Coverage}, day, ""))
}

// uncover takes the coverage of a Region from a day on, for so many days.
func (w *world) uncover(region, from string, days int) {
	w.facts = slices.DeleteFunc(w.facts, func(f activity.Fact) bool {
		d := activity.DayOf(f.First.Time()) - activity.DayOf(at(from))
		return f.Class == activity.Coverage && f.Region == region && d >= 0 && int(d) < days
	})
}

func (w *world) call(day, principal, source, name string) *activity.Fact {
	k := activity.Key{
		Account: owner, Principal: principal, Source: source + ".amazonaws.com", Name: name, Region: "us-east-1",
		Class: activity.Management, Outcome: activity.Succeeded,
	}
	w.facts = append(w.facts, activity.Attempt(k, at(day), "e"))
	return &w.facts[len(w.facts)-1]
}

func (w *world) evidence(text string) *Evidence {
	w.t.Helper()
	w.account.Index()
	var err error
	if w.in.Scope, err = Find(w.account, w.org, text); err != nil {
		w.t.Fatal(err)
	}
	return w.compute()
}

func (w *world) compute() *Evidence {
	w.t.Helper()
	pick := func(want func(*activity.Fact) bool) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) {
			for i := range w.facts {
				if want(&w.facts[i]) && !yield(w.facts[i], nil) {
					return
				}
			}
		}
	}
	e, err := Compute(w.in, Sources{
		Of: func(account, principal string) iter.Seq2[activity.Fact, error] {
			return pick(func(f *activity.Fact) bool {
				return f.Account == account && (principal == "" || f.Principal == principal)
			})
		},
		Coverage: func(account string) iter.Seq2[activity.Fact, error] {
			return pick(func(f *activity.Fact) bool { return f.Account == account && f.Class == activity.Coverage })
		},
		Calls: func(account string) iter.Seq2[activity.Fact, error] {
			return pick(func(f *activity.Fact) bool { return f.Account == account })
		},
		Trails: func(account string) (*trail.Record, error) { return w.trails[account], nil },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

func action(e *Evidence, full string) *Action {
	namespace, name, _ := strings.Cut(full, ":")
	for i := range e.Services {
		for j := range e.Services[i].Actions {
			if e.Services[i].Namespace == namespace && e.Services[i].Actions[j].Name == name {
				return &e.Services[i].Actions[j]
			}
		}
	}
	return nil
}

// is checks the verdict on an action and a part of the reason.
func is(t *testing.T, e *Evidence, full string, verdict report.Verdict, says string) {
	t.Helper()
	a := action(e, full)
	if a == nil {
		t.Errorf("%s: no row", full)
	} else if a.Verdict != verdict || !strings.Contains(a.Why, says) {
		t.Errorf("%s is %s: %s\nwant %s: %s", full, a.Verdict, a.Why, verdict, says)
	}
}

func TestVerdicts(t *testing.T) {
	w := newWorld(t, allow("sqs:CreateQueue", "sqs:DeleteQueue", "iam:PassRole", "s3:GetObject", "ec2:RunInstances", "rds-db:connect", "sns:CreateTopic"))
	w.call("2026-05-20", "AROAAPP", "sqs", "CreateQueue")
	w.call("2026-05-22", "AROAAPP", "sqs", "CreateQueue").Outcome = activity.Denied
	w.call("2026-04-20", "AROAAPP", "ec2", "RunInstances")
	w.call("2026-01-20", "AROAAPP", "sqs", "DeleteQueue") // before the window
	w.call("2026-06-01T13:00:00Z", "AROAAPP", "sns", "CreateTopic")
	w.call("2026-05-20", "AIDASOMEBODY", "sqs", "DeleteQueue")
	w.call("2026-05-29", "AROAAPP", "kms", "CreateKey") // not granted any more
	e := w.evidence(app)

	is(t, e, "sqs:CreateQueue", report.Used, "The last attempt, on 2026-05-22, was denied; there were attempts on 2 days of the window.")
	is(t, e, "sqs:DeleteQueue", report.Unused, "No attempt in the 90 days before 2026-06-01, and logs of every day and Region of them were read; the last attempt before was on 2026-01-20.")
	is(t, e, "iam:PassRole", report.Inferred, "a call of ec2:RunInstances, the last on 2026-04-20, may have needed it")
	is(t, e, "s3:GetObject", report.NotObservable, "data event (AWS::S3::Object)")
	is(t, e, "rds-db:connect", report.NotObservable, "CloudTrail does not record it")
	is(t, e, "sns:CreateTopic", report.Unused, "No attempt") // later than the moment
	is(t, e, "kms:CreateKey", report.Used, "succeeded")

	a := action(e, "sqs:CreateQueue")
	want := Use{
		LastSuccess: at("2026-05-20"), LastDenied: at("2026-05-22"), LastAttempt: at("2026-05-22"), FirstSeen: at("2026-05-20"), DaysUsed: 2,
		Regions: []string{"us-east-1"}, RegionsTotal: 1, Who: []Who{{owner, app, at("2026-05-22")}}, WhoTotal: 1,
	}
	if got := fmt.Sprint(a.Use); got != fmt.Sprint(want) {
		t.Errorf("use %s\nwant %v", got, want)
	}
	if len(a.Grants) != 1 || a.Grants[0] != (Grant{Policy: "own", Holder: app, Statement: 0, Sid: "S", Line: 1}) || !a.GrantedSince.Equal(at("2024-01-01")) {
		t.Errorf("granted by %+v since %v", a.Grants, a.GrantedSince)
	}
	if k := action(e, "kms:CreateKey"); k.Granted || len(k.Grants) != 0 {
		t.Errorf("what is not granted: %+v", k)
	}
	for _, s := range e.Services {
		if s.Namespace == "sqs" && (s.Verdict != report.Used || s.Granted != 2 || s.Used != 1 || s.Unused != 1) || s.Namespace == "sns" && s.Verdict != report.Unused {
			t.Errorf("%s: %s, %+v", s.Namespace, s.Verdict, s.Counts)
		}
	}
	if !e.Coverage.Whole || e.Coverage.Since != "2026-02-02" || e.Given != nil {
		t.Errorf("coverage %+v, given %v", e.Coverage, e.Given)
	}
}

// TestNothingMissingIsUnused: sqs:DeleteQueue of the role, in eleven ways in which
// its use may be where nobody has looked. The first case shows that it is unused
// when nothing is missing, so that each of the others can fail.
func TestNothingMissingIsUnused(t *testing.T) {
	for name, c := range map[string]struct {
		miss    func(w *world)
		verdict report.Verdict
		says    string
	}{
		"nothing is missing": {func(*world) {}, report.Unused, "No attempt"},
		"a Region without a trail": {func(w *world) { w.uncover("eu-west-1", "2026-01-01", 365) },
			report.NotEnoughHistory, "No log of the window was read of 111122223333 eu-west-1: say which Regions are in use"},
		"nobody said which Regions are in use": {func(w *world) { w.in.Regions = nil },
			report.NotEnoughHistory, "No log of the window was read of 111122223333 af-south-1"},
		"a gap of three days": {func(w *world) { w.uncover("eu-west-1", "2026-05-02", 3) },
			report.NotEnoughHistory, "No log of eu-west-1 in account 111122223333 was read of 2026-05-02 to 2026-05-04."},
		"no log of yesterday": {func(w *world) { w.uncover("eu-west-1", "2026-05-31", 1) },
			report.NotEnoughHistory, "No log of eu-west-1"},
		"a throttled sync: a policy is attached and not read": {func(w *world) {
			w.account.Roles[0].Inline = nil
			w.account.Roles[0].Attached = []string{"arn:aws:iam::111122223333:policy/lost"}
		}, "", ""},
		"an action without events": {func(w *world) { w.account.Roles[0].Inline[0].Document = allow("sqs:DeleteQueue", "sqs:SendMessage") },
			report.Unused, ""}, // see below: SendMessage
		"a role younger than the window": {func(w *world) { w.account.Roles[0].Created = at("2026-03-04") },
			report.NotEnoughHistory, "made on 2026-03-04, within the window"},
		"a role of which nobody knows when it was made": {func(w *world) { w.account.Roles[0].Created = time.Time{} },
			report.NotEnoughHistory, "not known when it was made"},
		"a re-created role: the use is of the one before": {func(w *world) {
			w.call("2026-05-01", "AROAOLD", "sqs", "DeleteQueue")
			w.account.Roles[0].Created = at("2026-05-02")
		}, report.NotEnoughHistory, "made on 2026-05-02"},
		"a renamed user: the unique id stays": {func(w *world) {
			r := w.account.Roles[0]
			w.account.Roles = nil
			w.account.Users = []*inventory.User{{Name: "new", ID: "AIDANEW", ARN: app, Path: "/", Created: r.Created, Inline: r.Inline}}
			w.account.Users[0].ARN = "arn:aws:iam::111122223333:user/new"
			w.call("2026-05-01", "AIDANEW", "sqs", "DeleteQueue")
		}, report.Used, "2026-05-01"},
		"an unknown event name of the service": {func(w *world) { w.call("2026-05-01", "AROAAPP", "sqs", "DestroyQueue") },
			report.NotObservable, "calls of the service whose action is not known (DestroyQueue)"},
		"an unknown event source": {func(w *world) { w.call("2026-05-01", "AROAAPP", "queues", "DeleteQueue") },
			report.NotObservable, "event sources whose service is not known (queues.amazonaws.com)"},
		"events of a member account only in another trail": {func(w *world) {
			w.facts = slices.DeleteFunc(w.facts, func(f activity.Fact) bool { return f.Account == owner })
		}, report.NotObservable, "The logs of the window have no event that writes of anyone"},
		"and its reads are there": {func(w *world) {
			w.facts = slices.DeleteFunc(w.facts, func(f activity.Fact) bool { return f.Name == "CreateQueue" })
		}, report.NotObservable, "The logs of the window have no event that writes of anyone: the trail may leave them out."},
		"a trail of every Region, and a day without any log": {func(w *world) {
			w.in.EveryRegion, w.in.Regions = true, nil
			w.uncover("eu-west-1", "2026-05-02", 1)
			w.uncover("us-east-1", "2026-05-02", 1)
		}, report.NotEnoughHistory, "No log of any Region in account 111122223333 was read of 2026-05-02 to 2026-05-02."},
		"a trail of every Region, and an idle one": {func(w *world) {
			w.in.EveryRegion, w.in.Regions = true, nil
			w.uncover("eu-west-1", "2026-03-01", 100)
		}, report.Unused, "No attempt"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, allow("sqs:DeleteQueue"))
			c.miss(w)
			of := app
			if len(w.account.Users) > 0 {
				of = w.account.Users[0].ARN
			}
			e := w.evidence(of)
			if c.verdict == "" { // the policy that is not there
				if !slices.Equal(e.Missing, []string{"arn:aws:iam::111122223333:policy/lost"}) || len(e.Services) != 0 {
					t.Errorf("missing %q, services %+v", e.Missing, e.Services)
				}
				return
			}
			is(t, e, "sqs:DeleteQueue", c.verdict, c.says)
			if a := action(e, "sqs:SendMessage"); a != nil && a.Verdict != report.NotObservable {
				t.Errorf("an action without management events is %s", a.Verdict)
			}
		})
	}
}

// TestTheLastDayIsNotAskedFor: today's logs are on their way.
func TestTheLastDayIsNotAskedFor(t *testing.T) {
	w := newWorld(t, allow("sqs:DeleteQueue"))
	w.uncover("eu-west-1", "2026-06-01", 1)
	w.uncover("us-east-1", "2026-06-01", 1)
	is(t, w.evidence(app), "sqs:DeleteQueue", report.Unused, "No attempt")
}

// TestTheAgeOfAGrant: a version of a managed policy has a date; attachments and
// inline policies have none but that of the call that may have given them.
func TestTheAgeOfAGrant(t *testing.T) {
	const arn = "arn:aws:iam::111122223333:policy/p"
	version := func(id, created string, actions ...string) inventory.PolicyVersion {
		return inventory.PolicyVersion{ID: id, Created: at(created), Document: allow(actions...)}
	}
	w := newWorld(t, allow("sqs:TagQueue"))
	w.account.Roles[0].Attached = []string{arn}
	w.account.Policies = []*inventory.Policy{{ARN: arn, Name: "p", Path: "/", Created: at("2024-01-01"), Default: "v3", Versions: []inventory.PolicyVersion{
		version("v1", "2024-01-01", "sqs:DeleteQueue", "sns:CreateTopic"), version("v2", "2025-01-01", "sqs:DeleteQueue"),
		version("v3", "2026-04-01", "sqs:DeleteQueue", "sns:CreateTopic"),
	}}}
	for _, of := range []string{app, arn} {
		e := w.evidence(of)
		is(t, e, "sqs:DeleteQueue", report.Unused, "No attempt")
		is(t, e, "sns:CreateTopic", report.NotEnoughHistory, "granted since 2026-04-01 only, within the window")
	}
	w.call("2026-04-11", "AIDASOMEBODY", "iam", "AttachUserPolicy") // not a role's
	is(t, w.evidence(app), "sqs:DeleteQueue", report.Unused, "were read.")
	given := func(day, name, role string) {
		passed := *w.call(day, "AIDASOMEBODY", "iam", name)
		passed.Class, passed.Target = activity.Passed, role
		w.facts = append(w.facts, passed)
	}
	given("2026-04-11", "AttachRolePolicy", "another")
	given("2026-04-11", "PutRolePolicy", "app") // the other policy
	is(t, w.evidence(app), "sqs:DeleteQueue", report.Unused, "were read.")
	is(t, w.evidence(app), "sqs:TagQueue", report.NotEnoughHistory, "granted since 2026-04-11 only, within the window")
	given("2026-04-12", "AttachRolePolicy", "app")
	is(t, w.evidence(app), "sqs:DeleteQueue", report.NotEnoughHistory, "granted since 2026-04-12 only, within the window")
	is(t, w.evidence("arn:aws:iam::111122223333:root"), "sqs:DeleteQueue", report.NotEnoughHistory, "granted since 2026-04-12 only, within the window")
	w.facts = w.facts[:len(w.facts)-2]
	w.call("2026-04-12", "AIDASOMEBODY", "iam", "AttachRolePolicy") // whose, is not known
	is(t, w.evidence(app), "sqs:DeleteQueue", report.NotEnoughHistory, "granted since 2026-04-12 only, within the window")
	e := w.evidence(arn)
	is(t, e, "sqs:DeleteQueue", report.Unused, "IAM keeps no date of attachments and inline policies, and iam:AttachRolePolicy was called last on 2026-04-12: if that gave this, it is younger.")
	if e.Given == nil || *e.Given != (Given{"iam:AttachRolePolicy", at("2026-04-12")}) {
		t.Errorf("given %+v", e.Given)
	}
}

func TestWhatIsTakenAway(t *testing.T) {
	const boundary = "arn:aws:iam::111122223333:policy/boundary"
	w := newWorld(t, allow("sqs:DeleteQueue", "sns:CreateTopic", "ec2:RunInstances"))
	w.account.Roles[0].Boundary = boundary
	w.account.Policies = []*inventory.Policy{{ARN: boundary, Name: "boundary", Path: "/", Default: "v1", Created: at("2024-01-01"),
		Versions: []inventory.PolicyVersion{{ID: "v1", Created: at("2024-01-01"), Document: allow("sqs:*", "ec2:*")}}}}
	w.org = organization.New("o-exampleorg1", "r-ab12", organization.Account{ID: "444455556666", Name: "m", Email: "m@example.com", JoinedTimestamp: at("2020-01-01"), Status: "ACTIVE"})
	if err := w.org.AddAccount(organization.Account{ID: owner, Name: "a", Email: "a@example.com", JoinedTimestamp: at("2020-01-01"), Status: "ACTIVE"}); err != nil {
		t.Fatal(err)
	}
	e := w.evidence(app)
	for full, want := range map[string]string{"sqs:DeleteQueue": "[]", "sns:CreateTopic": "[permissions boundary]"} {
		if a := action(e, full); fmt.Sprint(a.Taken) != want || !a.Granted {
			t.Errorf("%s is taken by %v, want %s", full, a.Taken, want)
		}
	}
}

// TestAccountAndOrganization: everybody's calls count.
func TestAccountAndOrganization(t *testing.T) {
	w := newWorld(t, allow("sqs:DeleteQueue", "sqs:CreateQueue", "sns:CreateTopic"))
	w.call("2026-05-01", "AROAAPP", "sns", "CreateTopic")
	e := w.evidence("arn:aws:iam::111122223333:root")
	is(t, e, "sqs:CreateQueue", report.Used, "2026-05-01") // somebody whom no snapshot knows
	is(t, e, "sns:CreateTopic", report.Used, "2026-05-01")
	is(t, e, "sqs:DeleteQueue", report.Unused, "No attempt")
	if a := action(e, "sqs:CreateQueue"); a.Who[0].Principal != "AIDASOMEBODY" {
		t.Errorf("used by %+v", a.Who)
	}
	if a := action(e, "sns:CreateTopic"); a.Who[0].Principal != app {
		t.Errorf("used by %+v", a.Who)
	}
	w.org = organization.New("o-exampleorg1", "r-ab12", organization.Account{ID: owner, Name: "m", Email: "m@example.com", JoinedTimestamp: at("2020-01-01"), Status: "ACTIVE"})
	if err := w.org.AddAccount(organization.Account{ID: "444455556666", Name: "a", Email: "a@example.com", JoinedTimestamp: at("2020-01-01"), Status: "ACTIVE"}); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.in.Scope, err = Under(w.org, "o-exampleorg1/r-ab12", func(id string) (*inventory.Account, error) {
		if id == owner {
			return w.account, nil
		}
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	e = w.compute()
	is(t, e, "sqs:DeleteQueue", report.NotEnoughHistory, "There is no snapshot of account 444455556666.")
	is(t, e, "sqs:CreateQueue", report.Used, "2026-05-01")
	if !slices.Equal(e.Missing, []string{"account 444455556666"}) {
		t.Errorf("missing %q", e.Missing)
	}
}

// TestOrderAndRepetitionDoNotMatter.
func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	w := newWorld(t, allow("sqs:*", "ec2:*", "s3:*", "iam:PassRole"))
	r := rand.New(rand.NewPCG(3, 4))
	names := []string{"CreateQueue", "DeleteQueue", "Unheard", "TagQueue"}
	for i := range 200 {
		f := w.call(asOf.AddDate(0, 0, -r.IntN(119)).Format(time.DateOnly), []string{"AROAAPP", "AIDASOMEBODY"}[r.IntN(2)], "sqs", names[r.IntN(4)])
		f.Outcome = activity.Outcome(r.IntN(3))
		if i%3 == 0 {
			f.Source, f.Name = "ec2.amazonaws.com", "RunInstances"
		}
	}
	text := func() string {
		body, err := json.Marshal(w.evidence(app))
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	want := text()
	for range 5 {
		w.facts = append(w.facts, w.facts[r.IntN(len(w.facts))])
		r.Shuffle(len(w.facts), func(i, j int) { w.facts[i], w.facts[j] = w.facts[j], w.facts[i] })
		if got := text(); got != want {
			t.Fatalf("%s\nand shuffled\n%s", want, got)
		}
	}
}

// TestUnusedHasNoUse is the promise, over random logs: what is called unused has no
// fact in the window that could be of it.
func TestUnusedHasNoUse(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	unused := 0
	for range 60 {
		w := newWorld(t, allow("sqs:*", "sns:*", "iam:PassRole"))
		used := map[string]bool{}
		for range r.IntN(8) {
			day := asOf.AddDate(0, 0, -r.IntN(119))
			i, ok := w.cat.Service([]string{"sqs", "sns"}[r.IntN(2)])
			if !ok {
				t.Fatal("no such service")
			}
			s := w.cat.Services()[i]
			a := w.cat.Actions()[s.First+r.IntN(s.End-s.First)]
			w.call(day.Format(time.DateOnly), "AROAAPP", s.Namespace, a.Name)
			if day.After(asOf.AddDate(0, 0, -90)) {
				used[s.Namespace+":"+a.Name] = true
			}
		}
		if r.IntN(4) == 0 {
			w.uncover("us-east-1", asOf.AddDate(0, 0, -1-r.IntN(89)).Format(time.DateOnly), 1+r.IntN(3))
		}
		e := w.evidence(app)
		for _, s := range e.Services {
			for _, a := range s.Actions {
				if a.Verdict != report.Unused {
					continue
				}
				if unused++; used[s.Namespace+":"+a.Name] || !e.Coverage.Whole {
					t.Fatalf("%s:%s is called unused: %s (%+v)", s.Namespace, a.Name, a.Why, e.Coverage)
				}
			}
		}
	}
	if unused < 100 {
		t.Errorf("%d actions were unused: the test looked at nothing", unused)
	}
}

// TestTheTableOfEvents: every row is of actions of the catalogue, and what AWS
// tracks is not said to be without events.
func TestTheTableOfEvents(t *testing.T) {
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	empty := 0
	for _, row := range recordRows {
		r := records{cat, map[int]record{}}
		if r.take(row) == 0 {
			empty++
			t.Logf("no action of the catalogue: %+v", row)
		}
	}
	if empty > 8 {
		t.Errorf("%d rows of %d are of no action of the catalogue", empty, len(recordRows))
	}
}
