package transfer

import "time"

// The bounds of this room. Memory is bounded by what is read and written at once:
// documents are at most store.MaxDoc bytes each, and nearly all of them a
// thousandth of that.
const (
	// factsAtOnce is how many facts one call merges.
	factsAtOnce = 10_000
	// docsAtOnce is how many documents are read side by side.
	docsAtOnce = 8
	// writeDocs and writeBytes are how many documents, and bytes of them, are
	// collected before they are written.
	writeDocs  = 500
	writeBytes = 4 << 20
	// maxPasses bounds how often a source that is written to meanwhile is copied
	// again before the copy is given up.
	maxPasses = 4
	// Pause is the usual time between two passes that follow a source.
	Pause = 10 * time.Second
)
