//go:build linux

package main

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"
)

// suspended is how long a process is stopped: longer than the lease of what it
// reads (ingest: 60 s).
const suspended = 65 * time.Second

// TestChaos lets three nodes read a bucket into PostgreSQL, and serve, while nodes
// and database are killed, stopped, cut off and told wrong times. Afterwards facts,
// ledger and reports are what the logs say, and no client was told anything wrong.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	k := newCable(t)
	c := newChaos(t)
	// Node 1 is behind a cable. It sees the same servers through gateways.
	far := c.nodes[1]
	far.netns = k.netns
	far.listen = fmt.Sprintf("%s:%d", k.hostEnd, unusedPort(t))
	far.dsn = c.dsnAt(gateway(t, k.hostHere, fmt.Sprintf("127.0.0.1:%d", c.primary.Port())), gateway(t, k.hostHere, fmt.Sprintf("127.0.0.1:%d", c.standby.Port())))
	far.bucket = "http://" + gateway(t, k.hostHere, hostOf(t, c.bucket))
	for _, n := range c.nodes {
		n.start()
	}
	c.upload()
	c.settle("undisturbed")

	asking, stop := context.WithCancel(t.Context())
	asked := &clients{nodes: c.nodes, floor: map[string]time.Time{}}
	var asks sync.WaitGroup
	for i := range chaosNodes {
		asks.Go(func() { asked.work(asking, i) })
	}
	defer asks.Wait()
	defer stop()
	// answered waits until clients got answers again: whoever is left serves.
	answered := func(what string) {
		t.Helper()
		before, began := asked.answers(), time.Now()
		poll(t, what+": requests are answered", func() bool { return asked.answers() > before+3 })
		t.Logf("%s: requests are answered %s later", what, time.Since(began).Round(100*time.Millisecond))
	}
	answered("undisturbed")

	// A node that stops, as in a long pause of its machine, and goes on when others
	// have its work. Meanwhile:
	c.upload()
	c.some("before a node is stopped")
	c.nodes[2].signal(syscall.SIGSTOP)
	stopped := time.Now()

	c.upload()
	c.nodes[0].kill()
	answered("a node is killed, another one is stopped")
	c.nodes[0].clock = 10 * time.Minute
	c.nodes[0].start()
	answered("a node is back, with a clock that is ten minutes fast")

	c.upload()
	k.plug(false)
	answered("a node is cut off")
	k.plug(true)

	c.upload()
	c.primary.Kill(t)
	c.primary.Start(t)
	answered("the database was killed and is back")

	poll(t, "the lease of the stopped node is over", func() bool { return time.Since(stopped) > suspended })
	c.nodes[2].signal(syscall.SIGCONT)
	answered("the stopped node goes on")
	c.settle("all that")

	c.upload()
	c.some("before the fail-over")
	c.primary.Kill(t)
	c.standby.Promote(t)
	answered("the standby was promoted")
	c.nodes[0].kill()
	c.nodes[0].clock = -10 * time.Minute
	c.nodes[0].start()
	c.upload()
	c.settle("fail-over, and a clock that is ten minutes slow")

	answered("in the end")
	stop()
	asks.Wait()
	asked.judge(t)
	for _, n := range c.nodes {
		n.stop()
	}
	c.wantCalm(c.dsnAt(fmt.Sprintf("127.0.0.1:%d", c.standby.Port())))
}
