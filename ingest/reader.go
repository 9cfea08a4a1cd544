package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/cloudtrail"
)

// parcel is what a reader hands to the collector: facts of an object, and with
// the last parcel of the object its row.
type parcel struct {
	id      string // of the object's ledger row
	name    string // of the object, for people
	facts   []activity.Fact
	row     *Row      // nil: more of this object follows
	refused []Refused // in the order of the file
	more    int64     // refused records beyond those
	again   bool      // an earlier reading may have left records in quarantine
	skip    string    // the object was not read, and why
	busy    bool      // the object was not read, because another process reads it
	group   string    // of the lease that the object is read under; empty: none
	ended   func(End) // of the object; may be nil
}

// reader reads objects one after the other, keeping its buffers.
type reader struct {
	in      *Ingester
	out     chan<- parcel
	scanner cloudtrail.Scanner
	decoder decoder
	tail    tail
	list    []cloudtrail.Attempt
	facts   combiner
	covered combiner // given away only when the object is complete

	// Of the object being read.
	ctx     context.Context
	id      string
	name    string
	group   string    // that was claimed for it
	ended   func(End) // of the object
	now     time.Time
	row     *Row
	refused []Refused
	more    int64
}

func newReader(in *Ingester, out chan<- parcel) *reader { return &reader{in: in, out: out} }

// work reads objects until there are no more or ctx is done.
func (w *reader) work(ctx context.Context, stop context.CancelCauseFunc, jobs <-chan job) {
	w.ctx = ctx
	for j := range jobs {
		if ctx.Err() != nil {
			return
		}
		if err := w.object(j); err != nil {
			stop(err)
			return
		}
	}
}

// object deals with one object. Errors of its own end in its row; the error
// returned is one of the store, or that of ctx.
func (w *reader) object(j job) error {
	o := j.object
	w.id, w.name, w.group, w.ended = rowID(cmp.Or(o.Kind, j.source.Kind()), o.Name), o.Name, "", o.Ended
	version := o.Version
	if o.Err != nil {
		version = "failed: " + o.Err.Error()
	}
	if o.Ended == nil && w.in.seen(w.id, version) {
		return nil
	}
	if reason := skipReason(o); reason != "" {
		return w.skip(reason, o)
	}
	old, err := readRow(w.ctx, w.in.Store, w.id)
	if err != nil {
		return err
	}
	if o.Version != "" && o.Err == nil && o.Ended == nil { // a queue has leases of its own
		ours, fresh, err := w.lease(old, o)
		if err != nil || !ours {
			return err
		}
		if fresh {
			if old, err = readRow(w.ctx, w.in.Store, w.id); err != nil {
				return err
			}
		}
	}
	if old != nil && old.Status == Done && old.Version == o.Version && o.Version != "" {
		return w.skip("read before", o)
	}
	if w.in.Retry && o.Ended == nil && old.waits(o.Version, w.in.Now()) {
		w.in.forget(w.id)
		return w.release()
	}
	w.begin(o, old)
	failure := o.Err
	if failure == nil {
		failure = w.read(o)
	}
	return w.end(failure, old != nil)
}

func (w *reader) skip(reason string, o Object) error {
	w.in.Progress.Files.Add(1)
	w.in.Progress.Bytes.Add(max(o.Size, 0))
	return w.send(parcel{skip: reason, group: w.group, ended: w.ended})
}

// lease claims the object's group, if the object is to be read by what its row
// says. When another process has the group, the object is left to that one.
func (w *reader) lease(old *Row, o Object) (ours, fresh bool, err error) {
	if old != nil && old.Version == o.Version && (old.Status == Done || w.in.Retry && old.waits(o.Version, w.in.Now())) {
		return true, false, nil // it will not be read
	}
	group := groupOf(w.id)
	ours, fresh, err = w.in.leases.claim(w.ctx, group)
	if err == nil && ours {
		w.group = group
	} else if err == nil {
		w.in.forget(w.id)
		err = w.send(parcel{busy: true, ended: w.ended})
	}
	return ours, fresh, err
}

// release gives back the claim on the group of an object that is not read.
func (w *reader) release() error {
	if w.group != "" {
		w.in.leases.done(w.group)
	}
	return nil
}

func (w *reader) begin(o Object, old *Row) {
	w.now = w.in.Now()
	w.row = &Row{Version: o.Version, Counts: NewCounts(), When: w.now.UTC()}
	if old != nil && old.Status == Failed && old.Version == o.Version {
		w.row.Tries = old.Tries
	}
	w.refused, w.more = nil, 0
	if o.Err != nil && o.Head != "" {
		w.row.Records, w.row.Refused["no log"] = 1, 1
		w.refused = []Refused{{File: w.name, Reason: bounded(o.Err.Error()), Head: o.Head[:min(len(o.Head), maxQuarantineHead)], When: w.now.UTC()}}
	}
	w.facts.drop()
	w.covered.drop()
	w.coverName(o.Name)
}

// read reads one object to its end and returns what prevented it.
func (w *reader) read(o Object) error {
	r, err := o.Open(w.ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	defer context.AfterFunc(w.ctx, func() { r.Close() })() // a pipe may never give anything
	in := &input{w: w, r: r}
	if o.Version == "" {
		in.sum = sha256.New()
	}
	text, err := w.decoder.open(in)
	if err == nil {
		w.tail.reset(text)
		err = w.scanner.Scan(&w.tail, w.record)
	}
	if in.sum != nil {
		w.id += "#" + hex.EncodeToString(in.sum.Sum(nil)[:16])
	}
	return err
}

// input is an object's bytes as they are stored.
type input struct {
	w   *reader
	r   io.Reader
	sum hash.Hash // of all bytes, for an object without version
}

func (i *input) Read(p []byte) (int, error) {
	if err := i.w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := i.r.Read(p)
	if i.sum != nil {
		i.sum.Write(p[:n])
	}
	i.w.row.Bytes += int64(n)
	i.w.in.Progress.Bytes.Add(int64(n))
	return n, err
}

// record takes up one record.
func (w *reader) record(r *cloudtrail.Record) error {
	w.row.Records++
	w.in.Progress.Records.Add(1)
	list, reason, err := r.Attempts(w.list[:0], w.now)
	w.list = list[:0]
	switch {
	case err != nil:
		w.refuse(r, err)
	case reason != "":
		w.row.NotAttempts[reason]++
	default:
		w.row.Attempts++
	}
	for i := range list {
		w.facts.add(keyOf(&list[i]), list[i].Time, list[i].EventID)
	}
	w.cover(r, list)
	if w.facts.len() < fileFacts {
		return nil
	}
	return w.send(parcel{id: w.id, facts: w.facts.take()})
}

// refuse counts a record that cannot be used, and keeps the first few of a
// file for the quarantine.
func (w *reader) refuse(r *cloudtrail.Record, err error) {
	reason := err.Error()
	if e, ok := errors.AsType[*cloudtrail.RecordError](err); ok {
		w.row.Refused[string(e.Refusal)]++
	} else {
		w.row.Refused["other"]++
	}
	if len(w.refused) == maxQuarantinePerFile {
		w.more++
		return
	}
	w.refused = append(w.refused, Refused{
		File:   w.name,
		Offset: r.Offset,
		Reason: bounded(reason),
		Head:   string(w.tail.from(r.Offset, maxQuarantineHead)),
		When:   w.now.UTC(),
	})
}

// end hands over the object's row with what is left of its facts. What failed
// may be a day's log with a hole in it: its attempts count, but it covers
// nothing.
func (w *reader) end(failure error, again bool) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	w.row.Status = Done
	facts := w.facts.take()
	if failure == nil {
		w.row.Tries = 0
		facts = append(facts, w.covered.take()...)
	} else {
		w.row.Status, w.row.Reason = Failed, bounded(reasonOf(failure))
		w.row.Tries++
		if w.in.Retry {
			w.in.forget(w.id)
		}
		if e, ok := errors.AsType[*cloudtrail.ScanError](failure); ok {
			w.row.Offset = e.Offset
		}
	}
	w.in.Progress.Files.Add(1)
	return w.send(parcel{id: w.id, name: w.name, facts: facts, row: w.row, refused: w.refused, more: w.more, again: again, group: w.group, ended: w.ended})
}

func (w *reader) send(p parcel) error {
	select {
	case w.out <- p:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// reasonOf is an error's text without the file and place, which stand beside
// it.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*cloudtrail.ScanError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "the text is cut off"
	}
	return err.Error()
}

// bounded cuts a reason that is too long.
func bounded(reason string) string {
	if len(reason) > maxReason {
		reason = reason[:maxReason] + "…"
	}
	return strings.ToValidUTF8(reason, "\ufffd")
}

// own gives a fact event ids of its own: those of an attempt share the memory
// of many.
func own(f activity.Fact) activity.Fact {
	f.First.Event, f.Last.Event = strings.Clone(f.First.Event), strings.Clone(f.Last.Event)
	return f
}
