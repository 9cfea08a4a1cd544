package analyzers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ebbmark/ebbmark/store"
)

// sweep removes the documents that a head had and the next one has not. They
// cannot come back: the id of a later one begins with a later generation. What a
// crash leaves is found by sweepAll.
func (k *Keeper) sweep(ctx context.Context, uid string, old, now *head) {
	refs := now.refs()
	for id := range old.refs() {
		if !refs[id] {
			k.remove(ctx, store.KindFindingPart, docID(uid, id))
		}
	}
}

// sweepAll removes every document of an analyzer that the head does not refer
// to. Those of a later generation may be of a writer that has not swapped the
// head yet.
func (k *Keeper) sweepAll(ctx context.Context, uid string) error {
	h, _, err := k.head(ctx, uid)
	if err != nil {
		return err
	}
	refs := h.refs()
	return k.each(ctx, store.KindFindingPart, uid+"/", func(id string) {
		part := strings.TrimPrefix(id, uid+"/")
		if generation, ok := generationOf(part); ok && generation <= h.Generation && !refs[part] {
			k.remove(ctx, store.KindFindingPart, id)
		}
	})
}

// each calls do for the id of every document of a kind that begins with a prefix.
func (k *Keeper) each(ctx context.Context, kind store.Kind, prefix string, do func(id string)) error {
	for id, err := range k.Store.ListDocs(ctx, kind, prefix, 0) {
		if err != nil {
			return fmt.Errorf("list %s documents: %w", kind, err)
		}
		if !strings.HasPrefix(id, prefix) {
			return nil
		}
		do(id)
	}
	return nil
}

// remove deletes a document, whatever its version. One that stays is found
// another time.
func (k *Keeper) remove(ctx context.Context, kind store.Kind, id string) {
	version, err := store.DocVersion(ctx, k.Store, kind, id)
	if err == nil {
		err = k.Store.DeleteDoc(ctx, kind, id, version)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrConflict) {
		k.Log.Warn("cannot remove a document that nothing refers to yet", "kind", string(kind), "id", id, "error", err)
	}
}

// forget removes everything that is kept of an analyzer that is gone.
func (k *Keeper) forget(ctx context.Context, uid string) error {
	k.views.drop(uid)
	for _, kind := range []store.Kind{store.KindFindingPart, store.KindRecommendation} {
		if err := k.each(ctx, kind, uid+"/", func(id string) { k.remove(ctx, kind, id) }); err != nil {
			return err
		}
	}
	// The head goes last: it is what tells that something is left.
	for _, kind := range []store.Kind{store.KindScan, store.KindDelivery, store.KindFindings} {
		k.remove(ctx, kind, uid)
	}
	return nil
}

// tidy removes what is left of analyzers that are gone.
func (k *Keeper) tidy(ctx context.Context) error {
	// Heads first: an analyzer is listed before it has one.
	var heads []string
	if err := k.each(ctx, store.KindFindings, "", func(id string) { heads = append(heads, id) }); err != nil {
		return err
	}
	all, err := k.All(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, a := range all {
		known[a.UID] = true
	}
	for _, uid := range heads {
		if !known[uid] {
			if err := k.forget(ctx, uid); err != nil {
				return err
			}
		}
	}
	return nil
}
