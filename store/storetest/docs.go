package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/store"
)

func docsComeBack(t *testing.T, b Backend) {
	s := b.New(t)
	_, _, err := s.GetDoc(t.Context(), "test", "a")
	wantErr(t, "GetDoc of nothing", err, store.ErrNotFound)
	_, err = store.DocVersion(t.Context(), s, "test", "a")
	wantErr(t, "DocVersion of nothing", err, store.ErrNotFound)
	v := put(t, s, "test", "a", "body", 0)
	if got := wantDoc(t, s, "test", "a", "body"); got != v {
		t.Fatalf("version %d, want %d", got, v)
	}
	v = put(t, s, "test", "a", "", v)
	if got := wantDoc(t, s, "test", "a", ""); got != v {
		t.Fatalf("version %d, want %d", got, v)
	}
	if _, err := s.PutDoc(t.Context(), "test", "nil", nil, 0); err != nil {
		t.Fatal(err)
	}
	wantDoc(t, s, "test", "nil", "")
}

func docsSwap(t *testing.T, b Backend) {
	s := b.New(t)
	_, err := s.PutDoc(t.Context(), "test", "a", []byte("x"), 7)
	wantErr(t, "PutDoc at a version that never was", err, store.ErrConflict)
	v1 := put(t, s, "test", "a", "1", 0)
	_, err = s.PutDoc(t.Context(), "test", "a", []byte("again"), 0)
	wantErr(t, "creating twice", err, store.ErrConflict)
	v2 := put(t, s, "test", "a", "2", v1)
	_, err = s.PutDoc(t.Context(), "test", "a", []byte("late"), v1)
	wantErr(t, "PutDoc at an old version", err, store.ErrConflict)
	if got := wantDoc(t, s, "test", "a", "2"); got != v2 || v1 == v2 {
		t.Fatalf("versions %d, then %d, read %d", v1, v2, got)
	}
}

func docsDelete(t *testing.T, b Backend) {
	s := b.New(t)
	wantErr(t, "deleting nothing", s.DeleteDoc(t.Context(), "test", "a", 0), store.ErrNotFound)
	wantErr(t, "deleting nothing at a version", s.DeleteDoc(t.Context(), "test", "a", 3), store.ErrNotFound)
	v1 := put(t, s, "test", "a", "1", 0)
	v2 := put(t, s, "test", "a", "2", v1)
	wantErr(t, "deleting at an old version", s.DeleteDoc(t.Context(), "test", "a", v1), store.ErrConflict)
	wantErr(t, "deleting at version zero", s.DeleteDoc(t.Context(), "test", "a", 0), store.ErrConflict)
	wantDoc(t, s, "test", "a", "2")
	if err := s.DeleteDoc(t.Context(), "test", "a", v2); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.GetDoc(t.Context(), "test", "a")
	wantErr(t, "GetDoc after delete", err, store.ErrNotFound)
	wantErr(t, "deleting twice", s.DeleteDoc(t.Context(), "test", "a", v2), store.ErrNotFound)
	_, err = s.PutDoc(t.Context(), "test", "a", []byte("x"), v2)
	wantErr(t, "PutDoc at the version of a deleted document", err, store.ErrConflict)
}

func docsVersions(t *testing.T, b Backend) {
	s := b.New(t)
	seen := map[store.Version]bool{}
	v := store.Version(0)
	for range 5 {
		for range 3 {
			if v = put(t, s, "test", "a", "same body", v); seen[v] {
				t.Fatalf("version %d came back", v)
			}
			seen[v] = true
		}
		if err := s.DeleteDoc(t.Context(), "test", "a", v); err != nil {
			t.Fatal(err)
		}
		v = 0
	}
	for range 3 {
		if err := s.SetDocs(t.Context(), "test", []store.Doc{{ID: "a", Body: []byte("set")}}); err != nil {
			t.Fatal(err)
		}
		if v = wantDoc(t, s, "test", "a", "set"); seen[v] || v == 0 {
			t.Fatalf("SetDocs gave version %d again", v)
		}
		seen[v] = true
	}
}

func docsSet(t *testing.T, b Backend) {
	s := b.New(t)
	v := put(t, s, "test", "b", "old", 0)
	docs := []store.Doc{{ID: "c", Body: []byte("3")}, {ID: "a", Body: []byte("1")}, {ID: "b", Body: []byte("2")}, {ID: "a", Body: []byte("last wins")}, {ID: "n"}}
	if err := s.SetDocs(t.Context(), "test", docs); err != nil {
		t.Fatal(err)
	}
	wantDoc(t, s, "test", "a", "last wins")
	wantDoc(t, s, "test", "n", "")
	wantDoc(t, s, "test", "c", "3")
	if got := wantDoc(t, s, "test", "b", "2"); got == v {
		t.Fatal("SetDocs changed a document and left its version")
	}
	_, err := s.PutDoc(t.Context(), "test", "b", []byte("x"), v)
	wantErr(t, "PutDoc at the version before SetDocs", err, store.ErrConflict)
	for _, none := range [][]store.Doc{nil, {}} {
		if err := s.SetDocs(t.Context(), "test", none); err != nil {
			t.Fatal(err)
		}
	}
}

func docsKinds(t *testing.T, b Backend) {
	s := b.New(t)
	put(t, s, "one", "a", "of one", 0)
	put(t, s, "two", "a", "of two", 0)
	put(t, s, "on", "ea", "of on", 0)
	wantDoc(t, s, "one", "a", "of one")
	wantDoc(t, s, "two", "a", "of two")
	if got := list(t, s, "one", "", 0); !slices.Equal(got, []string{"a"}) {
		t.Fatalf("kind one lists %q", got)
	}
}

func docsList(t *testing.T, b Backend) {
	s := b.New(t)
	for _, id := range []string{"b", "a", "B", "", "ab", "a\x00", "é", "\xff", "10", "9"} {
		put(t, s, "test", id, "x", 0)
	}
	for sentence, tt := range map[string]struct {
		after string
		limit int
		want  []string
	}{
		"all":                          {"", 0, []string{"", "10", "9", "B", "a", "a\x00", "ab", "b", "é", "\xff"}},
		"a negative limit is no limit": {"é", -1, []string{"\xff"}},
		"the first":                    {"", 1, []string{""}},
		"some after one":               {"9", 3, []string{"B", "a", "a\x00"}},
		"after one that is not there":  {"aa", 0, []string{"ab", "b", "é", "\xff"}},
		"after the last":               {"\xff", 0, []string{}},
		"a limit beyond the end":       {"b", 100, []string{"é", "\xff"}},
	} {
		if got := list(t, s, "test", tt.after, tt.limit); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", sentence, got, tt.want)
		}
	}
}

func docsListMany(t *testing.T, b Backend) {
	s := b.New(t)
	const n = 10_000
	docs := make([]store.Doc, n)
	for i := range docs {
		docs[i] = store.Doc{ID: fmt.Sprintf("doc-%05d", n-1-i), Body: []byte("x")}
	}
	if err := s.SetDocs(t.Context(), "test", docs); err != nil {
		t.Fatal(err)
	}
	got := list(t, s, "test", "", 0)
	if len(got) != n {
		t.Fatalf("%d ids, want %d", len(got), n)
	}
	for i, id := range got {
		if id != fmt.Sprintf("doc-%05d", i) {
			t.Fatalf("id %d is %s", i, id)
		}
	}
	if got := list(t, s, "test", "doc-00999", 9000); len(got) != 9000 || got[8999] != "doc-09999" {
		t.Fatalf("with a limit: %d ids, the last is %s", len(got), got[len(got)-1])
	}
}

func docsAnyBytes(t *testing.T, b Backend) {
	s := b.New(t)
	for _, x := range nasty {
		v := put(t, s, store.Kind("kind "+x), x, x, 0)
		if got := wantDoc(t, s, store.Kind("kind "+x), x, x); got != v {
			t.Fatalf("%.20q: version %d, want %d", x, got, v)
		}
		put(t, s, "test", x, x, 0)
	}
	want := slices.Sorted(slices.Values(nasty))
	if got := list(t, s, "test", "", 0); !slices.Equal(got, want) {
		t.Fatalf("listed %.2000q, want %.2000q", got, want)
	}
}

func docsNotKept(t *testing.T, b Backend) {
	s := b.New(t)
	body := []byte("body")
	if _, err := s.PutDoc(t.Context(), "test", "a", body, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.SetDocs(t.Context(), "test", []store.Doc{{ID: "b", Body: body}}); err != nil {
		t.Fatal(err)
	}
	if string(body) != "body" {
		t.Fatalf("the caller's body became %q", body)
	}
	clear(body)
	for _, id := range []string{"a", "b"} {
		wantDoc(t, s, "test", id, "body")
		got, _, _ := s.GetDoc(t.Context(), "test", id)
		clear(got)
		wantDoc(t, s, "test", id, "body")
	}
}

func docsLarge(t *testing.T, b Backend) {
	s := b.New(t)
	body := bytes.Repeat([]byte("0123456789abcdef"), store.MaxDoc/16)
	v := put(t, s, "test", "a", string(body), 0)
	wantDoc(t, s, "test", "a", string(body))
	over := append(body, '!')
	_, err := s.PutDoc(t.Context(), "test", "a", over, v)
	wantErr(t, "PutDoc of too much", err, store.ErrTooLarge)
	err = s.SetDocs(t.Context(), "test", []store.Doc{{ID: "b", Body: []byte("x")}, {ID: "a", Body: over}})
	wantErr(t, "SetDocs of too much", err, store.ErrTooLarge)
	wantDoc(t, s, "test", "a", string(body))
	_, _, err = s.GetDoc(t.Context(), "test", "b")
	wantErr(t, "GetDoc of a document beside one that is too large", err, store.ErrNotFound)
}

func docsLoop(t *testing.T, b Backend) {
	s := b.New(t)
	for _, id := range []string{"a", "b", "c"} {
		put(t, s, "test", id, "1", 0)
	}
	for id, err := range s.ListDocs(t.Context(), "test", "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		v := put(t, s, "test", id, "2", wantDoc(t, s, "test", id, "1"))
		if err := s.DeleteDoc(t.Context(), "test", id, v); err != nil {
			t.Fatal(err)
		}
	}
	if got := list(t, s, "test", "", 0); len(got) != 0 {
		t.Fatalf("left: %q", got)
	}
	put(t, s, "test", "a", "1", 0)
	put(t, s, "test", "b", "1", 0)
	n := 0
	for range s.ListDocs(t.Context(), "test", "", 0) {
		n++
		break
	}
	if n != 1 {
		t.Fatal("the loop went on after break")
	}
}

func docsCancelled(t *testing.T, b Backend) {
	s := b.New(t)
	v := put(t, s, "test", "a", "1", 0)
	ctx := cancelled(t)
	_, _, err := s.GetDoc(ctx, "test", "a")
	wantErr(t, "GetDoc", err, context.Canceled)
	_, err = s.PutDoc(ctx, "test", "a", []byte("2"), v)
	wantErr(t, "PutDoc", err, context.Canceled)
	wantErr(t, "SetDocs", s.SetDocs(ctx, "test", []store.Doc{{ID: "a", Body: []byte("2")}}), context.Canceled)
	wantErr(t, "DeleteDoc", s.DeleteDoc(ctx, "test", "a", v), context.Canceled)
	var last error
	for _, err := range s.ListDocs(ctx, "test", "", 0) {
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Fatalf("ListDocs ended with %v, want context.Canceled", last)
	}
	if got := wantDoc(t, s, "test", "a", "1"); got != v {
		t.Fatalf("version %d, want %d", got, v)
	}
}

// docsNext: what store.NextDocs reads is what ListDocs and GetDoc do, one by one.
func docsNext(t *testing.T, b Backend) {
	s := b.New(t)
	long := strings.Repeat("m/", 2_000)
	ids := []string{"", "a", "a/1", "a/2", "b", long + "1", long + "2", "n", "z\xff", "\x00"}
	for i, id := range ids {
		must(t, s.SetDocs(t.Context(), "test", []store.Doc{{ID: id, Body: fmt.Appendf(nil, "body %d", i)}}))
	}
	must(t, s.SetDocs(t.Context(), "other", []store.Doc{{ID: "a/11", Body: []byte("of another kind")}}))
	sorted := slices.Sorted(slices.Values(ids))
	for _, from := range append([]string{"a/", "a/10", "m", "zz"}, ids...) {
		for _, limit := range []int{1, 2, 100} {
			var want []string
			for _, id := range sorted {
				if id >= from && len(want) < limit {
					want = append(want, fmt.Sprintf("%q body %d", id, slices.Index(ids, id)))
				}
			}
			list, err := store.NextDocs(t.Context(), s, "test", from, limit)
			must(t, err)
			var got []string
			for _, d := range list {
				got = append(got, fmt.Sprintf("%q %s", d.ID, d.Body))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d from %.20q: %.300q, want %.300q", limit, from, got, want)
			}
		}
	}
	if _, err := store.NextDocs(cancelled(t), s, "test", "", 2); err == nil {
		t.Error("no error after the caller has left")
	}
}
