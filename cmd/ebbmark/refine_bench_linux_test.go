package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/internal/sample"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

// BenchmarkRefineAll proposes, as refine --all does, for all policies of an account of so
// many roles and half as many users, with 200 facts for each role (2 million of 10,000),
// in SQLite. "CPU-s/op" is what it takes of the processor, "uses/op" the recorded uses
// that were replayed, and "growth-MB" what the heap grew.
func BenchmarkRefineAll(b *testing.B) {
	cat, err := catalog.Load()
	if err != nil {
		b.Fatal(err)
	}
	for _, roles := range []int{1000, 10000} {
		b.Run(fmt.Sprint(roles), func(b *testing.B) { benchmarkRefine(b, cat, roles) })
	}
}

func benchmarkRefine(b *testing.B, cat *catalog.Catalog, roles int) {
	s, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "refine.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	a, r, engine := sample.Large("111122223333"), rand.New(rand.NewPCG(1, 2)), grant.New(cat)
	a.Roles, a.Users = a.Roles[:roles], a.Users[:roles/2]
	a.Index()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	var facts []activity.Fact
	for i, role := range a.Roles {
		granted := grantedTo(b, engine, a, role)
		for range 200 {
			facts = append(facts, randomCall(r, cat, role, granted, now.AddDate(0, 0, -r.IntN(400))))
		}
		if len(facts) >= 50_000 || i == len(a.Roles)-1 {
			if err := s.MergeFacts(b.Context(), facts); err != nil {
				b.Fatal(err)
			}
			facts = facts[:0]
		}
	}
	p := &program{now: func() time.Time { return now }}
	window := refine.Window{From: now.AddDate(0, 0, -defaultRankWindow), To: now}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began, n, uses, changed := cpuTime(), 0, 0, 0
	for b.Loop() {
		list, err := p.proposals(b.Context(), ranking{store: s, window: window}, refineFlags{}, []accountCandidates{{a, refine.Candidates(a, window)}})
		if err != nil {
			b.Fatal(err)
		}
		n++
		for _, one := range list {
			uses += one.Uses
			if one.Edited != nil && one.Changed() {
				changed++
			}
		}
	}
	runtime.ReadMemStats(&after)
	if changed < roles*n || uses < 20*roles*n {
		b.Fatalf("%d proposals, %d uses: too little", changed/n, uses/n)
	}
	b.ReportMetric((cpuTime()-began).Seconds()/float64(n), "CPU-s/op")
	b.ReportMetric(float64(uses)/float64(n), "uses/op")
	b.ReportMetric(float64(int64(after.HeapSys)-int64(before.HeapSys))/(1<<20), "growth-MB")
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for a bad argument only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// grantedTo are the actions that a role is granted.
func grantedTo(b *testing.B, engine *grant.Engine, a *inventory.Account, role *inventory.Role) []int {
	var docs []*policy.Document
	for _, from := range a.RolePolicies(role) {
		doc, err := policy.ParseString(from.Document)
		if err != nil {
			b.Fatal(err)
		}
		docs = append(docs, doc)
	}
	return slices.Collect(engine.Granted(docs).All())
}

// randomCall is a call of an action that the role is granted; one in eight is of any
// action, and refused.
func randomCall(r *rand.Rand, cat *catalog.Catalog, role *inventory.Role, granted []int, at time.Time) activity.Fact {
	i, outcome := granted[r.IntN(len(granted))], activity.Succeeded
	if r.IntN(8) == 0 {
		i, outcome = r.IntN(len(cat.Actions())), activity.Denied
	}
	action := &cat.Actions()[i]
	k := activity.Key{
		Account: "111122223333", Principal: role.ID, Source: cat.Services()[action.Service].Namespace + ".amazonaws.com", Name: action.Name,
		Region: []string{"us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-south-1", "sa-east-1"}[r.IntN(6)], Class: activity.Management, Outcome: outcome,
	}
	return activity.Attempt(k, at, "e")
}
