package accounts

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/ebbmark/ebbmark/store"
)

// faulty is a store whose writes fail from a chosen one on, as at a crash or a
// lost connection. It also counts calls, and can call a hook before a read.
type faulty struct {
	store.Docs
	writes atomic.Int64 // PutDoc, SetDocs and DeleteDoc so far
	reads  atomic.Int64 // GetDoc so far
	failAt int64        // the write that fails, from 1; 0: none
	lost   bool         // the failing write is done, and only its answer is lost
	after  bool         // every later write fails too, undone: the process is gone
	onGet  func(kind store.Kind, id string)
	onPut  func(id string)
}

var errInjected = errors.New("injected fault")

// fails says whether this write fails, and whether it is done all the same.
func (f *faulty) fails() (fail, done bool) {
	n := f.writes.Add(1)
	switch {
	case f.failAt == 0 || n < f.failAt:
		return false, true
	case n == f.failAt:
		return true, f.lost
	}
	return f.after, !f.after
}

func (f *faulty) GetDoc(ctx context.Context, kind store.Kind, id string) ([]byte, store.Version, error) {
	f.reads.Add(1)
	if f.onGet != nil {
		f.onGet(kind, id)
	}
	return f.Docs.GetDoc(ctx, kind, id)
}

func (f *faulty) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (v store.Version, err error) {
	if f.onPut != nil {
		f.onPut(id)
	}
	fail, done := f.fails()
	if done {
		v, err = f.Docs.PutDoc(ctx, kind, id, body, old)
	}
	if fail {
		return 0, errInjected
	}
	return v, err
}

func (f *faulty) SetDocs(ctx context.Context, kind store.Kind, docs []store.Doc) (err error) {
	fail, done := f.fails()
	if done {
		err = f.Docs.SetDocs(ctx, kind, docs)
	} else if f.failAt > 0 && len(docs) > 1 {
		err = f.Docs.SetDocs(ctx, kind, docs[:len(docs)/2]) // "on error any part of them may be written"
	}
	if fail {
		return errInjected
	}
	return err
}

func (f *faulty) DeleteDoc(ctx context.Context, kind store.Kind, id string, old store.Version) (err error) {
	fail, done := f.fails()
	if done {
		err = f.Docs.DeleteDoc(ctx, kind, id, old)
	}
	if fail {
		return errInjected
	}
	return err
}
