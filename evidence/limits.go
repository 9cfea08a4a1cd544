package evidence

import "time"

// DefaultWindow is how far unused has to reach back when nothing is said.
const DefaultWindow = 90 * 24 * time.Hour

// Bounds on what is named. What lies beyond them is counted.
const (
	maxWho      = 50  // principals of a service or action, the most recent first
	maxNames    = 50  // Regions, events
	maxPassed   = 100 // roles that were passed, the most recent first
	maxSessions = 50  // sessions that called a service, likewise
	maxGrants   = 10  // statements that grant an action
	maxGaps     = 100 // gaps in the logs
	maxInWhy    = 3   // names in a sentence
	maxSilent   = 100 // Regions without any log
	maxMissing  = 100 // policies and accounts that the snapshots do not have

	maxTrailRows = 100 // trails
)

// maxTrailAge is how long before the end of the window trails may have been read
// last. Who changes a trail is in the logs; that it was deleted with its bucket or
// key may not be.
const maxTrailAge = 14 * 24 * time.Hour
