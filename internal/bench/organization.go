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

// rootBound is the CPU that the report on the root of a large organization may
// take.
const rootBound = 2 * time.Second

// rootMetrics are what BenchmarkRootReport of api/iam prints at the end of its
// line: names in the order of the alphabet, as testing has it.
var rootMetrics = regexp.MustCompile(`(?m)^BenchmarkRootReport\S*\s.*\s([0-9.]+) CPU-s/op\s.*\s(-?[0-9.]+) peak-MB`)

// measureOrganization makes the report on a root with 2,000 accounts and 3
// million facts. Most of its minutes go into making the facts.
func measureOrganization(ctx context.Context, b *bench) error {
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkRootReport$", "-benchtime", "5x", "-timeout", "30m", "./api/iam").CombinedOutput()
	if err != nil {
		return fmt.Errorf("benchmark of ./api/iam: %w: %s", err, out)
	}
	m := rootMetrics.FindSubmatch(out)
	if m == nil {
		return errors.New("./api/iam has not the benchmark that was asked for: " + string(out))
	}
	seconds, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		return err
	}
	const what = "Organization: report on the root, 2,000 accounts in 300 units, 3 million facts"
	b.figures = append(b.figures,
		bounded(what+", CPU", time.Duration(seconds*float64(time.Second)), rootBound),
		plain(what+", growth of the heap", string(m[2])+" MB"))
	return nil
}
