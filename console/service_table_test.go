package console

import (
	"net/url"
	"slices"
	"testing"
	"time"
)

func TestActionTable(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 5, day, 0, 0, 0, 0, time.UTC) }
	all := []actionAccess{
		{ActionName: "B", LastAccessedTime: at(1), LastAccessedRegion: "us-east-1"},
		{ActionName: "a"},
		{ActionName: "C", LastAccessedTime: at(2), LastAccessedRegion: "eu-west-1"},
	}
	for asked, want := range map[string][]string{
		"":                             {"C", "B", "a"},
		"sort=last":                    {"a", "B", "C"},
		"sort=action":                  {"a", "B", "C"},
		"sort=action&dir=desc":         {"C", "B", "a"},
		"sort=region&dir=desc":         {"B", "C", "a"},
		"show=accessed":                {"C", "B"},
		"show=not-accessed":            {"a"},
		"show=nonsense&sort=<script>":  {"C", "B", "a"},
		"show=accessed&sort=region":    {"C", "B"},
		"show=not-accessed&sort=other": {"a"},
	} {
		query, err := url.ParseQuery(asked)
		must(t, err)
		var got []string
		for _, a := range newActionTable(query).of(all) {
			got = append(got, a.ActionName)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", asked, got, want)
		}
	}
}
