package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// figure is a row of the table: what was measured, beside the bound it must
// keep or the peer it is compared with.
type figure struct {
	what     string
	measured string
	beside   string
	ratio    float64 // measured / beside; zero: none
	bounded  bool    // beside is a bound: a ratio above 1 misses it
}

// bounded is a duration that must not exceed a bound.
func bounded(what string, measured, bound time.Duration) figure {
	return figure{what, short(measured), "at most " + short(bound), float64(measured) / float64(bound), true}
}

// against is a quantity beside that of a peer.
func against(what string, measured time.Duration, peer string, theirs time.Duration) figure {
	return figure{what, short(measured), peer + ": " + short(theirs), float64(measured) / float64(theirs), false}
}

// plain is a quantity with nothing beside it.
func plain(what, measured string) figure {
	return figure{what: what, measured: measured, beside: "–"}
}

// short shows three digits.
func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.3g µs", float64(d)/1e3)
	case d < time.Second:
		return fmt.Sprintf("%.3g ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.3g s", d.Seconds())
}

func table(figures []figure) string {
	var b strings.Builder
	b.WriteString("| Figure | Measured | Bound or peer | Ratio |\n|---|---|---|---|\n")
	for _, f := range figures {
		ratio := "–"
		if f.ratio != 0 {
			ratio = fmt.Sprintf("%.2f", f.ratio)
		}
		if f.bounded && f.ratio > 1 {
			ratio += " **missed**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.what, f.measured, f.beside, ratio)
	}
	return b.String()
}

// conditions says on what and how quiet a machine the run was.
func conditions(before, after string) string {
	return fmt.Sprintf("%s, %s/%s, %d cores. Load average (1, 5, 15 minutes) %s before the run, %s after it.\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), before, after)
}

func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 2 {
		return strings.Join(fields[:3], ", ")
	}
	return "unknown"
}

const (
	tableBegin = "<!-- figures: written by make bench -->\n"
	tableEnd   = "<!-- end of figures -->\n"
)

// replaceTable writes the text between the marks of the document.
func replaceTable(document, text string) error {
	old, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(old), tableBegin)
	_, tail, ended := strings.Cut(rest, tableEnd)
	if !ok || !ended {
		return fmt.Errorf("%s has no place for the table: the lines %q and %q", document, strings.TrimSpace(tableBegin), strings.TrimSpace(tableEnd))
	}
	return os.WriteFile(document, []byte(head+tableBegin+text+tableEnd+tail), 0o644)
}

// median is the value in the middle; of an even number of values, the lower of
// the two that are.
func median[T cmp.Ordered](values []T) T { return percentile(values, 50) }

// percentile is the smallest value that at least p in a hundred values do not
// exceed.
func percentile[T cmp.Ordered](values []T, p int) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)*p+99)/100-1]
}
