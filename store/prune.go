package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ebbmark/ebbmark/activity"
)

// Pruner gives up what is old, so that a store does not grow for ever. It is
// called by Prune, which says first what is given up.
type Pruner interface {
	// PruneBucket leaves of every fact of a bucket, of those that answer and of
	// those that are kept apart, what activity.Fact.Pruned says, and returns how many
	// are gone. It is one transaction or, when there is much, several; on error, also
	// when ctx ends, any part may be done, and another call goes on. What is merged
	// meanwhile is merged into what is left: nothing of the day or later is lost,
	// and a fact of an older log comes back. A draft stays as it is. Of calls that
	// were made last before the day, Rollup may tell or not.
	PruneBucket(ctx context.Context, bucket int, before activity.Day) (gone int64, err error)
}

// Records is both that a store keeps.
type Records interface {
	Facts
	Docs
}

// Prune gives up what lies before a day, bucket by bucket, and returns how many
// facts are gone; tell, unless nil, hears of it after each. It may be interrupted
// and repeated, by any number of processes.
//
// Before the first fact goes it notes the day, durably: from then on Coverage
// has no day before it. So nobody takes a fact that was given up for one that
// never was, also when this is interrupted, and when an older log is read
// meanwhile or later and brings some facts of such a day back, but not all. The
// note stays, also over a rebuild: facts that are kept apart cannot be made again.
func Prune(ctx context.Context, s Store, before activity.Day, tell func(buckets int, gone int64)) (gone int64, err error) {
	if err := notePruned(ctx, s, before); err != nil {
		return 0, err
	}
	for bucket := range Buckets {
		n, err := s.PruneBucket(ctx, bucket, before)
		gone += n
		if err != nil {
			return gone, err
		}
		if tell != nil {
			tell(bucket+1, gone)
		}
	}
	return gone, nil
}

// pruned is the document that says what was given up.
type pruned struct {
	Format int    `json:"format"`
	Before string `json:"before"` // a date: history of earlier days is not whole
}

// prunedID is its id; there is one in a store.
const prunedID = "facts"

// errPruned: the document cannot be read. Nobody may take it for none.
var errPruned = errors.New("damaged note of the history that was given up")

// KeptSince is the day since which history is kept; zero, which is before every
// log, when nothing was given up. It never goes back.
func KeptSince(ctx context.Context, docs Docs) (activity.Day, error) {
	day, _, err := keptSince(ctx, docs)
	return day, err
}

func keptSince(ctx context.Context, docs Docs) (activity.Day, Version, error) {
	body, version, err := docs.GetDoc(ctx, KindPruned, prunedID)
	if errors.Is(err, ErrNotFound) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("read since when history is kept: %w", err)
	}
	var p pruned
	if err := json.Unmarshal(body, &p); err != nil {
		return 0, 0, fmt.Errorf("%w: %w", errPruned, err)
	}
	at, err := time.Parse(time.DateOnly, p.Before)
	if err != nil {
		return 0, 0, fmt.Errorf("%w: %w", errPruned, err)
	}
	return activity.DayOf(at), version, nil
}

// notePruned makes KeptSince the day, or leaves a later one.
func notePruned(ctx context.Context, docs Docs, before activity.Day) error {
	body, err := json.Marshal(pruned{1, before.Start().Format(time.DateOnly)})
	if err != nil {
		return err
	}
	for {
		since, version, err := keptSince(ctx, docs)
		if err != nil || since >= before {
			return err
		}
		_, err = docs.PutDoc(ctx, KindPruned, prunedID, body, version)
		if !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// Coverage yields the facts of coverage of an account without the days before
// KeptSince. That is read last, so whoever has read other facts of the account
// before, and nothing of them since, has all that Coverage vouches for.
func Coverage(ctx context.Context, s Records, account string) iter.Seq2[activity.Fact, error] {
	return func(yield func(activity.Fact, error) bool) {
		var list []activity.Fact // one for each Region
		for f, err := range s.Facts(ctx, activity.Prefix{Account: account, Class: activity.Coverage}) {
			if err != nil {
				yield(activity.Fact{}, err)
				return
			}
			list = append(list, f)
		}
		since, err := KeptSince(ctx, s)
		if err != nil {
			yield(activity.Fact{}, err)
			return
		}
		for _, f := range list {
			if left, any := f.Pruned(since); any && !yield(left, nil) {
				return
			}
		}
	}
}

// SinceKept runs read with KeptSince, and again when that has changed meanwhile:
// what it has read in the end is whole since that day. read begins anew each
// time.
func SinceKept(ctx context.Context, docs Docs, read func(since activity.Day) error) error {
	since, err := KeptSince(ctx, docs)
	for range steadyTries {
		if err == nil {
			err = read(since)
		}
		if err != nil {
			return err
		}
		before := since
		if since, err = KeptSince(ctx, docs); err == nil && since == before {
			return nil
		}
	}
	return ErrSwitched
}
