package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ebbmark/ebbmark/finding/format"
)

// Run delivers events until ctx ends, and returns its error then, or ErrGone
// when the target wants no more.
func (s *Sender) Run(ctx context.Context) error {
	failures, idle := 0, time.Duration(0)
	for ctx.Err() == nil {
		n, err := s.pass(ctx)
		switch {
		case errors.Is(err, ErrGone):
			s.gone.Store(true)
			return err
		case err != nil && ctx.Err() == nil:
			failures++
			pause := s.pause(failures, 0)
			s.Log.Error("cannot read or write the events for the webhook", "error", err, "again in", pause.String())
			s.Wait(ctx, pause)
		case n > 0:
			failures, idle = 0, 0
		default:
			failures, idle = 0, min(max(2*idle, lookFirst), lookMost)
			s.Wait(ctx, idle)
		}
	}
	return ctx.Err()
}

// pass delivers what is pending now, and returns how much that was.
func (s *Sender) pass(ctx context.Context) (n int, err error) {
	events, err := s.Outbox.Pending(ctx, batch)
	if err != nil {
		return 0, fmt.Errorf("read pending events: %w", err)
	}
	for _, e := range events {
		if err := s.deliver(ctx, e); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// deliver sends one event until it is accepted or given up. The errors are
// ErrGone, that of ctx and those of the outbox.
func (s *Sender) deliver(ctx context.Context, e Event) error {
	id := format.EventID(e.Finding)
	log := s.Log.With("finding", e.Finding.ID, "event", id)
	body, err := format.Event(e.Analyzer, e.Finding)
	if err != nil {
		s.givenUp.Add(1)
		log.Error("an event is given up", "reason", err)
		return s.done(ctx, e)
	}
	for failures := 1; ; failures++ {
		o := s.send(ctx, id, body)
		switch {
		case o.verdict == accepted:
			s.accepted.Add(1)
			return s.done(ctx, e)
		case o.verdict == gone:
			return ErrGone
		case o.verdict == refused:
			s.givenUp.Add(1)
			log.Error("the target refused an event, which is given up", "reason", o.reason)
			return s.done(ctx, e)
		case ctx.Err() != nil:
			return ctx.Err()
		}
		s.failed.Add(1)
		pause := s.pause(failures, o.wish)
		log.Warn("an event could not be delivered", "reason", o.reason, "tries", failures, "again in", pause.String())
		if err := s.Wait(ctx, pause); err != nil {
			return err
		}
	}
}

// done tells the outbox, also when the server is about to stop: what was
// accepted should not be sent again.
func (s *Sender) done(ctx context.Context, e Event) error {
	for try := 1; ; try++ {
		err := s.mark(ctx, e)
		if err == nil {
			return nil
		}
		err = fmt.Errorf("note that the event of finding %s is done: %w", e.Finding.ID, err)
		if try == markTries || s.Wait(ctx, s.pause(try, 0)) != nil {
			return err
		}
	}
}

func (s *Sender) mark(ctx context.Context, e Event) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTime)
	defer cancel()
	return e.Done(ctx)
}
