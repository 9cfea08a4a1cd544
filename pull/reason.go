package pull

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// apiCode is the code of an API's error, or empty when it is another one.
func apiCode(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// denied reports whether the API has refused to do something for this caller.
func denied(err error) bool {
	return slices.Contains([]string{"AccessDenied", "AccessDeniedException"}, apiCode(err))
}

// explained reports whether a refusal says which policy refuses. Without that a
// role may be absent, or not trust the caller: AWS does not tell one from the other.
func explained(err error) bool {
	e, ok := errors.AsType[smithy.APIError](err)
	return ok && (strings.Contains(e.ErrorMessage(), " because no ") || strings.Contains(e.ErrorMessage(), " with an explicit deny "))
}

// badCaller reports whether the caller's own credentials are refused, with which
// no account can be pulled. IAM and CloudTrail are asked with those of a role.
func badCaller(err error) bool {
	operation, ok := errors.AsType[*smithy.OperationError](err)
	return ok && operation.ServiceID != "IAM" && operation.ServiceID != "CloudTrail" && slices.Contains([]string{"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
		"SignatureDoesNotMatch", "IncompleteSignature", "RequestExpired"}, apiCode(err))
}

// reason says what went wrong in one line, without the SDK's wrappings.
func reason(err error) string {
	operation := ""
	if e, ok := errors.AsType[*smithy.OperationError](err); ok {
		operation = e.ServiceID + " " + e.OperationName + ": "
		err = e.Err
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return operation + e.ErrorCode() + ": " + oneLine(e.ErrorMessage())
	}
	if e, ok := errors.AsType[*smithy.CanceledError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*url.Error](err); ok { // below it stands what the SDK adds to a lost connection
		err = e.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return operation + "no answer in time"
	}
	return operation + oneLine(err.Error())
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// because is an error whose text is already what a person should read.
func because(format string, args ...any) error { return &reasonError{fmt.Sprintf(format, args...)} }

type reasonError struct{ text string }

func (e *reasonError) Error() string { return e.text }
