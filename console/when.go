package console

import (
	"fmt"
	"time"
)

// utc is an exact time, for people and for the datetime attribute.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// spoken is an exact time for people to read.
func spoken(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

const day = 24 * time.Hour

// ago is how long before now a time was, in its largest unit.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d := now.Sub(t)
	if d < 0 {
		return "on " + t.UTC().Format("2006-01-02")
	}
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return count(int(d/time.Minute), "minute") + " ago"
	case d < day:
		return count(int(d/time.Hour), "hour") + " ago"
	case d < 365*day:
		return count(int(d/day), "day") + " ago"
	}
	return count(int(d/(365*day)), "year") + " and " + count(int(d%(365*day)/day), "day") + " ago"
}

// count is a number with its unit.
func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
