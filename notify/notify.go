// Package notify tells a webhook of findings: every event of an outbox is POSTed
// to one URL (AA-37), in order, until the target accepts it.
//
// The body is the event exactly as finding/format has it. Three headers go with
// it (sign.go): the event's id, by which a receiver tells what it has seen
// already; the time of sending; and a signature over both time and body with a
// secret that the receiver knows too.
//
// Delivery is at least once. An event is sent again until a 2xx answer came and
// the outbox was told, so a receiver may see it twice, always with the same id.
// One event is under way at a time: no event of a finding is sent before the
// earlier ones were accepted or given up.
//
// What the target answers decides what becomes of an event (send.go):
//
//	2xx                               accepted
//	408, 425, 429, 5xx, no answer     sent again after a pause that grows
//	410                               nothing more is sent: Run ends with ErrGone
//	redirects and all other answers   given up, logged and counted
package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/ebbmark/ebbmark/finding"
)

// ErrGone: the target answered 410 Gone.
var ErrGone = errors.New("the webhook's target answered 410 Gone: it wants no more events, so nothing more is sent until the server starts anew; events are kept")

// Event is what is to be told of a finding.
type Event struct {
	Analyzer finding.Name
	Finding  *finding.Finding // as it became
	// Done keeps the event, and those before it of the same analyzer, out of
	// Pending from now on. It is called once the event was accepted or given up,
	// again when it fails, and must bear being called twice.
	Done func(context.Context) error
}

// Outbox keeps events until they are delivered.
type Outbox interface {
	// Pending returns at most limit events that are not done. Events of one
	// finding come in the order in which they happened, and none is left out
	// before a later one of the same finding.
	Pending(ctx context.Context, limit int) ([]Event, error)
}

// Config is what a Sender needs.
type Config struct {
	// URL is the target: https, or http on a loopback address. Required.
	URL string
	// InsecureHTTP allows http to other machines: whoever is on the way can
	// read the findings then.
	InsecureHTTP bool
	// Secret is what signatures are made with, at least MinSecret bytes.
	// Required.
	Secret string
	// Outbox has the events. Required.
	Outbox Outbox
	// Clock is the real clock: for timestamps, and for a Retry-After that is a
	// date. Required.
	Clock func() time.Time
	// Jitter spreads pauses: numbers from 0 up to 1. Nil: pauses are as long as
	// they may be.
	Jitter func() float64
	// Wait returns after the pause, or with the error of ctx. Nil: a timer.
	Wait func(ctx context.Context, pause time.Duration) error
	// Timeout is how long one try may take, answer included. Zero: DefaultTimeout.
	Timeout time.Duration
	// Transport carries requests. Nil: one with bounds of its own, through the
	// proxy of the environment.
	Transport http.RoundTripper
	// Log takes what went wrong. Nil: slog.Default.
	Log *slog.Logger
}

// Counts are numbers since the Sender was made.
type Counts struct {
	Accepted int64 // events
	GivenUp  int64 // events
	Failed   int64 // tries after which another one follows
	Gone     bool  // the target wants no more: see ErrGone
}

// Sender sends the events of an outbox. Make one with New.
type Sender struct {
	Config
	target                    *url.URL
	client                    *http.Client
	accepted, givenUp, failed atomic.Int64
	gone                      atomic.Bool
}

// New makes a Sender. The errors are of URL and Secret, and name neither.
func New(c Config) (*Sender, error) {
	target, err := checkURL(c.URL, c.InsecureHTTP)
	switch {
	case err != nil:
		return nil, err
	case len(c.Secret) < MinSecret:
		return nil, fmt.Errorf("the secret has %d bytes: want at least %d", len(c.Secret), MinSecret)
	}
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	if c.Wait == nil {
		c.Wait = wait
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	c.Log = c.Log.With("webhook", target.Host)
	if c.Transport == nil {
		c.Transport = newTransport()
	}
	client := &http.Client{
		Transport: c.Transport,
		// Another place must get neither the event nor the signature.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Sender{Config: c, target: target, client: client}, nil
}

// Counts are the numbers so far.
func (s *Sender) Counts() Counts {
	return Counts{s.accepted.Load(), s.givenUp.Load(), s.failed.Load(), s.gone.Load()}
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
