package console

import (
	"net"
	"sync"
	"time"
)

// attempts counts failed sign-ins by address. A secret is too long to be
// guessed; the bound keeps the log readable and the server free.
type attempts struct {
	now func() time.Time

	mu     sync.Mutex
	failed map[string]failures
}

type failures struct {
	since time.Time
	n     int
}

// addressOf is the address without its port.
func addressOf(remote string) string {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		return host
	}
	return remote
}

// open reports whether one more sign-in may be tried.
func (a *attempts) open(address string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.failed[address]
	return f.n < maxFailures || a.now().Sub(f.since) >= failureSpan
}

func (a *attempts) fail(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	f := a.failed[address]
	if now.Sub(f.since) >= failureSpan {
		f = failures{since: now}
	}
	f.n++
	if len(a.failed) >= maxAddresses {
		for other, old := range a.failed {
			if now.Sub(old.since) >= failureSpan || len(a.failed) >= maxAddresses {
				delete(a.failed, other)
			}
		}
	}
	a.failed[address] = f
}
