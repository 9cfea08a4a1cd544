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

// parcel is what a reader hands to the collector: facts of any number of
// objects, and what became of those of which all facts have been handed over.
type parcel struct {
	facts []activity.Fact
	kept  bool // they are of objects that cannot be had again
	ends  []ending
}

// ending is what became of an object.
type ending struct {
	id      string    // of the object's ledger row
	name    string    // of the object, for people
	row     *Row      // nil: it was not read
	refused []Refused // in the order of the file
	more    int64     // refused records beyond those
	again   bool      // an earlier reading may have left records in quarantine
	skip    string    // why it was not read
	busy    bool      // it was not read, because another process reads it
	group   string    // of the lease that the object is read under; empty: none
	ended   func(End) // of the object; may be nil
}

// reader reads objects one after the other, keeping its buffers. It combines
// the facts of many, as neighbours tell of the same principals.
type reader struct {
	in      *Ingester
	out     chan<- parcel
	scanner cloudtrail.Scanner
	decoder decoder
	list    []cloudtrail.Attempt
	facts   combiner  // of the objects of ends, and of the one being read
	kept    bool      // all of these cannot be had again
	covered combiner  // by the one being read: counts only when it is complete
	known   kindred   // of records lately read
	ends    []ending  // not handed over yet
	since   time.Time // when the first of them ended

	// Of the object being read.
	ctx     context.Context
	id      string
	name    string
	group   string    // that was claimed for it
	ended   func(End) // of the object
	now     time.Time
	row     *Row
	untold  int64 // records that Progress does not know of
	refused []Refused
	more    int64
}

func newReader(in *Ingester, out chan<- parcel) *reader { return &reader{in: in, out: out} }

// work reads objects until there are no more or ctx is done. Complete objects
// are handed over in any case.
func (w *reader) work(ctx context.Context, stop context.CancelCauseFunc, jobs *queue) {
	w.ctx = ctx
	defer w.flush()
	for {
		j, ok := w.next(jobs)
		if !ok || ctx.Err() != nil {
			return
		}
		if err := w.object(j); err != nil {
			stop(err)
			return
		}
	}
}

// next takes the next job. Before it waits for one it hands over what it has,
// as the wait may be long.
func (w *reader) next(jobs *queue) (j job, ok bool) {
	defer jobs.took()
	select {
	case j, ok = <-jobs.jobs:
		return j, ok
	default:
	}
	w.flush()
	j, ok = <-jobs.jobs
	return j, ok
}

// flush hands over what was read. The collector always takes it, also when the
// ingest is told to end.
func (w *reader) flush() {
	if w.facts.len() > 0 || len(w.ends) > 0 {
		w.out <- parcel{w.facts.take(), w.kept, w.ends}
		w.ends = nil
	}
}

// close notes what became of an object.
func (w *reader) close(e ending) {
	if len(w.ends) == 0 {
		w.since = time.Now()
	}
	e.group, e.ended = w.group, w.ended
	w.ends = append(w.ends, e)
	if len(w.ends) >= holdRows {
		w.flush()
	}
}

// hold hands over what has waited long enough.
func (w *reader) hold() {
	if len(w.ends) > 0 && time.Since(w.since) > holdFor {
		w.flush()
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
		w.skip(reason, o)
		return nil
	}
	var old *Row
	if !w.in.blank || o.Ended != nil { // what others have written since, the lease tells
		var err error
		if o.Ended == nil {
			old, err = w.in.rows.row(w.ctx, w.id)
		} else { // a queue has no order
			old, err = readRow(w.ctx, w.in.Store, w.id)
		}
		if err != nil {
			return err
		}
	}
	if o.Version != "" && o.Err == nil && o.Ended == nil { // a queue has leases of its own
		c, err := w.lease(old, o)
		if err != nil || !c.ours {
			return err
		}
		if c.fresh {
			w.in.rows.forget()
		}
		if !c.blank && (c.fresh || w.in.blank) {
			if old, err = readRow(w.ctx, w.in.Store, w.id); err != nil {
				return err
			}
		}
	}
	if old.has(o.Version, w.in.since) {
		w.skip("read before", o)
		return nil
	}
	if w.in.Retry && o.Ended == nil && old.waits(o.Version, w.in.Now()) {
		w.in.forget(w.id)
		w.release()
		return nil
	}
	w.begin(o, old)
	_, span := tracer.Start(w.ctx, "ingest file")
	failure := o.Err
	if failure == nil {
		failure = w.read(o)
	}
	w.endFile(span, j, failure)
	if isOtherTable(o, w.row.Records, failure) {
		o.Size = 0 // its bytes are counted
		w.skip(otherTable, o)
		return nil
	}
	return w.end(failure, old != nil)
}

func (w *reader) skip(reason string, o Object) {
	w.in.Progress.Files.Add(1)
	w.in.Progress.Bytes.Add(max(o.Size, 0))
	w.close(ending{skip: reason})
}

// lease claims the object's group, if the object is to be read by what its row
// says. When another process has the group, the object is left to that one.
func (w *reader) lease(old *Row, o Object) (c claimed, err error) {
	if old.has(o.Version, w.in.since) || w.in.Retry && old.waits(o.Version, w.in.Now()) {
		return claimed{ours: true, blank: true}, nil // it will not be read
	}
	group := groupOf(w.id)
	c, err = w.in.leases.claim(w.ctx, group)
	if err == nil && c.ours {
		w.group = group
	} else if err == nil {
		w.in.forget(w.id)
		w.close(ending{busy: true})
	}
	return c, err
}

// release gives back the claim on the group of an object that is not read.
func (w *reader) release() {
	if w.group != "" {
		w.in.leases.done(w.group)
	}
}

func (w *reader) begin(o Object, old *Row) {
	if kept := o.Once || o.Version == "" && o.Err == nil; kept != w.kept {
		w.flush()
		w.kept = kept
	}
	w.now = w.in.Now()
	w.row = &Row{Version: o.Version, Counts: NewCounts(), When: w.now.UTC(), Rules: Rules, Kept: w.kept}
	if old != nil && !w.kept {
		w.row.Earlier = max(old.Earlier, old.Records)
	}
	if old != nil && old.Status == Failed && old.Version == o.Version {
		w.row.Tries = old.Tries
	}
	w.refused, w.more = nil, 0
	if o.Err != nil && o.Head != "" {
		w.row.Records, w.row.Refused["no log"] = 1, 1
		w.refused = []Refused{{File: w.name, Reason: bounded(o.Err.Error()), Head: o.Head[:min(len(o.Head), maxQuarantineHead)], When: w.now.UTC()}}
	}
	w.covered.drop()
	w.coverName(o.Name)
}

// read reads one object to its end and returns what prevented it.
func (w *reader) read(o Object) error {
	if o.Version == "" {
		w.flush() // a stream may take its time
	}
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
		err = w.scanner.Scan(text, w.record)
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
	i.w.hold()
	return n, err
}

// record takes up one record.
func (w *reader) record(r *cloudtrail.Record) error {
	w.row.Records++
	if w.untold++; w.untold == tellRecords {
		w.tell()
	}
	number := r.Alike()
	if number != 0 && w.again(r, number) {
		return nil
	}
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
	var places [maxKinAttempts]int32
	for i := range list {
		if place := w.facts.add(keyOf(&list[i]), list[i].Time, list[i].EventID); i < maxKinAttempts {
			places[i] = place
		}
	}
	w.cover(r, list)
	w.met(number, list, places)
	if w.facts.len() >= readerFacts {
		w.flush()
	}
	return nil
}

// tell brings Progress up to date. Readers share it, so they do it rarely.
func (w *reader) tell() {
	w.in.Progress.Records.Add(w.untold)
	w.untold = 0
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
		Head:   string(w.scanner.Text(r.Offset, maxQuarantineHead)),
		When:   w.now.UTC(),
	})
}

// end notes the object's row, to be handed over with its facts. What failed
// may be a day's log with a hole in it: its attempts count, but it covers
// nothing.
func (w *reader) end(failure error, again bool) error {
	w.tell()
	if err := w.ctx.Err(); err != nil {
		return err
	}
	w.row.Status = Done
	if w.row.Earlier <= w.row.Records {
		w.row.Earlier = 0 // the same and more, as far as anybody can tell
	}
	if failure == nil {
		w.row.Tries = 0
		w.facts.join(&w.covered)
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
	w.close(ending{id: w.id, name: w.name, row: w.row, refused: w.refused, more: w.more, again: again})
	w.hold()
	return nil
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
// of many. late: that of the last mark is its own.
func own(f activity.Fact, late bool) activity.Fact {
	f.First.Event = strings.Clone(f.First.Event)
	if !late {
		f.Last.Event = strings.Clone(f.Last.Event)
	}
	return f
}
