package analyzers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
)

// Event is a new finding, or one with another status, that the world is to be
// told of (AA-37). Those of an analyzer are numbered by Generation and Index.
type Event struct {
	Analyzer   finding.Name
	UID        string // of the analyzer
	Generation int64
	Index      int
	Finding    *finding.Finding
}

// cursor is how far the events of an analyzer are delivered: all before it.
type cursor struct {
	Format     int   `json:"format"`
	Generation int64 `json:"generation"`
	Index      int   `json:"index"` // of the next one of the generation
}

func (c cursor) covers(generation int64, index int) bool {
	return generation < c.Generation || generation == c.Generation && index < c.Index
}

// writeChanges writes what of the changes the world is told of.
func (k *Keeper) writeChanges(ctx context.Context, uid string, generation int64, changes []finding.Change) ([]changeSet, error) {
	var told []*finding.Finding
	for i := range changes {
		if changes[i].Moved() {
			told = append(told, changes[i].Finding)
		}
	}
	if !k.Changes || len(told) == 0 {
		return nil, nil
	}
	body, err := k.codec.encode(told)
	if err != nil {
		return nil, err
	}
	id := partID(generation, body)
	err = k.Store.SetDocs(ctx, store.KindFindingPart, []store.Doc{{ID: docID(uid, id), Body: body}})
	return []changeSet{{generation, id, len(told)}}, wrap(err, "write changes of analyzer "+uid)
}

// undelivered are the changes of a view that are not delivered yet, and new ones.
func (k *Keeper) undelivered(ctx context.Context, v *View, more []changeSet) ([]changeSet, error) {
	if len(v.head.Changes) == 0 {
		return more, nil
	}
	c, err := k.cursor(ctx, v.Analyzer.UID)
	if err != nil {
		return nil, err
	}
	var list []changeSet
	for _, set := range v.head.Changes {
		// The numbers of a generation begin with its first set, so that its sets
		// go together.
		if set.Generation >= c.Generation {
			list = append(list, set)
		}
	}
	list = append(list, more...)
	if over := len(list) - maxChangeSets; over > 0 {
		k.Log.Warn("changes of findings are given up: nobody has taken them for too long", "analyzer", v.Analyzer.ARN(), "generations", over)
		list = list[over:]
	}
	return list, nil
}

func (k *Keeper) cursor(ctx context.Context, uid string) (c cursor, err error) {
	body, _, err := k.Store.GetDoc(ctx, store.KindDelivery, uid)
	if errors.Is(err, store.ErrNotFound) {
		return c, nil
	}
	if err == nil {
		err = readJSON(body, &c)
	}
	return c, wrap(err, "read delivery of analyzer "+uid)
}

// Pending is what is not delivered yet, at most limit events: those of an
// analyzer in their order.
func (k *Keeper) Pending(ctx context.Context, limit int) ([]Event, error) {
	all, err := k.All(ctx)
	if err != nil {
		return nil, err
	}
	var list []Event
	for _, a := range all {
		if list, err = k.pending(ctx, a, list, limit); err != nil || len(list) >= limit {
			return list, err
		}
	}
	return list, nil
}

func (k *Keeper) pending(ctx context.Context, a *finding.Analyzer, list []Event, limit int) ([]Event, error) {
	h, _, err := k.head(ctx, a.UID)
	if err != nil || len(h.Changes) == 0 {
		return list, err
	}
	c, err := k.cursor(ctx, a.UID)
	if err != nil {
		return list, err
	}
	var generation int64
	index := 0
	for _, set := range h.Changes {
		if set.Generation != generation {
			generation, index = set.Generation, 0
		}
		first := index
		index += set.Count
		if c.covers(generation, index-1) {
			continue
		}
		found, err := k.changed(ctx, a.UID, set)
		if errors.Is(err, store.ErrNotFound) { // another process has delivered and removed it
			return list, nil
		}
		if err != nil {
			return list, err
		}
		for i, f := range found {
			if c.covers(generation, first+i) {
				continue
			}
			if len(list) >= limit {
				return list, nil
			}
			list = append(list, Event{a.Name, a.UID, generation, first + i, f})
		}
	}
	return list, nil
}

func (k *Keeper) changed(ctx context.Context, uid string, set changeSet) ([]*finding.Finding, error) {
	body, _, err := k.Store.GetDoc(ctx, store.KindFindingPart, docID(uid, set.ID))
	var list []*finding.Finding
	if err == nil {
		err = k.codec.decode(body, &list)
	}
	if err == nil && len(list) != set.Count {
		err = errDamaged
	}
	return list, wrap(err, "read changes of analyzer "+uid)
}

// Delivered notes that an event and all before it of its analyzer are out. What
// was noted stays when an earlier event comes after it. Of an analyzer that is
// gone there is nothing to note.
func (k *Keeper) Delivered(ctx context.Context, e Event) error {
	if _, err := store.DocVersion(ctx, k.Store, store.KindFindings, e.UID); errors.Is(err, store.ErrNotFound) {
		return nil
	} else if err != nil {
		return wrap(err, "read findings of analyzer "+e.UID)
	}
	c, err := k.cursor(ctx, e.UID)
	if err != nil || c.covers(e.Generation, e.Index) {
		return err
	}
	body, err := json.Marshal(cursor{format, e.Generation, e.Index + 1})
	if err != nil {
		return err
	}
	return wrap(k.Store.SetDocs(ctx, store.KindDelivery, []store.Doc{{ID: e.UID, Body: body}}), fmt.Sprintf("write delivery of analyzer %s", e.UID))
}
