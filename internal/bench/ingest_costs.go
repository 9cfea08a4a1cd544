package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/dir"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

// The bounds of ingest, as parts of what a peer needs or what one worker does.
const (
	mostOfDuckDB     = 1.0 / 3
	mostOfChDB       = 1 / 1.5
	mostOfLibdeflate = 3.7
	leastOfTwo       = 1.85
	mostMemory       = 96 << 20
	mostAllocations  = 0.5
)

// measureIngestCosts measures what ingest costs beside time: workers, memory
// however large a file is, allocations.
func measureIngestCosts(ctx context.Context, b *bench, logs string, files []string) error {
	if err := b.workers(ctx, logs); err != nil {
		return err
	}
	if err := b.hugeFile(ctx, files); err != nil {
		return err
	}
	return b.allocations(ctx, logs)
}

// workers compares two with one, each with a core, by turns.
func (b *bench) workers(ctx context.Context, logs string) error {
	var runs [2][]usage
	for range ingestRuns {
		for i := range runs {
			u, err := b.ingestWith(ctx, i+1, logs)
			if err != nil {
				return err
			}
			step("ebbmark ingest --workers %d: %s of wall, %s of CPU", i+1, short(u.wall), short(u.cpu))
			runs[i] = append(runs[i], u)
		}
	}
	faster := float64(medians(runs[0]).wall) / float64(medians(runs[1]).wall)
	b.figures = append(b.figures, figure{"Ingest: two workers on two cores against one on one, wall", fmt.Sprintf("%.2f times as fast", faster),
		fmt.Sprintf("at least %.2f", leastOfTwo), leastOfTwo / faster, true})
	return nil
}

// hugeFile reads all logs as one file of many members.
func (b *bench) hugeFile(ctx context.Context, files []string) error {
	huge := filepath.Join(b.scratch, "huge.json.gz")
	if err := concatenate(huge, files); err != nil {
		return err
	}
	u, err := b.ingest(ctx, huge)
	if err != nil {
		return err
	}
	b.figures = append(b.figures, figure{"Ingest: peak memory, all events in one file", megabytes(u.peak),
		"at most " + megabytes(mostMemory), float64(u.peak) / mostMemory, true})
	return os.Remove(huge)
}

func concatenate(to string, files []string) (err error) {
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() {
		if closing := out.Close(); err == nil {
			err = closing
		}
	}()
	for _, file := range files {
		if err := appendFile(out, file); err != nil {
			return err
		}
	}
	return nil
}

func appendFile(out io.Writer, file string) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(out, in)
	return err
}

// allocations counts those of this process while it reads the logs itself, as a
// program tells nobody of its own.
func (b *bench) allocations(ctx context.Context, logs string) error {
	s, err := sqlite.Create(ctx, filepath.Join(b.scratch, "allocations.db"))
	if err != nil {
		return err
	}
	defer s.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sum, err := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{dir.Source{Path: logs}}, Now: time.Now}).Run(ctx)
	if err != nil {
		return err
	}
	runtime.ReadMemStats(&after)
	debug.FreeOSMemory() // the peaks of later children are not to be that of this process
	each := float64(after.Mallocs-before.Mallocs) / float64(sum.Records)
	b.figures = append(b.figures, figure{"Ingest: allocations for each event", fmt.Sprintf("%.2f", each),
		fmt.Sprintf("at most %.2f", mostAllocations), each / mostAllocations, true})
	return nil
}

// share is a part of what a peer needs, beside the bound of it.
func share(what string, ours, theirs time.Duration, peer string, most float64) figure {
	part := float64(ours) / float64(theirs)
	return figure{what, fmt.Sprintf("%.2f of %s", part, peer), fmt.Sprintf("at most %.2f", most), part / most, true}
}
