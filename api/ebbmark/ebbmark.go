// Package ebbmark is ebbmark's own API, for what AWS has none: the days on which
// a user or role was active, the days that logs cover, what the logs prove of
// every granted action, and how the server is.
//
// It is REST-JSON below /v1/, signed like AWS's services with the service name
// "ebbmark", and permitted by actions of that name (ebbmark:GetActivity). Times
// are RFC 3339 and days are dates, all in UTC. docs/openapi.yaml describes it
// for clients; operations are as in api/iam, one file each.
package ebbmark

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// API answers the operations. All fields without a default are required. Safe
// for concurrent use.
type API struct {
	Facts   store.Records
	Book    *accounts.Book
	Catalog func(context.Context) (*catalog.Catalog, error) // as of now
	Clock   func() time.Time
	// AsOf is the moment that answers are about. Zero: the clock.
	AsOf time.Time
	// Version is the program's.
	Version string
	// Sources are the logs that this server reads. Nil: none.
	Sources func() []Source
	// Reading is how many groups of log files are being read now by any process
	// with the store. Nil: not known.
	Reading func(context.Context) (int, error)
}

// defaultDays is how far calendars look back, as reports do. Tags of the inputs
// bound what they can be asked for.
const defaultDays = 400

// routes are the paths, as docs/openapi.yaml has them.
var routes = map[string]string{
	"GetActivity": "GET /v1/activity?arn&days",
	"GetCoverage": "GET /v1/coverage?account&days",
	"GetEvidence": "GET /v1/evidence?arn&windowDays&service&granularity&regions&everyRegion",
	"GetStatus":   "GET /v1/status",
}

// Service is the table of operations.
func (a *API) Service() wire.Service {
	return wire.Service{
		Name:     "ebbmark",
		Protocol: wire.RESTJSON,
		Routes:   routes,
		Operations: []wire.Operation{
			wire.OpOn("GetActivity", a.findPrincipal, a.getActivity),
			wire.Op("GetCoverage", nil, a.getCoverage),
			wire.OpOn("GetEvidence", a.findScope, a.getEvidence),
			wire.Op("GetStatus", nil, a.getStatus),
		},
	}
}

// now is the moment that answers are about.
func (a *API) now() time.Time {
	if !a.AsOf.IsZero() {
		return a.AsOf.UTC()
	}
	return a.Clock().UTC()
}
