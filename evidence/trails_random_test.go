package evidence

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/trail"
)

// event is something that happened, whether a log has it or not.
type event struct {
	day                    time.Time
	who, name, region, bkt string
	data, writes           bool
}

// delivering is a set of selectors, and by hand what they let through.
type delivering struct {
	members string
	has     func(e *event) bool
}

var deliverings = []delivering{
	{allS3, func(*event) bool { return true }},
	{allS3, func(*event) bool { return true }},
	{strings.Replace(allS3, `true`, `false`, 1), func(e *event) bool { return e.data }},
	{strings.Replace(allS3, `"All"`, `"ReadOnly"`, 1), func(e *event) bool { return !e.writes }},
	{strings.Replace(allS3, `"All"`, `"WriteOnly"`, 1), func(e *event) bool { return e.writes }},
	{strings.Replace(allS3, "arn:aws:s3", "arn:aws:s3:::one/", 1), func(e *event) bool { return !e.data || e.bkt == "one" }},
	{noData, func(e *event) bool { return !e.data }},
	{`"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]}]}]`,
		func(*event) bool { return true }},
	{`"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"eventName","NotEquals":["GetObject"]}]}]`,
		func(e *event) bool { return e.name != "GetObject" }},
}

// modelTrail is a trail as it really is: what it delivered before and after a
// change, since when it logs, and whether its bucket is read.
type modelTrail struct {
	home          string
	every, read   bool
	before, after delivering
	changed       time.Time // zero: before counts for nothing
	started       time.Time
}

func (m *modelTrail) delivered(e *event) bool {
	d := m.after
	if e.day.Before(m.changed) {
		d = m.before
	}
	return m.read && !e.day.Before(m.started) && (m.every || m.home == e.region) && d.has(e)
}

// TestDataEventsThatNoLogShows is the promise, over random trails of which some are
// read: a use that happened is never called unused, delivered or not.
func TestDataEventsThatNoLogShows(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	unused, hidden := 0, 0
	w := newWorld(t, allow("s3:GetObject"))
	w.in.Service = "s3"
	for range 1500 {
		w.facts, w.trails = nil, map[string]*trail.Record{}
		w.in.EveryRegion = r.IntN(4) == 0
		var list []*modelTrail
		for range 1 + r.IntN(2)*r.IntN(3) {
			m := &modelTrail{home: w.in.Regions[r.IntN(2)], every: r.IntN(4) > 0, read: r.IntN(4) > 0,
				after: deliverings[r.IntN(len(deliverings))*min(1, r.IntN(3))], started: at("2024-02-01")}
			if m.before = m.after; r.IntN(6) == 0 {
				m.before, m.changed = deliverings[r.IntN(len(deliverings))], asOf.AddDate(0, 0, -1-r.IntN(100))
			}
			if r.IntN(8) == 0 {
				m.started = asOf.AddDate(0, 0, -r.IntN(120))
			}
			list = append(list, m)
		}
		happened := happenings(r, list)
		used := false
		for i := range happened {
			e := &happened[i]
			mine := e.who == "AROAAPP" && e.day.After(asOf.AddDate(0, 0, -90))
			seen := false
			for _, m := range list {
				seen = seen || m.delivered(e)
			}
			if used = used || mine; mine && !seen {
				hidden++
			}
			if seen {
				w.log(e)
			}
		}
		w.sawModel(t, list)
		a := action(w.evidence(app), "s3:GetObject")
		if a.Verdict != report.Unused {
			continue
		}
		if unused++; used {
			for _, m := range list {
				t.Logf("%+v", *m)
			}
			t.Fatalf("it was used, and is called unused: %s", a.Why)
		}
	}
	if unused < 60 || hidden < 300 {
		t.Errorf("%d were unused, %d uses hidden: the test looked at nothing", unused, hidden)
	}
}

// happenings are management events of every day and Region, changes of the trails,
// and some data events, of the role too or not.
func happenings(r *rand.Rand, list []*modelTrail) (out []event) {
	for d := range 120 {
		for _, region := range []string{"us-east-1", "eu-west-1"} {
			day := asOf.AddDate(0, 0, -d)
			out = append(out, event{day: day, who: "AIDASOMEBODY", name: "DescribeVpcs", region: region}, event{day: day, who: "AIDASOMEBODY", name: "CreateVpc", region: region, writes: true})
		}
	}
	for _, m := range list {
		if !m.changed.IsZero() {
			out = append(out, event{day: m.changed, who: "AIDASOMEBODY", name: "PutEventSelectors", region: m.home, writes: true})
		}
	}
	mine := r.IntN(2)
	for range r.IntN(30) {
		e := event{day: asOf.AddDate(0, 0, -r.IntN(120)), who: "AIDASOMEBODY", name: []string{"GetObject", "PutObject"}[r.IntN(2)],
			region: []string{"us-east-1", "eu-west-1"}[r.IntN(2)], bkt: []string{"one", "two"}[r.IntN(2)], data: true}
		if e.writes = e.name == "PutObject"; !e.writes && mine == 1 && r.IntN(4) == 0 {
			e.who = "AROAAPP"
		}
		out = append(out, e)
	}
	return out
}

// log puts an event into the facts, with the coverage of its day.
func (w *world) log(e *event) {
	source := "ec2"
	switch {
	case e.data:
		source = "s3"
	case e.name == "PutEventSelectors":
		source = "cloudtrail"
	}
	k := activity.Key{Account: owner, Principal: e.who, Source: source + ".amazonaws.com", Name: e.name, Region: e.region, Class: activity.Management, Outcome: activity.Succeeded}
	if e.data {
		k.Class = activity.Data
	}
	w.facts = append(w.facts, activity.Attempt(k, e.day, "e"))
	w.cover(e.region, e.day)
}

// sawModel reads the trails as they are in the end.
func (w *world) sawModel(t *testing.T, list []*modelTrail) {
	var all []trail.Trail
	for i, m := range list {
		one := aTrail(t, "arn:aws:cloudtrail:"+m.home+":111122223333:trail/"+string(rune('a'+i)), m.after.members)
		one.MultiRegion, one.Status.Started = m.every, m.started
		all = append(all, one)
	}
	w.saw(owner, "2026-06-01", all...)
}
