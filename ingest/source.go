package ingest

import (
	"context"
	"io"
	"iter"
)

// Source is a place that log files come from: one folder, one bucket. A source
// may be asked for its objects several times, also at once.
type Source interface {
	// Kind is a short name of the sort of source, such as "file". It begins the
	// ledger ids of the source's objects and is stored: never rename.
	Kind() string
	// Objects yields what there is, in an order that does not change as long as
	// the place does not. What cannot be looked at is yielded with Err set, and
	// the sequence goes on. An error beside an object ends the sequence and
	// the ingest.
	Objects(ctx context.Context) iter.Seq2[Object, error]
}

// Object is one log file.
type Object struct {
	// Name tells the object from all others of the same kind of source, such as
	// an absolute path.
	Name string
	// Size is the number of bytes that Open will give; -1 when unknown.
	Size int64
	// Version changes when the content does. Without one (a stream, a pipe) the
	// object is always read, and remembered by its content.
	Version string
	// Asked: the operator named this very object, so it is read whatever its
	// name ends in.
	Asked bool
	// Skip says in a few fixed words why the object is none to read.
	Skip string
	// Err says why the object cannot be read. Open is then not called.
	Err error
	// Kind begins the ledger id instead of the source's own Kind; empty: that
	// one. A queue yields files of a bucket under the bucket's kind, so that
	// both sources know what the other has read.
	Kind string
	// Once: the content cannot be had again, such as that of a message. Its facts
	// are kept apart, so that a Rebuild has them. So are those of an object
	// without a version.
	Once bool
	// Head is for an object with Err that is no file, such as a message of
	// unknown form: the object counts as one refused record and these first
	// bytes of it go into quarantine.
	Head string
	// Ended, if set, is told what became of the object: once its ledger row is
	// durable, or when it is not read. It must return soon, and may not be
	// called at all when the ingest is cut off. Such an object is looked at
	// each time it is yielded.
	Ended func(End)
	// Open gives the bytes as they are stored. The reader should return soon
	// after ctx is done.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// End says what became of an object.
type End struct {
	Status Status // empty: it was not read, see Skip
	Reason string // why it failed
	Skip   string // why it was not read: "read before", or what it is instead of a log
	Busy   bool   // another process is reading it: nothing is known yet
}

// Settler is a Source that has something to do at the end of a Run, when all
// that could be written is in the ledger. It is called also when the ingest is
// cut off, with a context that has flushGrace left.
type Settler interface {
	Settle(ctx context.Context) error
}
