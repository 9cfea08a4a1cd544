package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// What the logs are, and how often each program reads them.
const (
	logEvents  = "1000000"
	logEnd     = "2026-06-01T12:00:00Z"
	logSeed    = "1"
	ingestRuns = 3
)

//go:embed duck.mjs
var duckScript []byte

//go:embed chdb.mjs
var chdbScript []byte

// peer is a program that reads the logs.
type peer struct {
	name string
	read func(context.Context) (usage, error)
	runs []usage
}

// measureIngest lets ebbmark and its peers read the same logs by turns, so that
// whatever else the machine does hits all of them alike.
func measureIngest(ctx context.Context, b *bench) error {
	sample := filepath.Join(b.scratch, "sample")
	step("writing %s events", logEvents)
	if _, err := run(ctx, b.program, "demo", "--write", sample, "--events", logEvents, "--end", logEnd, "--seed", logSeed); err != nil {
		return err
	}
	logs := filepath.Join(sample, "logs")
	files, size, err := logFiles(logs)
	if err != nil {
		return err
	}
	ours := &peer{name: "ebbmark ingest", read: func(ctx context.Context) (usage, error) { return b.ingest(ctx, logs) }}
	gzip := &peer{name: "gzip -dc", read: func(ctx context.Context) (usage, error) {
		return run(ctx, "gzip", append([]string{"-dc"}, files...)...)
	}}
	peers := []*peer{ours, gzip}
	libdeflate := &peer{name: "libdeflate-gunzip -c", read: func(ctx context.Context) (usage, error) {
		return run(ctx, "libdeflate-gunzip", append([]string{"-c"}, files...)...)
	}}
	if _, err := exec.LookPath("libdeflate-gunzip"); err == nil {
		peers = append(peers, libdeflate)
	}
	duck := &peer{name: "DuckDB", read: func(ctx context.Context) (usage, error) { return b.duck(ctx, logs) }}
	if b.duckdb != "" {
		peers = append(peers, duck)
	}
	chdb := &peer{name: "chDB", read: func(ctx context.Context) (usage, error) { return b.chDB(ctx, logs) }}
	if b.chdb != "" {
		peers = append(peers, chdb)
	}
	for i := range ingestRuns {
		for _, p := range peers {
			u, err := p.read(ctx)
			if err != nil {
				return err
			}
			step("%s, run %d: %s of wall, %s of CPU, %d MB", p.name, i+1, short(u.wall), short(u.cpu), u.peak>>20)
			p.runs = append(p.runs, u)
		}
	}
	records, groups, err := b.checkIngest(ctx, sample)
	if err != nil {
		return err
	}
	u := medians(ours.runs)
	what := "Ingest of a million events, "
	b.figures = append(b.figures,
		plain("Ingest: records, log files, compressed size", fmt.Sprintf("%d, %d, %d MB", records, len(files), size>>20)),
		plain("Ingest: events per second", fmt.Sprintf("%.0f", float64(records)/u.wall.Seconds())),
		plain("Ingest: events per second of CPU", fmt.Sprintf("%.0f", float64(records)/u.cpu.Seconds())))
	for _, p := range []*peer{gzip, libdeflate, duck, chdb} {
		if len(p.runs) == 0 {
			b.figures = append(b.figures, plain(what+"against "+p.name, "not installed"))
			continue
		}
		theirs := medians(p.runs)
		b.figures = append(b.figures, against(what+"wall", u.wall, p.name, theirs.wall), against(what+"CPU", u.cpu, p.name, theirs.cpu))
		switch p {
		case libdeflate:
			b.figures = append(b.figures, share(what+"CPU", u.cpu, theirs.cpu, p.name, mostOfLibdeflate))
		case duck:
			b.figures = append(b.figures, share(what+"wall", u.wall, theirs.wall, p.name, mostOfDuckDB))
			b.figures = append(b.figures, figure{what + "peak memory", megabytes(u.peak), p.name + ": " + megabytes(theirs.peak), float64(u.peak) / float64(theirs.peak), false})
		case chdb:
			b.figures = append(b.figures, share(what+"wall", u.wall, theirs.wall, p.name, mostOfChDB))
		}
	}
	if b.duckdb != "" {
		b.figures = append(b.figures, plain("Ingest: groups and latest times equal to DuckDB's", fmt.Sprintf("all %d", groups)))
	}
	if b.chdb != "" {
		b.figures = append(b.figures, plain("Ingest: groups and latest times equal to chDB's", fmt.Sprintf("all %d", groups)))
	}
	return measureIngestCosts(ctx, b, logs, files)
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n>>20) }

// logFiles lists the log files below a folder, and their size together.
func logFiles(dir string) (files []string, size int64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			files, size = append(files, path), size+info.Size()
		}
		return err
	})
	return files, size, err
}

// ingestStore, duckOutput and chdbOutput are where a run leaves its result; each run
// replaces that of the one before.
func (b *bench) ingestStore() string { return filepath.Join(b.scratch, "ingest.db") }
func (b *bench) duckOutput() string  { return filepath.Join(b.scratch, "duck.tsv") }
func (b *bench) chdbOutput() string  { return filepath.Join(b.scratch, "chdb.tsv") }

// ingest reads the logs into a new store.
func (b *bench) ingest(ctx context.Context, logs string) (usage, error) {
	if err := b.dropIngestStore(); err != nil {
		return usage{}, err
	}
	return run(ctx, b.program, "ingest", "--init", "--store", "sqlite:"+b.ingestStore(), logs)
}

// ingestWith is ingest with so many workers, on as many cores: with more of
// them one worker has its garbage, the list of files and the store looked after
// by others.
func (b *bench) ingestWith(ctx context.Context, workers int, logs string) (usage, error) {
	if err := b.dropIngestStore(); err != nil {
		return usage{}, err
	}
	return runOn(ctx, workers, b.program, "ingest", "--init", "--store", "sqlite:"+b.ingestStore(), "--workers", fmt.Sprint(workers), logs)
}

func (b *bench) dropIngestStore() error {
	old, err := filepath.Glob(b.ingestStore() + "*")
	for _, file := range old {
		err = errors.Join(err, os.Remove(file))
	}
	return err
}

func (b *bench) duck(ctx context.Context, logs string) (usage, error) {
	return b.node(ctx, "duck.mjs", duckScript, b.duckdb, logs, b.duckOutput())
}

func (b *bench) chDB(ctx context.Context, logs string) (usage, error) {
	return b.node(ctx, "chdb.mjs", chdbScript, b.chdb, logs, b.chdbOutput())
}

// node lets a script read the logs with the modules of a folder.
func (b *bench) node(ctx context.Context, name string, text []byte, modules, logs, output string) (usage, error) {
	script := filepath.Join(b.scratch, name)
	if err := os.WriteFile(script, text, 0o644); err != nil {
		return usage{}, err
	}
	glob, err := filepath.Abs(filepath.Join(logs, "**", "*.gz")) // chDB takes other paths for ones of its own folder
	if err != nil {
		return usage{}, err
	}
	return run(ctx, "node", script, modules, glob, strconv.Itoa(runtime.NumCPU()), output)
}

// checkIngest reports how many records the ledger counts and how many groups
// there are, and fails when a peer found others.
func (b *bench) checkIngest(ctx context.Context, sample string) (records, groups int, err error) {
	ours, records, err := storedGroups(ctx, b.ingestStore(), sample)
	if err == nil && b.duckdb != "" {
		err = sameGroups(ours, "DuckDB", b.duckOutput())
	}
	if err == nil && b.chdb != "" {
		err = sameGroups(ours, "chDB", b.chdbOutput())
	}
	return records, len(ours), err
}

// sameGroups compares the stored groups with those that a peer has written.
func sameGroups(ours map[string]bool, peer, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	theirs := map[string]bool{}
	for line := range bytes.Lines(text) {
		theirs[strings.TrimSpace(string(line))] = true
	}
	for line := range ours {
		if !theirs[line] {
			return fmt.Errorf("%d groups are stored, %s has %d, and not this one: %s", len(ours), peer, len(theirs), line)
		}
	}
	if len(ours) != len(theirs) {
		return fmt.Errorf("%d groups are stored, %s has %d", len(ours), peer, len(theirs))
	}
	return nil
}
