package analyzers

import "time"

// Limits.
const (
	defaultEvery  = 24 * time.Hour   // AA-20
	externalEvery = 30 * time.Minute // AA-71
	defaultWait   = 5 * time.Second
	lookEvery     = time.Minute // between two looks at what is due

	// leaseFor is how long a scan belongs to a process that does not renew it.
	leaseFor   = time.Minute
	leaseRenew = 15 * time.Second
	// checkpointEvery is how much work a crash may cost, in whole accounts.
	checkpointEvery = 5 * time.Second
	// resumeWithin is how old a scan may be that is taken up again.
	resumeWithin = time.Hour

	firstRetry = time.Minute // after a scan that failed, doubled each time
	lastRetry  = time.Hour

	maxTries = 64 // of a compare-and-swap against other writers

	// cutEvery and maxPart are the usual and the largest number of findings in a
	// part: a small change rewrites one.
	cutEvery = 128
	maxPart  = 512
	maxBatch = 4 << 20   // bytes of parts that go to the store in one call
	maxBody  = 256 << 20 // bytes of a document, decompressed

	// maxCached is how many findings are kept in memory, over all analyzers. The
	// analyzer that was read last is always kept.
	maxCached = 1 << 20

	// deletionsKept is how long the token of a deletion is known, and maxDeletions
	// how many of them an account has in a Region.
	deletionsKept = 24 * time.Hour
	maxDeletions  = 200

	// scanStride lies between the generations of two scans. What changes findings
	// besides, takes the numbers between.
	scanStride = 1 << 20

	// maxChangeSets is how many generations of changes wait to be delivered. Of
	// more, the oldest are given up, and the log says so.
	maxChangeSets = 1000

	generationsKept  = 7 * 24 * time.Hour // AA-55
	generationsADay  = 50                 // AA-51
	generationWindow = 90 * 24 * time.Hour
	maxGenerations   = 5000 // that one account and Region has listed at a time
)
