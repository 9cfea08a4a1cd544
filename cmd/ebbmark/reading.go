package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// reading is how an operator wants facts to be read, beyond the catalogue's
// data. A server and the commands that work without one take the same flags, so
// that they give the same answers.
type reading struct {
	sources, regions map[string]string
	days             int // how far reports look back; 0: the default
}

// readingFlags adds the flags of a reading to a command.
func readingFlags(cmd *cobra.Command, r *reading) {
	flags := cmd.Flags()
	flags.StringToStringVar(&r.sources, "event-source", nil, "namespace of a CloudTrail event source that the catalogue does not know, such as example=ec2")
	flags.StringToStringVar(&r.regions, "region", nil, "further Region that counts, and the day it counts from, such as eu-north-9=2026-01-01")
	flags.IntVar(&r.days, "days", int(report.Span/aDay), "how many days reports look back, at least the default")
}

// span is how far reports look back (LA-40).
func (r *reading) span() (time.Duration, error) {
	const most = 36_500
	if r.days == 0 {
		return report.Span, nil
	}
	if least := int(report.Span / aDay); r.days < least || r.days > most {
		return 0, usageError("--days %d: want %d to %d", r.days, least, most)
	}
	return time.Duration(r.days) * aDay, nil
}

// config is what the reading adds to the catalogue (LA-41, CT-30).
func (r *reading) config() (catalog.Config, error) {
	config := catalog.Config{Aliases: r.sources, Regions: make(map[string]time.Time, len(r.regions))}
	for name, from := range r.regions {
		start, err := time.Parse(time.DateOnly, from)
		if err != nil || name == "" {
			return config, usageError("--region %s=%s: want NAME=YYYY-MM-DD", name, from)
		}
		config.Regions[name] = start
	}
	return config, nil
}

// aDay is the unit of --days.
const aDay = 24 * time.Hour

// catalog is the catalogue of a store as the reading has it.
func (r *reading) catalog(ctx context.Context, docs store.Docs) (*catalog.Catalog, error) {
	config, err := r.config()
	if err != nil {
		return nil, err
	}
	return (&catalogSource{docs: docs, config: config}).Current(ctx)
}
