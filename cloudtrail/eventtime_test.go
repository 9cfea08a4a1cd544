package cloudtrail

import (
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	remembered := new(memory)
	for in, want := range map[string]string{
		"2026-05-30T10:15:30Z":                "2026-05-30T10:15:30Z",
		" 2026-05-30T10:15:30Z ":              "2026-05-30T10:15:30Z",
		"2026-05-30t10:15:30z":                "2026-05-30T10:15:30Z",
		"2026-05-30 10:15:30Z":                "2026-05-30T10:15:30Z",
		"2026-05-30T10:15:30":                 "2026-05-30T10:15:30Z",
		"2026-05-30T10:15:30.5Z":              "2026-05-30T10:15:30.5Z",
		"2026-05-30T10:15:30,123456789Z":      "2026-05-30T10:15:30.123456789Z",
		"2026-05-30T10:15:30.1234567899+00":   "",
		"2026-05-30T10:15:30.12345678999Z":    "2026-05-30T10:15:30.123456789Z",
		"2026-05-30T10:15:30+00:00":           "2026-05-30T10:15:30Z",
		"2026-05-30T10:15:30-00:00":           "2026-05-30T10:15:30Z",
		"2026-05-30T10:15:30+0000":            "2026-05-30T10:15:30Z",
		"2026-05-30T10:15:30.25+02:30":        "2026-05-30T07:45:30.25Z",
		"2026-05-30T23:15:30-02:00":           "2026-05-31T01:15:30Z",
		"2024-02-29T00:00:00Z":                "2024-02-29T00:00:00Z",
		"2016-12-31T23:59:60Z":                "2017-01-01T00:00:00Z",
		"2006-01-01T00:00:00Z":                "2006-01-01T00:00:00Z",
		"2026-06-01T00:15:00Z":                "2026-06-01T00:15:00Z", // CT-2: 15 minutes ahead and no more
		"2026-06-01T00:15:00.001Z":            "",
		"2026-06-01T00:15:01Z":                "",
		"2026-06-01T02:00:00+02:00":           "2026-06-01T00:00:00Z",
		"9999-12-31T23:59:59Z":                "",
		"2005-12-31T23:59:59Z":                "",
		"0000-01-01T00:00:00Z":                "",
		"2025-02-29T00:00:00Z":                "",
		"2026-04-31T00:00:00Z":                "",
		"2026-13-01T00:00:00Z":                "",
		"2026-00-01T00:00:00Z":                "",
		"2026-01-00T00:00:00Z":                "",
		"2026-05-30T24:00:00Z":                "",
		"2026-05-30T10:60:00Z":                "",
		"2026-05-30T10:15:61Z":                "",
		"2026-05-30T10:15:30.Z":               "",
		"2026-05-30T10:15:30 Z":               "",
		"2026-05-30T10:15:30CET":              "",
		"2026-05-30T10:15:30+25:00":           "",
		"2026-05-30T10:15:30+02:60":           "",
		"2026-05-30T10:15Z":                   "",
		"2026-05-30":                          "",
		"30/05/2026 10:15:30 AM":              "",
		"1780136130":                          "",
		"-026-05-30T10:15:30Z":                "",
		"2026-+5-30T10:15:30Z":                "",
		"２０２６-05-30T10:15:30Z":                "",
		"2026-05-30T10:15:30Z2026-05-30T10:1": "",
	} {
		t.Run(in, func(t *testing.T) {
			for _, mem := range []*memory{nil, remembered, remembered} { // new, and of a day that was seen before
				at, err := (&Record{EventTime: []byte(in), mem: mem}).time(testNow)
				got := ""
				if err == nil {
					got = at.Format(time.RFC3339Nano)
				}
				if got != want {
					t.Errorf("got %q, %v, want %q", got, err, want)
				}
			}
		})
	}
}

func TestRefusedTimes(t *testing.T) {
	for in, want := range map[string]Refusal{
		"yesterday":            RefusedTime,
		"2005-12-31T23:59:59Z": RefusedTime,
		"2026-06-01T00:15:01Z": RefusedFuture,
		"9999-01-01T00:00:00Z": RefusedFuture,
	} {
		_, _, err := attemptOf(t, usual("eventTime", `"`+in+`"`))
		if refusalOf(err) != want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

func FuzzTime(f *testing.F) {
	for _, seed := range []string{"2026-05-30T10:15:30Z", "2026-05-30 10:15:30.25+02:30", "2016-12-31T23:59:60-0000", "", "2026-02-30t10:15:30z"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, ok := parseTime(in)
		want, err := time.Parse(time.RFC3339Nano, string(in))
		if err != nil || want.Year() < 1 || len(in) > 35 || in[13] != ':' { // time.Parse takes hours of one digit
			return
		}
		if !ok || !got.Equal(want) {
			t.Errorf("%q: got %v %v, want %v", in, got, ok, want)
		}
	})
}

func TestWhenOfARecordThatIsNoAttempt(t *testing.T) {
	at, err := (&Record{EventTime: []byte("2026-05-30T10:15:30Z"), EventType: "AwsServiceEvent"}).When(testNow)
	if err != nil || !at.Equal(time.Date(2026, 5, 30, 10, 15, 30, 0, time.UTC)) {
		t.Error(at, err)
	}
	if _, err := new(Record).When(testNow); refusalOf(err) != RefusedTime {
		t.Error("a record without a time:", err)
	}
}
