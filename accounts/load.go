package accounts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// errGone: a segment that the head lists is not in the store.
var errGone = errors.New("segment is gone")

// current is the state that the stored head describes.
//
// Every call asks for the version of the head, so that it sees what was
// committed before it began; calls that see the same head share one load. While a load runs, a
// writer may replace the head and remove the old segments: the load then fails
// and begins again with the new head. Only when the head is still the same is
// something wrong with the store.
func (b *Book) current(ctx context.Context, id string) (*entry, error) {
	var failed store.Version
	for {
		if near := b.cache.near(id); near != nil {
			version, err := store.DocVersion(ctx, b.docs, store.KindAccount, id)
			if err != nil {
				return nil, fmt.Errorf("inventory of account %s: %w", id, err)
			}
			if e := b.cache.get(id, version); e != nil {
				return e, nil
			}
		}
		body, version, err := b.docs.GetDoc(ctx, store.KindAccount, id)
		if err != nil {
			return nil, fmt.Errorf("inventory of account %s: %w", id, err)
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

// load reads the state that a head describes. Of the state near, which this
// process has in memory of another moment, it takes over what is the same, also
// of the lookups: then it costs what differs.
func (b *Book) load(ctx context.Context, id string, version store.Version, body []byte) (*entry, error) {
	h, err := decodeHead(id, body)
	if err != nil {
		return nil, err
	}
	e, near := &entry{version: version, head: h}, b.cache.near(id)
	if near != nil && (near.account == nil || near.head.Mode != h.Mode || near.head.Partition != h.Partition) {
		near = nil
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(loaders)
	joins := []joiner{
		fetch(ctx, g, b.docs, users(), e, near), fetch(ctx, g, b.docs, groups(), e, near),
		fetch(ctx, g, b.docs, roles(), e, near), fetch(ctx, g, b.docs, policies(), e, near),
		fetch(ctx, g, b.docs, profiles(), e, near), fetch(ctx, g, b.docs, devices(), e, near),
		fetch(ctx, g, b.docs, samlProviders(), e, near), fetch(ctx, g, b.docs, oidcProviders(), e, near),
		fetch(ctx, g, b.docs, deletions(), e, near),
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("inventory of account %s: %w", id, err)
	}
	e.account = assemble(e, near, joins)
	b.cache.put(e)
	return e, nil
}

// assemble makes the inventory of what was read.
func assemble(e, near *entry, joins []joiner) *inventory.Account {
	if near != nil {
		var edits inventory.Edits
		for _, j := range joins {
			j.differ(&edits)
		}
		// A home's policies of AWS are those of the program, unless others are
		// stored: which of them, only the whole list tells.
		aws := func(p *inventory.Policy) bool { return inventory.IsAWSManaged(p.ARN) }
		if e.head.Mode != Home || !slices.ContainsFunc(edits.Policies.Gone, aws) && !slices.ContainsFunc(edits.Policies.New, aws) {
			return near.account.With(edits, e.head.Settings)
		}
	}
	a := &inventory.Account{ID: e.head.ID, Partition: e.head.Partition, Settings: e.head.Settings}
	for _, j := range joins {
		j.join(a)
	}
	if e.head.Mode == Home {
		a.AddBuiltIn()
	}
	a.Index()
	return a
}

// joiner puts the entities of one shelf into an account: all of them, or what
// differs from the state near.
type joiner struct {
	join   func(*inventory.Account)
	differ func(*inventory.Edits)
}

// fetch starts to read the segments of a shelf. Those that the state near (or
// nil) has are taken from there. The joiner is for when the group is done.
func fetch[E any](ctx context.Context, g *errgroup.Group, docs store.Docs, k kind[E], e, near *entry) joiner {
	shelf := *k.shelf(&e.head)
	parts := make([][]*E, len(shelf))
	*k.parts(e) = parts
	var had [][]*E
	if near != nil && len(*k.shelf(&near.head)) == len(shelf) {
		had = *k.parts(near)
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
	return joiner{
		func(a *inventory.Account) {
			list := k.list(a)
			for _, part := range parts {
				*list = append(*list, part...)
			}
		},
		func(edits *inventory.Edits) { *k.edit(edits) = differ(k, parts, near, e) },
	}
}

// differ is how the buckets of a shelf differ from those that the state near
// has. An entity that is as it was is taken over from there.
func differ[E any](k kind[E], parts [][]*E, near, e *entry) (edit inventory.Edit[E]) {
	was, wasShelf, shelf := *k.parts(near), *k.shelf(&near.head), *k.shelf(&e.head)
	same := func(i int) bool { return len(was) == len(parts) && wasShelf[i] == shelf[i] }
	had := map[string]*E{}
	for i, part := range was {
		if !same(i) {
			for _, o := range part {
				had[k.id(o)] = o
			}
		}
	}
	for i, part := range parts {
		if same(i) {
			continue
		}
		for j, n := range part {
			o := had[k.id(n)]
			if o != nil && k.equal(o, n) {
				part[j] = o
				delete(had, k.id(n))
				continue
			}
			edit.New = append(edit.New, n)
		}
	}
	edit.Gone = slices.Collect(maps.Values(had))
	return edit
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
