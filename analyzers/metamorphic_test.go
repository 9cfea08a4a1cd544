package analyzers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/finding"
)

// TestKeepersThatCrashAgreeWithAList plays random days on one store by keepers
// whose writes fail at random, done or not, and compares what they keep with a
// list in memory to which package finding was applied directly. What failed may
// or may not have happened; nothing may have happened by half.
func TestKeepersThatCrashAgreeWithAList(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { playDays(t, rand.New(rand.NewPCG(seed, 7))) })
	}
}

// model is the list in memory.
type model struct {
	w    *world
	list []*finding.Finding
}

// scanned is the list after a whole scan now.
func (m *model) scanned() []*finding.Finding {
	var seen finding.Observation
	account, err := m.w.book.Account(context.Background(), owner)
	m.w.must(err)
	in := finding.Input{Account: account, Age: 90, Now: m.w.clock(), Catalog: m.w.cat, Engine: m.w.eng}
	for one, err := range finding.Examine(in, m.w.store.Facts(context.Background(), activity.Prefix{Account: owner})) {
		m.w.must(err)
		seen.Conditions = append(seen.Conditions, one.Conditions...)
		seen.Unjudged = append(seen.Unjudged, one.Unjudged...)
	}
	next, _ := finding.Next(m.list, &seen, finding.Step{Now: m.w.clock(), NewID: m.w.newID})
	return next
}

// changed is the list with another status of one finding.
func (m *model) changed(which *finding.Finding, to finding.Status) []*finding.Finding {
	list := slices.Clone(m.list)
	for i, f := range list {
		if f.Resource == which.Resource && f.Type == which.Type && f.Key == which.Key {
			list[i], _ = finding.SetStatus(f, to, m.w.clock(), 0)
		}
	}
	return list
}

// texts are findings without their ids and generations.
func texts(list []*finding.Finding) (out []string) {
	for _, f := range list {
		out = append(out, fmt.Sprint(f.Resource, f.Type, f.Key, f.Status, f.AnalyzedAt, f.CreatedAt, f.UpdatedAt, f.Services, f.Actions))
	}
	slices.Sort(out)
	return out
}

func playDays(t *testing.T, r *rand.Rand) {
	w := newWorld(t, "2026-01-01")
	ctx := context.Background()
	n := w.create(w.keeper(nil, func(c *Config) { c.Wait = time.Hour }), unused("random")).Name
	m := &model{w: w}
	m.list = m.scanned()
	calls := []string{"s3 CreateBucket", "s3 DeleteBucket", "ec2 RunInstances", "sqs CreateQueue"}
	for range 25 {
		w.pass(time.Duration(1+r.IntN(60*24)) * time.Hour)
		principal := []string{"AROA1111APP", "AROA1111IDLE", "AIDAALICE"}[r.IntN(3)]
		if r.IntN(3) > 0 {
			var source, name string
			fmt.Sscan(calls[r.IntN(len(calls))], &source, &name)
			w.used(w.clock().Format(time.RFC3339), principal, source, name)
		}
		sick := &faulty{Store: w.store, lost: r.IntN(2) == 0}
		if r.IntN(2) == 0 {
			sick.failAt = 1 + r.IntN(8)
		}
		k := w.keeper(sick, nil)
		var want []*finding.Finding
		var err error
		if f := anyUnresolved(r, m.list); f != nil && r.IntN(2) == 0 {
			to := []finding.Status{finding.Active, finding.Archived}[r.IntN(2)]
			want = m.changed(f, to)
			err = k.SetStatus(ctx, n, to, []string{w.find(w.keeper(nil, nil), n, f.Resource, f.Type).ID}, "")
		} else {
			want = m.scanned()
			err = k.Scan(ctx, n)
			w.pass(2 * leaseFor) // a crash leaves its lease
		}
		v, viewErr := w.keeper(nil, nil).View(ctx, n)
		w.must(viewErr)
		got := texts(v.all())
		switch {
		case slices.Equal(got, texts(want)):
			m.list = want
		case err == nil || !errors.Is(err, errInjected) || !slices.Equal(got, texts(m.list)):
			t.Fatalf("%v: kept\n%q\nwant\n%q\nor\n%q", err, got, texts(want), texts(m.list))
		}
		w.lines(w.keeper(nil, nil), n) // every detail can be read
	}
}

func anyUnresolved(r *rand.Rand, list []*finding.Finding) *finding.Finding {
	for _, i := range r.Perm(len(list)) {
		if list[i].Status != finding.Resolved {
			return list[i]
		}
	}
	return nil
}
