package activity

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func same(a, b Fact) bool {
	return a.Key == b.Key && a.First == b.First && a.Last == b.Last && a.Days.Equal(b.Days)
}

// anyFact makes facts that often collide in time and event, around the edges
// of windows and days, also before 1970.
func anyFact(r *rand.Rand, k Key) Fact {
	mark := func() Mark {
		at := []int64{0, 1777887000000, 1777887000000 + int64(r.IntN(3))*300_000, int64(r.IntN(2_000_000)) - 1_000_000, -86_400_000, 900_000 - 1, 900_000}[r.IntN(7)]
		return Mark{at, fmt.Sprintf("%d", r.IntN(3))}
	}
	f := Fact{Key: k, First: mark(), Last: mark()}
	for range r.IntN(4) {
		f.Days = f.Days.Union(DaysOf(Day(r.IntN(200) - 100)))
	}
	return f
}

func TestMergeLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, class := range []Class{Management, Data, KeyUse, SignIn, Coverage} {
		k := Key{Account: "111122223333", Principal: "AIDAALICEEXAMPLE00001", Class: class}
		for range 4000 {
			a, b, c := anyFact(r, k), anyFact(r, k), anyFact(r, k)
			if !same(Merge(a, a), a) {
				t.Fatalf("merging a fact with itself changes it: %+v", a)
			}
			if !same(Merge(a, b), Merge(b, a)) {
				t.Fatalf("order matters:\n%+v\n%+v", a, b)
			}
			if !same(Merge(Merge(a, b), c), Merge(a, Merge(b, c))) {
				t.Fatalf("grouping matters:\n%+v\n%+v\n%+v", a, b, c)
			}
		}
	}
}

func TestMerge(t *testing.T) {
	at := func(clock string) time.Time {
		v, err := time.Parse(time.DateTime, "2026-05-04 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	type use struct{ clock, event string }
	for sentence, tt := range map[string]struct {
		class       Class
		uses        []use
		first, last use
	}{
		"the later is last": {Management, []use{{"09:00:00", "a"}, {"10:00:00", "b"}, {"08:00:00", "c"}}, use{"08:00:00", "c"}, use{"10:00:00", "b"}},
		"at one time the greater event is last, the lesser first": {Data, []use{{"09:00:00", "b"}, {"09:00:00", "a"}, {"09:00:00", "c"}}, use{"09:00:00", "a"}, use{"09:00:00", "c"}},
		"IAM-32: the first key use of 15 minutes is last":         {KeyUse, []use{{"09:14:59", "b"}, {"09:00:00", "a"}, {"09:07:00", "c"}}, use{"09:00:00", "a"}, use{"09:00:00", "a"}},
		"IAM-32: the next 15 minutes are newer":                   {KeyUse, []use{{"09:16:00", "c"}, {"09:14:59", "a"}, {"09:15:00", "b"}}, use{"09:14:59", "a"}, use{"09:15:00", "b"}},
		"IAM-31: the first sign-in of 5 minutes is last":          {SignIn, []use{{"09:04:59", "b"}, {"09:00:01", "a"}}, use{"09:00:01", "a"}, use{"09:00:01", "a"}},
		"IAM-31: the next 5 minutes are newer":                    {SignIn, []use{{"09:04:59", "a"}, {"09:05:00", "b"}}, use{"09:04:59", "a"}, use{"09:05:00", "b"}},
	} {
		k := Key{Account: "111122223333", Class: tt.class}
		f := Attempt(k, at(tt.uses[0].clock), tt.uses[0].event)
		for _, u := range tt.uses[1:] {
			f = Merge(f, Attempt(k, at(u.clock), u.event))
		}
		if got := (use{f.First.Time().Format("15:04:05"), f.First.Event}); got != tt.first {
			t.Errorf("%s: first %v, want %v", sentence, got, tt.first)
		}
		if got := (use{f.Last.Time().Format("15:04:05"), f.Last.Event}); got != tt.last {
			t.Errorf("%s: last %v, want %v", sentence, got, tt.last)
		}
	}
}

func TestKeysAreComparedFieldByField(t *testing.T) {
	ordered := []Key{
		{},
		{Target: "a"},
		{Outcome: 1},
		{Class: 1},
		{Region: "a"},
		{Name: "a"},
		{Source: "a"},
		{Principal: "a"},
		{Principal: "a\x00"},
		{Principal: "aa"},
		{Principal: "b", Target: "z"},
		{Account: "a"},
	}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := a.Compare(b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%+v against %+v: %d", a, b, got)
			}
		}
	}
}

func TestPrefix(t *testing.T) {
	k := Key{Account: "111122223333", Principal: "A", Class: SignIn}
	for p, want := range map[Prefix]bool{
		{Account: "111122223333"}:                  true,
		{Account: "111122223333", Principal: "A"}:  true,
		{Account: "111122223333", Principal: "AA"}: false,
		{Account: "11112222333"}:                   false,
		{}:                                         false,
		{Principal: "A"}:                           false,
		{Account: "111122223333", Class: SignIn}:   true,
		{Account: "111122223333", Principal: "A", Class: Data}: false,
	} {
		if p.Holds(k) != want {
			t.Errorf("%v holds %v: %v", p, k, !want)
		}
	}
}

// TestIncludeIsMerge holds the short way for one attempt against the law.
func TestIncludeIsMerge(t *testing.T) {
	day := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	for _, class := range []Class{Management, Data, KeyUse, SignIn, Coverage} {
		whole, part := Attempt(Key{Class: class}, day.Add(9*time.Hour), "m"), Attempt(Key{Class: class}, day.Add(9*time.Hour), "m")
		for i, minutes := range []int{541, 540, 555, 551, 3, 1200, 1204, 1201, 1200, 1439, 0} {
			at, event := day.Add(time.Duration(minutes)*time.Minute), string(rune('z'-i))
			whole = Merge(whole, Attempt(whole.Key, at, event))
			part.Include(Mark{at.UnixMilli(), event})
			if part.First != whole.First || part.Last != whole.Last {
				t.Fatalf("class %d, attempt %d: %v to %v, want %v to %v", class, i, part.First, part.Last, whole.First, whole.Last)
			}
		}
	}
}
