package cloudtrail

import (
	"errors"
	"fmt"
)

// What Scan's errors are about, for errors.Is. A read error of the text's
// reader is none of them and is wrapped as it came.
var (
	// ErrNotLog reports a text in which no CloudTrail record was found; its
	// message says what was seen instead.
	ErrNotLog = errors.New("no CloudTrail log")
	// ErrEmpty reports a text of nothing but white space. It is an ErrNotLog.
	ErrEmpty = fmt.Errorf("%w: it is empty", ErrNotLog)
	// ErrBroken reports JSON that cannot be read on.
	ErrBroken = errors.New("broken JSON")
)

// ScanError is every error of Scan but those of the caller's function.
type ScanError struct {
	Offset int64 // of the byte in the decompressed text where reading ended
	Err    error
}

func (e *ScanError) Error() string { return fmt.Sprintf("log text at byte %d: %v", e.Offset, e.Err) }

func (e *ScanError) Unwrap() error { return e.Err }

// Refusal says in a few fixed words why a record cannot be used; fit for a table.
type Refusal string

// All refusals.
const (
	RefusedSyntax   Refusal = "broken JSON"
	RefusedUnknown  Refusal = "not a CloudTrail record"
	RefusedType     Refusal = "wrong type"
	RefusedLong     Refusal = "value too long"
	RefusedText     Refusal = "bad characters"
	RefusedDeep     Refusal = "nested too deep"
	RefusedMissing  Refusal = "field missing"
	RefusedVersion  Refusal = "unknown event version" // section 1
	RefusedTime     Refusal = "bad time"
	RefusedFuture   Refusal = "time in the future" // CT-2
	RefusedIdentity Refusal = "bad identity"
	RefusedRegion   Refusal = "bad Region"
)

// RecordError is why one record cannot be used.
type RecordError struct {
	Refusal Refusal
	Detail  string // about this record: bounded, and fit to print
}

func (e *RecordError) Error() string {
	if e.Detail == "" {
		return string(e.Refusal)
	}
	return string(e.Refusal) + ": " + e.Detail
}

func refuse(why Refusal, format string, args ...any) *RecordError {
	return &RecordError{why, fmt.Sprintf(format, args...)}
}

// quote shows text from a log, bounded.
func quote[T string | Text](s T) string {
	if len(s) > maxSeenBytes {
		return fmt.Sprintf("%.*q…", maxSeenBytes, s[:maxSeenBytes])
	}
	return fmt.Sprintf("%q", s)
}

// fault is a set of things that are wrong with a field's value.
type fault uint8

const (
	faultType fault = 1 << iota
	faultLong
	faultEscape
	faultControl
)

// refusal is what the faults of a field called name amount to.
func (f fault) refusal(name string) *RecordError {
	switch {
	case f&faultType != 0:
		return &RecordError{RefusedType, name}
	case f&faultLong != 0:
		return refuse(RefusedLong, "%s has more than %d bytes", name, maxFieldBytes)
	case f&faultEscape != 0:
		return &RecordError{RefusedText, name + " has an unknown escape"}
	}
	return &RecordError{RefusedText, name + " has a control character"}
}
