package ingest

import "github.com/ebbmark/ebbmark/cloudtrail"

// kin is what became of a record that others are like, so that these need not
// be looked at in full (cloudtrail.Record.Alike).
type kin struct {
	number  uint64 // that they share; of a kin that is not known, zero
	account string // of the attempts
	count   int    // how many there were
	named   int    // how many of them, the first ones, have the event's id
	facts   [maxKinAttempts]int32
	round   int64 // of reader.facts, in which these are places
	cover   int32
	covered int64 // the round of reader.covered, in which cover is a place
}

// maxKinAttempts is the most that Attempts gives of a record with a number: a
// call with its session and source identity. Records that give more have none.
const maxKinAttempts = 3

// kindred are those of records lately read. Those that share a slot take turns.
type kindred [1024]kin

// again takes up a record as one before that it is like, all of whose attempts
// are facts in the making; false when it has to be looked at in full.
func (w *reader) again(r *cloudtrail.Record, number uint64) bool {
	k := &w.known[number%uint64(len(w.known))]
	if k.number != number || k.round != w.facts.round {
		return false
	}
	at, err := r.When(w.now)
	if err != nil {
		return false
	}
	w.row.Attempts++
	for n, i := range k.facts[:k.count] {
		if n < k.named {
			w.facts.include(i, at, r.EventID)
		} else {
			w.facts.include(i, at, nil)
		}
	}
	if k.covered == w.covered.round {
		w.covered.include(k.cover, at, r.EventID)
	} else {
		k.cover, k.covered = w.coverCall(r, k.account, at, r.ID()), w.covered.round
	}
	return true
}

// met notes what became of a record with a number. places are those of the
// facts of its attempts.
func (w *reader) met(number uint64, list []cloudtrail.Attempt, places [maxKinAttempts]int32) {
	if number != 0 && len(list) > 0 && len(list) <= maxKinAttempts {
		// The place of the coverage is found when it is needed.
		named := 1
		for named < len(list) && list[named].EventID != "" {
			named++
		}
		w.known[number%uint64(len(w.known))] = kin{number, list[0].Account, len(list), named, places, w.facts.round, 0, -1}
	}
}
