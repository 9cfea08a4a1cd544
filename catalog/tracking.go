package catalog

import (
	"cmp"
	"strings"
	"time"
)

// Region is a Region that gives last accessed information.
type Region struct {
	Name      string    // us-east-2
	Partition string    // aws
	Title     string    // US East (Ohio)
	Start     time.Time // first tracked moment, UTC (LA-41)
}

// tracking is the content of data/tracking.txt.
type tracking struct {
	never          []string             // NAMESPACE:ACTION, sorted (LA-28)
	defaultStart   time.Time            // of services not in starts (LA-42)
	starts         map[string]time.Time // by namespace
	defaultRegions map[string]string    // by namespace
	regions        []Region             // sorted by name
}

// parseTracking reads lines of four kinds, in this order and sorted within
// each:
//
//	never NAMESPACE:ACTION
//	start NAMESPACE|* DAY
//	default-region NAMESPACE REGION
//	region REGION DAY PARTITION TITLE
func parseTracking(text string) (*tracking, error) {
	l, err := open(text, "tracking")
	if err != nil {
		return nil, err
	}
	t := &tracking{starts: map[string]time.Time{}, defaultRegions: map[string]string{}}
	for last := ""; l.next(); last = l.line {
		word, rest, _ := strings.Cut(l.line, " ")
		if !sortedKinds(trackingKinds, last, l.line) {
			return nil, l.errorf("%.40q is unknown or not in order", l.line)
		}
		if err := t.line(l, word, rest); err != nil {
			return nil, err
		}
	}
	if t.defaultStart.IsZero() {
		return nil, l.errorf("there is no \"start *\"")
	}
	return t, l.end()
}

var trackingKinds = [...]string{"never", "start", "default-region", "region"}

// sortedKinds reports whether a line may follow the last one: its kind is the
// same or a later one, and within a kind lines are sorted.
func sortedKinds[K [4]string | [3]string](kinds K, last, line string) bool {
	of := func(line string) int {
		word, _, _ := strings.Cut(line, " ")
		for i := range len(kinds) {
			if kinds[i] == word {
				return i
			}
		}
		return -1
	}
	a, b := of(last), of(line)
	return b >= 0 && cmp.Or(cmp.Compare(a, b), cmp.Compare(last, line)) < 0
}

func (t *tracking) line(l *lines, kind, rest string) error {
	want := map[string]int{"never": 1, "start": 2, "default-region": 2, "region": 4}[kind]
	w, ok := words(rest, want)
	if !ok {
		return l.errorf("%s wants %d words", kind, want)
	}
	switch kind {
	case "never":
		t.never = append(t.never, w[0])
		return nil
	case "default-region":
		t.defaultRegions[w[0]] = w[1]
		return nil
	}
	day, err := parseDay(w[1])
	switch {
	case err != nil:
		return l.errorf("%v", err)
	case kind == "region":
		t.regions = append(t.regions, Region{w[0], w[2], w[3], day})
	case w[0] == "*":
		t.defaultStart = day
	default:
		t.starts[w[0]] = day
	}
	return nil
}
