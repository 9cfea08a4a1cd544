package push

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ebbmark/ebbmark/cloudtrail"
	"github.com/ebbmark/ebbmark/ingest"
)

// Answer is what a sender is told: what became of each record, in the order of
// the records.
type Answer struct {
	Ledger  string   `json:"ledger"` // id of the ledger row
	Records int64    `json:"records"`
	Counted int64    `json:"attempts"`    // records that are evidence of a call
	Others  int64    `json:"notAttempts"` // sound records that are not
	Refused int64    `json:"refused"`
	Results []Result `json:"results"`
}

// Result is what became of one record.
type Result struct {
	Index   int    `json:"index"`
	EventID string `json:"eventID,omitempty"`
	Status  Status `json:"status"`
	Reason  string `json:"reason,omitempty"` // why it is no attempt, or was refused
	Offset  *int64 `json:"offset,omitempty"` // of a refused record: its first byte in the decompressed text
}

// Status says what became of a record.
type Status string

// The statuses of a record.
const (
	Attempt    Status = "attempt"    // it is evidence of a call
	NotAttempt Status = "notAttempt" // a sound record that is evidence of nothing
	Refused    Status = "refused"    // it cannot be used
)

// Errors of a push as a whole: nothing of it was written.
var (
	// ErrTooMany: there are more records than one push may hold.
	ErrTooMany = fmt.Errorf("more than %d records: send them in several requests", maxRecords)
	// ErrTooLong: the text expands to more than a push may.
	ErrTooLong = fmt.Errorf("the text has more than %d MiB: send it in several requests", maxText>>20)
)

// Records takes what a sender has sent: log text of any envelope, plain or
// compressed. Nothing is written when the text breaks off, is no log or is too
// much; the error, a *cloudtrail.ScanError or one of the above, then says so.
// Every other error is one of the store.
func (d *Door) Records(ctx context.Context, sender string, sent []byte) (Answer, error) {
	t := taking{now: d.Now(), may: d.May(sender), results: []Result{}}
	text, err := ingest.Decompress(bytes.NewReader(sent))
	if err == nil {
		err = cloudtrail.Scan(&limited{ctx: ctx, r: text}, t.record)
	}
	if err != nil {
		return Answer{}, unusable(err)
	}
	id, err := d.Commit(ctx, &t.fold, "push", sender, sent)
	if err != nil {
		return Answer{}, err
	}
	return t.answer(id), nil
}

// UnusableError is why nothing of a push was taken.
type UnusableError struct{ Err error }

func (e *UnusableError) Error() string { return e.Err.Error() }

func (e *UnusableError) Unwrap() error { return e.Err }

func unusable(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &UnusableError{err}
}

// taking takes up the records of one push.
type taking struct {
	now     time.Time
	may     func(string) error
	fold    ingest.Fold
	results []Result
}

func (t *taking) record(r *cloudtrail.Record) error {
	if len(t.results) == maxRecords {
		return ErrTooMany
	}
	result := Result{Index: len(t.results), EventID: string(r.EventID), Status: Attempt}
	reason, err := t.fold.Record(r, t.now, t.may)
	switch {
	case err != nil:
		offset := r.Offset
		result.Status, result.Reason, result.Offset = Refused, bounded(err.Error()), &offset
	case reason != "":
		result.Status, result.Reason = NotAttempt, reason
	}
	result.EventID = bounded(result.EventID)
	t.results = append(t.results, result)
	return nil
}

func (t *taking) answer(id string) Answer {
	c := &t.fold.Counts
	a := Answer{Ledger: id, Records: c.Records, Counted: c.Attempts, Refused: c.AllRefused(), Results: t.results}
	a.Others = a.Records - a.Counted - a.Refused
	return a
}

// limited is the text of a push within its bounds.
type limited struct {
	ctx context.Context
	r   io.Reader
	n   int64
}

func (l *limited) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := l.r.Read(p)
	if l.n += int64(n); l.n > maxText {
		return 0, ErrTooLong
	}
	return n, err
}
