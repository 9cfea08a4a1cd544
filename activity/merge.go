package activity

import (
	"cmp"
	"strings"
	"time"
)

// Merge joins two facts of one key: Last is the later, First the earlier, Days
// the union. Facts of different keys must not be merged; a's key is kept.
//
// For key use and sign-ins AWS records only the first of several uses within a
// short span (IAM-31, IAM-32). "First within a sliding span" depends on the
// order of arrival; the first within a fixed window of the clock does not, so
// that is what Last is for those two classes: the earliest mark of the latest
// window.
func Merge(a, b Fact) Fact {
	if later(a.Class, b.Last.At, b.Last.Event, a.Last) {
		a.Last = b.Last
	}
	if compare(b.First.At, b.First.Event, a.First) < 0 {
		a.First = b.First
	}
	a.Days = a.Days.Union(b.Days)
	return a
}

// Include is Merge with the fact of one more attempt, on a day that f has
// already.
func (f *Fact) Include(m Mark) {
	if later(f.Class, m.At, m.Event, f.Last) {
		f.Last = m
	}
	if compare(m.At, m.Event, f.First) < 0 {
		f.First = m
	}
}

// Takes says which marks of f Include of that moment would replace. It is for
// those who have the event as bytes that soon go away.
func (f *Fact) Takes(at int64, event []byte) (first, last bool) {
	return compare(at, event, f.First) < 0, later(f.Class, at, event, f.Last)
}

// Windows of the clock in which only the first use is recorded.
const (
	keyUseWindow = 15 * time.Minute // IAM-32
	signInWindow = 5 * time.Minute  // IAM-31
)

// later reports whether a moment replaces old as the last mark of a fact of
// class c.
func later[T string | []byte](c Class, at int64, event T, old Mark) bool {
	var window int64
	switch c {
	case KeyUse:
		window = keyUseWindow.Milliseconds()
	case SignIn:
		window = signInWindow.Milliseconds()
	default:
		return compare(at, event, old) > 0
	}
	if d := cmp.Compare(at/window, old.At/window); d != 0 {
		return d > 0
	}
	return compare(at, event, old) < 0
}

// compare orders a moment and a mark. Few moments are the same, so that events
// are hardly ever looked at.
func compare[T string | []byte](at int64, event T, m Mark) int {
	switch {
	case at != m.At:
		return cmp.Compare(at, m.At)
	case string(event) < m.Event:
		return -1
	case string(event) > m.Event:
		return 1
	}
	return 0
}

func compareKeys(a, b Key) int {
	return cmp.Or(
		strings.Compare(a.Account, b.Account),
		strings.Compare(a.Principal, b.Principal),
		strings.Compare(a.Source, b.Source),
		strings.Compare(a.Name, b.Name),
		strings.Compare(a.Region, b.Region),
		cmp.Compare(a.Class, b.Class),
		cmp.Compare(a.Outcome, b.Outcome),
		strings.Compare(a.Target, b.Target),
	)
}
