package finding

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// life is an analyzer's findings under a moved clock.
type life struct {
	now        time.Time
	generation int64
	made       int
	rules      []Rule
	findings   []*Finding
	changes    []Change
}

func (l *life) step(seen Observation) {
	l.generation++
	l.findings, l.changes = Next(l.findings, &seen, Step{Now: l.now, Generation: l.generation, Rules: l.rules,
		NewID: func() string { l.made++; return fmt.Sprint("F", l.made) }})
}

// show is every finding: id, resource, status, and on which days of the year it
// was created, updated and analyzed.
func (l *life) show() string {
	var out []string
	for _, f := range l.findings {
		out = append(out, fmt.Sprintf("%s %s %s %d %d %d", f.ID, f.Resource, f.Status, f.CreatedAt.YearDay(), f.UpdatedAt.YearDay(), f.AnalyzedAt.YearDay()))
	}
	return strings.Join(out, ", ")
}

func unused(resource, digest string) Condition {
	return Condition{Resource: resource, ResourceType: RoleResource, Owner: owner, Type: UnusedPermission, Digest: digest}
}

// TestALifeDayByDay walks through the table of section 5.2.
func TestALifeDayByDay(t *testing.T) {
	l := &life{}
	for _, day := range []struct {
		day     int
		what    string
		seen    []Condition
		archive string // id that the owner archives after the scan
		reopen  string
		rule    string // archive rule made after the scan: resource contains
		want    string
	}{
		{1, "a condition is seen", []Condition{unused("a", "1")}, "", "", "", "F1 a ACTIVE 1 1 1"},
		{2, "unchanged: it is analyzed, not updated", []Condition{unused("a", "1")}, "", "", "", "F1 a ACTIVE 1 1 2"},
		{3, "other details: updated, the status stays", []Condition{unused("a", "2")}, "F1", "", "", "F1 a ARCHIVED 1 3 3"},
		{4, "archived it stays", []Condition{unused("a", "2")}, "", "", "", "F1 a ARCHIVED 1 3 4"},
		{5, "other details: archived still", []Condition{unused("a", "3")}, "", "", "", "F1 a ARCHIVED 1 5 5"},
		{6, "the condition is gone", nil, "", "", "", "F1 a RESOLVED 1 6 6"},
		{7, "resolved it is not analyzed", nil, "", "", "", "F1 a RESOLVED 1 6 6"},
		{8, "it comes back: the same finding, active", []Condition{unused("a", "3")}, "", "", "", "F1 a ACTIVE 1 8 8"},
		{9, "a rule does not touch what is there", []Condition{unused("a", "3")}, "", "", "a", "F1 a ACTIVE 1 8 9"},
		{10, "gone again", nil, "", "", "", "F1 a RESOLVED 1 10 10"},
		{11, "it comes back, and the rule meets it; a new one too", []Condition{unused("ba", "1"), unused("a", "3")}, "", "", "", "F1 a ARCHIVED 1 11 11, F2 ba ARCHIVED 11 11 11"},
		{12, "made active by hand it stays", []Condition{unused("ba", "1"), unused("a", "3")}, "", "F2", "", "F1 a ARCHIVED 1 11 12, F2 ba ACTIVE 11 12 12"},
		{13, "both gone", nil, "", "", "", "F1 a RESOLVED 1 13 13, F2 ba RESOLVED 11 13 13"},
		{102, "not yet 90 days", nil, "", "", "", "F1 a RESOLVED 1 13 13, F2 ba RESOLVED 11 13 13"},
		{103, "90 days after the last update they go", nil, "", "", "", ""},
		{104, "made again with the same name: another finding", []Condition{unused("c", "1")}, "", "", "", "F3 c ACTIVE 104 104 104"},
		{365, "an active one stays for ever", []Condition{unused("c", "1")}, "", "", "", "F3 c ACTIVE 104 104 365"},
	} {
		l.now = time.Date(2026, 1, day.day, 12, 0, 0, 0, time.UTC)
		l.step(Observation{Conditions: day.seen})
		for i, f := range l.findings {
			switch f.ID {
			case day.archive:
				l.findings[i], _ = SetStatus(f, Archived, l.now, l.generation)
			case day.reopen:
				l.findings[i], _ = SetStatus(f, Active, l.now, l.generation)
			}
		}
		if day.rule != "" {
			l.rules = append(l.rules, Rule{Name: "r", Filter: Filter{"resource": {Contains: []string{day.rule}}}})
		}
		if got := l.show(); got != day.want {
			t.Fatalf("day %d, %s:\n%s, want\n%s", day.day, day.what, got, day.want)
		}
	}
}

// TestWhatCouldNotBeJudgedStands: neither resolved nor forgotten.
func TestWhatCouldNotBeJudgedStands(t *testing.T) {
	l := &life{now: at("2026-01-01")}
	l.step(Observation{Conditions: []Condition{unused("a", "1")}})
	l.now = at("2026-01-02")
	l.step(Observation{Unjudged: []Unjudged{{"a", UnusedPermission, "policy"}}})
	if f := l.findings[0]; len(l.findings) != 1 || f.Status != Active || f.Error != InternalError || !f.AnalyzedAt.Equal(at("2026-01-01")) {
		t.Fatalf("%+v", l.findings)
	}
	l.step(Observation{Conditions: []Condition{unused("a", "1")}})
	if f := l.findings[0]; f.Error != "" || !f.AnalyzedAt.Equal(at("2026-01-02")) || !f.UpdatedAt.Equal(at("2026-01-01")) {
		t.Errorf("judged again: %+v", f)
	}
}

// TestChangesAreTold: what is new, what has another status, and what is gone.
func TestChangesAreTold(t *testing.T) {
	l := &life{now: at("2026-01-01")}
	var told []string
	step := func(seen ...Condition) {
		l.step(Observation{Conditions: seen})
		for _, c := range l.changes {
			told = append(told, fmt.Sprintf("%s %q->%s moved %t gone %t", c.Finding.ID, c.Before, c.Finding.Status, c.Moved(), c.Gone))
		}
	}
	step(unused("a", "1"))
	step(unused("a", "1")) // nothing
	step(unused("a", "2"))
	step()
	l.now = at("2026-04-01")
	step()
	same(t, told, `
		F1 ""->ACTIVE moved true gone false
		F1 "ACTIVE"->ACTIVE moved false gone false
		F1 "ACTIVE"->RESOLVED moved true gone false
		F1 "RESOLVED"->RESOLVED moved false gone true`)
}

// TestKeepLeavesOthersAlone: a step about one resource does not resolve others.
func TestKeepLeavesOthersAlone(t *testing.T) {
	l := &life{now: at("2026-01-01")}
	l.step(Observation{Conditions: []Condition{unused("a", "1"), unused("b", "1")}})
	next, changes := Next(l.findings, &Observation{}, Step{Now: at("2026-01-02"), Generation: 2, Keep: func(f *Finding) bool { return f.Resource != "b" }})
	if len(next) != 2 || next[0].Status != Active || next[1].Status != Resolved || len(changes) != 1 {
		t.Errorf("%+v %+v", next, changes)
	}
}

// TestTheOrderOfConditionsDoesNotMatter shuffles both lists; ids come in the
// order of names.
func TestTheOrderOfConditionsDoesNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var want string
	for range 20 {
		l := &life{now: at("2026-01-01")}
		seen := []Condition{unused("c", "1"), unused("a", "1"), unused("b", "1"), unused("a", "1")}
		random.Shuffle(len(seen), func(i, j int) { seen[i], seen[j] = seen[j], seen[i] })
		l.step(Observation{Conditions: seen[:3]})
		l.step(Observation{Conditions: seen})
		slices.Reverse(l.findings)
		l.step(Observation{Conditions: seen[1:2]})
		if want == "" {
			want = "F1 a"
		}
		if l.generation != 3 || len(l.findings) != 3 || !slices.IsSortedFunc(l.findings, byName) {
			t.Fatal(l.show())
		}
	}
	l := &life{now: at("2026-01-01")}
	l.step(Observation{Conditions: []Condition{unused("c", "1"), unused("a", "1"), unused("b", "1")}})
	if got := l.show(); got != "F1 a ACTIVE 1 1 1, F2 b ACTIVE 1 1 1, F3 c ACTIVE 1 1 1" {
		t.Error(got)
	}
}
