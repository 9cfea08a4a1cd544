package wire

import "fmt"

// Error is an AWS error as a client sees it. Operations and the layers around
// them return it; anything else becomes ServiceFailure.
type Error struct {
	Status  int    // HTTP status
	Code    string // AWS error code, such as "NoSuchEntity"
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Errorf makes an Error.
func Errorf(status int, code, format string, args ...any) *Error {
	return &Error{status, code, fmt.Sprintf(format, args...)}
}
