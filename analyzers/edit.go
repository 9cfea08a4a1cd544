package analyzers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
)

// edition is what a generation has that the one before had not.
type edition struct {
	lists   map[string][]entry // findings of accounts in their order, to be written
	parts   map[string][]part  // parts of accounts that are written already
	changes []finding.Change
	sets    []changeSet // changes that are written already
	head    func(*head) // what else differs; nil: nothing
}

// edit makes the next generation of an analyzer's findings by what change says
// of the last one; nil: nothing. It starts over when another writer was faster,
// so change may be called several times. The generation is the given one, or the
// next when that is zero. An error of change is returned as it is.
func (k *Keeper) edit(ctx context.Context, a *finding.Analyzer, generation int64, change func(*View, int64) (*edition, error)) error {
	for range maxTries {
		v, err := k.view(ctx, a)
		if err != nil {
			return err
		}
		next := generation
		if next == 0 {
			next = v.head.Generation + 1
		}
		e, err := change(v, next)
		if errors.Is(err, store.ErrNotFound) { // a part that another writer has replaced
			continue
		}
		if err != nil || e == nil {
			return err
		}
		err = k.publish(ctx, v, next, e)
		if err == nil || !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return fmt.Errorf("write findings of analyzer %s: %w", a.ARN(), ErrBusy)
}

// publish writes an edition after a view, and swaps the head.
func (k *Keeper) publish(ctx context.Context, v *View, generation int64, e *edition) error {
	uid := v.Analyzer.UID
	h := *v.head
	h.Format, h.Generation = format, generation
	replaced := map[string][]part{}
	for account, parts := range e.parts {
		replaced[account] = parts
	}
	for _, account := range sortedKeys(e.lists) {
		parts, err := k.write(ctx, uid, generation, account, e.lists[account], v.head.of(account))
		if err != nil {
			return err
		}
		replaced[account] = parts
	}
	h.Parts = h.with(replaced)
	set, err := k.writeChanges(ctx, uid, generation, e.changes)
	if err != nil {
		return err
	}
	if h.Changes, err = k.undelivered(ctx, v, slices.Concat(e.sets, set)); err != nil {
		return err
	}
	if e.head != nil {
		e.head(&h)
	}
	body, err := json.Marshal(&h)
	if err != nil {
		return err
	}
	if _, err := k.Store.PutDoc(ctx, store.KindFindings, uid, body, v.version); err != nil {
		return fmt.Errorf("write findings of analyzer %s: %w", uid, err)
	}
	k.sweep(context.WithoutCancel(ctx), uid, v.head, &h)
	return nil
}

// SetStatus archives findings or makes them active again (AA-31): those of the
// ids or, when there are none, all of a resource that are not resolved. Errors:
// ErrNoAnalyzer, ErrNoFinding, ErrResolved; nothing is changed then.
func (k *Keeper) SetStatus(ctx context.Context, n finding.Name, to finding.Status, ids []string, resource string) error {
	a, err := k.Analyzer(ctx, n)
	if err != nil {
		return err
	}
	return k.setStatus(ctx, a, to, func(v *View) ([]*finding.Finding, error) {
		if len(ids) == 0 {
			return v.ofResource(resource)
		}
		list := make([]*finding.Finding, 0, len(ids))
		for _, id := range ids {
			f := v.Finding(id)
			if f == nil {
				return nil, fmt.Errorf("%w: %s", ErrNoFinding, id)
			}
			if f.Status == finding.Resolved {
				return nil, fmt.Errorf("%w: %s", ErrResolved, id)
			}
			list = append(list, f)
		}
		return list, nil
	})
}

// ofResource is the findings of a resource that are not resolved.
func (v *View) ofResource(resource string) ([]*finding.Finding, error) {
	var list []*finding.Finding
	known := false
	for _, f := range v.all() {
		if f.Resource == resource {
			known = true
			if f.Status != finding.Resolved {
				list = append(list, f)
			}
		}
	}
	if !known {
		return nil, fmt.Errorf("%w: none of %s", ErrNoFinding, resource)
	}
	return list, nil
}

func (k *Keeper) setStatus(ctx context.Context, a *finding.Analyzer, to finding.Status, which func(*View) ([]*finding.Finding, error)) error {
	return k.edit(ctx, a, 0, func(v *View, generation int64) (*edition, error) {
		chosen, err := which(v)
		if err != nil {
			return nil, err
		}
		e := &edition{lists: map[string][]entry{}}
		moved := map[string]*finding.Finding{}
		for _, f := range chosen {
			next, change := finding.SetStatus(f, to, k.Now(), generation)
			if change == nil || moved[f.ID] != nil {
				continue
			}
			moved[f.ID] = next
			e.changes = append(e.changes, *change)
			if e.lists[f.Owner] == nil {
				e.lists[f.Owner] = v.account(f.Owner)
			}
		}
		for _, list := range e.lists {
			for i := range list {
				if next := moved[list[i].ID]; next != nil {
					list[i].Finding = next
				}
			}
		}
		if len(moved) == 0 {
			return nil, nil
		}
		return e, nil
	})
}
