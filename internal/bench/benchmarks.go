package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// benchmarkRuns is how often each Go benchmark runs; the median counts.
const benchmarkRuns = 6

// measureGrants compares the action sets of policies with a loop over patterns
// and actions.
func measureGrants(ctx context.Context, b *bench) error {
	file := filepath.Join(b.scratch, "grants.txt")
	times, err := goBenchmarks(ctx, "./grant", "^(BenchmarkGranted|BenchmarkNaive)$", file)
	if err != nil {
		return err
	}
	if err := show(ctx, "go", "tool", "benchstat", "-col", ".name", file); err != nil {
		return err
	}
	for _, row := range []struct {
		patterns string
		bound    time.Duration
	}{{"30", 50 * time.Microsecond}, {"300", time.Millisecond}} {
		ours, naive := times["Granted/"+row.patterns], times["Naive/"+row.patterns]
		if ours == 0 || naive == 0 {
			return errors.New("./grant has not the benchmarks that were asked for")
		}
		what := "Grants: actions of " + row.patterns + " patterns"
		b.figures = append(b.figures, bounded(what, ours, row.bound), against(what+", naive loop", naive, "ours", ours))
	}
	return nil
}

// benchmarkLine is a result as "go test" prints it, without the number of
// cores.
var benchmarkLine = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op`)

// goBenchmarks runs benchmarks of a package and returns the median of each by
// its name. The file keeps what they printed.
func goBenchmarks(ctx context.Context, pkg, pattern, file string) (map[string]time.Duration, error) {
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", pattern, "-benchtime", "0.5s",
		"-count", strconv.Itoa(benchmarkRuns), pkg).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("benchmarks of %s: %w: %s", pkg, err, out)
	}
	if err := os.WriteFile(file, out, 0o644); err != nil {
		return nil, err
	}
	all := map[string][]float64{}
	for _, m := range benchmarkLine.FindAllSubmatch(out, -1) {
		ns, err := strconv.ParseFloat(string(m[2]), 64)
		if err != nil {
			return nil, err
		}
		all[string(m[1])] = append(all[string(m[1])], ns)
	}
	times := map[string]time.Duration{}
	for name, values := range all {
		times[name] = time.Duration(median(values))
	}
	return times, nil
}

// show runs a program whose output is for the reader of the run.
func show(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}
