package report

import (
	"maps"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/activity"
)

// Observation says what of the window the logs show. A day of an account is
// covered when a log of any Region that has it was read: an idle Region has no
// log. So Regions are named, and whether one is missing its reader must know.
type Observation struct {
	From, To     activity.Day // the window, both ends included
	Accounts     int
	Whole        int          // accounts with a log of every day but the last, which is not over
	Since        activity.Day // from here on every account has logs, gaps aside; zero: some account has none
	Through      activity.Day // up to here every account has logs; zero likewise
	Covered      int          // days with a log, of the account that has fewest
	Silent       []string     // accounts without any log in the window, at most MaxSilent
	SilentTotal  int
	Regions      []string // with a log in the window, sorted, at most MaxRegions
	RegionsTotal int
}

// observer makes an Observation, account by account.
type observer struct {
	Observation
	days    activity.Days // of the account at hand
	regions map[string]bool
}

func newObserver(w window) observer {
	return observer{Observation: Observation{From: activity.DayOf(time.UnixMilli(w.after + 1).UTC()), To: w.today}, regions: map[string]bool{}}
}

// add takes a fact of coverage.
func (o *observer) add(f *activity.Fact) {
	if day, ok := f.Days.UpTo(o.To); !ok || day < o.From {
		return
	}
	o.days = o.days.Union(f.Days)
	if f.Region != "" && !o.regions[f.Region] {
		o.regions[f.Region] = true
		o.RegionsTotal = len(o.regions)
		o.Regions = slices.Sorted(maps.Keys(o.regions))[:min(len(o.regions), MaxRegions)]
	}
}

func (o *observer) closeAccount(id string) {
	first, last, n, lacks := o.span()
	o.days = activity.Days{}
	o.Accounts++
	if n == 0 {
		if o.SilentTotal++; len(o.Silent) < MaxSilent {
			o.Silent = append(o.Silent, id)
		}
	}
	if !lacks {
		o.Whole++
	}
	if o.Accounts == 1 {
		o.Since, o.Through, o.Covered = first, last, n
	} else {
		o.Since, o.Through, o.Covered = max(o.Since, first), min(o.Through, last), min(o.Covered, n)
	}
	if o.SilentTotal > 0 {
		o.Since, o.Through = 0, 0
	}
}

// span are the first and the last day with a log of the account at hand within
// the window, how many there are, and whether a day lacks one, the last aside.
func (o *observer) span() (first, last activity.Day, n int, lacks bool) {
	past := 0
	for d := range o.days.All() {
		if d < o.From || d > o.To {
			continue
		}
		if n++; n == 1 {
			first = d
		}
		if last = d; d < o.To {
			past++
		}
	}
	return first, last, n, past < int(o.To-o.From)
}

// whole reports whether the logs cover the window for all accounts.
func (o *observer) whole() bool { return o.Accounts > 0 && o.Whole == o.Accounts }
