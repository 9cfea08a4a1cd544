package evidence

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/trail"
)

const (
	mainTrail  = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"
	otherTrail = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/other"
	orgTrail   = "arn:aws:cloudtrail:us-east-1:444455556666:trail/org"
	manager    = "444455556666"

	allS3     = `"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]`
	allQueues = `"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::SQS::Queue"]}]}]`
	noData    = `"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true}]`
)

func selectors(t testing.TB, members string) *trail.Selectors {
	t.Helper()
	_, s, err := trail.ReadSelectors(json.RawMessage(`{"TrailARN":"` + mainTrail + `",` + members + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// aTrail is a multi-Region trail that logs since long.
func aTrail(t testing.TB, arn, members string) trail.Trail {
	parts := strings.Split(arn, ":")
	return trail.Trail{ARN: arn, Name: strings.TrimPrefix(parts[5], "trail/"), HomeRegion: parts[3], MultiRegion: true,
		Status: &trail.Status{Logging: true, Started: at("2024-02-01")}, Selectors: selectors(t, members)}
}

// saw adds an observation of all the trails of an account.
func (w *world) saw(account, day string, list ...trail.Trail) {
	o := &trail.Observation{Account: account, At: at(day), Trails: list, Listed: []string{}}
	for _, one := range list {
		o.Listed = append(o.Listed, one.ARN)
	}
	w.observe(o)
}

func (w *world) observe(o *trail.Observation) {
	if w.trails[o.Account] == nil {
		w.trails[o.Account] = &trail.Record{}
	}
	w.trails[o.Account].Add(o)
}

// data is a data event.
func (w *world) data(day, principal, source, name string) {
	w.call(day, principal, source, name).Class = activity.Data
}

// dataWorld is newWorld with a trail of all S3 objects and one event of these, of
// somebody else.
func dataWorld(t testing.TB) *world {
	w := newWorld(t, allow("s3:GetObject", "s3:PutObject", "s3:GetObjectVersion", "lambda:InvokeFunction", "sqs:SendMessage"))
	w.trails = map[string]*trail.Record{}
	w.data("2026-05-02", "AIDASOMEBODY", "s3", "PutObject")
	return w
}

// TestDataEventsAreUnusedWhenNothingIsMissing, and that they are not when anything
// is. The first case shows that the others can fail.
func TestDataEventsAreUnusedWhenNothingIsMissing(t *testing.T) {
	main := func(w *world, change func(*trail.Trail)) trail.Trail {
		one := aTrail(w.t, mainTrail, allS3)
		if change != nil {
			change(&one)
		}
		return one
	}
	sawOne := func(w *world, change func(*trail.Trail)) { w.saw(owner, "2026-05-31", main(w, change)) }
	for name, c := range map[string]struct {
		make    func(w *world)
		verdict report.Verdict
		says    string
	}{
		"nothing is missing": {func(w *world) { sawOne(w, nil) }, report.Unused,
			"No attempt in the 90 days before 2026-06-01, and logs of every day and Region of them were read. All of its data events (AWS::S3::Object) are delivered by trail main."},
		"read before and after":  {func(w *world) { w.saw(owner, "2026-01-31", main(w, nil)); sawOne(w, nil) }, report.Unused, "No attempt"},
		"two trails, both whole": {func(w *world) { w.saw(owner, "2026-05-31", main(w, nil), aTrail(w.t, otherTrail, allS3)) }, report.Unused, "trail main, other."},
		"another trail that was stopped long ago": {func(w *world) {
			other := aTrail(w.t, otherTrail, noData)
			other.Status = &trail.Status{Started: at("2024-01-01"), Stopped: at("2025-01-01")}
			w.saw(owner, "2026-05-31", main(w, nil), other)
		}, report.Unused, "trail main."},
		"a trail for each Region": {func(w *world) {
			other := aTrail(w.t, otherTrail, allS3)
			other.MultiRegion = false
			w.saw(owner, "2026-05-31", main(w, func(o *trail.Trail) { o.MultiRegion = false }), other)
		}, report.Unused, "trail main, other."},
		"only reads, which it is": {func(w *world) {
			sawOne(w, func(o *trail.Trail) { o.Selectors = selectors(w.t, strings.Replace(allS3, `"All"`, `"ReadOnly"`, 1)) })
		}, report.Unused, "No attempt"},
		"it was used":                    {func(w *world) { sawOne(w, nil); w.data("2026-05-03", "AROAAPP", "s3", "HeadObject") }, report.Used, "2026-05-03"},
		"it may have been needed":        {func(w *world) { sawOne(w, nil); w.data("2026-05-03", "AROAAPP", "s3", "CopyObject") }, report.Inferred, "s3:CopyObject"},
		"no log of a day":                {func(w *world) { sawOne(w, nil); w.uncover("eu-west-1", "2026-05-04", 1) }, report.NotEnoughHistory, "2026-05-04 to 2026-05-04"},
		"a role too young":               {func(w *world) { sawOne(w, nil); w.account.Roles[0].Created = at("2026-05-01") }, report.NotEnoughHistory, "made on 2026-05-01"},
		"an unknown call of the service": {func(w *world) { sawOne(w, nil); w.data("2026-05-03", "AROAAPP", "s3", "FetchObject") }, report.NotObservable, "FetchObject"},

		"no trail is known": {func(*world) {}, report.NotObservable, "data event (AWS::S3::Object), and it is not known that a trail delivers all of these: no trail of account 111122223333 is known: ebbmark sync aws reads them, or ebbmark import."},
		"there is no trail": {func(w *world) { w.saw(owner, "2026-05-31") }, report.NotObservable, "no trail of account 111122223333 logs in us-east-1."},
		"it is not known whether these are all": {func(w *world) {
			w.observe(&trail.Observation{Account: owner, At: at("2026-05-31"), Trails: []trail.Trail{main(w, nil)}})
		},
			report.NotObservable, "account 111122223333 may have further trails: cloudtrail:ListTrails is needed"},
		"one that is listed and could not be described": {func(w *world) {
			w.observe(&trail.Observation{Account: owner, At: at("2026-05-31"), Trails: []trail.Trail{main(w, nil)}, Listed: []string{mainTrail, otherTrail}})
		}, report.NotObservable, "of the logs in us-east-1 it is not known which trail they are of, and the event selectors or the status of trail " + otherTrail + " are not known"},
		"selectors that could not be read": {func(w *world) { sawOne(w, func(o *trail.Trail) { o.Selectors = nil }) }, report.NotObservable, "are not known: cloudtrail:GetEventSelectors and cloudtrail:GetTrailStatus are needed"},
		"a status that could not be read":  {func(w *world) { sawOne(w, func(o *trail.Trail) { o.Status = nil }) }, report.NotObservable, "status of trail main are not known"},
		"read long ago":                    {func(w *world) { w.saw(owner, "2026-05-10", main(w, nil)) }, report.NotObservable, "were last read on 2026-05-10, too long ago"},
		"read later only":                  {func(w *world) { w.saw(owner, "2026-06-02", main(w, nil)) }, report.NotObservable, "no trail of account 111122223333 is known"},
		"selectors that were last read long ago": {func(w *world) {
			w.saw(owner, "2026-05-10", main(w, nil))
			sawOne(w, func(o *trail.Trail) { o.Selectors = nil })
		}, report.NotObservable, "trail main was last read on 2026-05-10, too long ago"},
		"management events only": {func(w *world) { sawOne(w, func(o *trail.Trail) { o.Selectors = selectors(w.t, noData) }) }, report.NotObservable, "trail main delivers none of them: let it select all of them."},
		"one bucket": {func(w *world) {
			sawOne(w, func(o *trail.Trail) {
				o.Selectors = selectors(w.t, strings.Replace(allS3, "arn:aws:s3", "arn:aws:s3:::b/", 1))
			})
		}, report.NotObservable, "trail main delivers some only (Values of DataResources)"},
		"writes, which it is not": {func(w *world) {
			sawOne(w, func(o *trail.Trail) { o.Selectors = selectors(w.t, strings.Replace(allS3, `"All"`, `"WriteOnly"`, 1)) })
		}, report.NotObservable, "trail main delivers some only (ReadWriteType WriteOnly)"},
		"by name": {func(w *world) {
			sawOne(w, func(o *trail.Trail) {
				o.Selectors = selectors(w.t, strings.Replace(strings.Replace(allQueues, "AWS::SQS::Queue", "AWS::S3::Object", 1), `]}]}]`, `]},{"Field":"eventName","NotEquals":["GetObject"]}]}]`, 1))
			})
		}, report.NotObservable, "trail main delivers some only (field eventName)"},
		"it does not log": {func(w *world) {
			sawOne(w, func(o *trail.Trail) { o.Status = &trail.Status{Started: at("2024-01-01"), Stopped: at("2026-05-01")} })
		}, report.NotObservable, "trail main does not log"},
		"it was started within":     {func(w *world) { sawOne(w, func(o *trail.Trail) { o.Status.Started = at("2026-03-04") }) }, report.NotObservable, "trail main is not known to log since before the window"},
		"nobody says when it was":   {func(w *world) { sawOne(w, func(o *trail.Trail) { o.Status = &trail.Status{Logging: true} }) }, report.NotObservable, "not known to log since"},
		"its bucket refuses it":     {func(w *world) { sawOne(w, func(o *trail.Trail) { o.Status.DeliveryError = "AccessDenied" }) }, report.NotObservable, "trail main could not deliver (AccessDenied)"},
		"one Region, and two count": {func(w *world) { sawOne(w, func(o *trail.Trail) { o.MultiRegion = false }) }, report.NotObservable, "no trail of account 111122223333 logs in eu-west-1"},
		"one Region, and all count": {func(w *world) {
			w.in.EveryRegion, w.in.Regions = true, nil
			sawOne(w, func(o *trail.Trail) { o.MultiRegion = false })
		}, report.NotObservable, "trail main is of us-east-1 only"},
		"another trail without them": {func(w *world) { w.saw(owner, "2026-05-31", main(w, nil), aTrail(w.t, otherTrail, noData)) }, report.NotObservable, "it is not known which trail they are of, and trail other delivers none of them"},
		"another trail with some": {func(w *world) {
			w.saw(owner, "2026-05-31", main(w, nil), aTrail(w.t, otherTrail, strings.Replace(allS3, "arn:aws:s3", "arn:aws:s3:::b/", 1)))
		}, report.NotObservable, "trail other delivers some only (Values of DataResources)"},
		"selectors were put within": {func(w *world) {
			sawOne(w, nil)
			w.call("2026-05-03", "AIDASOMEBODY", "cloudtrail", "PutEventSelectors")
		}, report.NotObservable, "cloudtrail:PutEventSelectors was called in account 111122223333 on 2026-05-03"},
		"and it was read before and after": {func(w *world) {
			w.saw(owner, "2026-01-31", main(w, nil))
			sawOne(w, nil)
			w.call("2026-05-03", "AIDASOMEBODY", "cloudtrail", "UpdateTrail").Outcome = activity.Denied
		}, report.NotObservable, "cloudtrail:UpdateTrail was called"},
		"stopped and started within": {func(w *world) { sawOne(w, nil); w.call("2026-05-03", "AIDASOMEBODY", "cloudtrail", "StopLogging") }, report.NotObservable, "cloudtrail:StopLogging was called"},
		"a trail was deleted within": {func(w *world) { sawOne(w, nil); w.call("2026-05-03", "AIDASOMEBODY", "cloudtrail", "DeleteTrail") }, report.NotObservable, "cloudtrail:DeleteTrail was called"},
		"put before the window": {func(w *world) {
			sawOne(w, nil)
			w.call("2026-03-01", "AIDASOMEBODY", "cloudtrail", "PutEventSelectors")
		}, report.Unused, "No attempt"},
		"it was seen to be different": {func(w *world) {
			w.saw(owner, "2026-04-01", main(w, func(o *trail.Trail) { o.Selectors = selectors(w.t, noData) }))
			sawOne(w, nil)
		}, report.NotObservable, "trail main was different on 2026-04-01, within the window"},
		"there were others": {func(w *world) {
			w.saw(owner, "2026-04-01", main(w, nil), aTrail(w.t, otherTrail, noData))
			sawOne(w, nil)
		}, report.NotObservable, "account 111122223333 had other trails on 2026-04-01"},
		"it was different long ago": {func(w *world) {
			w.saw(owner, "2026-02-01", main(w, func(o *trail.Trail) { o.Selectors = selectors(w.t, noData) }))
			sawOne(w, nil)
		}, report.Unused, "No attempt"},
		"its home does not count": {func(w *world) { w.in.Regions = []string{"eu-west-1"}; sawOne(w, nil) }, report.NotObservable, "may have been changed in us-east-1, which is not among the Regions in use"},
		"nobody has such an event": {func(w *world) {
			sawOne(w, nil)
			w.facts = slices.DeleteFunc(w.facts, func(f activity.Fact) bool { return f.Class == activity.Data })
		}, report.NotObservable, "the logs of the window have none of anyone in account 111122223333"},
		"the only such event is none of data": {func(w *world) {
			sawOne(w, nil)
			w.facts[len(w.facts)-1].Class = activity.Management
		}, report.NotObservable, "none of anyone"},
		"the only such event is older": {func(w *world) {
			sawOne(w, nil)
			w.facts[len(w.facts)-1].First.At, w.facts[len(w.facts)-1].Last.At = at("2026-02-01").UnixMilli(), at("2026-02-01").UnixMilli()
			w.facts[len(w.facts)-1].Days = activity.DaysOf(activity.DayOf(at("2026-02-01")))
		}, report.NotObservable, "none of anyone"},
		"S3 access points of FSx": {func(w *world) {
			sawOne(w, nil)
			w.call("2025-05-03", "AIDASOMEBODY", "fsx", "CreateAndAttachS3AccessPoint")
		}, report.NotObservable, "S3 access points of FSx"},
		"an empty window before a trail": {func(w *world) { w.in.Window = 24 * 3600e9; w.saw(owner, "2026-05-30", main(w, nil)) }, report.NotObservable, "too long ago"},
	} {
		t.Run(name, func(t *testing.T) {
			w := dataWorld(t)
			c.make(w)
			e := w.evidence(app)
			is(t, e, "s3:GetObject", c.verdict, c.says)
			is(t, e, "sqs:SendMessage", report.NotObservable, "not known that every use of it leaves one of its own")
			if v := action(e, "s3:GetObjectVersion"); v.Verdict == report.Unused {
				t.Errorf("what a HeadObject may need is unused: %s", v.Why)
			}
			is(t, e, "lambda:InvokeFunction", report.NotObservable, "AWS::Lambda::Function")
		})
	}
}

// TestFunctionsAndTables: both reads and writes have to be there, and what may
// need them besides.
func TestFunctionsAndTables(t *testing.T) {
	const both = `"EventSelectors":[{"ReadWriteType":"All","DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]},{"Type":"AWS::DynamoDB::Table","Values":["arn:aws:dynamodb"]}]}]`
	for name, c := range map[string]struct {
		selectors     string
		make          func(w *world)
		lambda, table report.Verdict
	}{
		"whole":                      {both, func(*world) {}, report.Unused, report.Unused},
		"writes":                     {strings.Replace(both, `"All"`, `"WriteOnly"`, 1), func(*world) {}, report.NotObservable, report.NotObservable},
		"a call of a function's URL": {both, func(w *world) { w.data("2026-05-03", "AROAAPP", "lambda", "InvokeFunctionUrl") }, report.NotObservable, report.Unused},
		"a transaction":              {both, func(w *world) { w.data("2026-05-03", "AROAAPP", "dynamodb", "TransactWriteItems") }, report.Unused, report.Inferred},
		"a role for DAX": {both, func(w *world) {
			w.account.Roles = append(w.account.Roles, &inventory.Role{Name: "dax", ID: "AROADAX", ARN: "arn:aws:iam::111122223333:role/dax", Path: "/", Created: at("2024-01-01"),
				Trust: `{"Statement":[{"Effect":"Allow","Principal":{"Service":"dax.amazonaws.com"},"Action":"sts:AssumeRole"}]}`})
		}, report.Unused, report.NotObservable},
	} {
		w := newWorld(t, allow("lambda:InvokeFunction", "dynamodb:PutItem"))
		w.trails = map[string]*trail.Record{}
		w.data("2026-05-02", "AIDASOMEBODY", "lambda", "Invoke")
		w.data("2026-05-02", "AIDASOMEBODY", "dynamodb", "GetItem")
		w.saw(owner, "2026-05-31", aTrail(t, mainTrail, c.selectors))
		c.make(w)
		e := w.evidence(app)
		if l, d := action(e, "lambda:InvokeFunction"), action(e, "dynamodb:PutItem"); l.Verdict != c.lambda || d.Verdict != c.table {
			t.Errorf("%s: %s: %s\n%s: %s", name, l.Verdict, l.Why, d.Verdict, d.Why)
		}
	}
}

// TestTheTrailOfAnOrganization: it may be changed in the management account, and
// by delegated administrators.
func TestTheTrailOfAnOrganization(t *testing.T) {
	const delegate = "777788889999"
	logs := func(w *world, account string) {
		for d := range 120 {
			w.facts = append(w.facts, activity.Attempt(activity.Key{Account: account, Region: "us-east-1", Class: activity.Coverage}, asOf.AddDate(0, 0, -d), ""))
		}
	}
	org := func(w *world, delegated bool) {
		w.org = organization.New("o-exampleorg1", "r-ab12", organization.Account{ID: manager, Name: "m", Email: "m@example.com", JoinedTimestamp: at("2020-01-01"), Status: "ACTIVE"})
		if err := w.org.AddAccount(organization.Account{ID: owner, Name: "a", Email: "a@example.com", JoinedTimestamp: at("2020-01-01"), Status: "ACTIVE"}); err != nil {
			t.Fatal(err)
		}
		if delegated {
			w.org.Delegated = []organization.Delegated{{Account: delegate, Service: "cloudtrail.amazonaws.com"}}
		}
	}
	for name, c := range map[string]struct {
		make    func(w *world)
		verdict report.Verdict
		says    string
	}{
		"with the logs of the management account": {func(w *world) { org(w, false); logs(w, manager) }, report.Unused, "delivered by trail org."},
		"without them": {func(w *world) { org(w, false) }, report.NotObservable, "trail org may have been changed in account 444455556666, whose logs do not cover the window"},
		"changed there": {func(w *world) {
			org(w, false)
			logs(w, manager)
			w.call("2026-05-05", "AIDAM", "cloudtrail", "PutEventSelectors").Account = manager
		}, report.NotObservable, "cloudtrail:PutEventSelectors was called in account 444455556666 on 2026-05-05"},
		"a delegated administrator without logs": {func(w *world) { org(w, true); logs(w, manager) }, report.NotObservable, "changed in account 777788889999, whose logs"},
		"and with them":                          {func(w *world) { org(w, true); logs(w, manager); logs(w, delegate) }, report.Unused, "trail org."},
		"who may change it is not known":         {func(w *world) { logs(w, manager) }, report.NotObservable, "is of an organization, and it is not known which accounts may change it"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, own := range []bool{true, false} { // whether the account may read the selectors itself
				w := dataWorld(t)
				one := aTrail(t, orgTrail, allS3)
				one.Organization = true
				w.saw(manager, "2026-05-30", one)
				if !own {
					one.Selectors = nil
				}
				w.saw(owner, "2026-05-31", one)
				c.make(w)
				e := w.evidence(app)
				is(t, e, "s3:GetObject", c.verdict, c.says)
				if r := e.Coverage.Trails; len(r) != 1 || !r[0].Organization || fmt.Sprint(r[0].DataEvents) != "[{AWS::S3::Object all}]" || (r[0].Doubt == "") != (c.verdict == report.Unused) {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// TestWhatTheManagementAccountKnows: what it was told of the trail long ago, or
// otherwise, is no better for an account that may not read it.
func TestWhatTheManagementAccountKnows(t *testing.T) {
	for name, c := range map[string]struct {
		days map[string]string // selectors that the management account read, by day
		says string
	}{
		"long ago":  {map[string]string{"2026-05-10": allS3}, "trail org was last read on 2026-05-10, too long ago"},
		"otherwise": {map[string]string{"2026-04-10": noData, "2026-05-30": allS3}, "trail org was different on 2026-04-10"},
		"never":     {nil, "the event selectors or the status of trail org are not known"},
	} {
		w := dataWorld(t)
		for d := range 120 {
			w.facts = append(w.facts, activity.Attempt(activity.Key{Account: manager, Region: "us-east-1", Class: activity.Coverage}, asOf.AddDate(0, 0, -d), ""))
		}
		for day, s := range c.days {
			one := aTrail(t, orgTrail, s)
			one.Organization = true
			w.saw(manager, day, one)
		}
		own := aTrail(t, orgTrail, allS3)
		own.Organization, own.Selectors = true, nil
		w.saw(owner, "2026-02-01", own)
		w.saw(owner, "2026-05-31", own)
		if a := action(w.evidence(app), "s3:GetObject"); a.Verdict != report.NotObservable || !strings.Contains(a.Why, c.says) {
			t.Errorf("%s: %s: %s", name, a.Verdict, a.Why)
		}
	}
}

// TestWhatATrailLeavesOutIsNamed: management events that no trail has.
func TestWhatATrailLeavesOutIsNamed(t *testing.T) {
	writes := strings.Replace(noData, `"All"`, `"WriteOnly"`, 1)
	for name, c := range map[string]struct {
		trails []string
		says   string
	}{
		"no trail is known":                 {nil, "no event that reads of anyone: the trail may leave them out."},
		"one without reads":                 {[]string{writes}, "no event that reads of anyone: the event selectors of trail main leave them out."},
		"and one that may have any":         {[]string{writes, noData}, "the trail may leave them out."},
		"one whose selectors are not known": {[]string{writes, writes}, "the trail may leave them out."},
		"two without":                       {[]string{writes, writes}, "the event selectors of trail main, other leave them out."},
	} {
		w := newWorld(t, allow("sqs:ListQueues"))
		w.trails = map[string]*trail.Record{}
		w.facts = slices.DeleteFunc(w.facts, func(f activity.Fact) bool { return f.Name == "DescribeVpcs" })
		var list []trail.Trail
		for i, s := range c.trails {
			list = append(list, aTrail(t, []string{mainTrail, otherTrail}[i], s))
		}
		if name == "one whose selectors are not known" {
			list[1].Selectors = nil
		}
		if list != nil {
			w.saw(owner, "2026-05-31", list...)
		}
		e := w.evidence(app)
		if a := action(e, "sqs:ListQueues"); a.Verdict != report.NotObservable || !strings.Contains(a.Why, c.says) {
			t.Errorf("%s: %s: %s", name, a.Verdict, a.Why)
		}
	}
}

// TestTheTableOfDataEvents: every row is of actions of the catalogue that are
// recorded as data events.
func TestTheTableOfDataEvents(t *testing.T) {
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, n := newRecords(cat), 0
	for _, row := range dataRows {
		if _, ok := cat.Action(row.namespace, row.also); row.also != "" && !ok {
			t.Errorf("%s:%s is not in the catalogue", row.namespace, row.also)
		}
		for _, name := range row.names {
			i, ok := cat.Action(row.namespace, name)
			if !ok {
				t.Errorf("%s:%s is not in the catalogue", row.namespace, name)
			} else if as, kind := r.of(i); as != AsData {
				t.Errorf("%s:%s is recorded as %s (%s)", row.namespace, name, as, kind)
			}
			n++
		}
	}
	if n < 25 || len(neededFor(cat)) != n {
		t.Errorf("%d actions", n)
	}
}
