package push

import "time"

// The bounds of this package, all of them.
const (
	// maxBody is the longest body of POST /ingest in bytes, compressed or not.
	maxBody = 16 << 20
	// maxText is the most it may expand to. Facts are combined while the text
	// goes by, so it is time that this bounds, not memory.
	maxText = 512 << 20
	// maxRecords bounds the records of one push, and so the length of its answer.
	maxRecords = 100_000
	// maxPushes is how many are worked on at once; more are told to come again.
	maxPushes = 4
	// pushTime is how long one may take to arrive, and then to be worked on.
	pushTime = 2 * time.Minute
	// maxReason bounds the text of a reason, in bytes.
	maxReason = 300

	// ownFacts is how many different facts of own calls are kept before they
	// are written; ownHard is how many when the store does not take them.
	ownFacts = 1_000
	ownHard  = 20_000
	// OwnEvery is how often own calls are written; what a killed server loses.
	OwnEvery = 2 * time.Second
)
