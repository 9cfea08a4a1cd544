package s3

import "time"

// The bounds of this package, all of them. Those that a test must not wait for
// are the defaults of a Config.
const (
	// attempts is how often a request is made before its error counts; the
	// pauses grow up to maxBackoff.
	attempts   = 8
	maxBackoff = 20 * time.Second
	// idle is how long a body may give nothing before it is asked for again.
	idle = 30 * time.Second
	// resumes is how often in a row a body that breaks is asked for again
	// without having given a byte in between.
	resumes = 5
	// listAge is how long a complete walk of a followed bucket counts: until
	// then only the days from recentDays ago are listed, since the day in a
	// key is that of delivery (CT-50).
	listAge    = 6 * time.Hour
	recentDays = 2
	// openDepth is how many folders below the given prefix are searched for
	// AWSLogs; below that, and anywhere without it, everything is listed flat.
	openDepth = 2
	// maxReason bounds what a server's error message adds to a reason, in bytes.
	maxReason = 200
)
