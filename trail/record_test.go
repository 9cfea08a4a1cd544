package trail

import (
	"strings"
	"testing"
	"time"
)

func on(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t
}

// seen is an observation of one trail with a bucket.
func seen(day, bucket string) *Observation {
	t := Trail{ARN: arn1, HomeRegion: "us-east-1", Bucket: bucket, Status: &Status{Logging: true}, Selectors: &Selectors{}}
	return &Observation{Account: "111122223333", At: on(day), Trails: []Trail{t}, Listed: []string{arn1}}
}

// text is the states of the trail: "bucket since-asOf".
func (r *Record) text() string {
	var out []string
	for _, s := range r.states(arn1) {
		out = append(out, s.Trail.Bucket+" "+s.Since.Format(time.DateOnly)+" "+s.AsOf.Format(time.DateOnly))
	}
	return strings.Join(out, ", ")
}

func TestSinceWhen(t *testing.T) {
	for name, c := range map[string]struct {
		days []string // "bucket day"
		want string
	}{
		"the same keeps its since":         {[]string{"a 2026-01-01", "a 2026-01-05", "a 2026-01-09"}, "a 2026-01-01 2026-01-09"},
		"another begins anew":              {[]string{"a 2026-01-01", "b 2026-01-05", "b 2026-01-06"}, "a 2026-01-01 2026-01-01, b 2026-01-05 2026-01-06"},
		"and back is anew":                 {[]string{"a 2026-01-01", "b 2026-01-05", "a 2026-01-06"}, "a 2026-01-01 2026-01-01, b 2026-01-05 2026-01-05, a 2026-01-06 2026-01-06"},
		"older and the same":               {[]string{"a 2026-01-05", "a 2026-01-01"}, "a 2026-01-01 2026-01-05"},
		"older and another":                {[]string{"a 2026-01-05", "b 2026-01-01"}, "b 2026-01-01 2026-01-01, a 2026-01-05 2026-01-05"},
		"within and the same":              {[]string{"a 2026-01-01", "a 2026-01-09", "a 2026-01-05"}, "a 2026-01-01 2026-01-09"},
		"within and another parts it":      {[]string{"a 2026-01-01", "a 2026-01-09", "b 2026-01-05"}, "a 2026-01-01 2026-01-01, b 2026-01-05 2026-01-05, a 2026-01-09 2026-01-09"},
		"between two others, like the one": {[]string{"a 2026-01-01", "b 2026-01-09", "b 2026-01-05"}, "a 2026-01-01 2026-01-01, b 2026-01-05 2026-01-09"},
	} {
		r := &Record{}
		for _, d := range c.days {
			r.Add(seen(d[2:], d[:1]))
		}
		if got := r.text(); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
}

// TestWhatCouldNotBeReadKeepsItsDate: a later look that was denied the selectors.
func TestWhatCouldNotBeReadKeepsItsDate(t *testing.T) {
	r := &Record{}
	r.Add(seen("2026-01-01", "a"))
	blind := seen("2026-02-01", "a")
	blind.Trails[0].Selectors = nil
	r.Add(blind)
	if got := r.text(); got != "a 2026-01-01 2026-01-01" {
		t.Error(got)
	}
	if l, ok := r.Listing(on("2026-03-01")); !ok || !l.AsOf.Equal(on("2026-02-01")) || !l.Since.Equal(on("2026-01-01")) || !l.Complete {
		t.Errorf("%+v %v", l, ok)
	}
	r = &Record{} // the other way round
	r.Add(blind)
	if s, ok := r.State(arn1, on("2026-03-01")); !ok || s.Trail.Known() {
		t.Errorf("%+v %v", s, ok)
	}
	r.Add(seen("2026-01-01", "a"))
	if got := r.text(); got != "a 2026-01-01 2026-01-01" {
		t.Error(got)
	}
}

// TestAPastMoment: what was observed later is no knowledge of that moment.
func TestAPastMoment(t *testing.T) {
	r := &Record{}
	r.Add(seen("2026-01-01", "a"))
	r.Add(seen("2026-01-31", "a"))
	r.Add(seen("2026-02-10", "b"))
	if s, ok := r.State(arn1, on("2026-01-20")); !ok || !s.AsOf.Equal(on("2026-01-01")) || s.Trail.Bucket != "a" {
		t.Errorf("%+v %v", s, ok)
	}
	if _, ok := r.State(arn1, on("2025-12-31")); ok {
		t.Error("known before it was read")
	}
	if e := r.EarlierStates(arn1, on("2026-01-30"), on("2026-03-01")); len(e) != 1 || e[0].Trail.Bucket != "a" {
		t.Errorf("%+v", e)
	}
	if e := r.EarlierStates(arn1, on("2026-02-01"), on("2026-03-01")); len(e) != 0 {
		t.Errorf("%+v", e)
	}
	gone := &Observation{Account: "111122223333", At: on("2026-02-20"), Listed: []string{}}
	r.Add(gone)
	if l, _ := r.Listing(on("2026-03-01")); len(l.ARNs) != 0 || len(r.Earlier(on("2026-02-01"), on("2026-03-01"))) != 1 {
		t.Errorf("%+v", r.Lists)
	}
}

func TestASilentTrail(t *testing.T) {
	for name, c := range map[string]struct {
		status *Status
		want   bool
	}{
		"not known":        {nil, false},
		"logging":          {&Status{Logging: true, Started: on("2026-01-01")}, false},
		"never started":    {&Status{}, true},
		"stopped before":   {&Status{Started: on("2025-01-01"), Stopped: on("2026-01-01")}, true},
		"stopped within":   {&Status{Started: on("2025-01-01"), Stopped: on("2026-03-01")}, false},
		"stopped some day": {&Status{Started: on("2025-01-01")}, false},
	} {
		if got := (&Trail{Status: c.status}).Silent(on("2026-02-01")); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
