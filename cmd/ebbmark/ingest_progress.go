package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/ebbmark/ebbmark/ingest"
)

// How often progress is shown.
const (
	barEvery = 200 * time.Millisecond
	logEvery = 10 * time.Second
)

// progressShow shows the progress of an ingest on standard error: a bar that is
// drawn again and again on a terminal, a line now and then elsewhere.
type progressShow struct {
	out   io.Writer
	width int // of the terminal; 0: none
	from  *ingest.Progress
	start time.Time
	now   func() time.Time
	stop  context.CancelFunc
	over  chan struct{}
}

// showProgress starts to show.
func (p *program) showProgress(ctx context.Context, in *ingest.Ingester, follow bool) *progressShow {
	ctx, stop := context.WithCancel(ctx)
	s := &progressShow{out: p.stderr, width: terminalWidth(p.stderr), from: in.Progress, start: p.now(), now: p.now, stop: stop, over: make(chan struct{})}
	every := logEvery
	if s.width > 0 {
		every = barEvery
		if !follow { // what is followed has no end, so no time left
			go in.Count(ctx)
		}
	}
	go s.loop(ctx, every)
	return s
}

func (s *progressShow) loop(ctx context.Context, every time.Duration) {
	defer close(s.over)
	tick := time.NewTicker(every)
	defer tick.Stop()
	last := int64(-1)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.width > 0 {
			fmt.Fprint(s.out, "\r"+fit(bar(progressOf(s.from, s.now().Sub(s.start))), s.width-1)+"\x1b[K")
		} else if n := s.from.Bytes.Load(); n != last {
			last = n
			fmt.Fprintln(s.out, "ebbmark: ingest: "+progressOf(s.from, s.now().Sub(s.start)).String())
		}
	}
}

// end stops the show and clears the bar.
func (s *progressShow) end() {
	s.stop()
	<-s.over
	if s.width > 0 {
		fmt.Fprint(s.out, "\r\x1b[K")
	}
}

// progress is one moment of an ingest.
type progress struct {
	files, records, bytes  int64
	totalFiles, totalBytes int64 // 0: not known yet
	took                   time.Duration
}

func progressOf(p *ingest.Progress, took time.Duration) progress {
	g := progress{files: p.Files.Load(), records: p.Records.Load(), bytes: p.Bytes.Load(), took: took}
	if p.Counted.Load() {
		g.totalFiles, g.totalBytes = p.TotalFiles.Load(), p.TotalBytes.Load()
	}
	return g
}

func (g progress) String() string {
	text := thousands(g.files)
	if g.totalFiles > 0 {
		text += " of " + thousands(max(g.totalFiles, g.files))
	}
	text += fmt.Sprintf(" files, %s events, %.1f MB/s", thousands(g.records), float64(g.bytes)/1e6/max(g.took.Seconds(), 0.001))
	if left, ok := g.left(); ok {
		text += ", " + clock(left) + " left"
	}
	return text
}

// left is the time left at the speed so far; unknown in the first second.
func (g progress) left() (time.Duration, bool) {
	if g.totalBytes == 0 || g.bytes == 0 || g.took < time.Second {
		return 0, false
	}
	rest := max(g.totalBytes-g.bytes, 0)
	return time.Duration(float64(g.took) * float64(rest) / float64(g.bytes)), true
}

const barWidth = 24

// bar is the progress with a bar before it, if the total is known.
func bar(g progress) string {
	if g.totalBytes == 0 {
		return g.String()
	}
	part := min(float64(g.bytes)/float64(g.totalBytes), 1)
	full := int(part * barWidth)
	return fmt.Sprintf("[%s%s] %3.0f %%  %s", strings.Repeat("#", full), strings.Repeat("-", barWidth-full), part*100, g)
}

// clock writes a duration as 1:02:03 or 2:03.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// fit cuts a line to the width of the terminal.
func fit(line string, width int) string {
	if r := []rune(line); width > 0 && len(r) > width {
		return string(r[:width])
	}
	return line
}

// terminalWidth is the number of columns if w is a terminal, else 0.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}
