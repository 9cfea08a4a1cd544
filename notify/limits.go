package notify

import "time"

// The bounds of delivery.
const (
	// MinSecret is the least length of a secret in bytes.
	MinSecret = 16
	// DefaultTimeout bounds one try, from the connection to the answer's end.
	DefaultTimeout = 15 * time.Second

	batch     = 100                    // events that are asked of the outbox at once
	lookFirst = 500 * time.Millisecond // before another look at an outbox that was empty; doubled
	lookMost  = 5 * time.Second        // each time up to this

	pauseFirst    = time.Second     // after the first failure; doubled for each further one
	pauseMost     = 5 * time.Minute // the longest pause by our own choice
	maxRetryAfter = time.Hour       // the longest by the target's

	markTries = 5                // of noting that an event is done, before all begins anew
	markTime  = 10 * time.Second // for one of them, also when the server stops

	maxAnswer       = 64 << 10 // bytes of an answer's body that are read
	maxAnswerHeader = 64 << 10 // bytes of its header
	answerShown     = 200      // characters of its body in the log
	idleTime        = 90 * time.Second
)
