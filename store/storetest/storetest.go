// Package storetest is the suite that every store backend must pass. A bug
// found in one backend becomes a case here, for all.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
)

// Backend makes the stores to test.
type Backend struct {
	// New makes an empty store, which the test's cleanup closes. Required.
	New func(t *testing.T) store.Store
	// Reopen opens the same store once more, as another process would, while s
	// stays open. Nil if the backend keeps nothing outside the process.
	Reopen func(t *testing.T, s store.Store) store.Store
}

// topics is the table of all subtests.
var topics = []struct {
	sentence string
	test     func(*testing.T, Backend)
}{
	{"a fact comes back as it was", factsComeBack},
	{"two facts of one key are merged", factsMerge},
	{"facts are the same in any order, split and repeated", factsAnyOrder},
	{"facts of one call may have one key", factsDuplicates},
	{"facts of a principal are ordered by key", factsOrder},
	{"a prefix holds its own facts only", factsPrefix},
	{"and those of one class", factsOfAClass},
	{"the last calls of principals by Region", factsLastCalls},
	{"calls are rolled up by account", factsRollup},
	{"and are the same in any order, split and repeated", factsRollupAnyOrder},
	{"strings of facts may hold any bytes", factsAnyBytes},
	{"sets of days of every size come back", factsDays},
	{"the caller's slice of facts is neither kept nor changed", factsNotKept},
	{"tens of thousands of facts in one call", factsMany},
	{"a loop over facts may write, read and stop", factsLoop},
	{"no facts at all", factsNone},
	{"facts with a cancelled context", factsCancelled},

	{"a document comes back as it was", docsComeBack},
	{"a document is written only at its version", docsSwap},
	{"a document is deleted only at its version", docsDelete},
	{"a version never comes back", docsVersions},
	{"setting documents ignores and renews versions", docsSet},
	{"kinds do not mix", docsKinds},
	{"ids are listed in byte order, after an id, up to a limit", docsList},
	{"many ids are listed", docsListMany},
	{"documents are read in order, many at once", docsNext},
	{"ids and bodies may hold any bytes", docsAnyBytes},
	{"a body is neither kept nor shared", docsNotKept},
	{"the largest document is taken, a larger one refused", docsLarge},
	{"a loop over ids may write, read and stop", docsLoop},
	{"documents with a cancelled context", docsCancelled},

	{"a draft takes the place of the facts that answer", draftTakesThePlace},
	{"a draft has nothing of the facts beside it", draftIsItsOwn},
	{"unless they are copied", draftCopies},
	{"what is not done to a draft", draftRefuses},
	{"the rules of facts are said once", rulesAreSaidOnce},
	{"a switch while facts are read", switchWhileRead},

	{"all facts of all accounts, and the kept ones", wholeFacts},
	{"all facts are those that answer", wholeIsWhatAnswers},
	{"a store goes on in the counting of another", adopting},

	{"what is old is given up, and nothing else", pruning},
	{"of many facts too, and again", pruneMany},
	{"nothing is lost that is merged meanwhile", pruneRace},

	{"of many writers at one version one wins", raceSwap},
	{"of many creators one wins", raceCreate},
	{"a counter by compare and swap loses nothing", raceCounter},
	{"facts merged from many goroutines at once", raceMerge},
	{"what each of many writers knows of the same keys", mergeShares},
	{"facts are read while they are written", raceRead},
	{"a draft is begun and switched to while facts are merged", draftWhileMerging},

	{"what was written is there after opening again", durable},
	{"what one handle writes the other sees at once", twoHandles},
	{"two handles swap against each other", twoHandlesSwap},
	{"two handles see one draft", draftOfTwoHandles},
}

// Run tests a backend that keeps nothing outside the process.
func Run(t *testing.T, empty func(t *testing.T) store.Store) {
	RunBackend(t, Backend{New: empty})
}

// RunBackend tests a backend.
func RunBackend(t *testing.T, b Backend) {
	for _, topic := range topics {
		t.Run(topic.sentence, func(t *testing.T) { topic.test(t, b) })
	}
}

// merge merges facts or ends the test.
func merge(t *testing.T, s store.Store, facts ...activity.Fact) {
	t.Helper()
	if err := s.MergeFacts(t.Context(), facts); err != nil {
		t.Fatalf("MergeFacts: %v", err)
	}
}

// read returns the facts under a prefix, in the order they came.
func read(t *testing.T, s store.Store, p activity.Prefix) []activity.Fact {
	t.Helper()
	var list []activity.Fact
	for f, err := range s.Facts(t.Context(), p) {
		if err != nil {
			t.Fatalf("Facts(%v): %v", p, err)
		}
		list = append(list, f)
	}
	return list
}

// sorted returns the facts under a prefix in the order of their keys.
func sorted(t *testing.T, s store.Store, p activity.Prefix) []activity.Fact {
	t.Helper()
	list := read(t, s, p)
	slices.SortFunc(list, func(a, b activity.Fact) int { return a.Key.Compare(b.Key) })
	return list
}

func sameFact(a, b activity.Fact) bool {
	return a.Key == b.Key && a.First == b.First && a.Last == b.Last && a.Days.Equal(b.Days)
}

// wantFacts ends the test unless got is want, fact by fact.
func wantFacts(t *testing.T, got, want []activity.Fact) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d facts, want %d\ngot  %.2000v\nwant %.2000v", len(got), len(want), got, want)
	}
	for i := range got {
		if !sameFact(got[i], want[i]) {
			t.Fatalf("fact %d:\ngot  %+v\nwant %+v", i, got[i], want[i])
		}
	}
}

// put writes a document or ends the test.
func put(t *testing.T, s store.Store, kind store.Kind, id, body string, old store.Version) store.Version {
	t.Helper()
	v, err := s.PutDoc(t.Context(), kind, id, []byte(body), old)
	if err != nil {
		t.Fatalf("PutDoc(%s, %q, at %d): %v", kind, id, old, err)
	}
	if v == 0 {
		t.Fatalf("PutDoc(%s, %q) gave version 0, which means that there is no document", kind, id)
	}
	return v
}

// wantDoc ends the test unless the document has this body; it returns the
// version.
func wantDoc(t *testing.T, s store.Store, kind store.Kind, id, body string) store.Version {
	t.Helper()
	got, v, err := s.GetDoc(t.Context(), kind, id)
	if err != nil {
		t.Fatalf("GetDoc(%s, %q): %v", kind, id, err)
	}
	if !bytes.Equal(got, []byte(body)) {
		t.Fatalf("GetDoc(%s, %q) = %.200q, want %.200q", kind, id, got, body)
	}
	if alone, err := store.DocVersion(t.Context(), s, kind, id); err != nil || alone != v {
		t.Fatalf("DocVersion(%s, %q) = %d, %v, want %d", kind, id, alone, err, v)
	}
	return v
}

func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: error %v, want %v", what, err, want)
	}
}

// list returns the ids of a kind.
func list(t *testing.T, s store.Store, kind store.Kind, after string, limit int) []string {
	t.Helper()
	ids := []string{}
	for id, err := range s.ListDocs(t.Context(), kind, after, limit) {
		if err != nil {
			t.Fatalf("ListDocs(%s, %q, %d): %v", kind, after, limit, err)
		}
		ids = append(ids, id)
	}
	return ids
}

// cancelled is a context that is over.
func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
