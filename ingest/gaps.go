package ingest

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// Gap is some days in a row of which no log of an account and Region was read,
// both ends included. What was not used on them is not known to be unused.
type Gap struct {
	Account string
	Region  string // empty: the account has no log at all in the window
	From    activity.Day
	To      activity.Day
}

// Days is the number of days of the gap.
func (g Gap) Days() int { return int(g.To-g.From) + 1 }

// Gaps lists the gaps of an account between two days, both included, by Region
// and day. It is about the Regions of which a log of the window or of before it
// was read; of others nobody knows whether there should be one. Days before
// store.KeptSince are gaps.
func Gaps(ctx context.Context, s store.Records, account string, from, to activity.Day) ([]Gap, error) {
	var list []Gap
	covered := false
	for f, err := range store.Coverage(ctx, s, account) {
		if err != nil {
			return nil, fmt.Errorf("read coverage of account %s: %w", account, err)
		}
		if f.Region == "" || from > to {
			continue // records without a Region say nothing about any
		}
		in, gaps := f.Days.Spans(from, to)
		covered = covered || len(in) > 0
		if len(in) == 0 && activity.DayOf(f.First.Time()) > to {
			continue
		}
		for _, g := range gaps {
			list = append(list, Gap{account, f.Region, g.From, g.To})
		}
	}
	if !covered && from <= to {
		return []Gap{{account, "", from, to}}, nil
	}
	slices.SortFunc(list, func(a, b Gap) int { return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.From, b.From)) })
	return list, nil
}
