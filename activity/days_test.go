package activity

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestDayOf(t *testing.T) {
	for text, want := range map[string]Day{
		"1970-01-01T00:00:00Z":      0,
		"1969-12-31T23:59:59Z":      -1,
		"1969-12-31T00:00:00Z":      -1,
		"1969-12-30T23:59:59Z":      -2,
		"2026-05-04T23:59:59Z":      20577,
		"2026-05-05T00:30:00+02:00": 20577,
		"0001-01-01T00:00:00Z":      -719162,
		"9999-12-31T23:59:59Z":      2932896,
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(at); got != want {
			t.Errorf("%s is day %d, want %d", text, got, want)
		}
	}
	if got := Day(20577).Start().Format(time.RFC3339); got != "2026-05-04T00:00:00Z" {
		t.Errorf("day 20577 starts at %s", got)
	}
}

func TestDaysAreASet(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		model := map[Day]bool{}
		var s, u Days
		for range r.IntN(12) {
			d := Day(r.IntN(400) - 200)
			model[d] = true
			if r.IntN(2) == 0 {
				s = s.Union(DaysOf(d))
			} else {
				u = u.Union(DaysOf(d))
			}
		}
		before := slices.Collect(s.All())
		both := s.Union(u)
		want := []Day{}
		for d := range model {
			want = append(want, d)
		}
		slices.Sort(want)
		if got := slices.Collect(both.All()); !slices.Equal(got, want) {
			t.Fatalf("union holds %v, want %v", got, want)
		}
		if both.Len() != len(want) || !both.Equal(DaysOf(want...)) || !both.Equal(u.Union(s)) {
			t.Fatalf("%v: wrong size, or not equal to itself", want)
		}
		if !slices.Equal(slices.Collect(s.All()), before) {
			t.Fatal("union changed its receiver")
		}
		d := Day(r.IntN(500) - 250)
		n, ok := both.UpTo(d)
		i, found := slices.BinarySearch(want, d)
		if !found {
			i--
		}
		if ok != (i >= 0) || (ok && n != want[i]) {
			t.Fatalf("%v up to %d: %d, %v", want, d, n, ok)
		}
	}
}

func TestDaysEncoding(t *testing.T) {
	for sentence, tt := range map[string]struct {
		days []Day
		want []byte
	}{
		"nothing":              {nil, nil},
		"the first day":        {[]Day{0}, []byte{0x00, 0x01}},
		"a day before 1970":    {[]Day{-1}, []byte{0x01, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}},
		"two words":            {[]Day{1, 64}, []byte{0x00, 0x02, 0x02, 0x01}},
		"order does not count": {[]Day{64, 1, 64}, []byte{0x00, 0x02, 0x02, 0x01}},
	} {
		got, err := DaysOf(tt.days...).MarshalBinary()
		if err != nil || !bytes.Equal(got, tt.want) {
			t.Errorf("%s: % x, %v; want % x", sentence, got, err, tt.want)
		}
		var back Days
		if err := back.UnmarshalBinary(tt.want); err != nil || !back.Equal(DaysOf(tt.days...)) {
			t.Errorf("%s: came back as %v, %v", sentence, slices.Collect(back.All()), err)
		}
	}
}

func TestDaysRefuseWhatTheyDidNotWrite(t *testing.T) {
	for sentence, in := range map[string][]byte{
		"half a word":           {0x00},
		"a number without end":  {0x80},
		"an empty word":         {0x00, 0x00},
		"words out of order":    {0x02, 0x01, 0x01, 0x01},
		"the same word twice":   {0x02, 0x01, 0x00, 0x01},
		"too far in the future": {0x80, 0x80, 0x80, 0x80, 0x10, 0x01},
		"a longer number":       {0x00, 0x81, 0x00},
		"a longer distance":     {0x82, 0x00, 0x01},
	} {
		var s Days
		if err := s.UnmarshalBinary(in); err == nil {
			t.Errorf("%s was read as %v", sentence, slices.Collect(s.All()))
		}
	}
}

func FuzzDays(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0x00, 0x02, 0x02, 0x01})
	f.Add([]byte{0x01, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01})
	f.Add([]byte{0x00, 0x81, 0x00})
	f.Fuzz(func(t *testing.T, in []byte) {
		var s Days
		if err := s.UnmarshalBinary(in); err != nil {
			return
		}
		out, err := s.MarshalBinary()
		if err != nil || !bytes.Equal(in, out) {
			t.Fatalf("% x came back as % x, %v", in, out, err)
		}
		n := 0
		for d := range s.All() {
			if n++; n > 1000 {
				break
			}
			if got, ok := s.UpTo(d); !ok || got != d {
				t.Fatalf("day %d is in the set, UpTo finds %d", d, got)
			}
		}
	})
}
