package ingest

import "sync/atomic"

// Progress counts while the work goes on. It may be read at any time.
type Progress struct {
	Files   atomic.Int64 // read or skipped
	Records atomic.Int64
	Bytes   atomic.Int64 // as stored, of files read or skipped

	TotalFiles atomic.Int64 // found by Count so far
	TotalBytes atomic.Int64
	Counted    atomic.Bool // the totals are complete
}
