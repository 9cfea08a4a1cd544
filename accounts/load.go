package accounts

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// errGone: a segment that the head lists is not in the store.
var errGone = errors.New("segment is gone")

// current is the state that the stored head describes.
//
// Every call reads the head itself, so that it sees what was committed before
// it began; calls that see the same head share one load. While a load runs, a
// writer may replace the head and remove the old segments: the load then fails
// and begins again with the new head. Only when the head is still the same is
// something wrong with the store.
func (b *Book) current(ctx context.Context, id string) (*entry, error) {
	var failed store.Version
	for {
		body, version, err := b.docs.GetDoc(ctx, store.KindAccount, id)
		if err != nil {
			return nil, fmt.Errorf("inventory of account %s: %w", id, err)
		}
		if e := b.cache.get(id, version); e != nil {
			return e, nil
		}
		if version == failed {
			return nil, fmt.Errorf("inventory of account %s: %w", id, errDamaged)
		}
		e, err := b.share(ctx, id, version, body)
		if !errors.Is(err, errGone) {
			return e, err
		}
		failed = version
	}
}

// share loads a version of the head once for all who want it. The load is not
// ended by the one caller that happened to start it.
func (b *Book) share(ctx context.Context, id string, version store.Version, body []byte) (*entry, error) {
	key := id + "@" + strconv.FormatInt(int64(version), 10)
	result := b.loads.DoChan(key, func() (any, error) {
		return b.load(context.WithoutCancel(ctx), id, version, body)
	})
	select {
	case r := <-result:
		e, _ := r.Val.(*entry)
		return e, r.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b *Book) load(ctx context.Context, id string, version store.Version, body []byte) (*entry, error) {
	h, err := decodeHead(id, body)
	if err != nil {
		return nil, err
	}
	e := &entry{version: version, head: h, account: &inventory.Account{ID: h.ID, Partition: h.Partition, Settings: h.Settings}}
	near := b.cache.near(id)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(loaders)
	joins := []func(){
		fetch(ctx, g, b.docs, users(), e, near), fetch(ctx, g, b.docs, groups(), e, near),
		fetch(ctx, g, b.docs, roles(), e, near), fetch(ctx, g, b.docs, policies(), e, near),
		fetch(ctx, g, b.docs, profiles(), e, near), fetch(ctx, g, b.docs, devices(), e, near),
		fetch(ctx, g, b.docs, samlProviders(), e, near), fetch(ctx, g, b.docs, oidcProviders(), e, near),
		fetch(ctx, g, b.docs, deletions(), e, near),
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("inventory of account %s: %w", id, err)
	}
	for _, join := range joins {
		join()
	}
	if h.Mode == Home {
		e.account.AddBuiltIn()
	}
	e.account.Index()
	b.cache.put(e)
	return e, nil
}

// fetch starts to read the segments of a shelf. Those that the state near (of
// another moment, or nil) has in memory are taken from there. After the group
// is done, join puts the entities into the account.
func fetch[E any](ctx context.Context, g *errgroup.Group, docs store.Docs, k kind[E], e, near *entry) (join func()) {
	shelf := *k.shelf(&e.head)
	parts := make([][]*E, len(shelf))
	var had [][]*E
	if near != nil && len(*k.shelf(&near.head)) == len(shelf) {
		had = split(k, k.of(near), len(shelf))
	}
	for i, r := range shelf {
		switch {
		case r.ID == "":
		case had != nil && (*k.shelf(&near.head))[i] == r:
			parts[i] = had[i]
		default:
			g.Go(func() (err error) {
				parts[i], err = get(ctx, docs, k, e.head.ID, r)
				return err
			})
		}
	}
	return func() {
		for _, part := range parts {
			*k.list(e.account) = append(*k.list(e.account), part...)
		}
	}
}

func get[E any](ctx context.Context, docs store.Docs, k kind[E], account string, r ref) ([]*E, error) {
	body, _, err := docs.GetDoc(ctx, store.KindSegment, account+"/"+r.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errGone
	}
	if err != nil {
		return nil, err
	}
	return decodeSegment(k, r, body)
}
