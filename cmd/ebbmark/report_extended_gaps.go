package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/store"
)

// maxGapsListed is how many gaps the JSON of an extended report lists. All are
// counted.
const maxGapsListed = 1_000

// extendedGaps are the days of the window of which no log of an account and
// Region was read, of all accounts of an extended report: by account, Region and
// day.
type extendedGaps struct {
	list     []ingest.Gap // at most maxGapsListed
	total    int
	accounts int // that have one
}

// gapsUnder finds the gaps of every account at or below the report's entity.
func gapsUnder(ctx context.Context, s store.Records, o *organization.Organization, f *extendedFinding) (g extendedGaps, err error) {
	id, _, _ := o.Find(f.report.Path) // the report has found it
	from, to := f.report.Observed.From, f.report.Observed.To
	for _, account := range o.AccountsUnder(id) {
		gaps, err := ingest.Gaps(ctx, s, account, from, to)
		if err != nil {
			return g, err
		}
		if len(gaps) > 0 {
			g.accounts++
		}
		g.total += len(gaps)
		g.list = append(g.list, gaps[:min(len(gaps), maxGapsListed-len(g.list))]...)
	}
	return g, nil
}

// text is the gaps in a line: the first few of them.
func (g *extendedGaps) text() string {
	var told []string
	for _, gap := range g.list[:min(len(g.list), maxGapsTold)] {
		told = append(told, strings.Join(strings.Fields(gap.Account+" "+gap.Region+" "+rangeText(gap)), " "))
	}
	if g.total > len(told) {
		told = append(told, "…")
	}
	return fmt.Sprintf("%d gaps in the logs of %d accounts within the window: %s", g.total, g.accounts, strings.Join(told, ", "))
}

// warnExtendedGaps names the days of which nobody knows what was used on them.
func (p *program) warnExtendedGaps(f *extendedFinding) {
	if f.gaps.total > 0 {
		p.warn("%s: what was used then may look unused; --format json and ebbmark coverage show all", f.gaps.text())
	}
}

// gapJSON is a gap as JSON. Without a Region, no log of the account was read in
// the window.
type gapJSON struct {
	Account string `json:"account"`
	Region  string `json:"region,omitempty"`
	From    string `json:"from"` // both days included
	To      string `json:"to"`
	Days    int    `json:"days"`
}

// gapsJSON is never null.
func gapsJSON(list []ingest.Gap) []gapJSON {
	out := make([]gapJSON, len(list))
	for i, g := range list {
		out[i] = gapJSON{g.Account, g.Region, dayText(g.From), dayText(g.To), g.Days()}
	}
	return out
}
