package analyzers

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/tracing"
)

// look is what accounts are looked at with.
type look struct {
	k         *Keeper
	a         *finding.Analyzer
	covered   *covered
	now       time.Time
	only      string // ARN of the one resource that is meant; empty: all
	catalog   *catalog.Catalog
	engine    *grant.Engine
	documents *finding.Documents
}

func (k *Keeper) newLook(ctx context.Context, a *finding.Analyzer, now time.Time, only string) (*look, error) {
	c, err := k.organizationFor(ctx, a)
	if err != nil {
		return nil, err
	}
	l := &look{k: k, a: a, covered: c, now: now, only: only, documents: finding.NewDocuments()}
	if l.catalog, l.engine, err = k.Catalog(ctx); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	return l, nil
}

// observed is what was seen in an account: the unused permissions, which are a
// hundred times as long as the rest, apart and packed.
type observed struct {
	finding.Observation
	frames map[string][]byte // by resource
	last   string            // ARN of the resource that was looked at last
	short  bool              // the records of the account do not reach far enough
}

// observe looks at an account. One that is left out, or without inventory, has
// nobody.
func (l *look) observe(ctx context.Context, id string) (*observed, error) {
	o := &observed{frames: map[string][]byte{}}
	if l.a.ExcludesAccount(id) {
		return o, nil
	}
	account, err := l.k.Book.Account(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return o, nil
	}
	if err != nil {
		return nil, err
	}
	if !l.a.Type.Unused() {
		for _, seen := range finding.ExamineTrust(account, l.covered.zone, "", l.only) {
			if err := l.take(o, seen); err != nil {
				return nil, err
			}
		}
		return o, nil
	}
	in := finding.Input{
		Account: account, Age: l.a.Age, Exclusions: l.a.Exclusions, Now: l.now, Span: l.k.Span,
		Catalog: l.catalog, Engine: l.engine, Documents: l.documents, Only: l.only,
	}
	err = store.SinceKept(ctx, l.k.Store, func(since activity.Day) error {
		in.Kept = since
		return store.Steady(ctx, l.k.Store, func() error {
			*o = observed{frames: map[string][]byte{}}
			for seen, err := range finding.Examine(in, l.k.Store.Facts(ctx, activity.Prefix{Account: id})) {
				if err == nil {
					err = l.take(o, seen)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
	if o.short && err == nil {
		l.k.Log.Warn("nothing of an account is called unused: its records do not reach over the whole tracking period, or were deleted (ebbmark prune); ingest older logs, or those of the last days",
			"analyzer", l.a.Name.Name, "account", id)
	}
	return o, err
}

func (l *look) take(o *observed, seen finding.Seen) error {
	o.last = seen.Resource
	o.Unjudged = append(o.Unjudged, seen.Unjudged...)
	for _, c := range seen.Conditions {
		if c.Permissions != nil {
			frame, err := l.k.codec.encode(c.Permissions)
			if err != nil {
				return err
			}
			o.frames[c.Resource], c.Permissions = frame, nil
		}
		o.Conditions = append(o.Conditions, c)
	}
	for _, u := range seen.Unjudged {
		if u.Reason == finding.ShortHistory {
			o.short = true
			continue
		}
		l.k.Log.Warn("unused access cannot be told", "analyzer", l.a.Name.Name, "resource", u.Resource, "reason", u.Reason)
	}
	return nil
}

// next is the findings of an account after it was looked at.
func (l *look) next(old []entry, o *observed, generation int64) ([]entry, []finding.Change) {
	step := finding.Step{Now: l.now, Generation: generation, Rules: l.a.Rules, NewID: l.k.NewID}
	if l.only != "" {
		step.Keep = func(f *finding.Finding) bool { return f.Resource != l.only }
	}
	before, by := make([]*finding.Finding, len(old)), make(map[string]*entry, len(old))
	for i := range old {
		before[i], by[old[i].ID] = old[i].Finding, &old[i]
	}
	after, changes := finding.Next(before, &o.Observation, step)
	list := make([]entry, len(after))
	for i, f := range after {
		list[i] = entry{Finding: f}
		if f.Type != finding.UnusedPermission {
			continue
		}
		if frame := o.frames[f.Resource]; frame != nil {
			list[i].frame = frame
		} else if was := by[f.ID]; was != nil {
			list[i].details, list[i].offset, list[i].length = was.details, was.offset, was.length
		}
	}
	return list, changes
}

// ScanResource looks at one user or role again, at once (StartResourceScan).
// Errors: ErrNoAnalyzer, ErrNoResource.
func (k *Keeper) ScanResource(ctx context.Context, n finding.Name, resource string) (err error) {
	a, err := k.Analyzer(ctx, n)
	if err != nil {
		return err
	}
	ctx, span := startScan(ctx, a, "resource scan")
	defer func() { tracing.End(span, err) }()
	l, err := k.newLook(ctx, a, k.Now(), resource)
	if err != nil {
		return err
	}
	account, err := l.owner(ctx, resource)
	if err != nil {
		return err
	}
	o, err := l.observe(ctx, account)
	if err != nil {
		return err
	}
	return k.edit(ctx, a, 0, func(v *View, generation int64) (*edition, error) {
		list, changes := l.next(v.account(account), o, generation)
		return &edition{
			lists: map[string][]entry{account: list}, changes: changes,
			head: func(h *head) { h.LastResource, h.LastResourceAt = resource, l.now },
		}, nil
	})
}

// factsOf reads the facts of an account's principals.
func (k *Keeper) factsOf(ctx context.Context, account string) report.FactSource {
	return func(principal string) iter.Seq2[activity.Fact, error] {
		return k.Store.Facts(ctx, activity.Prefix{Account: account, Principal: principal})
	}
}
