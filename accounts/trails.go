package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/trail"
)

// Trails is what is known of the trails of an account. Nothing is no error.
func Trails(ctx context.Context, docs store.Docs, id string) (*trail.Record, error) {
	r, _, err := trailsOf(ctx, docs, id)
	return r, err
}

func trailsOf(ctx context.Context, docs store.Docs, id string) (*trail.Record, store.Version, error) {
	body, version, err := docs.GetDoc(ctx, store.KindTrails, id)
	if errors.Is(err, store.ErrNotFound) {
		return &trail.Record{Account: id}, 0, nil
	}
	var r *trail.Record
	if err == nil {
		r, err = trail.ParseRecord(body)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read the trails of account %s: %w", id, err)
	}
	return r, version, nil
}

// ObserveTrails adds an observation to what is known, and reports whether it says
// anything new. Repeating the call is safe. The account need not have an inventory.
// Of a history that becomes larger than a document may be, the older half goes.
func (b *Book) ObserveTrails(ctx context.Context, o *trail.Observation) (changed bool, err error) {
	if err := checkID(o.Account); err != nil {
		return false, fmt.Errorf("observe trails: %w", err)
	}
	for {
		r, version, err := trailsOf(ctx, b.docs, o.Account)
		if err != nil {
			return false, err
		}
		changed := r.Add(o)
		err = b.putTrails(ctx, r, version)
		for errors.Is(err, store.ErrTooLarge) && r.Shrink() {
			err = b.putTrails(ctx, r, version)
		}
		if !errors.Is(err, store.ErrConflict) {
			if err != nil {
				err = fmt.Errorf("write the trails of account %s: %w", o.Account, err)
			}
			return changed, err
		}
	}
}

func (b *Book) putTrails(ctx context.Context, r *trail.Record, old store.Version) error {
	body, err := r.Body()
	if err == nil {
		_, err = b.docs.PutDoc(ctx, store.KindTrails, r.Account, body, old)
	}
	return err
}
