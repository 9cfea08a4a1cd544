package ingest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// batch is what is written to the store together.
type batch struct {
	facts batchFacts
	kept  batchFacts // of objects that cannot be had again
	ended []ending
}

func newBatch() *batch { return new(batch) }

// batchFacts are facts, each key once.
type batchFacts struct {
	at    map[activity.Key]int
	list  []activity.Fact
	bytes int // roughly
}

// add takes up facts.
func (b *batchFacts) add(facts []activity.Fact) {
	if b.at == nil {
		b.at = map[activity.Key]int{}
	}
	for _, f := range facts {
		if i, ok := b.at[f.Key]; ok {
			b.list[i] = activity.Merge(b.list[i], f)
			continue
		}
		b.at[f.Key] = len(b.list)
		b.list = append(b.list, f)
		b.bytes += sizeOf(&f)
	}
}

// sizeOf is about what a fact takes in memory with its place in the batch.
func sizeOf(f *activity.Fact) int {
	return 512 + len(f.Principal) + len(f.Source) + len(f.Name) + len(f.Target) + len(f.First.Event) + len(f.Last.Event)
}

func (b *batch) empty() bool {
	return len(b.facts.list)+len(b.kept.list) == 0 && len(b.ended) == 0
}

func (b *batch) full() bool {
	return len(b.facts.list)+len(b.kept.list) >= flushFacts || b.facts.bytes+b.kept.bytes >= flushBytes || len(b.ended) >= flushRows
}

// collector combines the parcels of all readers and writes them, batch by
// batch. While one batch is being written the next one is collected; a third
// has to wait, and with it the readers.
type collector struct {
	stop    context.CancelCauseFunc // ends the readers
	ctx     context.Context         // for writing: outlives that of the readers by flushGrace
	batches chan *batch
	done    chan error // from the writer, when batches is closed
	sum     Summary    // the writer's, until done
	skipped Summary    // the collector's
	room    int        // in the quarantine
	store   store.Store
	leases  *leases
	slow    chan time.Duration // how long a write took
}

// newCollector starts the writer.
func newCollector(ctx context.Context, in *Ingester, stop context.CancelCauseFunc) (*collector, error) {
	n, err := countQuarantine(ctx, in.Store)
	if err != nil {
		return nil, err
	}
	c := &collector{
		stop:    stop,
		batches: make(chan *batch),
		done:    make(chan error, 1),
		sum:     newSummary(),
		skipped: newSummary(),
		room:    maxQuarantine - n,
		store:   in.Store,
		leases:  in.leases,
		slow:    make(chan time.Duration, 1),
	}
	var cancel context.CancelFunc
	c.ctx, cancel = context.WithCancel(context.WithoutCancel(ctx))
	release := context.AfterFunc(ctx, func() { time.AfterFunc(flushGrace, cancel) })
	go func() {
		c.done <- c.write()
		release()
		cancel()
	}()
	return c, nil
}

// run collects until the readers have ended, and returns what is in the store.
func (c *collector) run(parcels <-chan parcel) (Summary, error) {
	b := newBatch()
	every, due := flushAfter, false
	clock := time.NewTimer(every)
	defer clock.Stop()
	for parcels != nil || !b.empty() {
		in, out := parcels, c.batches // of these, a nil channel is never ready
		if b.full() {
			in = nil
		} else if b.empty() || !due && parcels != nil {
			out = nil
		}
		select {
		case p, open := <-in:
			if !open {
				parcels = nil
			}
			c.take(b, p)
		case out <- b:
			b, due = newBatch(), false
			clock.Reset(every)
		case took := <-c.slow:
			every = max(flushAfter, flushShare*took)
		case <-clock.C:
			due = true
		}
	}
	close(c.batches)
	err := <-c.done
	c.sum.Merge(c.skipped)
	return c.sum, err
}

// take takes up a parcel.
func (c *collector) take(b *batch, p parcel) {
	if p.kept {
		b.kept.add(p.facts)
	} else {
		b.facts.add(p.facts)
	}
	for _, e := range p.ends {
		if e.row != nil {
			b.ended = append(b.ended, e)
		} else {
			c.pass(e)
		}
	}
}

// pass counts an object that was not read.
func (c *collector) pass(e ending) {
	if e.busy {
		c.skipped.Busy++
	} else {
		c.skipped.skip(e.skip)
	}
	if e.group != "" {
		c.leases.done(e.group)
	}
	if e.ended != nil {
		e.ended(End{Skip: e.skip, Busy: e.busy})
	}
}

// write writes batches until there are no more. After an error it writes
// nothing, since a ledger row must not overtake the facts of its object; it
// only takes the batches, so that nobody waits.
func (c *collector) write() (failed error) {
	for b := range c.batches {
		if failed != nil {
			continue
		}
		start := time.Now()
		if failed = c.commit(b); failed != nil {
			c.stop(failed)
		}
		select {
		case c.slow <- time.Since(start):
		default:
		}
	}
	return failed
}

// commit writes facts first and the ledger last. The epoch in the rows is one
// before the facts were merged: a draft that is begun while they are, and has not
// got them, is of a later one.
func (c *collector) commit(b *batch) error {
	g, err := generation(c.ctx, c.store)
	if err != nil {
		return err
	}
	if err := c.store.MergeKept(c.ctx, b.kept.list); err != nil {
		return err
	}
	if err := c.store.MergeFacts(c.ctx, b.facts.list); err != nil {
		return err
	}
	if err := c.quarantine(b.ended); err != nil {
		return err
	}
	rows := make([]store.Doc, len(b.ended))
	for i, e := range b.ended {
		e.row.Epoch = g.Epoch
		body, err := json.Marshal(e.row)
		if err != nil {
			return err
		}
		rows[i] = store.Doc{ID: e.id, Body: body}
	}
	if err := c.store.SetDocs(c.ctx, store.KindLedger, rows); err != nil {
		return err
	}
	for _, e := range b.ended {
		c.count(e)
		if e.group != "" {
			c.leases.done(e.group)
		}
		if e.ended != nil {
			e.ended(End{Status: e.row.Status, Reason: e.row.Reason})
		}
	}
	return c.leases.settle(c.ctx, false)
}

// quarantine keeps refused records, as many as there is room for.
func (c *collector) quarantine(ended []ending) error {
	var docs []store.Doc
	for _, e := range ended {
		if e.again {
			n, err := release(c.ctx, c.store, e.id)
			if c.room += n; err != nil {
				return err
			}
		}
		for _, r := range e.refused {
			if c.room > 0 {
				docs = append(docs, r.doc(e.id))
				c.room--
			}
		}
	}
	if len(docs) == 0 {
		return nil
	}
	return c.store.SetDocs(c.ctx, store.KindQuarantine, docs)
}

// count adds an object that is in the ledger to the summary.
func (c *collector) count(e ending) {
	c.sum.take(e.name, e.row)
	for _, r := range e.refused {
		c.sum.problem(Problem{r.File, r.Offset, r.Reason})
	}
	c.sum.Unlisted += e.more
}
