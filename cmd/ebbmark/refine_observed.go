package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/evidence"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/store"
)

// unseen reports of which actions the logs of an account would show nothing, as evidence
// goes by it.
func (r *ranking) unseen(ctx context.Context, account string) (func(action int) bool, error) {
	o := evidence.NewObserved(r.evidence.Catalog, r.window.To, r.window.To.Sub(r.window.From))
	for f, err := range store.Rollup(ctx, r.store, []string{account}) {
		if err != nil {
			return nil, err
		}
		o.Add(&f)
	}
	return o.Unseen, nil
}

// given reads who was given something within the window. Only where there are such calls
// it reads all facts of the account.
func (r *ranking) given(ctx context.Context, account string) (*evidence.RecentGrants, error) {
	if g := r.recent[account]; g != nil {
		return g, nil
	}
	g, err := r.readGiven(ctx, account)
	if err != nil {
		return nil, err
	}
	if r.recent == nil {
		r.recent = map[string]*evidence.RecentGrants{}
	}
	r.recent[account] = g
	return g, nil
}

func (r *ranking) readGiven(ctx context.Context, account string) (*evidence.RecentGrants, error) {
	g, any := evidence.NewRecentGrants(r.window.From, r.window.To), false
	for f, err := range store.Rollup(ctx, r.store, []string{account}) {
		if err != nil {
			return nil, err
		}
		any = any || evidence.Gives(&f)
	}
	if !any {
		return g, nil
	}
	for f, err := range r.store.Facts(ctx, activity.Prefix{Account: account}) {
		if err != nil {
			return nil, err
		}
		g.Add(&f)
	}
	return g, nil
}

// withoutGaps is an error when there are whole days of the window, but the last, of which
// no log of an account was read, of any Region.
func withoutGaps(ctx context.Context, facts store.Facts, account string, w refine.Window) error {
	gaps, err := daysWithoutLogs(ctx, facts, account, activity.DayOf(w.From), activity.DayOf(w.To)-1)
	if err != nil || len(gaps) == 0 {
		return err
	}
	days := 0
	for _, g := range gaps {
		days += g.Len()
	}
	return fmt.Errorf("no log of account %s was read of %s of the window, the first %s: what was used then would be taken away; read them (ebbmark coverage %s shows all), or say --despite-gaps",
		account, plural(days, "day"), gaps[0].From.Start().Format(time.DateOnly), account)
}

// daysWithoutLogs are the days of which no log of an account was read, of any Region.
func daysWithoutLogs(ctx context.Context, facts store.Facts, account string, from, to activity.Day) ([]activity.Span, error) {
	var days activity.Days
	for f, err := range facts.Facts(ctx, activity.Prefix{Account: account, Class: activity.Coverage}) {
		if err != nil {
			return nil, err
		}
		days = days.Union(f.Days)
	}
	_, gaps := days.Spans(from, to)
	return gaps, nil
}
