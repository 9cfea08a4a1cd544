// Package store is the contract between ebbmark and whatever keeps its state.
//
// There are two interfaces because there are two guarantees. Facts merge: any
// number of writers may say the same thing, in any order, as often as they
// like. Docs compare and swap: of two writers that saw the same version, one
// wins and the other learns of it. Everything that is not a fact is a small
// document, so a new field or a new kind of thing touches no backend.
//
// Every backend passes the suite in store/storetest.
package store

import (
	"context"
	"errors"
	"hash/fnv"
	"iter"

	"github.com/ebbmark/ebbmark/activity"
)

var (
	// ErrNotFound: no document has that kind and id.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the document is not at the version the caller saw.
	ErrConflict = errors.New("version conflict")
	// ErrNewer: the store was written by a newer program (see the wrapped text).
	ErrNewer = errors.New("store is newer than this program")
	// ErrNoStore: Open found nothing at the given place.
	ErrNoStore = errors.New("no store there")
	// ErrExists: Create found a store at the given place.
	ErrExists = errors.New("a store is already there")
	// ErrTooLarge: a document is larger than MaxDoc. Nothing was written.
	ErrTooLarge = errors.New("document is too large")
)

// Facts keeps activity. Its methods may be called from any goroutine, and
// from any process that has the same store open.
//
// The strings of a key may hold any bytes, also zero bytes and invalid UTF-8,
// and come back as they were.
type Facts interface {
	// MergeFacts merges each fact into what is stored under its key, by
	// activity.Merge. On return without error all of them are durable. On
	// error, also when ctx ends, any part of them may be: the caller repeats
	// the whole call. Calls may repeat, overlap and come in any order from any
	// process. The slice is not kept or changed; it may be empty and may hold
	// several facts of one key.
	MergeFacts(ctx context.Context, facts []activity.Fact) error
	// Facts yields every stored fact under the prefix, each key once, ordered
	// by activity.Key.Compare when the prefix names a principal and in any
	// order otherwise. It sees all that was durable when the iteration began,
	// and may see part of what is merged while it runs. The loop may call any
	// method of the store and may stop early. An error ends the sequence; its
	// fact is then zero. It is ErrSwitched when the facts were replaced meanwhile
	// (see Generations) and what was yielded may be of both.
	Facts(ctx context.Context, under activity.Prefix) iter.Seq2[activity.Fact, error]
}

// Version is the state of one document; zero means "does not exist". Versions
// of one document can only be compared for equality.
type Version int64

// Doc is one document with its id.
type Doc struct {
	ID   string
	Body []byte
}

// Docs keeps small documents (up to MaxDoc bytes each). Its methods may be
// called from any goroutine, and from any process that has the same store
// open. Ids may hold any bytes. A call that has returned is seen by every call
// that begins later. Bodies passed in are not kept or changed, and those
// returned belong to the caller. A body may be empty.
type Docs interface {
	// GetDoc returns the body and version, or ErrNotFound.
	GetDoc(ctx context.Context, kind Kind, id string) ([]byte, Version, error)
	// PutDoc writes body if the stored version is still old (zero: the
	// document does not exist) and returns the new version; else ErrConflict,
	// also when the document is gone. Durable on return. A version never comes
	// back for different content, also not after a delete. On another error
	// the document may or may not be written: the caller reads it again.
	PutDoc(ctx context.Context, kind Kind, id string, body []byte, old Version) (Version, error)
	// SetDocs writes every document whatever its version: for rows whose
	// content does not depend on what was there, in one round trip. Each gets
	// a new version; of several with one id the last wins. On error any part
	// of them may be written. Durable on return.
	SetDocs(ctx context.Context, kind Kind, docs []Doc) error
	// DeleteDoc removes the document if its version is still old; ErrConflict
	// if it is not, ErrNotFound if there is none. Durable on return.
	DeleteDoc(ctx context.Context, kind Kind, id string, old Version) error
	// ListDocs yields the ids greater than after, ascending in byte order, at
	// most limit of them (0 or less: all); the empty id is listed when after
	// is empty. It sees what was durable when the iteration began; of what is
	// written while it runs it may see any part. The loop may call any method
	// of the store and may stop early. An error ends the sequence; its id is
	// then empty.
	ListDocs(ctx context.Context, kind Kind, after string, limit int) iter.Seq2[string, error]
}

// Store is all of it, as every backend provides it.
type Store interface {
	Facts
	Docs
	Generations
	Whole
	Pruner
	// Close gives back what the store holds. No other method may run or be
	// called afterwards.
	Close() error
}

// MaxDoc is the largest document a backend takes, in bytes; larger ones are
// refused with ErrTooLarge.
const MaxDoc = 16 << 20

// Buckets is the number of buckets that facts are spread over.
const Buckets = 64

// Bucket is the bucket of a principal's facts: first key column of every
// backend, so that a write transaction can stay within one.
func Bucket(account, principal string) int {
	h := fnv.New32a()
	h.Write([]byte(account))
	h.Write([]byte{0})
	h.Write([]byte(principal))
	return int(h.Sum32() % Buckets)
}
