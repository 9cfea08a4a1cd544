package postgres

import "time"

// The bounds of this room.
const (
	// chunkRows is how many facts one statement reads or writes.
	chunkRows = 1000
	// chunkBytes is how many bytes of documents one statement writes, beyond
	// its first document.
	chunkBytes = 4 << 20
	// pageRows is how many rows one read answers while a caller's loop runs.
	pageRows = 2000
	// groupBuckets is how many buckets one read of a small account covers.
	groupBuckets = 16
	// pruneRows is how many rows one transaction of Prune removes.
	pruneRows = 5000
	// accountsAtOnce is how many accounts one statement of Rollup reads.
	accountsAtOnce = 16
	// bucketsAtOnce is how many buckets one call of MergeFacts writes at a time,
	// each over a connection of its own.
	bucketsAtOnce = 4
	// maxConns is the size of the pool unless the DSN says pool_max_conns.
	maxConns = 8
	// epochTries bounds how often a call is merged again because a draft began
	// or ended between two of its buckets.
	epochTries = 5

	// attempts bounds how often one piece of work is tried, with pauses from
	// firstPause doubling to lastPause: about 35 seconds in all, which a
	// fail-over takes. openAttempts is the same for Open and Create, where a
	// mistyped host must be told soon.
	attempts     = 40
	openAttempts = 4
	firstPause   = 20 * time.Millisecond
	lastPause    = time.Second
	// attemptTime is when a server that says nothing at all is given up; more
	// than the server's own limits below.
	attemptTime = 75 * time.Second
	// connectTime is the same for a new connection, unless the DSN says
	// connect_timeout.
	connectTime = 10 * time.Second

	// lifetime and idletime of a connection: after a fail-over the pool finds
	// its way back to all hosts, and a quiet node holds few connections.
	lifetime = 30 * time.Minute
	idletime = 5 * time.Minute
)

// The server ends by itself what takes too long, also when the node that asked
// is gone: nobody holds a bucket for more than a minute.
const (
	begin = "begin isolation level read committed; set local statement_timeout = '60s'; set local lock_timeout = '30s'; " +
		"set local idle_in_transaction_session_timeout = '60s'"
	// beginAll is for the few transactions over all buckets, which may have
	// much to copy.
	beginAll = "begin isolation level read committed; set local statement_timeout = 0; set local lock_timeout = '60s'; " +
		"set local idle_in_transaction_session_timeout = '60s'"
)
