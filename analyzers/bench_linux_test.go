package analyzers

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

// BenchmarkScan makes whole scans of an account with so many roles and half as
// many users, each with 5 to 20 policies, and 133 facts for each of them (2
// million of 10,000 roles and 5,000 users), in SQLite. "CPU-s/op" is what a scan
// takes of the processor and "peak-MB" what the heap grew. Making the facts takes
// a minute.
func BenchmarkScan(b *testing.B) {
	cat, err := catalog.Load()
	if err != nil {
		b.Fatal(err)
	}
	for _, roles := range []int{1000, 10000} {
		b.Run(fmt.Sprint(roles), func(b *testing.B) { benchmarkScan(b, cat, roles) })
	}
}

func benchmarkScan(b *testing.B, cat *catalog.Catalog, roles int) {
	ctx := context.Background()
	s, err := sqlite.Create(ctx, filepath.Join(b.TempDir(), "scan.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	facts := fill(b, s, cat, roles)
	engine := grant.New(cat)
	now, id := at("2026-06-01"), 0
	k := New(Config{
		Store: s, Book: accounts.New(s), Clock: func() time.Time { return now }, Wait: time.Hour, Log: slog.New(slog.DiscardHandler),
		NewID:   func() string { id++; return fmt.Sprintf("%08d-0000-4000-8000-000000000000", id) },
		Catalog: func(context.Context) (*catalog.Catalog, *grant.Engine, error) { return cat, engine, nil },
	})
	b.Cleanup(k.Close)
	made, err := k.Create(ctx, unused("bench"), "")
	if err != nil {
		b.Fatal(err)
	}
	v, err := k.View(ctx, made.Name)
	if err != nil || len(v.byID) < roles/2 {
		b.Fatalf("%v: %d findings", err, len(v.byID))
	}
	b.Logf("%d roles, %d users, %d facts, %d findings", roles, roles/2, facts, len(v.byID))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began, n := cpu(), 0
	for b.Loop() {
		now = now.Add(time.Hour)
		if err := k.Scan(ctx, made.Name); err != nil {
			b.Fatal(err)
		}
		n++
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric((cpu()-began).Seconds()/float64(n), "CPU-s/op")
	b.ReportMetric(float64(int64(after.HeapSys)-int64(before.HeapSys))/(1<<20), "peak-MB")
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for a bad argument only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fill makes the account and what its principals did, and returns the number of
// facts.
func fill(b *testing.B, s store.Store, cat *catalog.Catalog, roles int) (facts int) {
	ctx := context.Background()
	r := rand.New(rand.NewPCG(1, 2))
	a := &inventory.Account{ID: owner, Partition: "aws", Policies: managedPolicies(r, cat)}
	var ids []string
	for i := range roles {
		x := role(owner, fmt.Sprintf("role%05d", i), someActions(r, cat, 20))
		x.Attached = attached(r, a.Policies)
		a.Roles, ids = append(a.Roles, x), append(ids, x.ID)
	}
	for i := range roles / 2 {
		x := &inventory.User{Name: fmt.Sprintf("user%05d", i), ID: fmt.Sprintf("AIDA%017d", i), Path: "/", Created: at("2024-01-01"),
			ARN: fmt.Sprintf("arn:aws:iam::%s:user/user%05d", owner, i), Attached: attached(r, a.Policies),
			Inline: []inventory.Inline{{Name: "own", Document: someActions(r, cat, 20)}},
			Keys:   []inventory.AccessKey{{ID: fmt.Sprintf("AKIA%016d", i), Active: true, Created: at("2024-01-01")}}}
		a.Users, ids = append(a.Users, x), append(ids, x.ID)
	}
	a.Index()
	if err := accounts.New(s).Replace(ctx, a); err != nil {
		b.Fatal(err)
	}
	var batch []activity.Fact
	for i, id := range ids {
		if i%4 != 0 { // one in four is idle
			batch = append(batch, used(r, cat, id)...)
		}
		if len(batch) > 50_000 || i == len(ids)-1 {
			facts += len(batch)
			if err := s.MergeFacts(ctx, batch); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	return facts
}

// used is what one principal did: 177 calls, so that there are 133 for each when
// one in four is idle.
func used(r *rand.Rand, cat *catalog.Catalog, id string) (list []activity.Fact) {
	actions := cat.Actions()
	for range 177 {
		action := actions[r.IntN(len(actions))]
		when := at("2026-05-31").Add(-time.Duration(r.IntN(200*24)) * time.Hour)
		list = append(list, activity.Attempt(activity.Key{
			Account: owner, Principal: id, Source: cat.Services()[action.Service].Namespace + ".amazonaws.com", Name: action.Name,
			Region: "us-east-1", Class: activity.Management, Outcome: activity.Succeeded,
		}, when, "bench"))
	}
	return list
}

// someActions is a policy that allows so many actions of some services.
func someActions(r *rand.Rand, cat *catalog.Catalog, n int) string {
	var names []string
	for range n {
		names = append(names, cat.FullName(r.IntN(len(cat.Actions()))))
	}
	return allow(names...)
}

// managedPolicies are 300: of wildcards over services as those of AWS are, and
// some that allow everything to be read.
func managedPolicies(r *rand.Rand, cat *catalog.Catalog) (list []*inventory.Policy) {
	for i := range 300 {
		name := fmt.Sprintf("Managed%03d", i)
		text, arn := someActions(r, cat, 60), "arn:aws:iam::"+owner+":policy/"+name
		if i%3 == 0 {
			ns := cat.Services()[r.IntN(len(cat.Services()))].Namespace
			text, arn = allow(ns+":*", ns+":Get*", "s3:List*"), "arn:aws:iam::aws:policy/"+name
		}
		list = append(list, &inventory.Policy{Name: name, ARN: arn, Path: "/", Default: "v1", Attachable: true, Created: at("2024-01-01"),
			Versions: []inventory.PolicyVersion{{ID: "v1", Document: text}}})
	}
	return list
}

func attached(r *rand.Rand, from []*inventory.Policy) (arns []string) {
	for _, i := range r.Perm(len(from))[:4+r.IntN(16)] {
		arns = append(arns, from[i].ARN)
	}
	return arns
}

// BenchmarkPage reads pages of 100 of 20,000 findings with a filter.
func BenchmarkPage(b *testing.B) {
	w := newWorld(b, "2026-06-01")
	a := company()
	for i := range 20000 {
		a.Roles = append(a.Roles, role(owner, fmt.Sprintf("many%05d", i), allow("s3:GetObject")))
	}
	w.account(a)
	k := w.keeper(nil, nil)
	n := w.create(k, unused("page")).Name
	q := finding.Query{Filter: finding.Filter{"status": {Eq: []string{"ACTIVE"}}, "resource": {Contains: []string{"many1"}}}, Max: 100, Salt: "page"}
	for b.Loop() {
		v, err := k.View(context.Background(), n)
		if err != nil {
			b.Fatal(err)
		}
		p, err := v.Page(q)
		if err != nil || len(p.Findings) != 100 {
			b.Fatalf("%v: %d findings", err, len(p.Findings))
		}
		q.Token = p.Next
	}
}
