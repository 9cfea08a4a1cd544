package evidence

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/activity"
)

// coverer makes a Coverage, account by account. Of every account every wanted
// Region must have a log of every day of the window but the last. That asks for
// much: CloudTrail writes no log of a Region in which nothing happens. But a day
// without a log says nothing, unless it is known that a trail logs every Region:
// then one log of any Region will do (ORG-55).
type coverer struct {
	in       *Input
	from, to activity.Day             // the last day that is over
	days     map[string]activity.Days // by Region, of the account at hand
	regions  map[string]bool
	since    activity.Day
	broken   bool // some Region has no run of days up to the end
	out      Coverage
	silent   []string
	gaps     []Gap
}

func newCoverer(in *Input) *coverer {
	from, to := in.span()
	return &coverer{in: in, from: from, to: to - 1, days: map[string]activity.Days{}, regions: map[string]bool{}}
}

// span is the days of the window, both included.
func (in *Input) span() (from, to activity.Day) {
	return activity.DayOf(in.Now.Add(-in.Window)), activity.DayOf(in.Now)
}

func (c *coverer) add(f *activity.Fact) {
	if f.Class == activity.Coverage && f.Region != "" && activity.DayOf(f.First.Time()) <= c.to {
		c.days[f.Region] = c.days[f.Region].Union(f.Days)
	}
}

// close ends an account, and returns the Regions that count; none: any one.
func (c *coverer) close(a member) (asked []string) {
	if c.in.EveryRegion {
		var any activity.Days
		for _, days := range c.days {
			any = any.Union(days)
		}
		c.region(a.id, "", any)
	} else {
		asked = c.wanted(a.partition)
		for _, region := range asked {
			c.region(a.id, region, c.days[region])
		}
	}
	clear(c.days)
	return asked
}

// wanted are the Regions whose logs have to be there.
func (c *coverer) wanted(partition string) []string {
	if c.in.Regions != nil {
		return c.in.Regions
	}
	all := map[string]bool{}
	for region := range c.days {
		all[region] = true
	}
	for _, r := range c.in.Catalog.Regions() {
		if r.Partition == partition || r.Partition == "" {
			all[r.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (c *coverer) region(account, region string, days activity.Days) {
	in, gaps := days.Spans(c.from, c.to)
	if len(in) == 0 {
		c.silent = append(c.silent, strings.TrimSpace(account+" "+region))
		c.broken = true
		return
	}
	if region == "" {
		for name := range c.days {
			c.regions[name] = true
		}
	} else {
		c.regions[region] = true
	}
	for _, g := range gaps {
		c.gaps = append(c.gaps, Gap{account, region, date(g.From), date(g.To), g.Len()})
	}
	if in[len(in)-1].To < c.to {
		c.broken = true
		return
	}
	c.since = max(c.since, runUpTo(days, c.to))
}

// runUpTo is the first of the days without a gap before the given one, which is
// one of them.
func runUpTo(days activity.Days, last activity.Day) activity.Day {
	var first, next activity.Day
	for d := range days.All() {
		if d > last {
			break
		}
		if d != next {
			first = d
		}
		next = d + 1
	}
	return first
}

func (c *coverer) done() *Coverage {
	out := &c.out
	names, total := bounded(c.regions, maxNames)
	out.Regions, out.RegionsTotal = append([]string{}, names...), total
	out.SilentTotal, out.GapsTotal = len(c.silent), len(c.gaps)
	slices.SortFunc(c.gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.From, b.From))
	})
	slices.Sort(c.silent)
	out.Silent = append([]string{}, c.silent[:min(len(c.silent), maxSilent)]...)
	out.Gaps = append([]Gap{}, c.gaps[:min(len(c.gaps), maxGaps)]...)
	out.Whole = out.RegionsTotal > 0 && out.SilentTotal == 0 && out.GapsTotal == 0
	if !c.broken && out.RegionsTotal > 0 {
		out.Since = date(c.since)
	}
	return out
}

// bounded are the first names of a set, and how many there are.
func bounded(set map[string]bool, most int) ([]string, int) {
	if len(set) == 0 {
		return nil, 0
	}
	all := slices.Sorted(maps.Keys(set))
	return all[:min(len(all), most)], len(all)
}
