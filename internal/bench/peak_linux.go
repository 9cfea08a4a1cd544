package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"syscall"
)

// peakOf is the most memory that an ended process held at once, in bytes. It is
// at least what this process held when it started that one.
func peakOf(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss * 1024
	}
	return 0
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakSoFar is the most memory that a running process has held at once, in
// bytes.
func peakSoFar(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if m := highWater.FindSubmatch(text); err == nil && m != nil {
		kilobytes, _ := strconv.ParseInt(string(m[1]), 10, 64) // they are digits
		return kilobytes * 1024
	}
	return 0
}
