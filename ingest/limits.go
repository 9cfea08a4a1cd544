package ingest

import "time"

// The bounds of this package, all of them.
const (
	// maxWaiting is how many objects wait for a worker; ahead, how many of a
	// source that gives them away, such as a queue, per worker.
	maxWaiting = 256
	ahead      = 2
	// readBytes is the buffer between a file and its decompression.
	readBytes = 128 << 10
	// zstdWindow is the largest window of a zstd stream: what its author may
	// ask of our memory. The zstd tool stays below it unless told --long=31.
	zstdWindow = 128 << 20
	// pushWindow and pushSpool are zstdWindow and maxSpool for what comes over
	// the network.
	pushWindow = 8 << 20
	pushSpool  = 64 << 20
	// headBytes is how much of a text its form is recognised by.
	headBytes = 64 << 10
	// maxSpool is the largest Parquet file, which needs a temporary copy.
	maxSpool = 2 << 30
	// maxRowsPerByte bounds the rows of a Parquet file by its size: a page of
	// nulls has as many as it says.
	maxRowsPerByte = 64
	// freeText and maxRatio bound what a compressed file may expand to: beyond
	// freeText, no more than maxRatio bytes for each of the file. Logs expand
	// 10- to 60-fold; nothing honest comes near.
	freeText = 256 << 20
	maxRatio = 400
	// readerFacts is how many facts a reader combines before it hands them on,
	// with the rows of the objects that they are of. Rows are handed on after
	// holdFor in any case, or when there are holdRows.
	readerFacts = 8_192
	holdRows    = 256
	holdFor     = time.Second
	// pageRows is how many rows of the ledger are read at once.
	pageRows = 256
	// tellRecords is how many records a reader reads before it tells Progress.
	tellRecords = 128
	// flushFacts, flushBytes, flushRows and flushAfter say when what was read
	// is written to the store: whichever comes first.
	flushFacts = 100_000
	flushBytes = 24 << 20
	flushRows  = 5_000
	flushAfter = 5 * time.Second
	// flushShare keeps the flushes by the clock to one part in flushShare of
	// the time when the store is slow.
	flushShare = 4
	// flushGrace is how long writing what is complete may take when the ingest
	// is told to end.
	flushGrace = 30 * time.Second

	// leaseFor is how long a dead process keeps others from its groups of
	// files; leaseRenew how often a living one renews; busyFor how long a group
	// of another process is not asked about again.
	leaseFor   = 60 * time.Second
	leaseRenew = 15 * time.Second
	busyFor    = time.Second
	// retryFirst and retryMost bound the pause before a failed file is read
	// again, which doubles each time; after maxTries it is left alone until it
	// changes or the operator asks (some two days).
	retryFirst = time.Minute
	retryMost  = 6 * time.Hour
	maxTries   = 15

	// maxQuarantinePerFile, maxQuarantine and maxQuarantineHead bound the
	// quarantine: records per file, records in the whole store, and bytes of
	// each record.
	maxQuarantinePerFile = 20
	maxQuarantine        = 10_000
	maxQuarantineHead    = 1 << 10
	// maxProblems bounds the list of problems of a run. All are counted.
	maxProblems = 1_000
	// maxLeasesCounted bounds the leases that Reading looks at.
	maxLeasesCounted = 1_000
	// maxReason bounds the text of a reason, in bytes.
	maxReason = 300
)

// maxEventID and maxRegion bound what a record that gives no attempt may carry
// into a coverage fact, in bytes.
const (
	maxEventID = 128
	maxRegion  = 64
)
