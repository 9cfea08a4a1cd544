package analyzers

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/finding"
)

// Run scans what is due until ctx ends: analyzers that were never scanned, whose
// configuration has changed, or whose last scan is Config.Every ago.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	force := false
	for {
		k.round(ctx, force)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			force = false
		case <-k.woken:
			force = true
		}
	}
}

// Wake makes everything due: there is new activity.
func (k *Keeper) Wake() {
	select {
	case k.woken <- struct{}{}:
	default: // somebody has woken it already
	}
}

// round scans what is due, or all.
func (k *Keeper) round(ctx context.Context, force bool) {
	err := k.tidy(ctx)
	var all []*finding.Analyzer
	if err == nil {
		all, err = k.All(ctx)
	}
	if err != nil && ctx.Err() == nil {
		k.Log.Error("cannot look which analyzers are due", "error", err)
	}
	for _, a := range all {
		now := k.Clock()
		if ctx.Err() != nil || !force && !k.retries.may(a.UID, now) {
			continue
		}
		switch err := k.scan(ctx, a, force); {
		case err == nil:
			k.retries.forget(a.UID)
		case ctx.Err() == nil && !errors.Is(err, ErrScanRuns) && !errors.Is(err, errLost):
			k.Log.Error("cannot scan; it is tried again", "analyzer", a.ARN(), "error", err, "in", k.retries.failed(a.UID, now))
		}
	}
}

// due reports whether an analyzer is to be scanned (AA-20). A scan of a later
// moment than the present stands.
func (k *Keeper) due(h *head, a *finding.Analyzer) bool {
	every := k.Every
	if !a.Type.Unused() {
		every = min(every, externalEvery)
	}
	return h.Scanned.IsZero() || h.Configured != configured(a) || k.Now().Sub(h.Scanned) >= every
}

// retries are the analyzers whose last scan failed.
type retries struct {
	mu    sync.Mutex
	after map[string]retry // by unique id
}

type retry struct {
	at    time.Time
	pause time.Duration
}

func (r *retries) may(uid string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !now.Before(r.after[uid].at)
}

func (r *retries) failed(uid string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	pause := min(max(2*r.after[uid].pause, firstRetry), lastRetry)
	r.after[uid] = retry{now.Add(pause), pause}
	return pause
}

func (r *retries) forget(uid string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.after, uid)
}
