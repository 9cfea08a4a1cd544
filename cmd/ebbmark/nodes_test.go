package main

import (
	"context"
	"testing"
	"time"
)

// pollWithin is how long a test waits for what must happen.
const pollWithin = 60 * time.Second

// poll waits until something is true.
func poll(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(pollWithin)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("it did not happen within %s: %s", pollWithin, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// cancellable is the context of a test that ends before the test does.
func cancellable(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	return ctx, stop
}
