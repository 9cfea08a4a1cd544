package sqlite

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
)

// population makes one fact for each of n keys, as an organization would have
// them: 200 principals per account, 100 operations each.
func population(n int) []activity.Fact {
	facts := make([]activity.Fact, n)
	day := time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)
	for i := range facts {
		facts[i] = activity.Attempt(activity.Key{
			Account:   fmt.Sprintf("1111%08d", i/20_000),
			Principal: fmt.Sprintf("AROAEXAMPLE%010d", i/100),
			Source:    fmt.Sprintf("service%02d.amazonaws.com", i%10),
			Name:      fmt.Sprintf("DescribeSomething%02d", i%100),
			Region:    "eu-central-1",
			Class:     activity.Management,
			Outcome:   activity.Succeeded,
		}, day, fmt.Sprintf("0a1b2c3d-0000-4000-8000-%012x", i))
	}
	return facts
}

// later is the same attempts some days on.
func later(facts []activity.Fact, days int) []activity.Fact {
	out := make([]activity.Fact, len(facts))
	for i, f := range facts {
		out[i] = activity.Attempt(f.Key, f.Last.Time().AddDate(0, 0, days), f.Last.Event)
	}
	return out
}

// BenchmarkMergeFacts merges batches of 20,000 facts of random keys into a
// table that has them already.
func BenchmarkMergeFacts(b *testing.B) {
	const total, batch = 200_000, 20_000
	db := create(b, filepath.Join(b.TempDir(), "bench.db"))
	facts := population(total)
	start := time.Now()
	if err := db.MergeFacts(b.Context(), facts); err != nil {
		b.Fatal(err)
	}
	b.Logf("%.0f new facts/s", total/time.Since(start).Seconds())
	r := rand.New(rand.NewPCG(1, 2))
	day, n := 0, 0
	for b.Loop() {
		if n%total == 0 {
			r.Shuffle(total, func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
			day++
		}
		if err := db.MergeFacts(b.Context(), later(facts[n%total:n%total+batch], day)); err != nil {
			b.Fatal(err)
		}
		n += batch
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "facts/s")
}

// BenchmarkFacts reads all facts of one principal.
func BenchmarkFacts(b *testing.B) {
	db := create(b, filepath.Join(b.TempDir(), "bench.db"))
	if err := db.MergeFacts(b.Context(), population(100_000)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		for _, err := range db.Facts(b.Context(), activity.Prefix{Account: "111100000002", Principal: "AROAEXAMPLE0000000500"}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 100 {
			b.Fatalf("%d facts, want 100", n)
		}
	}
}
