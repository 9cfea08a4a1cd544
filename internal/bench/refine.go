package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

const (
	refineBound = 2 * time.Minute // CPU of refine --all: a minute on two cores
	replayBound = time.Microsecond
)

// refineMetrics are what BenchmarkRefineAll of cmd/ebbmark prints at the end of its lines,
// replayMetrics the beginning and end of those of BenchmarkReplay of refine.
var (
	refineMetrics = regexp.MustCompile(`(?m)^BenchmarkRefineAll/(\d+)\S*\s.*\s([0-9.]+) CPU-s/op\s+(-?[0-9.]+) growth-MB\s+([0-9.]+) uses/op`)
	replayMetrics = regexp.MustCompile(`(?m)^BenchmarkReplay\S*\s+\d+\s+([0-9.]+) ns/op\s+([0-9.]+) uses/op`)
)

// measureRefine proposes for all policies of a large account.
func measureRefine(ctx context.Context, b *bench) error {
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkRefineAll$", "-benchtime", "3x", "-timeout", "30m", "./cmd/ebbmark").CombinedOutput()
	if err != nil {
		return fmt.Errorf("benchmark of ./cmd/ebbmark: %w: %s", err, out)
	}
	took, growth, uses := map[string]float64{}, map[string]string{}, map[string]string{}
	for _, m := range refineMetrics.FindAllSubmatch(out, -1) {
		took[string(m[1])], _ = strconv.ParseFloat(string(m[2]), 64) // the pattern has digits only
		growth[string(m[1])], uses[string(m[1])] = string(m[3]), string(m[4])
	}
	small, large := took["1000"], took["10000"]
	if small == 0 || large == 0 {
		return errors.New("./cmd/ebbmark has not the benchmark that was asked for: " + string(out))
	}
	replay, err := replayOfAUse(ctx)
	if err != nil {
		return err
	}
	what := "Refine: all 13,200 policies of 10,000 roles and 5,000 users, 2 million facts"
	b.figures = append(b.figures,
		bounded(what+", CPU", time.Duration(large*float64(time.Second)), refineBound),
		plain(what+", uses replayed", uses["10000"]),
		plain(what+", growth of the heap", growth["10000"]+" MB"),
		plain("Refine: CPU of 10,000 roles against 1,000", fmt.Sprintf("%.1f times", large/small)),
		bounded("Refine: replay of one recorded use", replay, replayBound))
	return nil
}

// replayOfAUse is the median of several runs.
func replayOfAUse(ctx context.Context) (time.Duration, error) {
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkReplay$", "-count", strconv.Itoa(benchmarkRuns), "./refine").CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("benchmark of ./refine: %w: %s", err, out)
	}
	var each []time.Duration
	for _, m := range replayMetrics.FindAllSubmatch(out, -1) {
		ns, _ := strconv.ParseFloat(string(m[1]), 64) // the pattern has digits only
		uses, _ := strconv.ParseFloat(string(m[2]), 64)
		each = append(each, time.Duration(ns/uses))
	}
	if len(each) == 0 {
		return 0, errors.New("./refine has not the benchmark that was asked for: " + string(out))
	}
	return median(each), nil
}
