package iam

import (
	"context"
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
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

// BenchmarkRootReport makes the report on the root of an organization of 2,000
// accounts in 300 units, 5 deep, with 3 million facts in SQLite. Its bound is 2
// seconds of CPU; "of-bound" is the part of it that was needed, "peak-MB" what
// the heap grew. Making the facts takes minutes.
func BenchmarkRootReport(b *testing.B) {
	const bound = 2 * time.Second
	o := bigTree(b)
	s, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "big.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	cat, err := catalog.Load()
	if err != nil {
		b.Fatal(err)
	}
	facts := 0
	accounts := o.MembersUnder("r-ab12")
	r := rand.New(rand.NewPCG(1, 2))
	for part := range slices.Chunk(accounts, 20) {
		var batch []activity.Fact
		for _, account := range part {
			batch = append(batch, busyAccount(r, account)...)
		}
		facts += len(batch)
		if err := s.MergeFacts(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	subject, err := report.FindOrganization(o, "o-exampleorg1/r-ab12", "")
	if err != nil {
		b.Fatal(err)
	}
	in := report.OrganizationInput{Subject: subject, Now: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), Catalog: cat, Engine: grant.New(cat)}
	b.Logf("%d accounts, %d units, %d facts", len(accounts), len(o.Units), facts)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := cpu()
	n := 0
	for b.Loop() {
		rep, err := report.ComputeOrganization(in, UsesOf(context.Background(), s))
		if err != nil || len(rep.Services) != 456 || rep.Services[len(rep.Services)-1].Namespace != "xray" || rep.Unused() > 440 {
			b.Fatalf("%v: %d services, %d unused", err, len(rep.Services), rep.Unused())
		}
		n++
	}
	each := (cpu() - began) / time.Duration(n)
	runtime.ReadMemStats(&after)
	b.ReportMetric(each.Seconds(), "CPU-s/op")
	b.ReportMetric(each.Seconds()/bound.Seconds(), "of-bound")
	b.ReportMetric(float64(int64(after.HeapSys)-int64(before.HeapSys))/(1<<20), "peak-MB")
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for a bad argument only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bigTree has 300 units, 60 in each of 5 depths, and 2,000 accounts in them.
func bigTree(tb testing.TB) *organization.Organization {
	tb.Helper()
	o := organization.New("o-exampleorg1", "r-ab12", organization.Account{ID: "111111111111", Name: "management", Status: organization.Active})
	check := func(err error) {
		if err != nil {
			tb.Fatal(err)
		}
	}
	check(o.EnablePolicyType("r-ab12", organization.SCP))
	unit := func(i int) string { return fmt.Sprintf("ou-ab12-unit%04d", i) }
	for i := range 300 {
		parent := "r-ab12"
		if i >= 60 {
			parent = unit(i - 60)
		}
		check(o.CreateUnit(organization.Unit{ID: unit(i), Parent: parent, Name: fmt.Sprint(i)}))
	}
	for i := range 2000 {
		check(o.AddAccount(organization.Account{ID: fmt.Sprintf("2%011d", i), Parent: unit(i % 300), Name: fmt.Sprint(i), Status: organization.Active}))
	}
	return o
}

// busyAccount is 15 principals that made 100 of 360 different calls each.
func busyAccount(r *rand.Rand, account string) []activity.Fact {
	sources := []string{"s3", "ec2", "iam", "sqs", "sns", "lambda", "dynamodb", "kms", "logs", "monitoring", "secretsmanager", "ssm", "sts", "ecs", "ecr", "events", "states", "rds", "route53", "cloudformation"}
	regions := []string{"us-east-1", "eu-west-1", "us-west-2"}
	var out []activity.Fact
	for p := range 15 {
		for _, call := range r.Perm(len(sources) * len(regions) * 6)[:100] {
			k := activity.Key{
				Account: account, Principal: fmt.Sprintf("AROA%s%05d", account, p), Source: sources[call%20] + ".amazonaws.com",
				Name: fmt.Sprintf("DescribeThing%d", call/60), Region: regions[call/20%3], Class: activity.Management, Outcome: activity.Succeeded,
			}
			at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC).Add(-time.Duration(r.IntN(300*24*3600)) * time.Second)
			f := activity.Attempt(k, at, fmt.Sprintf("0a1b2c3d-0000-4000-8000-%012x", call))
			f.Days = f.Days.Union(activity.DaysOf(activity.DayOf(at)-3, activity.DayOf(at)-70))
			out = append(out, f)
		}
	}
	return out
}
