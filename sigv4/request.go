// Package sigv4 verifies and produces AWS Signature Version 4, in its header
// and its query-string form.
//
// It is pure: it sees a request as text, knows no secret but the one it is
// handed, and is told the time.
//
// Source: AWS IAM User Guide, "Create a signed AWS API request".
package sigv4

import (
	"errors"
	"time"
)

// Request is what a signature covers.
type Request struct {
	Method string
	Path   string // as sent, still percent-encoded
	Query  string // raw, without the question mark
	Host   string
	// Header holds every header but Host, under its canonical or lower-case
	// name.
	Header map[string][]string
	Body   []byte
}

// Limits and spans.
const (
	// MaxSkew is how far the date of a request may be from the clock of the
	// verifier, in both directions.
	MaxSkew = 15 * time.Minute
	// MaxExpires is the longest life of a signature in a query string.
	MaxExpires = 7 * 24 * time.Hour

	maxAuthorization = 8 << 10 // bytes of an Authorization header
	maxSignedHeaders = 64
)

var (
	// ErrMissing: the request carries no signature at all.
	ErrMissing = errors.New("request is not signed")
	// ErrIncomplete: there is a signature, but it is malformed; the wrapped
	// text says how.
	ErrIncomplete = errors.New("incomplete signature")
	// ErrMismatch: the signature is not the one that this request and secret
	// give.
	ErrMismatch = errors.New("signature does not match")
	// ErrExpired: the date of the request is too far from the clock.
	ErrExpired = errors.New("request expired")
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	dateForm   = "20060102"
	timeForm   = "20060102T150405Z"
)
