package cloudtrail

import (
	"bytes"
	"time"
)

// time is the event's time, checked against the ingester's clock (CT-2).
func (r *Record) time(now time.Time) (time.Time, error) {
	t, ok := r.mem.plainTime(r.EventTime)
	if !ok {
		t, ok = parseTime(r.EventTime)
	}
	switch {
	case !ok:
		return t, refuse(RefusedTime, "eventTime %s", quote(r.EventTime))
	case t.Unix() < firstMoment:
		return t, refuse(RefusedTime, "eventTime %s is before %d", quote(r.EventTime), firstYear)
	case t.After(now.Add(maxAhead)):
		return t, refuse(RefusedFuture, "eventTime %s", quote(r.EventTime))
	}
	return t, nil
}

// plainTime reads 2026-05-30T10:15:30Z, which is how AWS writes times, on a day
// that was seen lately; false for everything else.
func (m *memory) plainTime(b []byte) (time.Time, bool) {
	if m == nil || len(b) != len("2026-05-30T10:15:30Z") || b[10] != 'T' || b[13] != ':' || b[16] != ':' || b[19] != 'Z' {
		return time.Time{}, false
	}
	if [10]byte(b) != m.date {
		midnight, ok := parseTime(append(append(m.build[:0], b[:10]...), "T00:00:00Z"...))
		if !ok {
			return time.Time{}, false
		}
		m.date, m.midnight = [10]byte(b), midnight.Unix()
	}
	hour, minute, second := number(b[11:13]), number(b[14:16]), number(b[17:19])
	if hour|minute|second < 0 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return time.Unix(m.midnight+int64(hour*3600+minute*60+second), 0).UTC(), true
}

// parseTime reads 2026-05-30T10:15:30Z, and the variants of it that leave no
// doubt: a fraction of a second, a zone as +00:00 or +0000, no zone (the field
// is defined as UTC), small letters, a blank in place of the T, blanks around.
func parseTime(b []byte) (time.Time, bool) {
	b = bytes.TrimSpace(b)
	if len(b) < len("2026-05-30T10:15:30") || len(b) > maxSeenBytes+wordBytes {
		return time.Time{}, false
	}
	date, clock, rest := b[:10], b[11:19], b[19:]
	if date[4] != '-' || date[7] != '-' || clock[2] != ':' || clock[5] != ':' || b[10]|0x20 != 't' && b[10] != ' ' {
		return time.Time{}, false
	}
	year, month, day := number(date[:4]), number(date[5:7]), number(date[8:])
	hour, minute, second := number(clock[:2]), number(clock[3:5]), number(clock[6:])
	nanos, rest := fraction(rest)
	east, ok := zone(rest)
	// A leap second is written as second 60; it is the next minute's first.
	if !ok || nanos < 0 || hour|minute|second < 0 || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day || int(t.Month()) != month || t.Year() != year {
		return time.Time{}, false
	}
	ofDay := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	return t.Add(ofDay + time.Duration(nanos) - east), true
}

// number is the value of b when it is all digits, else -1.
func number(b []byte) (n int) {
	for _, c := range b {
		if !isDigit(c) {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// fraction cuts a fraction of a second off the front, in nanoseconds; -1 when
// it is malformed. Digits beyond nanoseconds are dropped.
func fraction(b []byte) (int, []byte) {
	if len(b) == 0 || b[0] != '.' && b[0] != ',' {
		return 0, b
	}
	nanos, unit, i := 0, int(time.Second), 1
	for ; i < len(b) && isDigit(b[i]); i++ {
		unit /= 10
		nanos += int(b[i]-'0') * unit
	}
	if i == 1 {
		return -1, b
	}
	return nanos, b[i:]
}

// zone is how far east of UTC the clock of the time is.
func zone(b []byte) (time.Duration, bool) {
	switch {
	case len(b) == 0, len(b) == 1 && b[0]|0x20 == 'z':
		return 0, true
	case len(b) == 6 && b[3] == ':':
		b = append(b[:3:3], b[4:]...)
	}
	if len(b) != 5 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	hour, minute := number(b[1:3]), number(b[3:])
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return 0, false
	}
	east := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	if b[0] == '-' {
		east = -east
	}
	return east, true
}
