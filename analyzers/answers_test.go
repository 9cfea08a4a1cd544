package analyzers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/store"
)

func TestEventsAreDeliveredInOrder(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	k := w.keeper(nil, func(c *Config) { c.Changes = true })
	n := w.create(k, unused("told")).Name
	f := w.find(k, n, idle, finding.UnusedIAMRole)
	w.must(k.SetStatus(ctx, n, finding.Archived, []string{f.ID}, ""))
	w.must(k.SetStatus(ctx, n, finding.Active, []string{f.ID}, ""))
	told := func(limit int) (out []string, events []Event) {
		t.Helper()
		events, err := k.Pending(ctx, limit)
		w.must(err)
		for _, e := range events {
			out = append(out, fmt.Sprint(e.Finding.Type, " ", e.Finding.Status))
		}
		return out, events
	}
	all := []string{"UnusedIAMRole ACTIVE", "UnusedIAMRole ACTIVE", "UnusedIAMUserAccessKey ACTIVE", "UnusedIAMRole ARCHIVED", "UnusedIAMRole ACTIVE"}
	got, events := told(100)
	if !slices.Equal(got, all) {
		t.Fatalf("events %q", got)
	}
	w.must(k.Delivered(ctx, events[1]))
	w.must(k.Delivered(ctx, events[0])) // a late answer changes nothing
	if got, _ := told(2); !slices.Equal(got, all[2:4]) {
		t.Errorf("after two: %q", got)
	}
	w.must(k.Delivered(ctx, events[3]))
	if got, _ := told(100); !slices.Equal(got, all[4:]) {
		t.Errorf("after four: %q", got)
	}
	w.must(k.Delivered(ctx, events[4]))
	w.pass(day)
	w.must(k.Scan(ctx, n)) // nothing is new
	if got, _ := told(100); len(got) != 0 {
		t.Errorf("after all: %q", got)
	}
	w.used("2026-06-02", "AROA1111IDLE", "s3", "ListBuckets")
	w.must(k.Scan(ctx, n))
	if got, _ := told(100); !slices.Equal(got, []string{"UnusedIAMRole RESOLVED"}) {
		t.Errorf("after use: %q", got)
	}
	late, err := k.Pending(ctx, 1)
	w.must(err)
	w.must(k.Delete(ctx, n, ""))
	w.must(k.Delivered(ctx, late[0]))
	w.must(k.each(ctx, store.KindDelivery, "", func(id string) { t.Errorf("a delivery is left of analyzer %s", id) }))
}

func TestRecommendations(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	w.used("2026-05-30", "AROA1111APP", "s3", "CreateBucket")
	k := w.keeper(nil, func(c *Config) { c.Delay = time.Minute })
	n := w.create(k, unused("recommending")).Name
	id := w.find(k, n, app, finding.UnusedPermission).ID
	if _, err := k.Recommendation(ctx, n, id); !errors.Is(err, ErrNoRecommendation) {
		t.Errorf("before it was asked for: %v", err)
	}
	w.must(k.Recommend(ctx, n, id))
	if r, err := k.Recommendation(ctx, n, id); err != nil || r.Status != InProgress || !r.Completed.IsZero() || r.Steps != nil {
		t.Errorf("at once: %+v, %v", r, err)
	}
	w.pass(time.Minute)
	r, err := k.Recommendation(ctx, n, id)
	w.must(err)
	if r.Status != Succeeded || r.Resource != app || len(r.Steps) != 2 || r.Steps[0].Action != "CREATE_POLICY" || r.Steps[1].Action != "DETACH_POLICY" ||
		r.Steps[0].Recommended != `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"*"}]}` {
		t.Errorf("recommended: %+v", r)
	}
	if err := k.Recommend(ctx, n, w.find(k, n, idle, finding.UnusedIAMRole).ID); !errors.Is(err, ErrWrongType) {
		t.Errorf("of an unused role: %v", err)
	}
	if err := k.Recommend(ctx, n, "none"); !errors.Is(err, ErrNoFinding) {
		t.Errorf("of no finding: %v", err)
	}
	gone := company()
	gone.Roles = gone.Roles[1:]
	w.account(gone)
	w.must(k.Recommend(ctx, n, id))
	w.pass(time.Minute)
	if r, err := k.Recommendation(ctx, n, id); err != nil || r.Status != Failed || r.ErrorCode != "RESOURCE_NOT_FOUND_ERROR" {
		t.Errorf("of a role that is gone: %+v, %v", r, err)
	}
}

func TestPolicyGenerations(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	w.used("2026-05-30", "AROA1111APP", "s3", "CreateBucket")
	k := w.keeper(nil, func(c *Config) { c.Delay = time.Minute })
	ask := GenerationRequest{Account: owner, Region: "us-east-1", Principal: app, From: at("2026-05-01"), Token: "one"}
	id, err := k.StartGeneration(ctx, ask)
	w.must(err)
	if again, err := k.StartGeneration(ctx, ask); err != nil || again != id {
		t.Errorf("the same request again: %q, %v", again, err)
	}
	ask.Token = "two"
	if _, err := k.StartGeneration(ctx, ask); !errors.Is(err, ErrGenerationRuns) {
		t.Errorf("a second one: %v", err)
	}
	w.pass(time.Minute)
	g, policies, complete, err := k.Generated(ctx, owner, "us-east-1", id, false, false)
	w.must(err)
	if g.Status != Succeeded || !complete || !g.To.Equal(at("2026-06-01")) ||
		!slices.Equal(policies, []string{`{"Version":"2012-10-17","Statement":[{"Sid":"SupportedServiceSid0","Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"*"}]}`}) {
		t.Errorf("generated %+v %q %v", g, policies, complete)
	}
	id2, err := k.StartGeneration(ctx, ask)
	w.must(err)
	w.must(k.CancelGeneration(ctx, owner, "us-east-1", id2))
	w.must(k.CancelGeneration(ctx, owner, "us-east-1", id)) // finished: no effect
	ask.Token, ask.Principal = "three", "arn:aws:iam::111122223333:role/none"
	id3, err := k.StartGeneration(ctx, ask)
	w.must(err)
	w.pass(time.Minute)
	list, err := k.Generations(ctx, owner, "us-east-1")
	w.must(err)
	if len(list) != 3 || list[0].ID != id3 || list[0].Status != Failed || list[0].ErrorCode != "RESOURCE_NOT_FOUND_ERROR" || list[1].Status != Canceled || list[2].Status != Succeeded {
		t.Errorf("list %+v", list)
	}
	ask.Token, ask.From = "four", at("2026-02-01")
	_, err = k.StartGeneration(ctx, ask)
	if member, ok := errors.AsType[*finding.MemberError](err); !ok || member.Member != "cloudTrailDetails.startTime" {
		t.Errorf("more than 90 days: %v", err)
	}
	if _, _, _, err := k.Generated(ctx, owner, "us-east-1", "none", false, false); !errors.Is(err, ErrNoGeneration) {
		t.Errorf("unknown id: %v", err)
	}
	w.pass(8 * day)
	if list, err := k.Generations(ctx, owner, "us-east-1"); err != nil || len(list) != 0 {
		t.Errorf("after eight days: %v, %v", list, err)
	}
}

func TestFiftyGenerationsADay(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	k := w.keeper(nil, nil)
	ask := GenerationRequest{Account: owner, Region: "us-east-1", Principal: app}
	for range 50 {
		_, err := k.StartGeneration(ctx, ask)
		w.must(err)
	}
	if _, err := k.StartGeneration(ctx, ask); !errors.Is(err, ErrGenerationQuota) {
		t.Errorf("the 51st: %v", err)
	}
	w.pass(day)
	if _, err := k.StartGeneration(ctx, ask); err != nil {
		t.Errorf("on the next day: %v", err)
	}
}
