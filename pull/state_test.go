package pull

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// runAt is a run that begins at a time.
func runAt(t *testing.T, docs store.Docs, now time.Time, change func(*Config)) *run {
	t.Helper()
	c := Config{AWS: aws.Config{}, Role: "R", Docs: docs, Now: func() time.Time { return now }}
	if change != nil {
		change(&c)
	}
	r := &run{Config: c, caller: Caller{ARN: "arn:aws:iam::111122223333:user/a", Account: "111122223333", Partition: "aws"}}
	if err := r.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// broken leaves the state of a run that has done one account of two.
func broken(t *testing.T, docs store.Docs) {
	t.Helper()
	r := runAt(t, docs, noon, nil)
	r.state.Planned, r.state.Members = true, []member{{ID: "111122223333"}, {ID: "444455556666", Name: "b"}}
	if err := r.state.save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.state.add(t.Context(), AccountResult{Account: "111122223333", Status: Done, Result: "new"}); err != nil {
		t.Fatal(err)
	}
}

func TestABrokenRunIsGoneOnWithForAWhile(t *testing.T) {
	for name, c := range map[string]struct {
		after   time.Duration
		change  func(*Config)
		resumed bool
	}{
		"at once":                {0, nil, true},
		"just in time":           {12*time.Hour - time.Nanosecond, nil, true},
		"too late":               {12 * time.Hour, nil, false},
		"the clock was set back": {-time.Second, nil, false},
		"asked to forget":        {time.Minute, func(c *Config) { c.Fresh = true }, false},
		"another role":           {time.Minute, func(c *Config) { c.Role = "S" }, false},
		"another endpoint":       {time.Minute, func(c *Config) { c.AWS.BaseEndpoint = aws.String("http://127.0.0.1:1") }, false},
		"only some of it":        {time.Minute, func(c *Config) { c.Only = []string{"444455556666"} }, false},
	} {
		docs := mem.New()
		broken(t, docs)
		r := runAt(t, docs, noon.Add(c.after), c.change)
		done, err := r.state.done(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.state.resumed != c.resumed || r.state.Planned != c.resumed || (len(done) == 1 && done["111122223333"].Result == "new") != c.resumed {
			t.Errorf("%s: resumed %v, planned %v, done %v", name, r.state.resumed, r.state.Planned, done)
		}
	}
}

func TestADamagedStateIsForgotten(t *testing.T) {
	docs := mem.New()
	broken(t, docs)
	id := runAt(t, docs, noon, nil).state.id
	for _, step := range []struct {
		id   string
		done int
	}{{id + "/111122223333", 0}, {id, 0}} {
		if err := docs.SetDocs(t.Context(), store.KindSync, []store.Doc{{ID: step.id, Body: []byte("{")}}); err != nil {
			t.Fatal(err)
		}
		if done, err := runAt(t, docs, noon, nil).state.done(t.Context()); err != nil || len(done) != step.done {
			t.Errorf("%v, %v", done, err)
		}
	}
}

func TestAStateIsForgottenWhole(t *testing.T) {
	docs := mem.New()
	broken(t, docs)
	other := runAt(t, docs, noon, func(c *Config) { c.Role = "S" })
	if err := runAt(t, docs, noon, nil).state.forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left []string
	for id, err := range docs.ListDocs(t.Context(), store.KindSync, "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, id)
	}
	if len(left) != 1 || left[0] != other.state.id {
		t.Errorf("left: %v", left)
	}
}

func TestWhichAccountsAreChosen(t *testing.T) {
	all := []member{{ID: "333333333333"}, {ID: "111111111111", Name: "a"}, {ID: "222222222222", Closed: true}}
	for name, c := range map[string]struct {
		members []member
		only    []string
		want    []member
	}{
		"all, by id":             {all, nil, []member{{ID: "111111111111", Name: "a"}, {ID: "222222222222", Closed: true}, {ID: "333333333333"}}},
		"one":                    {all, []string{"111111111111"}, []member{{ID: "111111111111", Name: "a"}}},
		"one, named twice":       {all, []string{"111111111111", "111111111111"}, []member{{ID: "111111111111", Name: "a"}}},
		"one of elsewhere":       {all, []string{"999999999999"}, []member{{ID: "999999999999"}}},
		"no organization":        {nil, nil, []member{{ID: "444444444444"}}},
		"no organization, other": {nil, []string{"555555555555"}, []member{{ID: "555555555555"}}},
	} {
		r := &run{Config: Config{Only: c.only}, caller: Caller{Account: "444444444444"}}
		got := r.chosen(c.members)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", name, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v", name, got)
			}
		}
	}
}
