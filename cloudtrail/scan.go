package cloudtrail

import (
	"errors"
	"io"
)

// Scan reads decompressed log text of any envelope from r and calls each for
// every record found, in order. The Record is valid only during the call. An
// error of each ends the scan and is returned. Other errors mean that the text
// broke off or is no log; records before that place have been handed over.
func Scan(r io.Reader, each func(*Record) error) error { return errors.New("not built yet") }

// Record is the part of one CloudTrail record that ebbmark looks at.
type Record struct {
	Offset    int64 // of its first byte in the decompressed text
	Malformed error // why the record cannot be used; the other fields may be empty
	// more fields: the room's owner decides
}
