// Package cloudtraildata is the API by which applications bring audit events of
// their own to CloudTrail Lake: one operation, PutAuditEvents. Here it is a
// push door (package push) for clients that speak it already.
//
// Source: docs/spec/cloudtrail.md, section 8.
package cloudtraildata

import (
	"github.com/ebbmark/ebbmark/ingest/push"
	"github.com/ebbmark/ebbmark/wire"
)

// API answers the operations.
type API struct {
	Door *push.Door // required
	// Channel is the ARN of a further channel that is open to callers of its
	// own account; empty: none. Each account has one anyway, with the name
	// DefaultChannel, in every Region.
	Channel string
	NewID   func() string // makes event ids; required
}

// DefaultChannel is the name of the channel that every account has.
const DefaultChannel = "ebbmark"

// The bounds of PutAuditEvents that struct tags do not hold (CT-70).
const (
	// maxData is the longest eventData in bytes: all events of a request have
	// 1 MB together.
	maxData = 1 << 20
)

// Service is the table of operations.
func (a *API) Service() wire.Service {
	return wire.Service{
		Name:     "cloudtrail-data",
		Protocol: wire.RESTJSON,
		Routes:   map[string]string{"PutAuditEvents": "POST /PutAuditEvents?channelArn&externalId"},
		Operations: []wire.Operation{
			wire.Op("PutAuditEvents", channelOf, a.putAuditEvents),
		},
	}
}
