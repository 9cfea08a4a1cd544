package analyzers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/tracing"
)

// Scan looks at everything that an analyzer covers, now, whether it is due or
// not. Errors: ErrNoAnalyzer, ErrScanRuns.
func (k *Keeper) Scan(ctx context.Context, n finding.Name) error {
	a, err := k.Analyzer(ctx, n)
	if err != nil {
		return err
	}
	return k.scan(ctx, a, true)
}

// scan makes a whole scan if one is due or forced. Nothing of it shows before it
// is complete.
func (k *Keeper) scan(ctx context.Context, a *finding.Analyzer, force bool) (err error) {
	select {
	case k.one <- struct{}{}:
		defer func() { <-k.one }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if h, _, err := k.head(ctx, a.UID); err != nil || !force && !k.due(h, a) {
		return err
	}
	l, err := k.lease(ctx, a, force)
	if err != nil {
		return err
	}
	ctx, span := startScan(ctx, a, "analyzer scan")
	defer func() { tracing.End(span, err) }()
	ctx, lost := context.WithCancelCause(ctx)
	keeping := make(chan struct{})
	go func() {
		defer close(keeping)
		l.keep(ctx, lost)
	}()
	defer func() {
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
		lost(nil)
		<-keeping
		if !errors.Is(err, errLost) {
			l.end(context.WithoutCancel(ctx), err == nil)
		}
	}()
	w, err := k.newWhole(ctx, a, l)
	if err != nil {
		return err
	}
	return w.run(ctx)
}

// whole is one whole scan.
type whole struct {
	*look
	lease *lease
	begin *View
	done  map[string]done // by account
}

func (k *Keeper) newWhole(ctx context.Context, a *finding.Analyzer, l *lease) (*whole, error) {
	lk, err := k.newLook(ctx, a, l.doc.Now, "")
	if err != nil {
		return nil, fmt.Errorf("scan %s: %w", a.ARN(), err)
	}
	begin, err := k.view(ctx, a)
	if err != nil {
		return nil, err
	}
	w := &whole{look: lk, lease: l, begin: begin, done: map[string]done{}}
	for _, d := range l.doc.Done {
		w.done[d.Account] = d
	}
	return w, nil
}

// accounts are those that are covered, and those that have findings still.
func (w *whole) accounts(h *head) []string {
	list := slices.Clone(w.covered.accounts)
	for _, p := range h.Parts {
		list = append(list, p.Account)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (w *whole) run(ctx context.Context) error {
	for _, id := range w.accounts(w.begin.head) {
		if _, have := w.done[id]; have {
			continue
		}
		d, err := w.account(ctx, w.begin, id)
		for try := 1; errors.Is(err, store.ErrNotFound) && try < maxTries; try++ { // somebody has changed findings meanwhile
			if w.begin, err = w.k.view(ctx, w.a); err == nil {
				d, err = w.account(ctx, w.begin, id)
			}
		}
		if err == nil {
			err = w.lease.add(ctx, d)
		}
		if err != nil {
			return fmt.Errorf("scan %s: %w", w.a.ARN(), err)
		}
	}
	if err := w.lease.save(ctx); err != nil {
		return err
	}
	if err := w.k.edit(ctx, w.a, w.lease.doc.Generation, func(v *View, _ int64) (*edition, error) { return w.edition(ctx, v) }); err != nil {
		return fmt.Errorf("scan %s: %w", w.a.ARN(), err)
	}
	return w.k.sweepAll(ctx, w.a.UID)
}

// account looks at an account and writes its findings, for nobody to see yet.
func (w *whole) account(ctx context.Context, v *View, id string) (done, error) {
	d := done{Account: id, Base: v.head.of(id)}
	o := &observed{}
	if slices.Contains(w.covered.accounts, id) {
		var err error
		if o, err = w.observe(ctx, id); err != nil {
			return d, err
		}
	}
	generation := w.lease.doc.Generation
	list, changes := w.next(v.account(id), o, generation)
	d.Last = o.last
	var err error
	if d.Parts, err = w.k.write(ctx, w.a.UID, generation, id, list, d.Base); err != nil {
		return d, err
	}
	d.Changes, err = w.k.writeChanges(ctx, w.a.UID, generation, changes)
	w.done[id] = d
	return d, err
}

// edition is the whole scan as what comes after a view. Accounts whose findings
// have changed since they were looked at, are looked at again.
func (w *whole) edition(ctx context.Context, v *View) (*edition, error) {
	if v.head.Generation >= w.lease.doc.Generation {
		return nil, errLost
	}
	e := &edition{parts: map[string][]part{}}
	last := ""
	for _, id := range w.accounts(v.head) {
		d, have := w.done[id]
		if !have || !slices.Equal(d.Base, v.head.of(id)) {
			var err error
			if d, err = w.account(ctx, v, id); err != nil {
				return nil, err
			}
		}
		e.parts[id], e.sets = d.Parts, append(e.sets, d.Changes...)
		if d.Last != "" {
			last = d.Last
		}
	}
	e.head = func(h *head) {
		h.Scanned, h.Configured = w.now, w.lease.doc.Configured
		if last != "" {
			h.LastResource, h.LastResourceAt = last, w.now
		}
	}
	return e, nil
}
