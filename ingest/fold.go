package ingest

import (
	"errors"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/cloudtrail"
)

// Fold turns records into facts in memory, by the same rules as the files of an
// Ingester: whoever has few records at a time and must answer for each of them
// folds them. The zero value is ready. It is not for concurrent use.
type Fold struct {
	Counts Counts
	facts  map[activity.Key]activity.Fact
	list   []cloudtrail.Attempt
}

// Record counts a record and takes up what it is evidence of: its attempts, and
// the day of the log that it stands for. The reason says why it is evidence of
// nothing; the error, a *cloudtrail.RecordError, why it cannot be used.
//
// may is asked first whether the account of an attempt, and the one whose trail
// recorded it, is the sender's to report; its error refuses the whole record.
// Nil: every account is.
func (f *Fold) Record(r *cloudtrail.Record, now time.Time, may func(account string) error) (reason string, err error) {
	f.begin()
	f.Counts.Records++
	list, reason, err := r.Attempts(f.list[:0], now)
	f.list = list[:0]
	if foreign := permitted(r, list, may); foreign != nil {
		f.Counts.Refused[string(RefusedAccount)]++
		return "", foreign
	}
	switch {
	case err != nil:
		f.Counts.Refused[refusalOf(err)]++
	case reason != "":
		f.Counts.NotAttempts[reason]++
	default:
		f.Counts.Attempts++
	}
	for i := range list {
		f.Add(activity.Attempt(keyOf(&list[i]), list[i].Time, list[i].EventID))
	}
	f.cover(r, list, now)
	return reason, err
}

// RefusedAccount: the record tells of an account that is not the sender's.
const RefusedAccount cloudtrail.Refusal = "another account"

func permitted(r *cloudtrail.Record, list []cloudtrail.Attempt, may func(string) error) error {
	if may == nil {
		return nil
	}
	for i := range list {
		if err := may(list[i].Account); err != nil {
			return err
		}
	}
	if account := recorder(r, ""); account != "" {
		return may(account)
	}
	return nil
}

// refusalOf is the few fixed words by which a refused record is counted.
func refusalOf(err error) string {
	if e, ok := errors.AsType[*cloudtrail.RecordError](err); ok {
		return string(e.Refusal)
	}
	return "other"
}

func (f *Fold) begin() {
	if f.facts == nil {
		f.facts, f.Counts = map[activity.Key]activity.Fact{}, NewCounts()
	}
}

// cover does what reader.cover does.
func (f *Fold) cover(r *cloudtrail.Record, list []cloudtrail.Attempt, now time.Time) {
	caller, id := "", ""
	at, err := r.When(now)
	if len(list) > 0 {
		caller, at, id = list[0].Account, list[0].Time, list[0].EventID
	} else if len(r.EventID) <= maxEventID {
		id = string(r.EventID)
	}
	account := recorder(r, caller)
	if err != nil || account == "" || len(list) == 0 && !isRegion(r.Region) {
		return
	}
	f.Add(activity.Attempt(coverageKey(account, r.Region), at, id))
}

// Add takes up a fact.
func (f *Fold) Add(fact activity.Fact) {
	f.begin()
	if old, ok := f.facts[fact.Key]; ok {
		fact = activity.Merge(old, fact)
	}
	f.facts[fact.Key] = fact
}

// Len is the number of facts.
func (f *Fold) Len() int { return len(f.facts) }

// Facts are those taken up so far, in any order.
func (f *Fold) Facts() []activity.Fact {
	out := make([]activity.Fact, 0, len(f.facts))
	for _, fact := range f.facts {
		out = append(out, own(fact, false))
	}
	return out
}

// Other counts a record that is no CloudTrail record, and evidence of nothing.
func (f *Fold) Other(reason string) {
	f.begin()
	f.Counts.Records++
	f.Counts.NotAttempts[reason]++
}

// Attempt counts an attempt whose facts were added by Add.
func (f *Fold) Attempt() {
	f.begin()
	f.Counts.Records++
	f.Counts.Attempts++
}

// Forget forgets the facts, which have been written, and goes on counting.
func (f *Fold) Forget() { clear(f.facts) }

// Refuse counts a record that was refused before it came to Record.
func (f *Fold) Refuse(reason string) {
	f.begin()
	f.Counts.Records++
	f.Counts.Refused[reason]++
}
