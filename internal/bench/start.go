package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

const (
	startRuns    = 9
	startFacts   = 1_000_000
	factsAtOnce  = 20_000
	namesOfOne   = 100 // operations of one principal
	principalsOf = 200 // of one account
)

// measureStart takes the time from the start of the process to its ready line.
func measureStart(ctx context.Context, b *bench) error {
	full := filepath.Join(b.scratch, "full.db")
	step("storing %d facts", startFacts)
	if err := fill(ctx, full); err != nil {
		return err
	}
	var fresh, empty, million []time.Duration
	for i := range startRuns {
		path := filepath.Join(b.scratch, fmt.Sprintf("empty%d.db", i))
		for _, run := range []struct {
			args  []string
			times *[]time.Duration
		}{
			{[]string{"--init", "--store", "sqlite:" + path}, &fresh},
			{[]string{"--store", "sqlite:" + path}, &empty},
			{[]string{"--store", "sqlite:" + full}, &million},
		} {
			s, err := b.serve(ctx, run.args...)
			if err != nil {
				return err
			}
			*run.times = append(*run.times, s.ready)
			if _, err := s.stop(); err != nil {
				return err
			}
		}
	}
	b.figures = append(b.figures,
		bounded("Start: ready on a store that is made on the way", median(fresh), 300*time.Millisecond),
		bounded("Start: ready on an empty store", median(empty), 300*time.Millisecond),
		bounded("Start: ready on a store with a million facts", median(million), time.Second))
	return nil
}

// fill makes a store of startFacts facts, as a large organization would leave
// them. They are merged in pieces, to keep this process small.
func fill(ctx context.Context, path string) error {
	s, err := sqlite.Create(ctx, path)
	if err != nil {
		return err
	}
	at := time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)
	facts := make([]activity.Fact, factsAtOnce)
	for first := 0; first < startFacts; first += factsAtOnce {
		for i := range facts {
			n := first + i
			facts[i] = activity.Attempt(activity.Key{
				Account:   fmt.Sprintf("1111%08d", n/(namesOfOne*principalsOf)),
				Principal: fmt.Sprintf("AROAEXAMPLE%010d", n/namesOfOne),
				Source:    fmt.Sprintf("service%02d.amazonaws.com", n%10),
				Name:      fmt.Sprintf("DescribeSomething%02d", n%namesOfOne),
				Region:    "eu-central-1",
				Class:     activity.Management,
				Outcome:   activity.Succeeded,
			}, at, fmt.Sprintf("0a1b2c3d-0000-4000-8000-%012x", n))
		}
		if err := s.MergeFacts(ctx, facts); err != nil {
			s.Close()
			return err
		}
	}
	return s.Close()
}
