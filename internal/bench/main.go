// Command bench measures the figures of docs/performance.md: whole programs
// against bounds and against peers, in one run on one machine. `make bench`
// builds what it needs and starts it.
//
//	bench -program PATH -scratch DIR [-duckdb DIR] [-chdb DIR] [-document FILE] [-only PART,…]
//
// It prints a table, and replaces the one in the document when every part ran.
// Everything listens on loopback, and stores are made in the scratch folder and
// removed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
)

// part measures one group of figures.
type part struct {
	name    string
	measure func(context.Context, *bench) error
}

// parts in the order they run. Ingest comes first: the peak that Linux tells of
// a child is at least what its parent had when it started it, so the parent
// must still be small.
var parts = []part{
	{"ingest", measureIngest},
	{"grants", measureGrants},
	{"report", measureReport},
	{"organization", measureOrganization},
	{"findings", measureFindings},
	{"refine", measureRefine},
	{"start", measureStart},
	{"iam", measureIAM},
	{"console", measureConsole},
	{"nodes", measureNodes},
}

// bench is what the parts work with and where they leave their figures.
type bench struct {
	program string // the ebbmark binary
	scratch string // folder for logs and stores
	duckdb  string // folder where npm installed DuckDB; empty: leave it out
	chdb    string // likewise, chDB
	figures []figure
}

func main() {
	var b bench
	document := flag.String("document", "", "file whose table is replaced; empty: only print")
	only := flag.String("only", "", "parts to measure, separated by commas; empty: all")
	flag.StringVar(&b.program, "program", "", "the ebbmark binary")
	flag.StringVar(&b.scratch, "scratch", "", "folder for logs and stores")
	flag.StringVar(&b.duckdb, "duckdb", "", "folder where npm installed DuckDB; empty: leave it out")
	flag.StringVar(&b.chdb, "chdb", "", "folder where npm installed chDB; empty: leave it out")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := b.run(ctx, *only, *document); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, only, document string) (err error) {
	chosen, err := choose(only)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(b.scratch, "run-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b.scratch = dir
	before := load()
	for _, p := range chosen {
		step(p.name)
		if err := p.measure(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	text := conditions(before, load()) + "\n" + table(b.figures)
	fmt.Print("\n", text)
	if document == "" || len(chosen) < len(parts) {
		return nil
	}
	return replaceTable(document, text)
}

func choose(only string) ([]part, error) {
	if only == "" {
		return parts, nil
	}
	var chosen []part
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(parts, func(p part) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no part %q", name)
		}
		chosen = append(chosen, parts[i])
	}
	return chosen, nil
}

func step(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "== "+format+"\n", args...)
}
