package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
)

func TestServeKeeps(t *testing.T) {
	dsn := rankStore(t, false)
	s, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	long := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	k := activity.Key{Account: "111122223333", Principal: "AIDAADA", Source: "s3.amazonaws.com", Name: "PutBucketAcl", Region: "us-east-1", Class: activity.Management}
	err = s.MergeFacts(t.Context(), []activity.Fact{activity.Attempt(k, long, "e")})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, says string }{
		{"--keep 400", "--keep 400: want 401 to 36500 (reports look back 400 days), or 0 to keep all"},
		{"--keep -1", "--keep -1: want 401"},
		{"--keep 401 --as-of 2026-06-01T00:00:00Z", "--keep and --as-of do not go together"},
	} {
		if code, stderr := runToEnd(t, testEnv(), append([]string{"serve", "--store", dsn}, strings.Fields(c.args)...)...); code != 2 || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: exit %d, %s", c.args, code, stderr)
		}
	}
	server := startServe(t, testEnv(), "--store", dsn, "--keep", "1000", "--days", "600")
	eventually(t, "old history goes", func() bool {
		return strings.Contains(server.stderr.String(), "facts=1 before=2023-08-")
	})
	server.stop()
	// A server that looks back further than history goes says so.
	server = startServe(t, testEnv(), "--store", dsn, "--days", "2000")
	if !strings.Contains(server.stderr.String(), "history before 2023-08-") {
		t.Errorf("%s", server.stderr)
	}
}

// TestOneServerPrunesADay: of several that look, one does; a turn in the future,
// of a clock that was wrong, holds nobody up.
func TestOneServerPrunesADay(t *testing.T) {
	docs := mem.New()
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {0, false}, {23 * time.Hour, false}, {24 * time.Hour, true}, {24*time.Hour - time.Minute, true}, {25 * time.Hour, false}} {
		if got, err := takePruneTurn(t.Context(), docs, now.Add(c.after)); err != nil || got != c.want {
			t.Errorf("after %v: %v, %v", c.after, got, err)
		}
	}
	two := conflicting{docs}
	if got, err := takePruneTurn(t.Context(), two, now.AddDate(0, 1, 0)); got || err != nil {
		t.Errorf("when another one was faster: %v, %v", got, err)
	}
}

// conflicting is documents that others write first.
type conflicting struct{ store.Store }

func (conflicting) PutDoc(context.Context, store.Kind, string, []byte, store.Version) (store.Version, error) {
	return 0, store.ErrConflict
}
