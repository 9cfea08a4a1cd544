package activity

import (
	"slices"
	"testing"
	"time"
)

func TestPruned(t *testing.T) {
	day := func(text string) Day {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return DayOf(at)
	}
	used := func(class Class, days ...string) Fact {
		var all []Day
		for _, d := range days {
			all = append(all, day(d))
		}
		at := func(d Day) Mark { return Mark{d.Start().Add(10 * time.Hour).UnixMilli(), "e"} }
		return Fact{Key{Account: "1", Class: class}, at(all[0]), at(all[len(all)-1]), DaysOf(all...)}
	}
	cut := day("2025-06-01")
	for name, c := range map[string]struct {
		fact  Fact
		left  bool
		first string // empty: as it was
		days  []Day
	}{
		"a call of long ago":                     {used(Management, "2025-05-31"), false, "", nil},
		"a call of the day itself":               {used(Data, "2025-06-01"), true, "", []Day{cut}},
		"a call of long ago that was used since": {used(Management, "2024-01-01", "2025-07-01"), true, "", []Day{day("2024-01-01"), day("2025-07-01")}},
		"a key of long ago":                      {used(KeyUse, "2020-01-01"), true, "", []Day{day("2020-01-01")}},
		"a password of long ago":                 {used(SignIn, "2020-01-01"), true, "", []Day{day("2020-01-01")}},
		"coverage of long ago":                   {used(Coverage, "2025-01-01", "2025-05-31"), false, "", nil},
		"coverage from then till now":            {used(Coverage, "2025-05-31", "2025-06-03", "2025-12-31"), true, "2025-06-03", []Day{day("2025-06-03"), day("2025-12-31")}},
		"coverage since":                         {used(Coverage, "2025-06-01", "2025-06-02"), true, "", []Day{cut, cut + 1}},
	} {
		t.Run(name, func(t *testing.T) {
			left, any := c.fact.Pruned(cut)
			if any != c.left {
				t.Fatalf("left: %v", any)
			}
			if !any {
				return
			}
			if got := slices.Collect(left.Days.All()); !slices.Equal(got, c.days) {
				t.Errorf("days %v, want %v", got, c.days)
			}
			first := c.fact.First
			if c.first != "" {
				first = Mark{At: day(c.first).Start().UnixMilli()}
			}
			if left.First != first || left.Last != c.fact.Last {
				t.Errorf("from %v to %v, want %v to %v", left.First, left.Last, first, c.fact.Last)
			}
		})
	}
}

func TestDaysFrom(t *testing.T) {
	all := DaysOf(-70, -1, 0, 5, 63, 64, 127, 128, 400)
	for from, want := range map[Day][]Day{
		-100: {-70, -1, 0, 5, 63, 64, 127, 128, 400}, -1: {-1, 0, 5, 63, 64, 127, 128, 400}, 0: {0, 5, 63, 64, 127, 128, 400},
		6: {63, 64, 127, 128, 400}, 64: {64, 127, 128, 400}, 65: {127, 128, 400}, 128: {128, 400}, 401: nil,
	} {
		got := all.From(from)
		if !slices.Equal(slices.Collect(got.All()), want) || !got.Equal(DaysOf(want...)) {
			t.Errorf("from %d: %v, want %v", from, slices.Collect(got.All()), want)
		}
	}
}
