package report

import (
	"time"

	"github.com/ebbmark/ebbmark/activity"
)

// window is the span of time whose activity counts: after < t ≤ upTo, in Unix
// milliseconds (LA-40).
type window struct {
	after, upTo int64
	today       activity.Day // the day of upTo
}

func newWindow(now time.Time, span time.Duration) window {
	if span == 0 {
		span = Span
	}
	return window{now.Add(-span).UnixMilli(), now.UnixMilli(), activity.DayOf(now)}
}

// last is the latest moment of the fact that lies in the window.
//
// A fact remembers its first and last moment exactly and the days between. When
// the last lies after the window's end, as in a report of a past date, the
// latest day that is not later stands for it, by its midnight but never before
// the first moment. The true moment of that day is unknown, so a day that only
// partly lies in the window counts: too much use may be reported then, never
// too little.
func (w window) last(f *activity.Fact) (at int64, ok bool) {
	if f.Last.At <= w.upTo {
		return f.Last.At, f.Last.At > w.after
	}
	if f.First.At > w.upTo {
		return 0, false
	}
	day, ok := f.Days.UpTo(w.today)
	if !ok {
		return f.First.At, f.First.At > w.after
	}
	at = max(day.Start().UnixMilli(), f.First.At)
	return at, (day + 1).Start().UnixMilli() > w.after+1
}

// LastIn is the latest moment of the fact in the span that ends with now, by
// the rules of reports: see LA-40 and, for a past now, docs/divergences.md.
func LastIn(f *activity.Fact, now time.Time, span time.Duration) (at time.Time, ok bool) {
	ms, ok := newWindow(now, span).last(f)
	return time.UnixMilli(ms).UTC(), ok
}
