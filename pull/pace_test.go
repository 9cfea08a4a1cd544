package pull

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestRequestsAreSpacedEvenlyWhoeverSendsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, p := time.Now(), newPace(10)
		sent := make(chan time.Duration)
		for range 5 {
			go func() {
				if err := p.wait(t.Context()); err != nil {
					t.Error(err)
				}
				sent <- time.Since(start)
			}()
		}
		for i := range 5 {
			if at, want := <-sent, time.Duration(i)*100*time.Millisecond; at != want {
				t.Errorf("request %d was sent after %v", i, at)
			}
		}
		time.Sleep(time.Hour) // what was not used is not saved up
		start = time.Now()
		for range 3 {
			_ = p.wait(t.Context())
		}
		if took := time.Since(start); took != 200*time.Millisecond {
			t.Errorf("after a pause, three requests took %v", took)
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(0.1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := p.wait(ctx); err != nil {
			t.Fatal(err)
		}
		if err := p.wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}
