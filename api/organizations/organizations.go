// Package organizations is the AWS Organizations API (docs/spec/organizations.md,
// section 3): the tree of an organization, its accounts and its policies.
//
// An operation is a method from an input struct to an output struct, as in
// api/iam. operations.go lists them and says whose business each is; access.go
// finds the caller's organization and the ARN that policies are asked about;
// errors.go has AWS's exceptions for what package organization refuses.
package organizations

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/wire"
)

// Config is what the API works with. All fields without a default are required.
type Config struct {
	Book *accounts.Book
	// Random is what ids are made from; cryptographic.
	Random io.Reader
	// Guard is the router's. It has allowed the main resource of a request;
	// where a request is about several, it is asked about the others too.
	Guard wire.Guard
	// Clock is the real clock: the making of accounts goes by it.
	Clock func() time.Time
	// AsOf dates what is made. Zero: the clock.
	AsOf time.Time
	// Delay keeps the making of an account IN_PROGRESS that long, so that
	// clients can rehearse their polling.
	Delay time.Duration
	// Log takes warnings and what went wrong in the background. Nil:
	// slog.Default().
	Log *slog.Logger
}

// API is the Organizations API. Make it with New. Safe for concurrent use.
type API struct {
	Config
	// working are the accounts in the making: see Wait.
	working sync.WaitGroup
	stopped context.Context
	stop    context.CancelFunc
}

// New makes the API. It panics without a Guard.
func New(c Config) *API {
	if c.Guard == nil {
		panic("organizations: Config.Guard is required")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	a := &API{Config: c}
	a.stopped, a.stop = context.WithCancel(context.Background())
	return a
}

// Close ends the work in the background and waits for it. What it leaves
// unfinished goes on when its status is asked for.
func (a *API) Close() {
	a.stop()
	a.working.Wait()
}

// Service is the table of operations.
func (a *API) Service() wire.Service {
	return wire.Service{
		Name:     "organizations",
		Protocol: wire.JSON11,
		Target:   "AWSOrganizationsV20161128",
		Invalid:  invalid,
		Codes:    map[string]string{"InternalFailure": "ServiceException"},
		Operations: slices.Concat(
			a.organizationOperations(),
			a.accountOperations(),
			a.treeOperations(),
			a.policyOperations(),
			a.otherOperations(),
		),
	}
}

// now dates what is made, in whole milliseconds as answers show it.
func (a *API) now() time.Time {
	if !a.AsOf.IsZero() {
		return a.AsOf.UTC().Truncate(time.Millisecond)
	}
	return a.Clock().UTC().Truncate(time.Millisecond)
}
