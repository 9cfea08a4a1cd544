package analyzers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
)

// View is the findings of an analyzer in one generation, whole.
type View struct {
	Analyzer *finding.Analyzer
	finding.Findings
	Scanned time.Time // what the last whole scan speaks of; zero: there was none yet

	head    *head
	version store.Version
	parts   map[string][]entry // by id
	byID    map[string]*entry

	mu     sync.Mutex
	orders map[finding.Order][]*finding.Finding
}

// views are those that were read last, within a bounded number of findings.
type views struct {
	mu    sync.Mutex
	byUID map[string]*View
	count int
}

func (v *views) get(uid string) *View {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.byUID[uid]
}

func (v *views) put(uid string, view *View) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.remove(uid)
	for other := range v.byUID {
		if v.count+len(view.byID) <= maxCached {
			break
		}
		v.remove(other)
	}
	v.byUID[uid], v.count = view, v.count+len(view.byID)
}

func (v *views) remove(uid string) {
	if old := v.byUID[uid]; old != nil {
		v.count -= len(old.byID)
		delete(v.byUID, uid)
	}
}

func (v *views) drop(uid string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.remove(uid)
}

// View is what an analyzer has found, or ErrNoAnalyzer.
func (k *Keeper) View(ctx context.Context, n finding.Name) (*View, error) {
	a, err := k.Analyzer(ctx, n)
	if err != nil {
		return nil, err
	}
	return k.view(ctx, a)
}

func (k *Keeper) view(ctx context.Context, a *finding.Analyzer) (*View, error) {
	base, err := k.load(ctx, a.UID)
	if err != nil {
		return nil, err
	}
	// The Analyzer is the caller's; all else is shared.
	return &View{
		Analyzer: a, Findings: base.Findings, Scanned: base.Scanned,
		head: base.head, version: base.version, parts: base.parts, byID: base.byID,
	}, nil
}

// load reads the findings anew if they are of another generation than those in
// memory, and only the parts that differ. A part that is gone means that the
// head is not the current one any more.
func (k *Keeper) load(ctx context.Context, uid string) (*View, error) {
	var err error
	for range maxTries {
		var version store.Version
		cached := k.views.get(uid)
		version, err = store.DocVersion(ctx, k.Store, store.KindFindings, uid)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("read findings of analyzer %s: %w", uid, err)
		}
		if cached != nil && cached.version == version {
			return cached, nil
		}
		var v *View
		if v, err = k.read(ctx, uid, cached); err == nil {
			k.views.put(uid, v)
			return v, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			break
		}
	}
	return nil, err
}

func (k *Keeper) read(ctx context.Context, uid string, cached *View) (*View, error) {
	h, version, err := k.head(ctx, uid)
	if err != nil {
		return nil, err
	}
	v := &View{Scanned: h.Scanned, head: h, version: version, parts: map[string][]entry{}, byID: map[string]*entry{}}
	for _, p := range h.Parts {
		var list []entry
		if cached != nil {
			list = cached.parts[p.ID]
		}
		// The same findings may stand beside other details than before.
		if list == nil || !fits(list, p) {
			if list, err = k.readPart(ctx, uid, p); err != nil {
				return nil, err
			}
		}
		v.parts[p.ID] = list
		for i := range list {
			v.byID[list[i].ID] = &list[i]
		}
	}
	v.orders = map[finding.Order][]*finding.Finding{}
	v.Findings = finding.Findings{In: v.in, Generation: h.Generation}
	return v, nil
}

func fits(list []entry, p part) bool {
	return !slices.ContainsFunc(list, func(e entry) bool { return e.details != "" && e.details != p.Details })
}

// in is every finding in an order, sorted once for each.
func (v *View) in(o finding.Order) []*finding.Finding {
	v.mu.Lock()
	defer v.mu.Unlock()
	list := v.orders[o]
	if list == nil {
		list = v.all()
		slices.SortFunc(list, o.Compare)
		v.orders[o] = list
	}
	return list
}

// all is every finding, in no order.
func (v *View) all() []*finding.Finding {
	list := make([]*finding.Finding, 0, len(v.byID))
	for _, e := range v.byID {
		list = append(list, e.Finding)
	}
	return list
}

// account is the findings of an account in the order of package finding. The
// list is the caller's.
func (v *View) account(id string) []entry {
	var list []entry
	for _, p := range v.head.of(id) {
		list = append(list, v.parts[p.ID]...)
	}
	return list
}

// Finding is the finding of that id; nil: there is none.
func (v *View) Finding(id string) *finding.Finding {
	if e := v.byID[id]; e != nil {
		return e.Finding
	}
	return nil
}

// Detailed is a finding of a view with its details. One that has gone meanwhile
// is ErrNoFinding; one that has changed is as it has become.
func (k *Keeper) Detailed(ctx context.Context, v *View, f *finding.Finding) (*finding.Detailed, error) {
	for range maxTries {
		e := v.byID[f.ID]
		if e == nil {
			return nil, ErrNoFinding
		}
		list, err := k.permissions(ctx, v.Analyzer.UID, e)
		if err == nil {
			return e.Detail(list), nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("read details of finding %s: %w", f.ID, err)
		}
		if v, err = k.view(ctx, v.Analyzer); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("read details of finding %s: %w", f.ID, ErrBusy)
}

func (k *Keeper) permissions(ctx context.Context, uid string, e *entry) ([]finding.Permission, error) {
	if e.details == "" {
		return nil, nil
	}
	body, err := k.details.get(ctx, k.Store, docID(uid, e.details))
	if err != nil {
		return nil, err
	}
	frame, err := within(body, e)
	if err != nil {
		return nil, err
	}
	var list []finding.Permission
	return list, k.codec.decode(frame, &list)
}

// lastDetails is the document of details that was read last: who reads all
// findings asks for the same one a hundred times. It never changes.
type lastDetails struct {
	mu   sync.Mutex
	id   string
	body []byte
}

func (l *lastDetails) get(ctx context.Context, docs store.Docs, id string) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.id == id {
		return l.body, nil
	}
	body, _, err := docs.GetDoc(ctx, store.KindFindingPart, id)
	if err != nil {
		return nil, err
	}
	l.id, l.body = id, body
	return body, nil
}
