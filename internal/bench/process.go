package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"time"
)

// usage is what a process cost.
type usage struct {
	wall, cpu time.Duration
	peak      int64 // bytes of memory; zero: unknown
}

// run waits for a program and returns what it cost. Its output is thrown away;
// of its errors, the end is told when it fails.
func run(ctx context.Context, name string, args ...string) (usage, error) {
	return finish(exec.CommandContext(ctx, name, args...))
}

// runOn is run for a Go program that is held to so many cores.
func runOn(ctx context.Context, cores int, name string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(cmd.Environ(), fmt.Sprintf("GOMAXPROCS=%d", cores))
	return finish(cmd)
}

func finish(cmd *exec.Cmd) (usage, error) {
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		text := complaint.String()
		return usage{}, fmt.Errorf("%s: %w: %s", cmd.Path, err, text[max(0, len(text)-500):])
	}
	return usage{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peakOf(cmd.ProcessState)}, nil
}

// medians of each quantity on its own.
func medians(runs []usage) usage {
	var wall, cpu []time.Duration
	var peak []int64
	for _, u := range runs {
		wall, cpu, peak = append(wall, u.wall), append(cpu, u.cpu), append(peak, u.peak)
	}
	return usage{median(wall), median(cpu), median(peak)}
}
