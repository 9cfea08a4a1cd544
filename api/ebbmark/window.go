package ebbmark

import (
	"time"

	"github.com/ebbmark/ebbmark/activity"
)

// Window is the days that an answer is about, both included.
type Window struct {
	From string `wire:"from"` // YYYY-MM-DD
	To   string `wire:"to"`
}

// Span is some days in a row, both ends included.
type Span struct {
	From string `wire:"from"`
	To   string `wire:"to"`
	Days int    `wire:"days"`
}

// window is the days until today.
func (a *API) window(days *int) (from, to activity.Day) {
	n := defaultDays
	if days != nil {
		n = *days
	}
	to = activity.DayOf(a.now())
	return to - activity.Day(n) + 1, to
}

func newWindow(from, to activity.Day) Window { return Window{date(from), date(to)} }

func spans(list []activity.Span) []Span {
	out := make([]Span, 0, len(list))
	for _, s := range list {
		out = append(out, Span{date(s.From), date(s.To), s.Len()})
	}
	return out
}

func date(d activity.Day) string { return d.Start().Format(time.DateOnly) }
