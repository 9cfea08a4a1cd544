package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/ebbmark/ebbmark/api/iam"
)

// sweepEvery is how often a server removes the jobs that have expired.
const sweepEvery = time.Hour

// tendJobs finishes the jobs that an earlier process left behind, and removes
// expired ones, now and then until ctx ends.
func tendJobs(ctx context.Context, jobs *iam.API, log *slog.Logger) {
	if n, err := jobs.Resume(ctx); err != nil && ctx.Err() == nil {
		log.Error("cannot finish jobs of an earlier run", "error", err)
	} else if n > 0 {
		log.Info("finished jobs of an earlier run", "jobs", n)
	}
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if n, err := jobs.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Error("cannot remove expired jobs", "error", err)
		} else if n > 0 {
			log.Info("removed expired jobs", "jobs", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
