package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/pull"
)

// syncShow shows the progress of a sync on standard error: a bar that is drawn
// again and again on a terminal, with what failed above it; a line for each
// account elsewhere.
type syncShow struct {
	out     io.Writer
	width   int // of the terminal; 0: none
	traffic *pull.Traffic
	now     func() time.Time
	stop    context.CancelFunc
	over    chan struct{}

	mu sync.Mutex // of all below, and of lines
	at syncProgress
}

// syncProgress is one moment of a sync.
type syncProgress struct {
	total, done, failed int // accounts; total -1: not known yet
	requests, throttled int64
	began               time.Time // when the total became known
}

// showSync starts to show.
func (p *program) showSync(ctx context.Context, traffic *pull.Traffic) *syncShow {
	ctx, stop := context.WithCancel(ctx)
	s := &syncShow{out: p.stderr, width: terminalWidth(p.stderr), traffic: traffic, now: p.now, stop: stop, over: make(chan struct{}), at: syncProgress{total: -1}}
	every := logEvery
	if s.width > 0 {
		every = barEvery
	}
	go s.loop(ctx, every)
	return s
}

func (s *syncShow) loop(ctx context.Context, every time.Duration) {
	defer close(s.over)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		now := s.at
		now.requests, now.throttled = s.traffic.Requests.Load(), s.traffic.Throttled.Load()
		if line := now.text(s.now()); s.width > 0 {
			fmt.Fprint(s.out, "\r"+fit(now.bar()+line, s.width-1)+"\x1b[K")
		} else if now != s.at { // not a word when nothing moves
			fmt.Fprintln(s.out, "ebbmark: sync: "+line)
		}
		s.at = now
		s.mu.Unlock()
	}
}

// text is where the sync stands.
func (g syncProgress) text(now time.Time) string {
	if g.total < 0 {
		return fmt.Sprintf("reading the organization, %s", g.sent())
	}
	text := fmt.Sprintf("%d of %s", g.done, plural(g.total, "account"))
	if g.failed > 0 {
		text += fmt.Sprintf(", %d failed", g.failed)
	}
	text += ", " + g.sent()
	if took := now.Sub(g.began); g.done > 0 && took > time.Second {
		text += ", " + clock(time.Duration(float64(took)/float64(g.done)*float64(g.total-g.done))) + " left"
	}
	return text
}

func (g syncProgress) sent() string {
	if g.throttled == 0 {
		return thousands(g.requests) + " requests"
	}
	return fmt.Sprintf("%s requests, %s throttled", thousands(g.requests), thousands(g.throttled))
}

func (g syncProgress) bar() string {
	if g.total <= 0 {
		return ""
	}
	full := min(g.done*barWidth/g.total, barWidth)
	return fmt.Sprintf("[%s%s] ", strings.Repeat("#", full), strings.Repeat("-", barWidth-full))
}

func (s *syncShow) planned(accounts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at.total, s.at.began = accounts, s.now()
}

// ended takes the result of an account.
func (s *syncShow) ended(a pull.AccountResult) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at.done++
	if a.Status == pull.Failed {
		s.at.failed++
	}
	if s.width == 0 || a.Status == pull.Failed {
		s.line(fmt.Sprintf("account %s: %s", a.Account, resultText(a)))
	}
	for _, w := range a.Warnings {
		s.line(fmt.Sprintf("ebbmark: warning: account %s: %s", a.Account, w))
	}
}

func (s *syncShow) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line("ebbmark: " + text)
}

// line writes a line that stays, in place of the bar.
func (s *syncShow) line(text string) {
	if s.width > 0 {
		text = "\r\x1b[K" + text
	}
	fmt.Fprintln(s.out, text)
}

// end stops the show and clears the bar.
func (s *syncShow) end() {
	s.stop()
	<-s.over
	if s.width > 0 {
		fmt.Fprint(s.out, "\r\x1b[K")
	}
}
