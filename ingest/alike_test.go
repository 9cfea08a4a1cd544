package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/cloudtrail"
	"github.com/ebbmark/ebbmark/store/mem"
)

// TestRecordsThatAreAlikeCountAsEachOnItsOwn holds the reading of files, which
// looks at few of the records that repeat, against Fold, which looks at all.
func TestRecordsThatAreAlikeCountAsEachOnItsOwn(t *testing.T) {
	var logs memory
	fold := new(Fold)
	for file := range 2 * holdRows { // one reader hands facts over more than once
		list := someRecords(uint64(file%5), 20)
		for i := range 40 {
			at := fmt.Sprintf("2026-05-%02dT%02d:%02d:%02dZ", 1+i%28, i%24, i*7%60, i*11%60)
			switch i {
			case 13:
				at = "2027-01-01T00:00:00Z" // cannot be used
			case 27:
				at = "2005-01-01T00:00:00Z"
			}
			for _, id := range []int{file*7%500 + 10, i, 500 - file} { // in the same second
				list = append(list, alice(id, at, "s3.amazonaws.com", "ListBuckets", ""))
			}
		}
		text := records(list...)
		logs = append(logs, blob{fmt.Sprintf("%d.json", file), []byte(text)})
		err := cloudtrail.Scan(strings.NewReader(text), func(r *cloudtrail.Record) error {
			_, err := fold.Record(r, now(), nil)
			if e, ok := errors.AsType[*cloudtrail.RecordError](err); err != nil && !ok {
				return e
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s, want := mem.New(), mem.New()
	sum, err := New(Config{Store: s, Sources: []Source{logs}, Now: now, Workers: 1}).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := want.MergeFacts(t.Context(), fold.Facts()); err != nil {
		t.Fatal(err)
	}
	if got, want := dump(t, s), dump(t, want); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	sum.Bytes = 0
	if got, want := fmt.Sprint(sum.Counts), fmt.Sprint(fold.Counts); got != want || sum.Records != 2*holdRows*140 || sum.AllRefused() != 2*holdRows*6 {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestACombinerKeepsDaysOfItsOwn joins facts made apart.
func TestACombinerKeepsDaysOfItsOwn(t *testing.T) {
	var all, part combiner
	key := activity.Key{Account: "111122223333", Name: "GetThing", Class: activity.Management}
	day := func(n int) activity.Day { return activity.Day(20_000 + n) }
	for _, n := range []int{70, 3, 70, 200, 0} {
		part.add(key, day(n).Start(), fmt.Sprint("event ", n))
		all.join(&part)
	}
	part.include(part.add(key, day(1).Start(), "event 1"), day(300).Start(), []byte("event 300"))
	all.join(&part)
	place := all.add(key, day(5).Start(), "event 5")
	all.include(place, day(6).Start(), []byte("event 6"))
	facts := all.take()
	if len(facts) != 1 || all.len() != 0 || part.len() != 0 {
		t.Fatalf("%+v, %d and %d are left", facts, all.len(), part.len())
	}
	want := []activity.Day{20_000, 20_001, 20_003, 20_005, 20_006, 20_070, 20_200, 20_300}
	f := facts[0]
	if got := slices.Collect(f.Days.All()); !slices.Equal(got, want) || f.First.Event != "event 0" || f.Last.Event != "event 300" {
		t.Errorf("%v, %+v, %+v", got, f.First, f.Last)
	}
}
