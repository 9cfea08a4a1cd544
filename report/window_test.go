package report

import (
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// attempts is the fact of several moments.
func attempts(times ...string) activity.Fact {
	f := activity.Attempt(activity.Key{}, at(times[0]), times[0])
	for _, text := range times[1:] {
		f = activity.Merge(f, activity.Attempt(activity.Key{}, at(text), text))
	}
	return f
}

func TestWindow(t *testing.T) {
	for name, c := range map[string]struct {
		now   string
		times []string
		want  string // empty: does not count
	}{
		"the last of several":                          {"2026-06-01T12:00:00Z", []string{"2026-05-30T10:15:30Z", "2026-05-01T00:00:00Z"}, "2026-05-30T10:15:30Z"},
		"at this very moment":                          {"2026-06-01T12:00:00Z", []string{"2026-06-01T12:00:00Z"}, "2026-06-01T12:00:00Z"},
		"a moment later":                               {"2026-06-01T12:00:00Z", []string{"2026-06-01T12:00:01Z"}, ""},
		"exactly 400 days old":                         {"2026-06-01T12:00:00Z", []string{"2025-04-27T12:00:00Z"}, ""},
		"a second younger than 400 days":               {"2026-06-01T12:00:00Z", []string{"2025-04-27T12:00:01Z"}, "2025-04-27T12:00:01Z"},
		"in the past, when the first use is the one":   {"2026-01-10T12:00:00Z", []string{"2026-01-05T10:00:00Z", "2026-05-30T10:15:30Z"}, "2026-01-05T10:00:00Z"},
		"in the past, a day between is known as a day": {"2026-01-10T12:00:00Z", []string{"2026-01-05T10:00:00Z", "2026-01-08T16:00:00Z", "2026-05-30T10:15:30Z"}, "2026-01-08T00:00:00Z"},
		"in the past, later the same day may be earlier": {"2026-01-10T12:00:00Z",
			[]string{"2026-01-05T10:00:00Z", "2026-01-10T16:00:00Z"}, "2026-01-10T00:00:00Z"},
		"in the past, before the first use":                          {"2026-01-10T12:00:00Z", []string{"2026-01-10T12:00:01Z", "2026-05-30T10:15:30Z"}, ""},
		"in the past, on the day of the first use":                   {"2026-01-10T12:00:00Z", []string{"2026-01-10T11:00:00Z", "2026-05-30T10:15:30Z"}, "2026-01-10T11:00:00Z"},
		"in the past, a day that lies partly in the window":          {"2026-06-01T12:00:00Z", []string{"2025-01-01T00:00:00Z", "2025-04-27T15:00:00Z", "2026-07-01T00:00:00Z"}, "2025-04-27T00:00:00Z"},
		"in the past, a day before the window":                       {"2026-06-01T12:00:00Z", []string{"2025-01-01T00:00:00Z", "2025-04-26T15:00:00Z", "2026-07-01T00:00:00Z"}, ""},
		"in the past, the window begins as the day ends":             {"2026-06-02T00:00:00Z", []string{"2025-01-01T00:00:00Z", "2025-04-27T23:59:59Z", "2026-07-01T00:00:00Z"}, ""},
		"in the past, first use 400 days ago, perhaps more that day": {"2026-06-01T00:00:00Z", []string{"2025-04-27T00:00:00Z", "2026-07-01T00:00:00Z"}, "2025-04-27T00:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			f := attempts(c.times...)
			got := ""
			if ms, ok := newWindow(at(c.now), 0).last(&f); ok {
				got = time.UnixMilli(ms).UTC().Format(time.RFC3339)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWindowOfAnotherSpan(t *testing.T) {
	f := attempts("2026-05-01T00:00:00Z")
	if _, ok := newWindow(at("2026-06-01T00:00:00Z"), 30*24*time.Hour).last(&f); ok {
		t.Error("31 days old counts within 30 days")
	}
	if _, ok := newWindow(at("2026-06-01T00:00:00Z"), 32*24*time.Hour).last(&f); !ok {
		t.Error("31 days old does not count within 32 days")
	}
}
