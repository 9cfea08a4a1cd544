package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ebbmark/ebbmark/store"
)

// Row is what the ledger says of one object. It is written when all facts of
// the object are committed, never before.
type Row struct {
	Version string `json:"version,omitempty"` // of the object, as its source had it
	Status  Status `json:"status"`
	Reason  string `json:"reason,omitempty"` // why it failed
	Offset  int64  `json:"offset,omitempty"` // where it failed, in bytes of decompressed text
	Tries   int    `json:"tries,omitempty"`  // readings of this version that failed, one after the other
	Counts
	When time.Time `json:"when"`
	// Rules made the facts of the object, which were merged at this epoch of the
	// store, or later (store.Generation).
	Rules int   `json:"rules,omitempty"`
	Epoch int64 `json:"epoch,omitempty"`
	// Kept: the object cannot be had again, and its facts are kept apart.
	Kept bool `json:"kept,omitempty"`
	// Earlier is the number of records of the largest earlier version whose
	// facts were merged too, if this one has fewer: a Rebuild would lose them.
	Earlier int64 `json:"earlier,omitempty"`
}

// Status says how reading an object ended. The values are stored.
type Status string

// Statuses of a Row.
const (
	Done   Status = "done"   // read to its end; some records may have been refused
	Failed Status = "failed" // not read to its end; facts before that place are kept
)

// Counts says what was found. Records is the sum of its parts: Attempts,
// NotAttempts and Refused.
type Counts struct {
	Records     int64            `json:"records"`
	Attempts    int64            `json:"attempts"`    // records that are evidence of something
	NotAttempts map[string]int64 `json:"notAttempts"` // sound records that are not, by reason
	Refused     map[string]int64 `json:"refused"`     // records that cannot be used, by reason
	Bytes       int64            `json:"bytes"`       // as stored, compressed
}

// NewCounts makes Counts of nothing.
func NewCounts() Counts {
	return Counts{NotAttempts: map[string]int64{}, Refused: map[string]int64{}}
}

// Add adds what o counts. c must have its maps.
func (c *Counts) Add(o Counts) {
	c.Records += o.Records
	c.Attempts += o.Attempts
	c.Bytes += o.Bytes
	for reason, n := range o.NotAttempts {
		c.NotAttempts[reason] += n
	}
	for reason, n := range o.Refused {
		c.Refused[reason] += n
	}
}

// AllRefused is the number of refused records.
func (c *Counts) AllRefused() (n int64) {
	for _, k := range c.Refused {
		n += k
	}
	return n
}

// rowID is the ledger id of an object.
func rowID(kind, name string) string { return kind + ":" + name }

// readRow returns the ledger's row of an object; nil when there is none.
func readRow(ctx context.Context, docs store.Docs, id string) (*Row, error) {
	return readRowOf(ctx, docs, store.KindLedger, id)
}

func readRowOf(ctx context.Context, docs store.Docs, of store.Kind, id string) (*Row, error) {
	body, _, err := docs.GetDoc(ctx, of, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseRow(id, body)
}

func parseRow(id string, body []byte) (*Row, error) {
	row := new(Row)
	if err := json.Unmarshal(body, row); err != nil {
		return nil, fmt.Errorf("read ledger row %s: %w", id, err)
	}
	return row, nil
}

// RetryPause is how long a file that has failed that many times waits before a
// running server reads it again: a minute, doubled each time, at most six hours.
func RetryPause(tries int) time.Duration {
	pause := retryFirst
	for range tries - 1 {
		if pause *= 2; pause >= retryMost {
			return retryMost
		}
	}
	return pause
}

// waits reports whether the row is of a failed object whose next try is not due
// yet, or never will be.
func (r *Row) waits(version string, now time.Time) bool {
	if r == nil || r.Status != Failed || r.Version != version || r.Tries == 0 {
		return false
	}
	return r.Tries >= maxTries || now.Before(r.When.Add(RetryPause(r.Tries)))
}

// has reports whether the facts of a version of an object are among those that
// answer, all of them, if these were begun at the epoch since.
func (r *Row) has(version string, since int64) bool {
	return r != nil && r.Status == Done && r.Version == version && version != "" && (r.Kept || r.Epoch >= since)
}

// epochID is the document, of kind store.KindLease, whose version changes when
// the operator has changed the ledger.
const epochID = "ledger"

func ledgerEpoch(ctx context.Context, docs store.Docs) (store.Version, error) {
	_, version, err := docs.GetDoc(ctx, store.KindLease, epochID)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return version, err
}

// Ledger sums up the ledger: every object that was ever read, once.
func Ledger(ctx context.Context, docs store.Docs) (Summary, error) {
	sum := newSummary()
	for id, err := range docs.ListDocs(ctx, store.KindLedger, "", 0) {
		if err != nil {
			return sum, err
		}
		row, err := readRow(ctx, docs, id)
		if err != nil {
			return sum, err
		}
		if row != nil {
			sum.take(id, row)
		}
	}
	return sum, nil
}

// Clone is a copy that shares nothing.
func (c *Counts) Clone() Counts {
	own := NewCounts()
	own.Add(*c)
	return own
}
