package ingest

import (
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

func TestReadingCountsLeasesInForce(t *testing.T) {
	s, now := mem.New(), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	if n, err := Reading(t.Context(), s, now); n != 0 || err != nil {
		t.Fatalf("nobody reads: %d, %v", n, err)
	}
	for id, body := range map[string]string{
		"dir:/logs/a": `{"holder":"one","until":"2026-06-01T12:00:30Z"}`,
		"dir:/logs/b": `{"holder":"two","until":"2026-06-01T12:00:01Z"}`,
		"dir:/logs/c": `{"holder":"two","until":"2026-06-01T12:00:00Z"}`,
		epochID:       ``,
	} {
		if _, err := s.PutDoc(t.Context(), store.KindLease, id, []byte(body), 0); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := Reading(t.Context(), s, now); n != 2 || err != nil {
		t.Errorf("two groups are read: %d, %v", n, err)
	}
}
