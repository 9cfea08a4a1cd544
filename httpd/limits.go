package httpd

import (
	"cmp"
	"time"
)

// Limits bound what clients can make the server hold or wait for.
type Limits struct {
	// Body is the largest request body in bytes. The largest value of IAM is a
	// policy of 131,072 characters (IAM-14), at most six bytes each in a form.
	Body int64
	// Header is the largest request head in bytes (net/http adds 4 KiB).
	Header int
	// Connections is how many are open at once; more wait to be accepted. With
	// Body it bounds the memory that clients can fill.
	Connections int
	// Requests is how many are worked on at once; more wait for their turn.
	Requests int

	ReadHeader time.Duration // for a request head to arrive, and a TLS handshake to end
	Read       time.Duration // for a whole request to arrive
	Request    time.Duration // for a request to be worked on, its waiting included
	Write      time.Duration // for a request to be worked on and its answer to be taken
	Idle       time.Duration // between two requests of a connection
	Drain      time.Duration // for requests in progress to end when the server stops
}

// The defaults.
const (
	maxBody        = 1 << 20
	maxHeader      = 32 << 10
	maxConnections = 1024
	maxRequests    = 128

	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	requestTimeout    = 60 * time.Second
	writeTimeout      = 120 * time.Second
	idleTimeout       = 120 * time.Second
	drainTimeout      = 10 * time.Second
)

// withDefaults gives the fields that are zero their defaults.
func (l Limits) withDefaults() Limits {
	return Limits{
		Body:        cmp.Or(l.Body, maxBody),
		Header:      cmp.Or(l.Header, maxHeader),
		Connections: cmp.Or(l.Connections, maxConnections),
		Requests:    cmp.Or(l.Requests, maxRequests),
		ReadHeader:  cmp.Or(l.ReadHeader, readHeaderTimeout),
		Read:        cmp.Or(l.Read, readTimeout),
		Request:     cmp.Or(l.Request, requestTimeout),
		Write:       cmp.Or(l.Write, writeTimeout),
		Idle:        cmp.Or(l.Idle, idleTimeout),
		Drain:       cmp.Or(l.Drain, drainTimeout),
	}
}
