//go:build !linux

package main

import "os"

// peakOf is zero, unknown: other systems count it in other units, or not.
func peakOf(*os.ProcessState) int64 { return 0 }

// peakSoFar is zero, unknown, too.
func peakSoFar(int) int64 { return 0 }
