// Package evidence says for everything that principals are granted what the logs
// have of it: the last success, the last refusal, the first use, the days, the
// Regions, who it was, which statement grants it and since when, what a
// permissions boundary and service control policies take away, and a verdict with
// one sentence that says why.
//
// The verdict is made so that nothing is called unused that is not: unused is
// said only where the logs would have shown a use (records.go), where they are
// there for every day and Region of the window (coverage.go), where the trails
// behind them let through all data events of a kind (trail_doubt.go), and where
// grant and principal are older than it (scope.go). verdict.go has the reasons against
// it, in their order. Everything is values in, values out.
package evidence

import (
	"fmt"
	"iter"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/trail"
)

// Input is what evidence is made from, besides the facts.
type Input struct {
	Scope  *Scope
	Now    time.Time     // the moment that the evidence speaks of; later activity does not exist
	Window time.Duration // how far unused has to reach back; zero: DefaultWindow
	// Regions are those that the accounts use, by the word of whoever asks. Nil:
	// all of the partition, and those of which there are logs.
	Regions []string
	// EveryRegion: a trail logs every Region, by the same word, so that one without
	// a log of a day was idle, if there is a log of another one. Regions is ignored.
	EveryRegion bool
	Service     string // only this namespace; empty: all
	Catalog     *catalog.Catalog
	Extras      *catalog.Extras // of the same catalogue
	Engine      *grant.Engine   // likewise
}

// Sources yield facts, in any order; each may come more than once. An error ends
// a sequence.
type Sources struct {
	// Of yields the facts of a principal; with an empty one, of the whole account,
	// which is asked again where somebody was given something.
	Of func(account, principal string) iter.Seq2[activity.Fact, error]
	// Coverage yields those facts of an account that say which logs were read.
	Coverage func(account string) iter.Seq2[activity.Fact, error]
	// Calls yields the calls of anyone in an account, perhaps merged over
	// principals and outcomes. For each account it is asked after Of, and Coverage
	// last: what coverage vouches for has been read.
	Calls func(account string) iter.Seq2[activity.Fact, error]
	// Trails is what is known of the trails of an account; nil, also as a function:
	// nothing is.
	Trails func(account string) (*trail.Record, error)
}

// Compute gathers the evidence. The only errors are those of the facts.
func Compute(in Input, from Sources) (*Evidence, error) {
	if in.Window == 0 {
		in.Window = DefaultWindow
	}
	t := newTally(&in)
	cover := newCoverer(&in)
	seen := newWitness(&in)
	trails := newTrails(&in)
	recent := map[string]*RecentGrants{}
	for _, m := range in.Scope.members {
		for who, principal := range m.names() {
			if err := each(from.Of(m.account, principal), func(f *activity.Fact) { t.add(m, who, f) }); err != nil {
				return nil, fmt.Errorf("read activity in account %s: %w", m.account, err)
			}
		}
	}
	for _, account := range in.Scope.accounts {
		gave := false
		err := each(from.Calls(account.id), func(f *activity.Fact) {
			seen.add(f)
			trails.call(account.id, f)
			gave = gave || Gives(f)
		})
		if err == nil && gave {
			g := NewRecentGrants(in.Now.Add(-in.Window), in.Now)
			recent[account.id] = g
			err = each(from.Of(account.account, ""), g.Add)
		}
		if err == nil {
			err = each(from.Coverage(account.id), func(f *activity.Fact) { cover.add(f); trails.cover(account.id, f) })
		}
		if err != nil {
			return nil, fmt.Errorf("read the logs of account %s: %w", account.id, err)
		}
		trails.asked[account.id] = cover.close(account)
	}
	if err := trails.close(from); err != nil {
		return nil, err
	}
	c := cover.done()
	c.Trails, c.TrailsTotal = trails.rows()
	return in.lay(t, c, seen, trails, recent), nil
}

// each hands on the facts of a sequence up to an error.
func each(facts iter.Seq2[activity.Fact, error], take func(*activity.Fact)) error {
	for f, err := range facts {
		if err != nil {
			return err
		}
		take(&f)
	}
	return nil
}

// lay makes the rows.
func (in *Input) lay(t *tally, c *Coverage, seen *witness, trails *trails, recent map[string]*RecentGrants) *Evidence {
	out := &Evidence{
		ARN: in.Scope.ARN, Kind: in.Scope.Kind, AsOf: in.Now.UTC(), Days: int(in.Window / (24 * time.Hour)),
		From: date(t.from), To: date(t.to), Principals: in.Scope.principals, Missing: in.Scope.Missing, Coverage: c, Services: []Service{},
	}
	out.Given = seen.given(in.Scope.Kind)
	out.UnknownSources, out.UnknownSourcesTotal = bounded(t.unmapped, maxNames)
	for _, list := range []*[]string{&out.Missing, &out.UnknownSources} {
		if *list == nil {
			*list = []string{} // an answer has every list
		}
	}
	g := newGrants(in, recent)
	j := &judge{in: in, tally: t, coverage: c, witness: seen, trails: trails, grants: g, records: trails.records, needed: neededFor(in.Catalog)}
	for i, s := range in.Catalog.Services() {
		if in.Service != "" && in.Service != s.Namespace {
			continue
		}
		if row, ok := j.service(i); ok {
			out.Services = append(out.Services, row)
		}
	}
	return out
}

func date(d activity.Day) string { return d.Start().Format(time.DateOnly) }

// ever is a span that holds every call there can be.
const ever = 200 * 365 * 24 * time.Hour

// lastEver is the latest moment of a fact that is not later than now.
func lastEver(f *activity.Fact, now time.Time) (int64, bool) {
	at, ok := report.LastIn(f, now, ever)
	return at.UnixMilli(), ok
}
