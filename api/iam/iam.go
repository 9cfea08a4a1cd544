// Package iam is the IAM API: one file per operation or per family of siblings
// (docs/spec/iam-entities.md), and the report jobs that four of them are about
// (docs/spec/last-accessed.md, sections 6 to 12).
//
// An operation is a method from an input struct to an output struct. It knows
// no protocol: package wire decodes and validates what it gets and encodes what
// it returns. operations.go lists them. What they share is in find.go (the
// entity that an operation is about), shapes.go (entities as answers show
// them), paging.go (pages of lists) and last_used.go (facts of last use); what
// the reports share is in job.go (what a job is), jobs.go (its life), marker.go
// (their pages) and errors.go (AWS's words for what package report cannot find).
package iam

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// Config is what the API works with. All fields without a default are required.
type Config struct {
	Docs  store.Docs
	Facts store.Facts
	Book  *accounts.Book
	// Keys makes access keys and seals what is secret; its random source makes
	// the unique ids.
	Keys *auth.Keyring
	// Catalog is the catalogue to read facts with, and an engine of it. It is
	// asked anew for every report, so that a refresh works at once.
	Catalog func(context.Context) (*catalog.Catalog, *grant.Engine, error)
	// Guard is the router's. It has allowed the ARN of the request; where that
	// names a subject by a wrong path, it is asked about the real ARN too.
	Guard wire.Guard
	// Clock is the real clock: job delay and retention go by it, and the
	// reports too unless AsOf is set.
	Clock func() time.Time
	// AsOf fixes the moment that reports speak of and that jobs are dated with.
	// Zero: the clock.
	AsOf time.Time
	// NewID makes job ids: lower-case UUIDs of version 4.
	NewID func() string
	// JobDelay keeps every job IN_PROGRESS that long, so that clients can
	// rehearse their polling (LA-62). Its result is fixed before.
	JobDelay time.Duration
	// Retention is how long a finished report can be read. Zero: 24 hours (LA-64).
	Retention time.Duration
	// Span is how far reports look back. Zero: report.Span.
	Span time.Duration
	// OrganizationPolicies yields the service control policies that bind an
	// account: a list per level, from the organization's root to the account.
	// No levels: none bind it. Nil: no account is in an organization.
	OrganizationPolicies func(ctx context.Context, account string) ([][]*policy.Document, error)
	// Log takes warnings and the reasons of failed jobs. Nil: slog.Default().
	Log *slog.Logger
	// Hook is asked before a job is computed: ErrHold leaves it IN_PROGRESS,
	// any other error makes it FAILED (LA-62). Nil: never.
	Hook func(jobID string) error
}

// API is the IAM API. Make it with New. Safe for concurrent use.
type API struct {
	Config
	codec codec
	cache *jobCache
	// documents are the parsed policies of the simulations.
	documents documentCache

	warnedMu sync.Mutex
	warned   map[string]bool
}

// Limits.
const (
	defaultRetention = 24 * time.Hour
	// computeLimit bounds the computation of one job, which goes on when the
	// client that asked for it is gone.
	computeLimit = time.Minute
	// cachedRows bounds the decoded reports in memory: services, actions and
	// entity times together, about 50 bytes each.
	cachedRows = 1 << 20
	// maxWarned bounds the memory of what has been warned about.
	maxWarned = 10_000

	defaultServices = 200 // page of GetServiceLastAccessedDetails (section 8)
	defaultEntities = 100 // page of GetServiceLastAccessedDetailsWithEntities (section 9)

	defaultAccessDetails = 100 // page of GetOrganizationsAccessReport (organizations.md, section 2)
)

// New makes the API. It panics without a Guard, whose absence would show only
// when someone writes a wrong path.
func New(c Config) *API {
	if c.Guard == nil {
		panic("iam: Config.Guard is required")
	}
	if c.Retention == 0 {
		c.Retention = defaultRetention
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &API{
		Config: c,
		codec:  newCodec(),
		cache:  newJobCache(cachedRows),
		warned: map[string]bool{},
	}
}

// Service is the table of operations: one table per family (operations.go).
func (a *API) Service() wire.Service {
	return wire.Service{
		Name:      "iam",
		Version:   "2010-05-08",
		Namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
		Operations: slices.Concat(
			a.reportOperations(),
			a.userOperations(),
			a.userWrites(),
			a.credentialOperations(),
			a.groupOperations(),
			a.groupWrites(),
			a.roleOperations(),
			a.roleWrites(),
			a.policyOperations(),
			a.policyWrites(),
			a.profileOperations(),
			a.providerOperations(),
			a.accountOperations(),
			a.simulateOperations(),
		),
	}
}

// now is the moment that reports speak of, in whole milliseconds as the wire
// shows it (LA-63).
func (a *API) now() time.Time {
	if !a.AsOf.IsZero() {
		return wholeMillis(a.AsOf)
	}
	return wholeMillis(a.Clock())
}

func wholeMillis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
