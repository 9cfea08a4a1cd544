package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"
)

// Error is an AWS error as a client sees it. Operations and the layers around
// them return it; anything else becomes ServiceFailure.
type Error struct {
	Status  int    // HTTP status
	Code    string // AWS error code, such as "NoSuchEntity"
	Message string
	// Reason is AWS's word for one of several causes of a code
	// ("INVALID_PATTERN"), where the service has such; else empty.
	Reason string
	// Fields are the members of the input that are wrong, where they are known
	// and the protocol has a place for them.
	Fields []Field
	// ResourceID and ResourceType are what the error is about, where the service
	// says so.
	ResourceID, ResourceType string
	// RetryAfter is after how many seconds to try again; 0: not said.
	RetryAfter int
	// Allow are the methods that a path has, when the request had another.
	Allow []string
}

// Field is a member of an input, and what is wrong with it.
type Field struct{ Name, Message string }

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Errorf makes an Error.
func Errorf(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// visible is what the client may see of err.
func visible(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Errorf(http.StatusServiceUnavailable, "ServiceUnavailable", "The request took too long. Try again later.")
	}
	return Errorf(http.StatusInternalServerError, "ServiceFailure", "An internal error occurred. The server's log has the reason under this request id.")
}

// malformed is the error of a request that cannot be read as what it claims to
// be.
func malformed(format string, args ...any) *Error {
	return Errorf(http.StatusBadRequest, "MalformedInput", format, args...)
}

// malformedAt is malformed for the value of one member.
func malformedAt(at place, format string, args ...any) *Error {
	e := malformed(format, args...)
	e.Fields = []Field{{echo(at.label), e.Message}}
	return e
}

// echo is a name from the request, cut to what a message may repeat.
func echo(name string) string {
	n := 0
	for at := range name {
		if n == maxEcho {
			return name[:at] + "..."
		}
		n++
	}
	if !utf8.ValidString(name) {
		return fmt.Sprintf("%q", name)
	}
	return name
}
