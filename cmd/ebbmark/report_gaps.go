package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/store"
)

// maxGapsTold is how many gaps a warning names.
const maxGapsTold = 5

// warnGaps names the days within the tracking period that no log covers: what is
// not in the report may have been used on them. It is for when the facts have been
// read: what is given up from then on is in the report (see store.Coverage).
func (p *program) warnGaps(ctx context.Context, s store.Records, account string, f entityReport) error {
	to := activity.DayOf(f.now)
	gaps, err := ingest.Gaps(ctx, s, account, activity.DayOf(f.now.Add(-f.span)), to)
	if err == nil {
		err = p.warnPruned(ctx, s, f.now, f.span)
	}
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

// warnPruned says when a report reaches behind the history that is kept.
func (p *program) warnPruned(ctx context.Context, docs store.Docs, now time.Time, span time.Duration) error {
	since, err := store.KeptSince(ctx, docs)
	if err == nil && reachesBehind(since, now, span) {
		p.warn("%s", prunedText(since))
	}
	return err
}

// reachesBehind reports whether some of the span that ends at now lies before the
// day since which history is kept.
func reachesBehind(since activity.Day, now time.Time, span time.Duration) bool {
	return now.Add(-span).UnixMilli()+1 < since.Start().UnixMilli()
}

func prunedText(since activity.Day) string {
	return fmt.Sprintf("history before %s was deleted (ebbmark prune), and the tracking period begins before that: what was used last then looks unused", dayText(since))
}

func rangeText(g ingest.Gap) string {
	if g.From == g.To {
		return dayText(g.From)
	}
	return dayText(g.From) + " to " + dayText(g.To)
}
