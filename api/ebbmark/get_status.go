package ebbmark

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/calendar"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

type getStatusInput struct{}

type getStatusOutput struct {
	Version string        `wire:"version"`
	AsOf    time.Time     `wire:"asOf"` // the moment that answers are about
	Catalog catalogStatus `wire:"catalog"`
	Logs    logStatus     `wire:"logs"`
	Ingest  ingestStatus  `wire:"ingest"`
}

type catalogStatus struct {
	Date     time.Time `wire:"date"` // of the names of services and actions
	Services int       `wire:"services"`
	Actions  int       `wire:"actions"`
	// Updated is the date of what was imported over it; absent: nothing was.
	Updated time.Time `wire:"updated"`
}

// logStatus is what logs of the caller's account were read, in the 400 days that
// reports look back.
type logStatus struct {
	Regions int `wire:"regions"`
	// LatestRecord is absent when there is no log.
	LatestRecord time.Time `wire:"latestRecord"`
	// CoveredDays have a log of any Region; Days is all of them.
	CoveredDays int `wire:"coveredDays"`
	Days        int `wire:"days"`
	// Since is the first day of those without a gap until the latest record's.
	Since string `wire:"coveredSince"`
}

// ingestStatus is numbers only, because the names of files and buckets may be
// those of other accounts.
type ingestStatus struct {
	Reading *int     `wire:"reading"` // groups of files being read now
	Sources []Source `wire:"sources"` // of this server, in the operator's order
}

// Source is logs that a server reads again and again. Numbers are since it
// started.
type Source struct {
	Kind        string    `wire:"kind"`  // "folder", "bucket" or "queue"
	State       string    `wire:"state"` // "reading", "waiting" or "failing"
	LastSuccess time.Time `wire:"lastSuccess"`
	FilesRead   int64     `wire:"filesRead"`
	FilesFailed int64     `wire:"filesFailed"`
	Refused     int64     `wire:"recordsRefused"`
}

func (a *API) getStatus(ctx context.Context, c wire.Caller, _ *getStatusInput) (*getStatusOutput, error) {
	cat, err := a.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	info := cat.Info()
	out := &getStatusOutput{Version: a.Version, AsOf: a.now(), Ingest: ingestStatus{Sources: []Source{}}}
	out.Catalog = catalogStatus{Date: info.Date, Services: info.Counts.Services, Actions: info.Counts.Actions}
	if info.Overlay != nil {
		out.Catalog.Updated = info.Overlay.Date
	}
	from, to := a.window(nil)
	var regions []calendar.Region
	err = store.Steady(ctx, a.Facts, func() (err error) {
		regions, err = a.coverage(ctx, c.Account, from, to)
		return err
	})
	if err != nil {
		return nil, err
	}
	out.Logs = newLogStatus(regions, from, to)
	if a.Sources != nil {
		out.Ingest.Sources = append(out.Ingest.Sources, a.Sources()...)
	}
	if a.Reading != nil {
		n, err := a.Reading(ctx)
		if err != nil {
			return nil, err
		}
		out.Ingest.Reading = &n
	}
	return out, nil
}

func newLogStatus(regions []calendar.Region, from, to activity.Day) logStatus {
	s := logStatus{Days: int(to-from) + 1}
	for _, r := range regions {
		if r.Name != "" {
			s.Regions++
		}
		if r.Latest.After(s.LatestRecord) {
			s.LatestRecord = r.Latest
		}
	}
	covered, _ := calendar.Any(regions).Spans(from, to)
	for _, one := range covered {
		s.CoveredDays += one.Len()
	}
	if n := len(covered); n > 0 {
		s.Since = date(covered[n-1].From)
	}
	return s
}
