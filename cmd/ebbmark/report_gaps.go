package main

import (
	"context"
	"strings"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/store"
)

// maxGapsTold is how many gaps a warning names.
const maxGapsTold = 5

// warnGaps names the days within the tracking period that no log covers: what is
// not in the report may have been used on them.
func (p *program) warnGaps(ctx context.Context, facts store.Facts, account string, f entityReport) error {
	to := activity.DayOf(f.now)
	gaps, err := ingest.Gaps(ctx, facts, account, activity.DayOf(f.now.Add(-f.span)), to)
	if err != nil || len(gaps) == 0 {
		return err
	}
	var told []string
	days := 0
	for i, g := range gaps {
		if days += g.Days(); i < maxGapsTold {
			told = append(told, strings.TrimSpace(g.Region+" "+rangeText(g)))
		}
	}
	more := ""
	if len(gaps) > maxGapsTold {
		more = ", …"
	}
	p.warn("no log of account %s was read of %s days within the tracking period (%s%s): what was used then may look unused; ebbmark coverage %s shows all", account, thousands(int64(days)), strings.Join(told, ", "), more, account)
	return nil
}

func rangeText(g ingest.Gap) string {
	if g.From == g.To {
		return dayText(g.From)
	}
	return dayText(g.From) + " to " + dayText(g.To)
}
