package sqs

import "time"

// The bounds of this package, all of them.
const (
	// Tries is how often a message is received before it is given up: its
	// files are then failed in the ledger, and a message of unknown form is in
	// quarantine.
	Tries = 5
	// visibility is how long a received message is hidden from other readers;
	// renewed every third of it as long as its files are being read.
	visibility = 2 * time.Minute
	// wait is how long one request waits for messages; linger the same where
	// the queue is only emptied.
	wait   = 20 * time.Second
	linger = 2 * time.Second
	// perRequest is what SQS gives, and takes back, at once.
	perRequest = 10
	// inFlight is how many messages are held at once, and perRound how many
	// are taken before the ingest sums up.
	inFlight = 500
	perRound = 10_000
	// looks is how many files are looked up at once.
	looks = 10
	// pauseFirst and pauseMost bound how long a message whose files failed is
	// hidden: doubled with each try.
	pauseFirst = 30 * time.Second
	pauseMost  = 15 * time.Minute
	// maxFiles is how many files one message may name, maxEnvelopes how deep
	// notifications may be packed into each other, maxName the length of a
	// bucket's name or a key, in bytes.
	maxFiles     = 10_000
	maxEnvelopes = 3
	maxName      = 1024
)
