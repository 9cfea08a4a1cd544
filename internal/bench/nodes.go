package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// nodeMetric is a figure in a line of a benchmark: BenchmarkNodesIngest/2-8 1 123 ns/op 456 events/s.
var nodeMetric = regexp.MustCompile(`(?m)^BenchmarkNodes(\w+/\w+?)(?:-\d+)?\s.*?([0-9.]+) (events/s|facts/s|p99-ms)`)

// nodeBytes is the second figure of a store.
var nodeBytes = regexp.MustCompile(`(?m)^BenchmarkNodes(Store/\w+?)(?:-\d+)?\s.*?([0-9.]+) bytes/fact`)

// measureNodes measures several nodes on one PostgreSQL, which must be installed.
// The benchmarks say what they do.
func measureNodes(ctx context.Context, b *bench) error {
	step("several nodes on PostgreSQL")
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkNodes", "-benchtime", "1x", "-timeout", "30m", "./cmd/ebbmark").CombinedOutput()
	if err != nil {
		return fmt.Errorf("benchmarks of nodes: %w: %s", err, out)
	}
	value := map[string]float64{}
	for _, m := range nodeMetric.FindAllSubmatch(out, -1) {
		if value[string(m[1])], err = strconv.ParseFloat(string(m[2]), 64); err != nil {
			return err
		}
	}
	for _, m := range nodeBytes.FindAllSubmatch(out, -1) {
		if value[string(m[1])+" bytes"], err = strconv.ParseFloat(string(m[2]), 64); err != nil {
			return err
		}
	}
	beside := func(what, unit, one, other, called string) error {
		if value[one] == 0 || value[other] == 0 {
			return fmt.Errorf("the benchmarks of nodes tell nothing of %s and %s: %s", one, other, out)
		}
		b.figures = append(b.figures, figure{what, fmt.Sprintf("%.4g %s", value[one], unit), fmt.Sprintf("%s: %.4g %s", called, value[other], unit), value[one] / value[other], false})
		return nil
	}
	for _, f := range []struct{ what, unit, one, other, called string }{
		{"Nodes: ingest by two processes of half a core each", "events/s", "Ingest/2", "Ingest/1", "one"},
		{"Nodes: ingest by four processes of half a core each", "events/s", "Ingest/4", "Ingest/1", "one"},
		{"Nodes: new facts into PostgreSQL", "facts/s", "Store/postgres", "Store/sqlite", "SQLite"},
		{"Nodes: a fact in PostgreSQL, with indexes and rollups", "bytes", "Store/postgres bytes", "Store/sqlite bytes", "SQLite"},
		{"Nodes: p99 of a report, four nodes and an ingest", "ms", "Report/4", "Report/1", "one node alone"},
	} {
		if err := beside(f.what, f.unit, f.one, f.other, f.called); err != nil {
			return err
		}
	}
	return nil
}
