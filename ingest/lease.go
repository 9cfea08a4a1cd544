package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/store"
)

// leases are the groups of files that this process reads now, so that another
// one with the same store does not do the same work. They save work and carry
// no correctness: a lease that is lost, or two clocks that disagree, only mean
// that files are read twice, and that changes nothing.
//
// A lease is for a group, not for a file, because each costs two writes; and
// it is taken when a file of the group is to be read, not when one is listed,
// so that a look at what is already read costs none.
type leases struct {
	docs   store.Docs
	now    func() time.Time
	holder string

	mu   sync.Mutex
	held map[string]*lease
	busy map[string]time.Time // groups of others, and until when not to ask again
}

// lease is one that this process holds.
type lease struct {
	version store.Version
	until   time.Time
	open    int  // files that were claimed and are not in the ledger yet
	blank   bool // the ledger had none of the group's files when it became ours
}

// claimed is what became of a claim.
type claimed struct {
	ours  bool // else another process has the group
	fresh bool // it has just become ours: what was known of its files may be out of date
	blank bool // the ledger had none of its files then
}

// leaseDoc is the document of a lease.
type leaseDoc struct {
	Holder string    `json:"holder"`
	Until  time.Time `json:"until"`
}

func newLeases(docs store.Docs, now func() time.Time, holder string) *leases {
	return &leases{docs: docs, now: now, holder: holder, held: map[string]*lease{}, busy: map[string]time.Time{}}
}

// groupOf is the group that an object is read with: its folder, without the
// days at its end, so that the logs of one account and Region are one group.
func groupOf(id string) string {
	kind, name, _ := strings.Cut(id, ":")
	dir := name[:max(strings.LastIndexByte(name, '/'), 0)]
	for {
		i := strings.LastIndexByte(dir, '/')
		if last := dir[i+1:]; i < 0 || last == "" || len(last) > len("2006") || strings.Trim(last, "0123456789") != "" {
			return kind + ":" + dir
		}
		dir = dir[:i]
	}
}

// claim reserves a group for one file more.
func (l *leases) claim(ctx context.Context, group string) (c claimed, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if h := l.held[group]; h != nil && now.Before(h.until) {
		h.open++
		return claimed{ours: true, blank: h.blank}, nil
	}
	if now.Before(l.busy[group]) {
		return c, nil
	}
	h, err := l.take(ctx, group, now)
	if h != nil && err == nil {
		h.blank, err = l.nothingOf(ctx, group)
	}
	if h == nil || err != nil {
		l.busy[group] = now.Add(busyFor)
		return c, err
	}
	if old := l.held[group]; old != nil {
		h.open = old.open
	}
	h.open++
	l.held[group] = h
	return claimed{true, true, h.blank}, nil
}

// nothingOf reports whether the ledger has no file of a group.
func (l *leases) nothingOf(ctx context.Context, group string) (bool, error) {
	for id, err := range l.docs.ListDocs(ctx, store.KindLedger, group+"/", 1) {
		return err == nil && !strings.HasPrefix(id, group+"/"), err
	}
	return true, nil
}

// take writes the lease of a group that is free; nil when it is not.
func (l *leases) take(ctx context.Context, group string, now time.Time) (*lease, error) {
	body, version, err := l.docs.GetDoc(ctx, store.KindLease, group)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err == nil {
		var doc leaseDoc
		if err := json.Unmarshal(body, &doc); err != nil {
			return nil, fmt.Errorf("read lease of %s: %w", group, err)
		}
		if doc.Holder != l.holder && now.Before(doc.Until) {
			return nil, nil
		}
	}
	return l.put(ctx, group, version, now)
}

// put writes a lease over the version that was seen; nil when another process
// was faster.
func (l *leases) put(ctx context.Context, group string, old store.Version, now time.Time) (*lease, error) {
	h := &lease{until: now.Add(leaseFor)}
	body, err := json.Marshal(leaseDoc{l.holder, h.until.UTC()})
	if err != nil {
		return nil, err
	}
	h.version, err = l.docs.PutDoc(ctx, store.KindLease, group, body, old)
	if errors.Is(err, store.ErrConflict) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return h, nil
}

// done notes that a claimed file is in the ledger.
func (l *leases) done(group string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.held[group]; h != nil {
		h.open--
	}
}

// settle gives back the groups without open files, all of them at the end.
func (l *leases) settle(ctx context.Context, all bool) (first error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for group, h := range l.held {
		if h.open > 0 && !all {
			continue
		}
		delete(l.held, group)
		err := l.docs.DeleteDoc(ctx, store.KindLease, group, h.version)
		if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrConflict) && first == nil {
			first = err
		}
	}
	return first
}

// renew extends what is held. A lease that another process has taken over is
// forgotten: the work goes on, for nothing worse than being done twice.
func (l *leases) renew(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for group, h := range l.held {
		next, err := l.put(ctx, group, h.version, l.now())
		if err != nil {
			return err
		}
		if next == nil {
			delete(l.held, group)
			continue
		}
		next.open, next.blank = h.open, h.blank
		l.held[group] = next
	}
	return nil
}

// keep renews until ctx ends. An error is left to the next time, and to
// whatever else writes to the store.
func (l *leases) keep(ctx context.Context) {
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = l.renew(ctx)
		}
	}
}
