package analyzers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
)

// scanDoc is a scan in progress: who makes it, and what is done. It is also the
// lease that keeps another process from doing the same. A lease that is lost, or
// clocks that disagree, cost work and nothing else: the head is swapped by who
// comes first, and the generation of the other is not the next one then.
type scanDoc struct {
	Format     int       `json:"format"`
	Holder     string    `json:"holder"`
	Until      time.Time `json:"until"`
	Generation int64     `json:"generation"`
	Now        time.Time `json:"now"` // the moment that the scan speaks of
	Configured string    `json:"configured"`
	Done       []done    `json:"done,omitempty"` // by account
}

// done is an account that was looked at.
type done struct {
	Account string      `json:"account"`
	Base    []part      `json:"base,omitempty"` // its parts before
	Parts   []part      `json:"parts,omitempty"`
	Changes []changeSet `json:"changes,omitempty"`
	Last    string      `json:"last,omitempty"` // ARN of what was looked at last
}

// errLost: the lease went to another process.
var errLost = errors.New("another process has taken over the scan")

// lease is a scan that this process makes. Safe for concurrent use.
type lease struct {
	k   *Keeper
	uid string

	mu      sync.Mutex
	doc     scanDoc
	version store.Version
	saved   time.Time
}

// lease begins a scan, or takes up one that another process has left; ErrScanRuns
// when one is at work. A scan that is forced begins anew.
func (k *Keeper) lease(ctx context.Context, a *finding.Analyzer, force bool) (*lease, error) {
	l := &lease{k: k, uid: a.UID}
	body, version, err := k.Store.GetDoc(ctx, store.KindScan, a.UID)
	if err == nil {
		err = readJSON(body, &l.doc)
	} else if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("read scan of %s: %w", a.ARN(), err)
	}
	if k.Clock().Before(l.doc.Until) {
		return nil, ErrScanRuns
	}
	h, _, err := k.head(ctx, a.UID)
	if err != nil {
		return nil, err
	}
	now := k.Now()
	if age := now.Sub(l.doc.Now); force || l.doc.Configured != configured(a) || age < 0 || age > resumeWithin || l.doc.Generation <= h.Generation {
		l.doc = scanDoc{Format: format, Generation: h.Generation + scanStride, Now: now, Configured: configured(a)}
	}
	l.doc.Holder, l.version = k.holder, version
	if err := l.save(ctx); errors.Is(err, errLost) {
		return nil, ErrScanRuns
	} else if err != nil {
		return nil, err
	}
	return l, nil
}

// save writes what is done and renews the lease.
func (l *lease) save(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.saved = l.k.Clock()
	l.doc.Until = l.saved.Add(leaseFor).UTC()
	return l.put(ctx)
}

func (l *lease) put(ctx context.Context) error {
	body, err := json.Marshal(&l.doc)
	if err != nil {
		return err
	}
	version, err := l.k.Store.PutDoc(ctx, store.KindScan, l.uid, body, l.version)
	if errors.Is(err, store.ErrConflict) {
		return errLost
	}
	if err != nil {
		return fmt.Errorf("write scan of analyzer %s: %w", l.uid, err)
	}
	l.version = version
	return nil
}

// add notes an account, which is written now and then.
func (l *lease) add(ctx context.Context, d done) error {
	l.mu.Lock()
	l.doc.Done = append(l.doc.Done, d)
	due := l.k.Clock().Sub(l.saved) >= checkpointEvery
	l.mu.Unlock()
	if !due {
		return nil
	}
	return l.save(ctx)
}

// keep renews the lease until ctx ends, or calls lost.
func (l *lease) keep(ctx context.Context, lost context.CancelCauseFunc) {
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := l.save(ctx); errors.Is(err, errLost) {
				lost(err)
				return
			}
		}
	}
}

// end gives the lease back: a scan that is complete is forgotten, another one is
// free to be taken up.
func (l *lease) end(ctx context.Context, complete bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	if complete {
		err = l.k.Store.DeleteDoc(ctx, store.KindScan, l.uid, l.version)
	} else {
		l.doc.Until = time.Time{}
		err = l.put(ctx)
	}
	if err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, errLost) {
		l.k.Log.Warn("the lease of a scan is not given back; it ends by itself", "analyzer", l.uid, "error", err)
	}
}
