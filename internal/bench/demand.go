package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// iamClients is how many clients ask at once.
const iamClients = 16

// demand is what clients ask a server.
type demand struct {
	name     string
	requests int
	clients  int     // zero: iamClients
	rate     float64 // requests a second of all clients together; zero: as many as there are answers
	call     func(i int) []string
}

// borne is how a server bore a load.
type borne struct {
	wall  time.Duration
	cpu   time.Duration   // of the server
	times []time.Duration // of each request, as its client saw it
}

// bear sends the requests to the server, each once. With a rate every request
// has its moment, and its time counts from then: a client that is late because
// an answer was late does not hide it.
func (s *server) bear(ctx context.Context, l demand) (borne, error) {
	clients := cmp.Or(l.clients, iamClients)
	out := borne{times: make([]time.Duration, l.requests)}
	before, err := cpuSoFar(s.cmd.Process.Pid)
	if err != nil {
		return out, err
	}
	var next atomic.Int64
	start := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for range clients {
		group.Go(func() error {
			c := client{endpoint: s.endpoint, key: iamKey}
			c.http.Transport = newTransport()
			defer c.http.CloseIdleConnections()
			for i := int(next.Add(1)) - 1; i < l.requests && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				from := time.Now()
				if l.rate > 0 {
					from = start.Add(time.Duration(float64(i) / l.rate * float64(time.Second)))
					time.Sleep(time.Until(from))
				}
				words := l.call(i)
				if _, err := c.call(words[0], words[1:]...); err != nil {
					return err
				}
				out.times[i] = time.Since(from)
			}
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return out, err
	}
	out.wall = time.Since(start)
	after, err := cpuSoFar(s.cmd.Process.Pid)
	out.cpu = after - before
	return out, err
}

// figures are the rows of a load. An aim is in requests for each second of the
// server's CPU.
func (r borne) figures(l demand, aim float64) []figure {
	what := "Large account: " + l.name
	p99 := plain(what+", p99 of 16 clients", short(percentile(r.times, 99)))
	if l.rate > 0 {
		return []figure{bounded(what+", p99", percentile(r.times, 99), getRoleP99)}
	}
	perCPU := float64(l.requests) / r.cpu.Seconds()
	rate := plain(what+", requests a second of CPU", fmt.Sprintf("%.0f", perCPU))
	if aim > 0 {
		rate.beside, rate.ratio, rate.bounded = fmt.Sprintf("at least %.0f", aim), aim/perCPU, true
	}
	return []figure{rate, plain(what+", requests a second, 16 clients", fmt.Sprintf("%.0f", float64(l.requests)/r.wall.Seconds())), p99}
}

// tick is what Linux counts CPU time in, for programs.
const tick = 10 * time.Millisecond

// cpuSoFar is the CPU that a running process has used.
func cpuSoFar(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick, cmp.Or(err1, err2)
}
