package pull

import "time"

const (
	// attempts is how often one request is sent before its account fails. With
	// the pauses below that is about two minutes of a service that throttles.
	attempts = 12
	// firstAttempts is that of the first request: a wrong address or a wrong
	// configuration should be told soon.
	firstAttempts = 4
	// maxPause is the longest pause between two attempts of one request.
	maxPause = 20 * time.Second
	// ResumeWithin is the age, from its start, up to which a broken run is gone
	// on with. What was pulled earlier than that is pulled again.
	ResumeWithin = 12 * time.Hour
	// walkers is how many requests about the organization wait for an answer at
	// the same time. Their rate is bounded by the pace.
	walkers = 4
	// treeTries is how often the tree is read when it changes meanwhile.
	treeTries = 3
	// maxPages is the number of pages of one list; a server that never comes to
	// an end must not hold us.
	maxPages = 20_000
	// requestTime is the longest that one attempt may take.
	requestTime = 2 * time.Minute
	// sessionName is what CloudTrail calls our sessions.
	sessionName = "ebbmark-sync"
)

// Bounds of a Config.
const (
	MaxParallel = 64
	MaxRate     = 1000 // requests per second, of each service
)
