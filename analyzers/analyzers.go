// Package analyzers keeps analyzers and what they find: archive rules, findings,
// recommendations and generated policies (docs/spec/access-analyzer.md). What
// holds is told by package finding and package refine, which are functions; this
// room gives them inventories and facts and keeps what they say.
//
// From the bottom up: shelf.go keeps the analyzers of an account and Region in
// one document. The findings of an analyzer are a head and immutable parts
// (head.go, part.go), so that a reader sees one generation of them, whole
// (view.go); edit.go makes the next one by compare-and-swap. scan.go looks at
// accounts, scan_whole.go at all of them and under a lease (lease.go), resource.go
// at one principal; run.go knows when. recommend.go and generate.go answer about
// one principal each. outbox.go holds what the world is still to be told, and
// sweep.go removes what nothing refers to.
package analyzers

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/store"
)

// Config is what a Keeper works with. All fields without a default are required.
type Config struct {
	Store store.Store
	Book  *accounts.Book
	// Catalog is the catalogue to read facts with, and an engine of it. It is
	// asked anew for every scan.
	Catalog func(context.Context) (*catalog.Catalog, *grant.Engine, error)
	// Clock is the real clock: leases, delays and quotas go by it.
	Clock func() time.Time
	// AsOf fixes the moment that findings speak of. Zero: the clock.
	AsOf time.Time
	// NewID makes ids: lower-case UUIDs of version 4.
	NewID func() string
	// Span is how far back last use is told. Zero: report.Span.
	Span time.Duration
	// Every is the time between two scans of an analyzer (AA-20). Zero: 24 hours.
	// Those of external access look at least every 30 minutes (AA-71).
	Every time.Duration
	// Delay keeps recommendations and policy generations IN_PROGRESS that long,
	// so that clients can rehearse their polling.
	Delay time.Duration
	// Wait is how long Create and Configure wait for the scan that they cause,
	// which goes on after it. Zero: 5 seconds. Negative: not at all.
	Wait time.Duration
	// Unlimited lifts the limits of policy generation: 90 days, one at a time,
	// 50 a day.
	Unlimited bool
	// Changes keeps the changes of findings until they are Delivered.
	Changes bool
	// Log takes warnings. Nil: slog.Default().
	Log *slog.Logger
}

// Keeper keeps analyzers. Make it with New and Close it. Safe for concurrent
// use, also by several processes on one store.
type Keeper struct {
	Config
	codec   codec
	views   views
	details lastDetails
	holder  string // of leases

	woken   chan struct{} // someone wants a look at what is due
	one     chan struct{} // a token: one scan at a time, which bounds memory
	retries retries

	base    context.Context // ends with Close: scans that outlive who asked for them
	cancel  context.CancelFunc
	working sync.WaitGroup
}

// New makes a Keeper.
func New(c Config) *Keeper {
	if c.Every <= 0 {
		c.Every = defaultEvery
	}
	if c.Wait == 0 {
		c.Wait = defaultWait
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	k := &Keeper{Config: c, codec: newCodec(), holder: c.NewID(), woken: make(chan struct{}, 1), one: make(chan struct{}, 1)}
	k.views.byUID = map[string]*View{}
	k.retries.after = map[string]retry{}
	k.base, k.cancel = context.WithCancel(context.Background())
	return k
}

// Close ends the scans that are running and waits for them. They are taken up
// again by whoever opens the store next.
func (k *Keeper) Close() {
	k.cancel()
	k.working.Wait()
}

// Now is the moment that findings speak of, in whole milliseconds.
func (k *Keeper) Now() time.Time {
	if !k.AsOf.IsZero() {
		return millis(k.AsOf)
	}
	return millis(k.Clock())
}

func millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
