package pull

import (
	"context"
	"sync"
	"time"
)

// pace spaces requests evenly, however many goroutines send them.
type pace struct {
	every time.Duration
	mu    sync.Mutex
	next  time.Time // when the next request may be sent
}

func newPace(perSecond float64) *pace {
	return &pace{every: time.Duration(float64(time.Second) / perSecond)}
}

// wait returns when the caller may send a request, or with the error of ctx.
func (p *pace) wait(ctx context.Context) error {
	timer := time.NewTimer(time.Until(p.take()))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// take gives away the next moment.
func (p *pace) take() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := time.Now()
	if p.next.After(at) {
		at = p.next
	}
	p.next = at.Add(p.every)
	return at
}
