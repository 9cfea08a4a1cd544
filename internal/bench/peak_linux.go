package main

import (
	"os"
	"syscall"
)

// peakOf is the most memory that an ended process held at once, in bytes.
func peakOf(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss * 1024
	}
	return 0
}
