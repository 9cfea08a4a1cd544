package main

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/store"
)

// feed is a source that a server reads while it serves.
type feed struct {
	name    string
	source  ingest.Source
	pause   time.Duration // between two looks
	workers int
	fed     func() // called after a look that read new files; nil: nobody is told
}

const (
	// feedPauseMost is the longest pause after a source could not be read,
	// which doubles each time.
	feedPauseMost = 10 * time.Minute
	// feedProblems is how many problems of one look are logged one by one.
	feedProblems = 10
)

// openFeeds finds the sources of a server.
func (p *program) openFeeds(ctx context.Context, f serveFlags) (list []feed, err error) {
	if f.interval < minInterval {
		return nil, usageError("--source-interval %s: want at least %s", f.interval, minInterval)
	}
	for i, name := range f.sources {
		if slices.Contains(f.sources[:i], name) {
			return nil, usageError("--source %s is given twice", name)
		}
		sources, err := p.openSources(ctx, []string{name}, sourceOptions{follow: true, aws: f.aws})
		if err != nil {
			return nil, err
		}
		one := feed{name, sources[0], f.interval, workersFor([]string{name}, 0), nil}
		if kindOf(name).waits {
			one.pause = 0
		}
		list = append(list, one)
	}
	return list, nil
}

// tendFeed reads a source again and again until ctx ends. Each has an ingest of
// its own, so that one that cannot be reached holds up no other.
func (p *program) tendFeed(ctx context.Context, f feed, s store.Store, metrics *feedMetrics, states *feedStates, log *slog.Logger) {
	log = log.With("source", f.name)
	log.Info("reading logs")
	in := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{f.source}, Now: p.now, Workers: f.workers, Retry: true})
	metrics.begin(f.name)
	pause := f.pause
	for ctx.Err() == nil {
		states.look(f.name)
		sum, err := in.Run(ctx)
		logFeed(log, sum)
		if ctx.Err() == nil {
			ended := p.now()
			metrics.count(f.name, sum, err, ended)
			states.looked(f.name, sum, err, ended)
		}
		if sum.Files.Done > 0 && f.fed != nil {
			f.fed()
		}
		if err != nil && ctx.Err() == nil {
			pause = min(max(2*pause, minInterval), max(feedPauseMost, f.pause))
			log.Error("cannot read this source now", "error", err, "again in", pause.String())
		} else {
			pause = f.pause
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// logFeed tells what one look came to, if it came to anything.
func logFeed(log *slog.Logger, sum ingest.Summary) {
	if sum.Files.Done+sum.Files.Failed > 0 {
		log.Info("read logs", "files", sum.Files.Done, "failed", sum.Files.Failed, "records", sum.Records, "attempts", sum.Attempts, "refused", sum.AllRefused(), "bytes", sum.Bytes)
	}
	for i, problem := range sum.Problems {
		if i == feedProblems {
			log.Warn("further problems: ebbmark ledger list has them", "problems", int64(len(sum.Problems)-i)+sum.Unlisted)
			break
		}
		log.Warn("refused", "file", problem.File, "byte", problem.Offset, "reason", problem.Reason)
	}
}
