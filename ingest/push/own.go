package push

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// Own turns calls to the server itself into facts, so that a cloud that embeds
// ebbmark has last accessed data of itself. Make one with NewOwn.
//
// Calls become facts in memory and are written when there are many, every
// OwnEvery by Run, and when Run ends: a server that stops orderly loses
// nothing, one that is killed the calls of the last OwnEvery. The counts are in
// one ledger row for each run of a server, written over each time.
//
// Own calls are no coverage: they say nothing about the rest of a Region.
type Own struct {
	config OwnConfig
	row    string // id of the ledger row
	wake   chan struct{}

	lost atomic.Int64 // calls that were dropped because the store did not take them

	writing sync.Mutex // held while facts are written
	mu      sync.Mutex // guards fold
	fold    ingest.Fold
}

// OwnConfig is what an Own needs. All fields are required.
type OwnConfig struct {
	Store store.Store
	Now   func() time.Time
	Log   *slog.Logger
	RunID string // tells this run of a server from all others
}

// NewOwn makes an Own.
func NewOwn(c OwnConfig) *Own {
	return &Own{config: c, row: "own:" + c.RunID, wake: make(chan struct{}, 1)}
}

// ownRegion is the Region of the calls: the services that are served here are
// global.
const ownRegion = "us-east-1"

// Call takes up a call that was answered: by whom it was, of which operation,
// the AWS error code of the answer ("" for success) and its request id. A call
// of nobody, or of no operation, is none.
func (o *Own) Call(c wire.Caller, service, operation, code, id string) {
	if c.Account == "" || service == "" || operation == "" {
		return
	}
	at := o.config.Now().UTC().Truncate(time.Second) // as CloudTrail tells times
	k := activity.Key{
		Account: c.Account, Principal: principalOf(c), Source: service + ".amazonaws.com", Name: operation,
		Region: ownRegion, Class: activity.Management, Outcome: outcomeOf(code),
	}
	list := []activity.Fact{activity.Attempt(k, at, id)}
	if c.KeyID != "" && !c.Temporary {
		use := k
		use.Class, use.Name, use.Principal, use.Target = activity.KeyUse, "", c.KeyID, k.Principal
		list = append(list, activity.Attempt(use, at, id))
	}
	o.add(list)
}

// principalOf is the caller as the records of a log name it.
func principalOf(c wire.Caller) string {
	if c.Entity != "" {
		return c.Entity
	}
	return "arn:" + c.Partition + ":iam::" + c.Account + ":root"
}

func outcomeOf(code string) activity.Outcome {
	switch code {
	case "":
		return activity.Succeeded
	case "AccessDenied", "AccessDeniedException":
		return activity.Denied
	}
	return activity.Failed
}

func (o *Own) add(list []activity.Fact) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fold.Len() >= ownHard { // the store takes nothing: better to lose a call, and say so, than all memory
		o.lost.Add(1)
		return
	}
	for _, f := range list {
		o.fold.Add(f)
	}
	o.fold.Attempt()
	if o.fold.Len() >= ownFacts {
		select {
		case o.wake <- struct{}{}:
		default:
		}
	}
}

// Run writes now and then until ctx ends, and then what is left. Calls that
// come after ctx has ended are written by Flush.
func (o *Own) Run(ctx context.Context) {
	tick := time.NewTicker(OwnEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-o.wake:
		}
		if err := o.Flush(ctx); err != nil && ctx.Err() == nil {
			o.config.Log.Error("cannot write facts of own calls; they are kept and tried again", "error", err, "lost", o.lost.Load())
		}
	}
}

// Flush writes what there is. When the store does not take it, it is kept.
func (o *Own) Flush(ctx context.Context) error {
	o.writing.Lock()
	defer o.writing.Unlock()
	o.mu.Lock()
	facts, counts := o.fold.Facts(), o.fold.Counts.Clone()
	o.fold.Forget()
	o.mu.Unlock()
	if len(facts) == 0 {
		return nil
	}
	epoch, err := ingest.MergeKept(ctx, o.config.Store, facts)
	if err == nil {
		err = setRow(ctx, o.config.Store, o.row, ingest.Row{Status: ingest.Done, Epoch: epoch, Counts: counts, When: o.config.Now().UTC()})
	}
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		for _, f := range facts { // they merge to the same, whether or not they were written
			o.fold.Add(f)
		}
	}
	return err
}
