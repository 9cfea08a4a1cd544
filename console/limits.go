package console

import "time"

const (
	// idleLimit ends a session that asked for nothing that long; absoluteLimit
	// ends every session.
	idleLimit     = 30 * time.Minute
	absoluteLimit = 8 * time.Hour
	// maxSessions is how many are kept; one more ends the one that was idle the
	// longest.
	maxSessions = 1000
	// maxJobs is how many reports a session remembers, and jobAge how long it
	// shows one before it asks for a new one.
	maxJobs = 50
	jobAge  = 10 * time.Minute

	// maxFailures is how many sign-ins may fail from one address within
	// failureSpan; maxAddresses is how many addresses are remembered.
	maxFailures  = 20
	failureSpan  = 5 * time.Minute
	maxAddresses = 10_000

	// maxForm is the size of a form in bytes. A session token has some KiB; the
	// text of a policy, which may be 128 KiB, is up to three times as long encoded.
	maxForm = 512 << 10
	// maxKey and maxToken bound the fields of the sign-in form in bytes.
	maxKey   = 128
	maxToken = 16 << 10
	// maxNext is the length of a page's address that sign-in leads back to.
	maxNext = 2048
	// maxSearch is the length of a search in bytes.
	maxSearch = 256

	// minCompressed is how many bytes an answer must have to be compressed, and
	// jitter how many bytes its length is varied by, at most.
	minCompressed = 1024
	jitter        = 64

	// pageLimit is how long one page may take.
	pageLimit = 60 * time.Second
	// perPage is how many rows a list shows.
	perPage = 50
	// askPage is how many entries one request of a list asks for (IAM-12), and
	// maxAsks how many requests a list may take.
	askPage = 1000
	maxAsks = 100
	// maxDays is the longest "within days" of a filter.
	maxDays = 3650
	// maxPictures is how many services or Regions a page draws, and gapsNamed how
	// many gaps of a Region it names.
	maxPictures = 300
	gapsNamed   = 8
	// staleAfter is how old the latest record of a log may be, and catalogAge how
	// old the catalogue, before the start page speaks of it.
	staleAfter = 2 * day
	catalogAge = 180 * day
	// maxDiffCells bounds the work of comparing two documents: lines of one times
	// lines of the other, without those that both begin and end with.
	maxDiffCells = 4 << 20
	// askAtOnce is how many requests one page has answered at the same time.
	askAtOnce = 4
	// maxNodes is how many units and accounts of an organization the tree shows,
	// and maxOrganizationAsks how many requests a list of it may take, each of 20.
	maxNodes            = 5000
	maxOrganizationAsks = 1000
	// waitSeconds is the time between two looks at a job.
	waitSeconds = 2
	// maxPolicyName is how long the name of a policy may be, and recommendedSuffix
	// what the name of a policy that takes the place of another ends in.
	maxPolicyName     = 128
	recommendedSuffix = "-recommended"
	// recentDays is what the start page calls used lately, and maxUsedRoles how
	// many roles it asks about: each costs a read of facts.
	recentDays   = 90
	maxUsedRoles = 1000
)
