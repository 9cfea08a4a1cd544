// Package ingest reads log files into a store.
//
// The way of a file: a Source names it (source.go); its ledger row says whether
// it was read before (ledger.go); it is decompressed by what it holds, not by
// its name (formats.go), scanned and turned into facts (reader.go, fact.go,
// coverage.go). The facts of many files are combined in memory and written
// together (collect.go); only then come the ledger rows of these files. A crash
// at any moment is therefore a replay, and a replay changes nothing: facts
// merge, and counts are kept per file, never added up in the store.
//
// Nothing is dropped silently. A record that cannot be used is counted by
// reason and put into quarantine (quarantine.go); a file that cannot be read to
// its end is failed in the ledger, with the place and the reason.
package ingest

import (
	"context"
	"crypto/rand"
	"errors"
	"hash/maphash"
	"runtime"
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/store"
)

// Config says what to read and where to keep it.
type Config struct {
	Store    store.Store      // required
	Sources  []Source         // required
	Now      func() time.Time // the clock; required
	Workers  int              // files read at once; 0: one for each core
	Progress *Progress        // counts while the work goes on; may be nil
	// Retry reads failed objects again in later Runs of the same Ingester,
	// with the pauses of RetryPause. Without it they are left to the next
	// Ingester, which reads them at once.
	Retry bool
}

// Ingester reads the same sources as often as it is told, and remembers what it
// has read.
type Ingester struct {
	Config
	seed   maphash.Seed
	leases *leases
	rows   *rows
	mu     sync.Mutex
	known  map[uint64]uint64 // hash of an object's id → hash of its version, of those looked at
	epoch  store.Version     // of the ledger, when known was begun
	blank  bool              // the ledger was empty when the Run began
	since  int64             // the epoch of the facts that answered when the Run began
}

// New makes an Ingester.
func New(c Config) *Ingester {
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Progress == nil {
		c.Progress = new(Progress)
	}
	return &Ingester{
		Config: c,
		seed:   maphash.MakeSeed(),
		leases: newLeases(c.Store, c.Now, rand.Text()),
		rows:   newRows(c.Store),
		known:  map[uint64]uint64{},
	}
}

// Run reads every object that the ledger does not have as done in the same
// version, and returns what came of it. Objects that an earlier Run of the same
// Ingester has looked at in the same version are passed over without a word,
// also those that failed (but see Config.Retry). Objects that another process
// is reading are left to it and counted as Busy.
//
// When ctx ends, Run stops reading, writes what is complete and returns the
// cause. The Summary covers what is in the store; another Run goes on from
// there.
func (in *Ingester) Run(ctx context.Context) (sum Summary, err error) {
	ctx, span := tracer.Start(ctx, "ingest look")
	defer func() { endLook(span, &sum, err) }()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if err := in.refresh(ctx); err != nil {
		return newSummary(), err
	}
	col, err := newCollector(ctx, in, stop)
	if err != nil {
		return newSummary(), err
	}
	alive, expire := context.WithCancel(ctx)
	defer expire()
	go in.leases.keep(alive)
	jobs := newQueue()
	parcels := make(chan parcel, in.Workers)
	var readers sync.WaitGroup
	readers.Go(func() { in.list(ctx, stop, jobs) })
	for range in.Workers {
		readers.Go(func() { newReader(in, parcels).work(ctx, stop, jobs) })
	}
	go func() { readers.Wait(); close(parcels) }()
	sum, err = col.run(parcels)
	sum.sortProblems() // workers end in any order
	expire()
	err = errors.Join(err, in.settle(ctx))
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil { // what was looked at is not all in the ledger
		clear(in.known)
	}
	return sum, err
}

// settle gives back what the run has taken.
func (in *Ingester) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushGrace)
	defer cancel()
	err := in.leases.settle(ctx, true)
	for _, s := range in.Sources {
		if s, ok := s.(Settler); ok {
			err = errors.Join(err, s.Settle(ctx))
		}
	}
	return err
}

// refresh forgets what was looked at when the operator has changed the ledger,
// and sees whether there is anything in it.
func (in *Ingester) refresh(ctx context.Context) error {
	in.rows.forget()
	epoch, err := ledgerEpoch(ctx, in.Store)
	if err != nil {
		return err
	}
	if epoch != in.epoch {
		clear(in.known)
		in.epoch = epoch
	}
	g, err := generation(ctx, in.Store)
	if err != nil {
		return err
	}
	in.since, in.blank = g.Since, true
	for _, err := range in.Store.ListDocs(ctx, store.KindLedger, "", 1) {
		if err != nil {
			return err
		}
		in.blank = false
	}
	return nil
}

// list sends the objects of all sources. What a source gives away is not
// listed much before it is read.
func (in *Ingester) list(ctx context.Context, stop context.CancelCauseFunc, jobs *queue) {
	defer jobs.close()
	for _, s := range in.Sources {
		most := maxWaiting
		if _, gives := s.(Settler); gives {
			most = min(most, ahead*in.Workers)
		}
		for o, err := range s.Objects(ctx) {
			if err != nil {
				stop(err)
				return
			}
			if !jobs.put(ctx, job{s, o}, most) {
				return
			}
		}
	}
}

// Count walks through all sources and tells the Progress how much there is. It
// is for the time left and may run beside Run. A source that gives away what it
// yields, such as a queue, has no total.
func (in *Ingester) Count(ctx context.Context) {
	for _, s := range in.Sources {
		if _, gives := s.(Settler); gives {
			return
		}
		for o, err := range s.Objects(ctx) {
			if err != nil || ctx.Err() != nil {
				return
			}
			if o.Err == nil && skipReason(o) == "" {
				in.Progress.TotalFiles.Add(1)
				in.Progress.TotalBytes.Add(max(o.Size, 0))
			}
		}
	}
	in.Progress.Counted.Store(true)
}

// seen notes an object's version and reports whether it was noted before.
func (in *Ingester) seen(id, version string) bool {
	if version == "" {
		return false
	}
	k, v := maphash.String(in.seed, id), maphash.String(in.seed, version)
	in.mu.Lock()
	defer in.mu.Unlock()
	old, ok := in.known[k]
	in.known[k] = v
	return ok && old == v
}

// forget makes the next Run look at an object again.
func (in *Ingester) forget(id string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	delete(in.known, maphash.String(in.seed, id))
}
