package report

import (
	"errors"
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
	"github.com/ebbmark/ebbmark/organization"
)

// extendedWorld is what extended reports are made of in these tests.
type extendedWorld struct {
	t      *testing.T
	o      *organization.Organization
	cat    *catalog.Catalog
	engine *grant.Engine
	facts  []activity.Fact
}

var extendedNow = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// newExtendedWorld is the tree of organization_test.go with FullAWSAccess on
// every level, and both control policy types enabled.
func newExtendedWorld(t *testing.T, levels ...[]string) *extendedWorld {
	t.Helper()
	full := []string{scp("Allow * on *")}
	for len(levels) < 4 {
		levels = append(levels, full)
	}
	for i := range levels {
		if levels[i] == nil {
			levels[i] = full
		}
	}
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	o := tree(t, levels...)
	if err := o.EnablePolicyType(tRoot, organization.RCP); err != nil {
		t.Fatal(err)
	}
	return &extendedWorld{t: t, o: o, cat: cat, engine: grant.New(cat)}
}

// resourcePolicy hangs a resource control policy with one Deny on a target.
func (w *extendedWorld) resourcePolicy(target, actions, condition string) {
	w.t.Helper()
	id := fmt.Sprintf("p-resource%d", len(w.o.Policies))
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":` + actions + `,"Resource":"*"` + condition + `}]}`
	if err := errors.Join(w.o.CreatePolicy(organization.Policy{ID: id, Name: id, Type: organization.RCP, Content: text}), w.o.Attach(id, target)); err != nil {
		w.t.Fatal(err)
	}
}

// call adds an attempt that many days ago.
func (w *extendedWorld) call(account, principal, source, name string, outcome activity.Outcome, daysAgo int) {
	k := activity.Key{Account: account, Principal: principal, Source: source + ".amazonaws.com", Name: name, Region: "us-east-1", Class: activity.Management, Outcome: outcome}
	w.facts = append(w.facts, activity.Attempt(k, extendedNow.AddDate(0, 0, -daysAgo), "e"))
}

// logs says that logs of an account cover the days from so many to so many days
// ago.
func (w *extendedWorld) logs(account, region string, from, to int) {
	for n := from; n >= to; n-- {
		k := activity.Key{Account: account, Region: region, Class: activity.Coverage}
		w.facts = append(w.facts, activity.Attempt(k, extendedNow.AddDate(0, 0, -n), ""))
	}
}

func (w *extendedWorld) report(entity string) *ExtendedReport {
	w.t.Helper()
	extras, err := catalog.LoadExtras(w.cat)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := ComputeExtended(ExtendedInput{
		Organization: w.o, Path: w.o.Path(entity), Now: extendedNow, Catalog: w.cat, Extras: extras, Engine: w.engine,
	}, func(account string) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) {
			for _, f := range w.facts {
				if f.Account == account && !yield(f, nil) {
					return
				}
			}
		}
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (r *ExtendedReport) service(t *testing.T, namespace string) *ExtendedService {
	t.Helper()
	for i := range r.Services {
		if r.Services[i].Namespace == namespace {
			return &r.Services[i]
		}
	}
	t.Fatalf("no service %s", namespace)
	return nil
}

// action is a row, or nil.
func (s *ExtendedService) action(name string) *ExtendedAction {
	for i := range s.Actions {
		if s.Actions[i].Name == name {
			return &s.Actions[i]
		}
	}
	return nil
}

// TestWhatPoliciesTakeAway is worked out by hand.
func TestWhatPoliciesTakeAway(t *testing.T) {
	denySQS := []string{scp("Allow * on *"), scp("Deny sqs:* on *")}
	const queues, condition = `["sqs:*"]`, `,"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-exampleorg1"}}`
	for sentence, c := range map[string]struct {
		levels   [][]string
		resource string // target of a resource control policy on sqs
		if_      string
		entity   string
		want     Taken
		without  int
	}{
		"nothing":                        {nil, "", "", tAccount, 0, 0},
		"a service control policy above": {[][]string{denySQS}, "", "", tAccount, BySCP, 1},
		"a service control policy below the entity": {[][]string{nil, denySQS}, "", "", tRoot, 0, 1},
		"it does not bind the management account":   {[][]string{denySQS}, "", "", "111111111111", 0, 0},
		"an allow list":                              {[][]string{nil, {scp("Allow s3:* on *")}}, "", "", tUnit, BySCP, 1},
		"a resource control policy":                  {nil, tUnit, "", tAccount, ByRCP, 1},
		"a resource control policy below the entity": {nil, tSub, "", tUnit, 0, 1},
		"a resource control policy with a condition": {nil, tUnit, condition, tAccount, 0, 0},
		"both":                         {[][]string{denySQS}, tUnit, "", tAccount, BySCP | ByRCP, 1},
		"both, the root's report":      {[][]string{denySQS}, tRoot, "", tRoot, BySCP | ByRCP, 1},
		"none binds management's own":  {[][]string{denySQS}, tRoot, "", "111111111111", 0, 0},
		"different resources together": {[][]string{{scp("Allow sqs:* on arn:aws:sqs:*:*:a")}}, "", "", tAccount, 0, 0},
	} {
		t.Run(sentence, func(t *testing.T) {
			w := newExtendedWorld(t, c.levels...)
			if c.resource != "" {
				w.resourcePolicy(c.resource, queues, c.if_)
			}
			w.call(tAccount, "AROA1", "sqs", "CreateQueue", activity.Denied, 3)
			w.call("111111111111", "AIDA1", "sqs", "CreateQueue", activity.Succeeded, 2)
			s := w.report(c.entity).service(t, "sqs")
			a := s.action("CreateQueue")
			// Whatever is taken away, attempts show.
			if a == nil || a.Verdict != Used || s.Verdict != Used || a.Total == 0 {
				t.Fatalf("the attempt is hidden: %+v", a)
			}
			if a.Taken != c.want || a.Without != c.without {
				t.Errorf("taken by %v, without %d", a.Taken.List(), a.Without)
			}
			if left := s.Known; (c.want == 0) != (s.Left > 0) || s.TakenBySCP > left {
				t.Errorf("left %d of %d", s.Left, s.Known)
			}
		})
	}
}

func TestSCPAndRCPTogether(t *testing.T) {
	w := newExtendedWorld(t, []string{scp("Allow sqs:* on arn:aws:sqs:us-east-1:222222222222:a")})
	w.resourcePolicyOn(tRoot, "arn:aws:sqs:us-east-1:222222222222:*")
	s := w.report(tAccount).service(t, "sqs")
	if s.Left != 0 || s.TakenBySCP != s.Known || s.TakenByRCP != s.Known-1 { // ListQueues acts on no queue, so the Deny does not reach it
		t.Errorf("left %d of %d, taken by SCPs %d, by RCPs %d", s.Left, s.Known, s.TakenBySCP, s.TakenByRCP)
	}
}

// resourcePolicyOn denies sqs on a resource.
func (w *extendedWorld) resourcePolicyOn(target, resource string) {
	w.t.Helper()
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"` + resource + `"}]}`
	if err := errors.Join(w.o.CreatePolicy(organization.Policy{ID: "p-resource_1", Name: "r", Type: organization.RCP, Content: text}), w.o.Attach("p-resource_1", target)); err != nil {
		w.t.Fatal(err)
	}
}

// TestWhoUsedIt: principals by their latest attempt, with their latest success;
// the management account's too; also in Regions that AWS does not track.
func TestWhoUsedIt(t *testing.T) {
	w := newExtendedWorld(t)
	w.call(tAccount, "AROA1", "s3", "CreateBucket", activity.Succeeded, 9)
	w.call(tAccount, "AROA1", "s3", "CreateBucket", activity.Denied, 4)
	w.call("111111111111", "arn:aws:iam::111111111111:root", "s3", "CreateBucket", activity.Failed, 6)
	w.call(tAccount, "AROA2", "s3", "CreateBucket", activity.Succeeded, 401)
	w.call(tAccount, "AROA3", "nosuchservice", "DoIt", activity.Succeeded, 1)
	w.call(tAccount, "AROA4", "ec2", "RunInstances", activity.Succeeded, 1)
	w.facts[0].Region = "mx-central-1"
	r := w.report(tRoot)
	s := r.service(t, "s3")
	want := []PrincipalUse{
		{Account: tAccount, Principal: "AROA1", At: extendedNow.AddDate(0, 0, -4).UnixMilli(), Success: extendedNow.AddDate(0, 0, -9).UnixMilli(), Region: "us-east-1", Outcome: activity.Denied},
		{Account: "111111111111", Principal: "arn:aws:iam::111111111111:root", At: extendedNow.AddDate(0, 0, -6).UnixMilli(), Region: "us-east-1", Outcome: activity.Failed},
	}
	if got := s.action("CreateBucket"); !slices.Equal(got.Principals, want) || got.Total != 2 || s.Accounts != 2 || r.Accounts != 2 {
		t.Errorf("%+v, %d accounts of %d", got, s.Accounts, r.Accounts)
	}
	if !slices.Equal(r.Unmapped, []string{"nosuchservice.amazonaws.com:DoIt"}) || r.UnmappedTotal != 1 {
		t.Errorf("unmapped: %v", r.Unmapped)
	}
	// CT-38: RunInstances may have needed more; that is no use, and not unused.
	tags := r.service(t, "ec2").action("CreateTags")
	if tags == nil || tags.Verdict != Inferred || tags.Total != 0 || tags.Inferred.Total != 1 || tags.Inferred.Principals[0].Event != "ec2:RunInstances" {
		t.Errorf("CreateTags: %+v", tags)
	}
	if pass := r.service(t, "iam").action("PassRole"); pass == nil || pass.Verdict != Inferred {
		t.Errorf("PassRole: %+v", pass)
	}
}

func TestPrincipalsAreBounded(t *testing.T) {
	w := newExtendedWorld(t)
	for i := range MaxPrincipals + 30 {
		w.call([]string{tAccount, "111111111111"}[i%2], fmt.Sprintf("AROA%03d", i), "s3", "CreateBucket", activity.Succeeded, 1+i)
	}
	for i := range MaxUnmapped + 5 {
		w.call(tAccount, "AROA1", "nosuchservice", fmt.Sprint("Do", i), activity.Succeeded, 1)
	}
	r := w.report(tRoot)
	a := r.service(t, "s3").action("CreateBucket")
	if a.Total != MaxPrincipals+30 || len(a.Principals) != MaxPrincipals || a.Principals[0].Principal != "AROA000" || a.Principals[MaxPrincipals-1].Principal != fmt.Sprintf("AROA%03d", MaxPrincipals-1) {
		t.Errorf("%d of %d, %+v", len(a.Principals), a.Total, a.Principals)
	}
	if len(r.Unmapped) != MaxUnmapped || r.UnmappedTotal != MaxUnmapped+5 {
		t.Errorf("unmapped: %d of %d", len(r.Unmapped), r.UnmappedTotal)
	}
}

// TestUnusedNeedsLogs: nothing is called unused that the logs could not show.
func TestUnusedNeedsLogs(t *testing.T) {
	const management = "111111111111"
	for sentence, c := range map[string]struct {
		logs   func(w *extendedWorld)
		want   Verdict // of a tracked action without use
		since  int     // days ago; -1: never
		silent string
	}{
		"no logs":           {func(*extendedWorld) {}, NotEnoughHistory, -1, management + " " + tAccount},
		"of one account":    {func(w *extendedWorld) { w.logs(tAccount, "us-east-1", 400, 0) }, NotEnoughHistory, -1, management},
		"of both":           {func(w *extendedWorld) { w.logs(tAccount, "us-east-1", 400, 0); w.logs(management, "us-east-1", 400, 0) }, Unused, 400, ""},
		"but for today":     {func(w *extendedWorld) { w.logs(tAccount, "us-east-1", 400, 1); w.logs(management, "us-east-1", 400, 1) }, Unused, 400, ""},
		"but for yesterday": {func(w *extendedWorld) { w.logs(tAccount, "us-east-1", 400, 2); w.logs(management, "us-east-1", 400, 0) }, NotEnoughHistory, 400, ""},
		"with a gap": {func(w *extendedWorld) {
			w.logs(tAccount, "us-east-1", 400, 100)
			w.logs(tAccount, "us-east-1", 98, 0)
			w.logs(management, "us-east-1", 400, 0)
		}, NotEnoughHistory, 400, ""},
		"a gap that another Region fills": {func(w *extendedWorld) {
			w.logs(tAccount, "us-east-1", 400, 100)
			w.logs(tAccount, "eu-west-1", 99, 0)
			w.logs(management, "us-east-1", 500, 0)
		}, Unused, 400, ""},
		"too short": {func(w *extendedWorld) { w.logs(tAccount, "us-east-1", 399, 0); w.logs(management, "us-east-1", 400, 0) }, NotEnoughHistory, 399, ""},
		"too old": {func(w *extendedWorld) {
			w.logs(tAccount, "us-east-1", 450, 401)
			w.logs(management, "us-east-1", 400, 0)
		}, NotEnoughHistory, -1, tAccount},
	} {
		t.Run(sentence, func(t *testing.T) {
			w := newExtendedWorld(t)
			c.logs(w)
			r := w.report(tRoot)
			if got := r.service(t, "s3").action("CreateBucket"); got.Verdict != c.want {
				t.Errorf("%s, observed %+v", got.Verdict, r.Observed)
			}
			if c.want == Unused && r.service(t, "s3").Verdict != NotObservable {
				t.Errorf("s3, whose objects management events do not show: %s", r.service(t, "s3").Verdict)
			}
			since := activity.Day(0)
			if c.since >= 0 {
				since = activity.DayOf(extendedNow.AddDate(0, 0, -c.since))
			}
			if got := strings.Join(r.Observed.Silent, " "); r.Observed.Since != since || got != c.silent {
				t.Errorf("since %v, silent %q", r.Observed.Since.Start(), got)
			}
		})
	}
}

// TestExtendedDoesNotDependOnOrder: shuffled and repeated facts give the same.
func TestExtendedDoesNotDependOnOrder(t *testing.T) {
	w := newExtendedWorld(t)
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		w.call([]string{tAccount, "111111111111"}[r.IntN(2)], fmt.Sprint("AROA", r.IntN(80)), []string{"s3", "ec2"}[r.IntN(2)],
			[]string{"CreateBucket", "RunInstances", "DoIt"}[r.IntN(3)], activity.Outcome(1+r.IntN(3)), r.IntN(60))
	}
	want := fmt.Sprintf("%+v", w.report(tRoot))
	for range 5 {
		w.facts = append(w.facts, w.facts[r.IntN(len(w.facts))])
		r.Shuffle(len(w.facts), func(i, j int) { w.facts[i], w.facts[j] = w.facts[j], w.facts[i] })
		if got := fmt.Sprintf("%+v", w.report(tRoot)); got != want {
			t.Fatal("another order, another report")
		}
	}
}

func TestExtendedErrors(t *testing.T) {
	w := newExtendedWorld(t)
	broken := errors.New("broken")
	fail := func(string) iter.Seq2[activity.Fact, error] {
		return func(yield func(activity.Fact, error) bool) { yield(activity.Fact{}, broken) }
	}
	in := ExtendedInput{Organization: w.o, Path: w.o.Path(tRoot), Now: extendedNow, Catalog: w.cat, Engine: w.engine}
	if _, err := ComputeExtended(in, fail); !errors.Is(err, broken) {
		t.Errorf("an error of the store: %v", err)
	}
	for _, path := range []string{in.Path + "/", "o-exampleorg1", "o-exampleorg1/r-ab12/999999999999", ""} {
		in.Path = path
		if _, err := ComputeExtended(in, fail); !errors.Is(err, ErrEntityPath) {
			t.Errorf("path %q: %v", path, err)
		}
	}
}
