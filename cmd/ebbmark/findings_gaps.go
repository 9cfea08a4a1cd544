package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/ingest"
)

// warnUnseen says on standard error what a scan for unused access cannot know:
// accounts without an inventory, without activity, and with days in the period of
// which no log was read.
func (p *program) warnUnseen(ctx context.Context, d *desk, a *finding.Analyzer) error {
	covered, err := d.keeper.Covered(ctx, a)
	if err != nil {
		return err
	}
	have, err := accounts.New(d).IDs(ctx)
	if err != nil {
		return err
	}
	to := activity.DayOf(d.now)
	from := activity.DayOf(d.now.Add(-time.Duration(a.Age) * aDay))
	var absent, silent, patchy []string
	for _, id := range covered {
		if !slices.Contains(have, id) {
			absent = append(absent, id)
			continue
		}
		if !a.Type.Unused() {
			continue
		}
		any, err := anyActivity(ctx, d, id)
		if err != nil {
			return err
		}
		if !any {
			silent = append(silent, id)
			continue
		}
		gaps, err := ingest.Gaps(ctx, d, id, from, to)
		if err != nil {
			return err
		}
		if len(gaps) > 0 {
			patchy = append(patchy, id)
		}
	}
	if len(absent) > 0 {
		p.warn("no snapshot of %s has been imported: nobody there is looked at", theAccounts(absent))
	}
	if len(silent) > 0 {
		p.warn("no activity of %s has been ingested: what is unused there cannot be told", theAccounts(silent))
	}
	if len(patchy) > 0 {
		p.warn("of %s no log was read of some days in the last %d: what was used then may look unused; ebbmark coverage shows which", theAccounts(patchy), a.Age)
	}
	return nil
}

func anyActivity(ctx context.Context, d *desk, account string) (bool, error) {
	for _, err := range d.Facts(ctx, activity.Prefix{Account: account}) {
		return err == nil, err
	}
	return false, nil
}

// theAccounts names accounts, if they are few.
func theAccounts(ids []string) string {
	more := ""
	if len(ids) > maxNamed {
		ids, more = ids[:maxNamed], ", …"
	}
	if len(ids) == 1 {
		return "account " + ids[0]
	}
	return "accounts " + strings.Join(ids, ", ") + more
}
