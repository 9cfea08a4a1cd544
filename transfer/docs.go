package transfer

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"github.com/ebbmark/ebbmark/store"
)

// copied are the kinds that are copied: all but leases, which are about the
// processes that use a store, and the mark of a copy.
func copied() []store.Kind {
	return slices.DeleteFunc(store.Kinds(), func(k store.Kind) bool { return k == store.KindLease || k == store.KindCopy })
}

// place is an id and which of two stores have it.
type place struct {
	id       string
	from, to bool
}

// both walks the ids of two stores side by side: both list them in one order.
func both(ctx context.Context, from, to store.Docs, kind store.Kind) iter.Seq2[place, error] {
	return func(yield func(place, error) bool) {
		nextFrom, stopFrom := iter.Pull2(from.ListDocs(ctx, kind, "", 0))
		defer stopFrom()
		nextTo, stopTo := iter.Pull2(to.ListDocs(ctx, kind, "", 0))
		defer stopTo()
		a, errA, moreA := nextFrom()
		b, errB, moreB := nextTo()
		for moreA || moreB {
			if err := errors.Join(errA, errB); err != nil {
				yield(place{}, err)
				return
			}
			p := place{id: a, from: moreA && (!moreB || a <= b), to: moreB && (!moreA || b <= a)}
			if !p.from {
				p.id = b
			}
			if !yield(p, nil) {
				return
			}
			if p.from {
				a, errA, moreA = nextFrom()
			}
			if p.to {
				b, errB, moreB = nextTo()
			}
		}
	}
}

// docs makes the documents of one kind the same.
func (c *Copy) docs(ctx context.Context, kind store.Kind) error {
	w := &writing{c: c, kind: kind}
	var some []place
	for p, err := range both(ctx, c.From, c.To, kind) {
		if err != nil {
			return err
		}
		if some = append(some, p); len(some) == docsAtOnce {
			if err := w.take(ctx, some); err != nil {
				return err
			}
			some = some[:0]
		}
	}
	if err := w.take(ctx, some); err != nil {
		return err
	}
	return w.flush(ctx)
}

// writing collects documents that are to be written.
type writing struct {
	c       *Copy
	kind    store.Kind
	waiting []store.Doc
	bytes   int
}

// take compares documents side by side, and writes or deletes those that differ.
func (w *writing) take(ctx context.Context, some []place) error {
	bodies, failed := make([]*store.Doc, len(some)), make([]error, len(some))
	var reading sync.WaitGroup
	for i, p := range some {
		reading.Go(func() { bodies[i], failed[i] = w.differing(ctx, p) })
	}
	reading.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	for _, d := range bodies {
		if w.c.Progress.Docs.Add(1); d == nil {
			continue
		}
		w.waiting, w.bytes = append(w.waiting, *d), w.bytes+len(d.Body)
	}
	if len(w.waiting) >= writeDocs || w.bytes >= writeBytes {
		return w.flush(ctx)
	}
	return nil
}

// differing is a document that the target has not, or has with another body; nil
// when there is nothing to write. What the source has not, or not any more, is
// deleted.
func (w *writing) differing(ctx context.Context, p place) (*store.Doc, error) {
	var want []byte
	var err error
	if p.from {
		want, _, err = w.c.From.GetDoc(ctx, w.kind, p.id)
		if errors.Is(err, store.ErrNotFound) {
			p.from, err = false, nil
		}
	}
	if err != nil || !p.to {
		if p.from && err == nil {
			return &store.Doc{ID: p.id, Body: want}, nil
		}
		return nil, err
	}
	have, version, err := w.c.To.GetDoc(ctx, w.kind, p.id)
	if err != nil {
		return nil, err
	}
	if !p.from {
		return nil, w.c.To.DeleteDoc(ctx, w.kind, p.id, version)
	}
	if bytes.Equal(have, want) {
		return nil, nil
	}
	return &store.Doc{ID: p.id, Body: want}, nil
}

func (w *writing) flush(ctx context.Context) error {
	if len(w.waiting) == 0 {
		return nil
	}
	err := w.c.To.SetDocs(ctx, w.kind, w.waiting)
	w.c.Progress.Written.Add(int64(len(w.waiting)))
	w.waiting, w.bytes = nil, 0
	return err
}

// eachDoc hands on the documents of a kind, in the order of their ids. What is
// deleted between listing and reading is left out.
func eachDoc(ctx context.Context, docs store.Docs, kind store.Kind, each func(store.Doc) error) error {
	var ids []string
	for id, err := range docs.ListDocs(ctx, kind, "", 0) {
		if err != nil {
			return err
		}
		if ids = append(ids, id); len(ids) < docsAtOnce {
			continue
		}
		if err := readDocs(ctx, docs, kind, ids, each); err != nil {
			return err
		}
		ids = ids[:0]
	}
	return readDocs(ctx, docs, kind, ids, each)
}

// readDocs reads documents side by side.
func readDocs(ctx context.Context, docs store.Docs, kind store.Kind, ids []string, each func(store.Doc) error) error {
	bodies, failed := make([][]byte, len(ids)), make([]error, len(ids))
	var reading sync.WaitGroup
	for i, id := range ids {
		reading.Go(func() { bodies[i], _, failed[i] = docs.GetDoc(ctx, kind, id) })
	}
	reading.Wait()
	for i, id := range ids {
		if errors.Is(failed[i], store.ErrNotFound) {
			continue
		}
		if failed[i] != nil {
			return failed[i]
		}
		if err := each(store.Doc{ID: id, Body: bodies[i]}); err != nil {
			return err
		}
	}
	return nil
}
