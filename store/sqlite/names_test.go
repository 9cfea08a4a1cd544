package sqlite

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
)

// TestANumberThatWasRolledBackIsGivenAgain wants the mirror of names to forget
// what a failed transaction has numbered, in every process.
func TestANumberThatWasRolledBackIsGivenAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "names.db")
	db, other := create(t, path), open(t, path)
	broken := errors.New("broken")
	err := db.write.do(t.Context(), func(tx *tx) error {
		n, err := tx.naming(db.names)
		if err != nil {
			return err
		}
		n.id("ghost")
		return errors.Join(n.write(tx), broken)
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	facts := population(150) // two principals
	for i, h := range []*DB{db, other, db} {
		if err := h.MergeFacts(t.Context(), facts[i*50:(i+1)*50]); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range []*DB{db, other, open(t, path)} {
		var got []activity.Fact
		for _, p := range []string{"AROAEXAMPLE0000000000", "AROAEXAMPLE0000000001"} {
			for f, err := range h.Facts(t.Context(), activity.Prefix{Account: "111100000000", Principal: p}) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, f)
			}
		}
		if len(got) != 150 || got[149].Principal != "AROAEXAMPLE0000000001" || got[0].Name != "DescribeSomething00" || got[0].Region != "eu-central-1" {
			t.Fatalf("%d facts, the first %+v", len(got), got[0])
		}
	}
}

func TestTheViewIsReadable(t *testing.T) {
	db := create(t, filepath.Join(t.TempDir(), "view.db"))
	if err := db.MergeFacts(t.Context(), population(1)); err != nil {
		t.Fatal(err)
	}
	var got [9]string
	row := db.read.QueryRowContext(t.Context(), "SELECT account, principal, source, name, region, class, outcome, first, last FROM activity")
	if err := row.Scan(&got[0], &got[1], &got[2], &got[3], &got[4], &got[5], &got[6], &got[7], &got[8]); err != nil {
		t.Fatal(err)
	}
	want := [9]string{"111100000000", "AROAEXAMPLE0000000000", "service00.amazonaws.com", "DescribeSomething00", "eu-central-1", "1", "1", "2026-05-04T09:30:00Z", "2026-05-04T09:30:00Z"}
	if got != want {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
}
