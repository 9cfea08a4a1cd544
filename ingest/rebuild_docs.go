package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"strings"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// drafting is a store as the Ingester of a rebuild sees it: facts go into the
// draft, and documents of the ingest have kinds of their own, so that a rebuild
// neither believes nor changes what the ledger says.
type drafting struct {
	store.Store
	draft int64
}

// rebuildLease begins the ids of leases, so that several processes share a
// rebuild, and none waits for one that reads the same files for the first time.
const rebuildLease = "rebuild/"

func (d *drafting) place(kind store.Kind, id string) (store.Kind, string) {
	switch kind {
	case store.KindLedger:
		return store.KindRebuild, id
	case store.KindQuarantine:
		return store.KindRebuildRefused, id
	case store.KindLease:
		return kind, rebuildLease + id
	}
	return kind, id
}

// Generation is that of the draft: rows of an earlier draft count as unread.
func (d *drafting) Generation(ctx context.Context) (store.Generation, error) {
	g, err := d.Store.Generation(ctx)
	if err == nil && g.Draft != d.draft {
		err = store.ErrNoDraft
	}
	return store.Generation{Epoch: g.Epoch, Since: d.draft, Rules: g.DraftRules}, err
}

// MergeFacts implements store.Facts.
func (d *drafting) MergeFacts(ctx context.Context, facts []activity.Fact) error {
	return d.MergeDraft(ctx, d.draft, facts)
}

// MergeKept is never asked for anything: what was kept is not read again.
func (d *drafting) MergeKept(ctx context.Context, facts []activity.Fact) error {
	return d.MergeFacts(ctx, facts)
}

// GetDoc implements store.Docs.
func (d *drafting) GetDoc(ctx context.Context, kind store.Kind, id string) ([]byte, store.Version, error) {
	kind, id = d.place(kind, id)
	return d.Store.GetDoc(ctx, kind, id)
}

// PutDoc implements store.Docs.
func (d *drafting) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (store.Version, error) {
	kind, id = d.place(kind, id)
	return d.Store.PutDoc(ctx, kind, id, body, old)
}

// SetDocs implements store.Docs. No leases are set.
func (d *drafting) SetDocs(ctx context.Context, kind store.Kind, docs []store.Doc) error {
	kind, _ = d.place(kind, "")
	return d.Store.SetDocs(ctx, kind, docs)
}

// DeleteDoc implements store.Docs.
func (d *drafting) DeleteDoc(ctx context.Context, kind store.Kind, id string, old store.Version) error {
	kind, id = d.place(kind, id)
	return d.Store.DeleteDoc(ctx, kind, id, old)
}

// ListDocs implements store.Docs. No leases are listed.
func (d *drafting) ListDocs(ctx context.Context, kind store.Kind, after string, limit int) iter.Seq2[string, error] {
	kind, _ = d.place(kind, "")
	return d.Store.ListDocs(ctx, kind, after, limit)
}

// releaseOld removes from the quarantine what older rules refused of objects that
// were read since.
func (r *Rebuild) releaseOld(ctx context.Context, since int64) error {
	for id, err := range r.Store.ListDocs(ctx, store.KindQuarantine, "", 0) {
		if err != nil {
			return err
		}
		refused, err := readRefused(ctx, r.Store, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		row, err := readRow(ctx, r.Store, id[:max(strings.LastIndexByte(id, '@'), 0)])
		if err == nil && row != nil && !row.Kept && row.Epoch >= since && refused.When.Before(row.When) {
			err = deleteDoc(ctx, r.Store, store.KindQuarantine, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// deleteDoc removes a document, whatever it says, if there is one.
func deleteDoc(ctx context.Context, docs store.Docs, kind store.Kind, id string) error {
	_, version, err := docs.GetDoc(ctx, kind, id)
	if err == nil {
		err = docs.DeleteDoc(ctx, kind, id, version)
	}
	return overtaken(err)
}

func moveDoc(ctx context.Context, docs store.Docs, id string, from, onto store.Kind) error {
	body, _, err := docs.GetDoc(ctx, from, id)
	if err != nil {
		return overtaken(err)
	}
	if err := docs.SetDocs(ctx, onto, []store.Doc{{ID: id, Body: body}}); err != nil {
		return err
	}
	return deleteDoc(ctx, docs, from, id)
}

// clearKind removes all documents of some kinds.
func clearKind(ctx context.Context, docs store.Docs, kinds ...store.Kind) error {
	for _, kind := range kinds {
		for id, err := range docs.ListDocs(ctx, kind, "", 0) {
			if err == nil {
				err = deleteDoc(ctx, docs, kind, id)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func setRow(ctx context.Context, docs store.Docs, id string, row Row) error {
	body, err := json.Marshal(row)
	if err != nil {
		return err
	}
	return docs.SetDocs(ctx, store.KindLedger, []store.Doc{{ID: id, Body: body}})
}
