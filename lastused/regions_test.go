package lastused

import (
	"testing"
	"time"
)

// TestRoleByRegion: the latest calls by Region tell what all facts would.
func TestRoleByRegion(t *testing.T) {
	rules := Rules{Now: at("2026-06-01T12:00:00Z"), RegionStart: regions}
	for sentence, c := range map[string]struct {
		calls  []Calls
		said   Use
		at     string // empty: never
		region string
		told   bool
	}{
		"no call at all":              {told: true},
		"the latest Region":           {calls: []Calls{{"us-east-1", at("2026-05-01T00:00:00Z")}, {"eu-west-1", at("2026-05-02T00:00:00Z")}}, at: "2026-05-02T00:00:00Z", region: "eu-west-1", told: true},
		"of equal times the smallest": {calls: []Calls{{"us-east-1", at("2026-05-01T00:00:00Z")}, {"eu-west-1", at("2026-05-01T00:00:00Z")}}, at: "2026-05-01T00:00:00Z", region: "eu-west-1", told: true},
		"this moment":                 {calls: []Calls{{"us-east-1", at("2026-06-01T12:00:00Z")}}, at: "2026-06-01T12:00:00Z", region: "us-east-1", told: true},
		"an untracked Region":         {calls: []Calls{{"xx-none-1", at("2026-05-02T00:00:00Z")}, {"us-east-1", at("2026-05-01T00:00:00Z")}}, at: "2026-05-01T00:00:00Z", region: "us-east-1", told: true},
		"a Region before its time":    {calls: []Calls{{"eu-north-1", at("2026-02-28T23:59:59Z")}}, told: true},
		"longer ago than the period":  {calls: []Calls{{"us-east-1", at("2025-04-27T12:00:00Z")}}, told: true},
		"just within the period":      {calls: []Calls{{"us-east-1", at("2025-04-27T12:00:00.001Z")}}, at: "2025-04-27T12:00:00.001Z", region: "us-east-1", told: true},
		"a later one is not enough":   {calls: []Calls{{"us-east-1", at("2026-05-01T00:00:00Z")}, {"eu-west-1", at("2026-06-01T12:00:01Z")}}},
		"a snapshot said a later one": {calls: []Calls{{"us-east-1", at("2026-05-01T00:00:00Z")}}, said: Use{At: at("2026-05-03T00:00:00Z"), Region: "eu-west-1"}, at: "2026-05-03T00:00:00Z", region: "eu-west-1", told: true},
		"a snapshot said it too late": {said: Use{At: at("2024-05-03T00:00:00Z"), Region: "eu-west-1"}, told: true},
	} {
		got, told := RoleByRegion(c.calls, c.said, rules)
		want := Use{Region: c.region}
		if c.at != "" {
			want.At = at(c.at)
		}
		if told != c.told || !got.At.Equal(want.At) || got.Region != want.Region {
			t.Errorf("%s: %v %v, want %v %v", sentence, got, told, want, c.told)
		}
	}
	short := rules
	short.Span = time.Hour
	if got, told := RoleByRegion([]Calls{{"us-east-1", at("2026-06-01T10:00:00Z")}}, Use{}, short); !told || got.Ever() {
		t.Errorf("outside of a span of an hour: %v %v", got, told)
	}
}
