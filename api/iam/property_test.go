package iam

import (
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/wire"
)

// The same events, in any order, in any batches and repeated, change no byte of
// any report.
func TestReportsDoNotDependOnTheOrderOfEvents(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	events := randomEvents(rnd, 1500)
	want := reportBytes(t, [][]activity.Fact{events})
	for range 8 {
		got := reportBytes(t, batches(rnd, events))
		for subject, body := range want {
			if got[subject] != body {
				t.Fatalf("%s: got\n%s\nwant\n%s", subject, got[subject], body)
			}
		}
	}
}

// batches shuffles, repeats and splits.
func batches(rnd *rand.Rand, events []activity.Fact) [][]activity.Fact {
	all := append(slices.Clone(events), events[:rnd.IntN(len(events))]...)
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var out [][]activity.Fact
	for len(all) > 0 {
		n := 1 + rnd.IntN(len(all))
		out, all = append(out, all[:n]), all[n:]
	}
	return out
}

func randomEvents(rnd *rand.Rand, n int) []activity.Fact {
	one := func(list ...string) string { return list[rnd.IntN(len(list))] }
	var out []activity.Fact
	for range n {
		when := time.Date(2026, 6, 3, 0, 0, 0, 0, time.UTC).Add(-time.Duration(rnd.IntN(500*24)) * time.Hour)
		call := [][2]string{{"s3", "CreateBucket"}, {"s3", "ListBuckets"}, {"s3", "GetObject"}, {"ec2", "RunInstances"},
			{"ec2", "Unheard"}, {"iam", "ListUsers"}, {"dynamodb", "GetItem"}}[rnd.IntN(7)]
		f := event(when.Format(time.RFC3339), one(aliceID, bobID, appID, f1Prefix+"user/alice", f1Prefix+"role/app"), call[0], call[1],
			one("us-east-1", "eu-west-1", "mx-central-1"), activity.Class(1+rnd.IntN(2)), activity.Outcome(1+rnd.IntN(3)))
		out = append(out, f)
	}
	return out
}

// reportBytes is the answers about several subjects after the batches came in.
func reportBytes(t *testing.T, in [][]activity.Fact) map[string]string {
	t.Helper()
	w := newWorld(t)
	for _, batch := range in {
		w.must(w.store.MergeFacts(t.Context(), batch))
	}
	out := map[string]string{}
	for _, subject := range []string{"user/alice", "group/developers", "role/app", "policy/TeamEc2", "policy/BoundaryAll"} {
		job := w.generate(f1Prefix+subject, "ACTION_LEVEL")
		out[subject] = w.raw("GetServiceLastAccessedDetails", "JobId", job, "MaxItems", "1000")
		out[subject+" entities"] = w.raw("GetServiceLastAccessedDetailsWithEntities", "JobId", job, "ServiceNamespace", "s3")
	}
	return out
}

// raw is an answer as it is sent.
func (w *world) raw(operation string, pairs ...string) string {
	w.t.Helper()
	req := &wire.Request{ID: "REQ", Body: []byte(form(operation, pairs...).Encode()), HTTP: httptest.NewRequest("POST", "/", nil)}
	r := w.router.Serve(w.t.Context(), auditor(), "iam", req)
	if r.Status != 200 {
		w.t.Fatalf("%s: %d %s", operation, r.Status, r.Body)
	}
	return string(r.Body)
}
