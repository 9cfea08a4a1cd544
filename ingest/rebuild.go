package ingest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ebbmark/ebbmark/store"
)

// Rebuild makes the facts anew by the rules of this program: it reads every
// object again that the ledger knows of, into a draft beside the facts that
// answer, and puts the draft in their place when it is complete.
//
// It may be killed at any moment: the older facts answer until the switch, which
// is one transaction, and another Run goes on where this one ended. Others may
// read and write meanwhile. What they merge comes into both, and rows say since
// when (Row.Epoch), so that nothing falls between: a row whose facts may be in
// the older ones only counts as unread after the switch.
//
// What cannot be had again has its facts kept apart (Object.Once) and is in the
// draft from its beginning, by the rules of its time. For all that can neither
// be read nor was kept, Missing decides.
type Rebuild struct {
	Store    store.Store      // required
	Now      func() time.Time // required
	Workers  int              // as in Config
	Progress *Progress        // as in Config
	// Look finds an object by the kind of its source and its name; what is wrong
	// is in its Err. Kinds that are not in the table cannot be read again.
	Look    map[string]func(ctx context.Context, name string) Object
	Missing Missing
	// Force begins a rebuild although the facts were made by these very rules.
	Force bool
	// Stay makes the draft complete and does not switch.
	Stay bool
}

// Missing says what is to be done about facts that cannot be made again.
type Missing string

// What may be done. The words are those of the command line.
const (
	MissingStop  Missing = "stop"  // do not switch; the zero value means the same
	MissingCarry Missing = "carry" // carry all older facts over, right or wrong
	MissingDrop  Missing = "drop"  // do without them
)

// Rebuilt is what came of a Run.
type Rebuilt struct {
	Needed   bool             `json:"needed"`   // there was something to do
	Resumed  bool             `json:"resumed"`  // an earlier Run had begun it
	Switched bool             `json:"switched"` // the new facts answer
	Rules    int              `json:"rules"`    // of the facts that answer now
	Read     Summary          `json:"read"`     // by this Run
	Kept     int64            `json:"kept"`     // pushes, streams and messages whose facts were kept apart
	Lost     []Lost           `json:"lost"`     // at most maxProblems
	Unlisted int64            `json:"unlisted,omitempty"`
	Changes  store.Difference `json:"changes"` // of the new facts against the older ones
}

// Lost is an object of which older facts cannot be made again.
type Lost struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// AllLost is the number of objects that are lost.
func (r *Rebuilt) AllLost() int64 { return int64(len(r.Lost)) + r.Unlisted }

// ErrLost: the switch was not made, because older facts cannot be made again.
var ErrLost = errors.New("facts would be lost")

// busyPause is the time between two looks at what another process is reading.
const busyPause = time.Second

// Run makes the facts anew and switches. The error is ErrLost when Missing stops
// it; the draft is then complete but for that, and waits for the next Run.
func (r *Rebuild) Run(ctx context.Context) (out Rebuilt, err error) {
	out = Rebuilt{Read: newSummary(), Lost: []Lost{}}
	g, err := r.begin(ctx, &out)
	out.Rules = g.Rules
	if err != nil || !out.Needed {
		return out, err
	}
	d := &drafting{Store: r.Store, draft: g.Draft}
	if err := r.read(ctx, d, &out); err != nil {
		return out, err
	}
	if err := r.judge(ctx, d, &out); err != nil {
		return out, err
	}
	if out.Changes, err = r.Store.CompareDraft(ctx, d.draft); err != nil || r.Stay {
		return out, err
	}
	if err := r.Store.Switch(ctx, d.draft, store.KindRebuild, store.KindLedger); err != nil {
		return out, err
	}
	out.Switched, out.Rules = true, g.DraftRules
	return out, r.finish(ctx)
}

// begin finds the draft or begins one. A draft of other rules than ours is of no
// use to anybody.
func (r *Rebuild) begin(ctx context.Context, out *Rebuilt) (store.Generation, error) {
	g, err := generation(ctx, r.Store)
	if err != nil {
		return g, err
	}
	if g.Draft != 0 && g.DraftRules != Rules {
		if err := Abandon(ctx, r.Store); err != nil {
			return g, err
		}
		g.Draft = 0
	}
	out.Resumed = g.Draft != 0
	out.Needed = g.Draft != 0 || g.Rules < Rules && g.Rules != 0 || r.Force
	switch {
	case !out.Needed:
		return g, r.finish(ctx) // the last Run may have been killed before it could
	case out.Resumed:
		return g, nil
	}
	if err := clearKind(ctx, r.Store, store.KindRebuild, store.KindRebuildRefused); err != nil {
		return g, err
	}
	if g, err = r.Store.BeginDraft(ctx, Rules); errors.Is(err, store.ErrDraft) { // another process was faster
		return r.begin(ctx, out)
	}
	return g, err
}

// Abandon ends a rebuild that was begun. The older facts go on to answer.
func Abandon(ctx context.Context, s store.Store) error {
	if err := s.DropDraft(ctx); err != nil {
		return err
	}
	return clearKind(ctx, s, store.KindRebuild, store.KindRebuildRefused)
}

// read reads until nothing is left that another process reads or has just put
// into the ledger.
func (r *Rebuild) read(ctx context.Context, d *drafting, out *Rebuilt) error {
	in := New(Config{Store: d, Sources: []Source{&relook{r, d}}, Now: r.Now, Workers: r.Workers, Progress: r.Progress})
	for {
		sum, err := in.Run(ctx)
		out.Read.Merge(sum)
		out.Read.Busy = sum.Busy
		if err != nil || sum.Busy == 0 && sum.Files.Done == 0 {
			return err
		}
		if sum.Busy == 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(busyPause):
		}
	}
}

// relook is the objects of the ledger whose facts are not in the draft yet.
type relook struct {
	r *Rebuild
	d *drafting
}

// Kind implements Source. It is of no object: each has its own.
func (p *relook) Kind() string { return "rebuild" }

// Objects implements Source.
func (p *relook) Objects(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for e, err := range p.r.rows(ctx) {
			if err != nil {
				yield(Object{}, err)
				return
			}
			look := p.r.looker(e.Entry)
			if look == nil || e.Epoch >= p.d.draft {
				continue
			}
			old, err := readRow(ctx, p.d, e.ID)
			if err != nil {
				yield(Object{}, err)
				return
			}
			if old.has(e.Version, p.d.draft) {
				continue
			}
			o := look(ctx, e.File)
			if ctx.Err() != nil {
				yield(Object{}, ctx.Err())
				return
			}
			o.Kind, o.Asked = e.Kind, true
			if !yield(o, nil) {
				return
			}
		}
	}
}

// looker finds the object of a row; nil: it cannot be had again.
func (r *Rebuild) looker(e Entry) func(context.Context, string) Object {
	if e.Kept || e.Version == "" {
		return nil
	}
	return r.Look[e.Kind]
}

// known is an object of which there may be facts.
type known struct {
	Entry
	forgotten bool // the operator has removed its row
}

// rows yields the ledger, and what was forgotten of it and is not back.
func (r *Rebuild) rows(ctx context.Context) iter.Seq2[known, error] {
	return func(yield func(known, error) bool) {
		for e, err := range Rows(ctx, r.Store, Filter{}) {
			if !yield(known{e, false}, err) || err != nil {
				return
			}
		}
		for e, err := range rowsOf(ctx, r.Store, store.KindForgotten, Filter{}) {
			if err == nil {
				var row *Row
				if row, err = readRow(ctx, r.Store, e.ID); row != nil && err == nil {
					continue
				}
			}
			if !yield(known{e, true}, err) || err != nil {
				return
			}
		}
	}
}

// judge finds what is lost and does what Missing says.
func (r *Rebuild) judge(ctx context.Context, d *drafting, out *Rebuilt) error {
	type loss struct {
		of  known
		now *Row
	}
	var losses []loss
	for e, err := range r.rows(ctx) {
		if err != nil {
			return err
		}
		if e.Kept {
			out.Kept++
		}
		now, err := readRow(ctx, d, e.ID)
		if err != nil {
			return err
		}
		if e.Epoch >= d.draft { // it was read meanwhile, into both
			now = &e.Row
		}
		reason := r.lost(e, now)
		if reason == "" {
			continue
		}
		losses = append(losses, loss{e, now})
		if len(out.Lost) < maxProblems {
			out.Lost = append(out.Lost, Lost{e.File, reason})
		} else {
			out.Unlisted++
		}
	}
	if len(losses) == 0 {
		return nil
	}
	switch r.Missing {
	case MissingCarry:
		if err := r.Store.CopyToDraft(ctx, d.draft); err != nil {
			return err
		}
	case MissingDrop:
	default:
		return ErrLost
	}
	for _, l := range losses {
		if err := r.settle(ctx, d, l.of, l.now); err != nil {
			return err
		}
	}
	return nil
}

// lost says why facts of an object are not in the draft; empty when they are. now
// is the row of its last reading into the draft; nil when there was none.
func (r *Rebuild) lost(e known, now *Row) string {
	had := max(e.Records, e.Earlier)
	if e.Kept || e.Status == Failed && had == 0 {
		return ""
	}
	if now == nil && r.looker(e.Entry) == nil {
		if had == 0 {
			return ""
		}
		return fmt.Sprintf("it was sent, not read from a place, and its facts were not kept apart (%d records)", had)
	}
	switch {
	case now == nil:
		return "it is passed over by its name now"
	case now.Status == Failed && e.Status == Done:
		return "it cannot be read any more: " + now.Reason
	case now.Records < had:
		return fmt.Sprintf("it had %d records when it was read, and has %d now", had, now.Records)
	}
	return ""
}

// settle writes the row that an object gets by the switch although it is lost.
// Carried facts are as missing from the next rebuild as from this one, and the
// row says so. One that was forgotten stays so.
func (r *Rebuild) settle(ctx context.Context, d *drafting, e known, now *Row) error {
	if e.forgotten {
		kind, docs := store.KindForgotten, store.Docs(r.Store)
		if r.Missing == MissingCarry {
			kind, docs = store.KindLedger, d // what the rebuild wrote of it
		}
		return deleteDoc(ctx, docs, kind, e.ID)
	}
	row := e.Row
	if now != nil && now.Status == Done {
		row = *now
	}
	g, err := d.Generation(ctx)
	if err != nil {
		return err
	}
	row.Epoch, row.Earlier = g.Epoch, max(e.Records, e.Earlier)
	if r.Missing == MissingDrop {
		row.Earlier = 0
		if now == nil || now.Status != Done {
			row.Counts, row.Status, row.Reason = NewCounts(), Failed, "it was missing from a rebuild of the facts"
		}
	}
	return setRow(ctx, d, e.ID, row)
}

// finish does after a switch what changes no answer: the quarantine gets the
// records that were refused anew in the place of the older ones, what was
// forgotten and read again is known again, and running servers are told. Doing
// it again does no harm.
func (r *Rebuild) finish(ctx context.Context) error {
	g, err := r.Store.Generation(ctx)
	if err != nil || g.Since == 0 || g.Draft != 0 {
		return err
	}
	if err := r.releaseOld(ctx, g.Since); err != nil {
		return err
	}
	for id, err := range r.Store.ListDocs(ctx, store.KindRebuildRefused, "", 0) {
		if err == nil {
			err = moveDoc(ctx, r.Store, id, store.KindRebuildRefused, store.KindQuarantine)
		}
		if err != nil {
			return err
		}
	}
	for id, err := range r.Store.ListDocs(ctx, store.KindForgotten, "", 0) {
		if err != nil {
			return err
		}
		row, err := readRow(ctx, r.Store, id)
		if err == nil && row != nil && row.Epoch >= g.Since {
			err = deleteDoc(ctx, r.Store, store.KindForgotten, id)
		}
		if err != nil {
			return err
		}
	}
	return touch(ctx, r.Store)
}
