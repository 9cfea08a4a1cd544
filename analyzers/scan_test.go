package analyzers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/store"
)

// organize makes an organization of the company and two more accounts.
func (w *world) organize() {
	w.t.Helper()
	o := organization.New("o-exampleorgid", "r-exam", organization.Account{ID: owner, Name: "main", Email: "main@example.com"})
	for _, id := range []string{"222233334444", "333344445555"} {
		w.account(&inventory.Account{ID: id, Partition: "aws", Roles: []*inventory.Role{role(id, "worker", allow("sns:Publish"))}})
		w.recorded(id)
		w.must(o.AddAccount(organization.Account{ID: id, Name: "m" + id, Email: id + "@example.com"}))
	}
	w.must(w.book.CreateOrganization(context.Background(), o))
}

var wholeOrganization = []string{
	"role/app UnusedIAMRole ACTIVE", "role/idle UnusedIAMRole ACTIVE", "role/worker UnusedIAMRole ACTIVE", "role/worker UnusedIAMRole ACTIVE",
	"user/alice UnusedIAMUserAccessKey ACTIVE AKIAALICEEXAMPLE0001",
}

func wide(name string) finding.Analyzer {
	a := unused(name)
	a.Type = finding.OrganizationUnusedAccess
	return a
}

// TestACrashAtEveryWriteOfAScan: whatever write fails, done or not, what shows
// is nothing or the whole, and the next keeper makes it whole.
func TestACrashAtEveryWriteOfAScan(t *testing.T) {
	for _, lost := range []bool{false, true} {
		ended := false
		for at := 1; !ended; at++ {
			w := newWorld(t, "2026-06-01")
			w.organize()
			sick := &faulty{Store: w.store, failAt: at, lost: lost}
			first := w.keeper(sick, func(c *Config) { c.Changes = true })
			made, err := first.Create(context.Background(), wide("all"), "")
			if err == nil {
				first.Close()
			}
			ended = sick.writes < at
			healthy := w.keeper(nil, func(c *Config) { c.Changes = true })
			if made == nil {
				made = w.create(healthy, wide("all2"))
			}
			if got := w.lines(healthy, made.Name); len(got) != 0 && !slices.Equal(got, wholeOrganization) {
				t.Fatalf("write %d (lost %v): a part shows: %q", at, lost, got)
			}
			w.pass(2 * leaseFor)
			healthy.round(context.Background(), false)
			w.want(healthy, made.Name, wholeOrganization...)
			events, err := healthy.Pending(context.Background(), 100)
			w.must(err)
			if len(events) < len(wholeOrganization) {
				t.Errorf("write %d (lost %v): %d events", at, lost, len(events))
			}
			if at > 100 {
				t.Fatal("does not end")
			}
		}
	}
}

// TestAnArchiveDuringAScanStays: what users do while a scan runs is not undone.
func TestAnArchiveDuringAScanStays(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	healthy := w.keeper(nil, nil)
	n := w.create(healthy, unused("busy")).Name
	first := w.find(healthy, n, idle, finding.UnusedIAMRole)
	w.pass(day)
	between := false
	slow := &faulty{Store: w.store}
	slow.before = func(kind store.Kind) {
		if kind == store.KindFindings && !between {
			between = true
			w.must(healthy.SetStatus(ctx, n, finding.Archived, []string{first.ID}, ""))
		}
	}
	w.must(w.keeper(slow, nil).Scan(ctx, n))
	if !between {
		t.Fatal("nothing came between")
	}
	f := w.find(healthy, n, idle, finding.UnusedIAMRole)
	if f.Status != finding.Archived || !f.AnalyzedAt.Equal(at("2026-06-02")) {
		t.Errorf("after the scan: %+v", f)
	}
}

// TestShortRecordsCallNothingUnused: AA-29.
func TestShortRecordsCallNothingUnused(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	id := "444455556666"
	w.account(&inventory.Account{ID: id, Partition: "aws", Roles: []*inventory.Role{role(id, "quarterly", allow("sns:Publish"))}})
	a := unused("short")
	a.Account = id
	k := w.keeper(nil, nil)
	n := w.create(k, a).Name
	w.want(k, n)
	call := func(when string) {
		w.must(w.store.MergeFacts(context.Background(), []activity.Fact{activity.Attempt(activity.Key{
			Account: id, Principal: "AIDANOBODY", Source: "sts.amazonaws.com", Name: "X" + when, Region: "us-east-1",
			Class: activity.Management, Outcome: activity.Succeeded,
		}, at(when), when)}))
	}
	call("2026-05-01") // the logs of the last month
	w.must(k.Scan(context.Background(), n))
	w.want(k, n)
	call("2026-03-03T12:00:00Z") // and of the first moment of the period
	w.must(k.Scan(context.Background(), n))
	w.want(k, n, "role/quarterly UnusedIAMRole ACTIVE")
	w.pass(100 * day) // no logs come any more: what was found stands
	w.must(k.Scan(context.Background(), n))
	w.want(k, n, "role/quarterly UnusedIAMRole ACTIVE")
	if f := w.find(k, n, "arn:aws:iam::"+id+":role/quarterly", finding.UnusedIAMRole); f.Error != finding.InternalError {
		t.Errorf("a finding that could not be looked at again: %+v", f)
	}
}

// TestHistoryThatWasDeletedCallsNothingUnused: AA-29. What was found before
// stands, and nothing is recommended and no policy is made from what is left.
func TestHistoryThatWasDeletedCallsNothingUnused(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	w.used("2026-05-30", "AROA1111APP", "s3", "CreateBucket")
	w.used("2026-02-01", "AROA1111IDLE", "s3", "CreateBucket") // before the period
	k := w.keeper(nil, func(c *Config) { c.Delay = time.Minute })
	n := w.create(k, unused("early")).Name
	found := w.lines(k, n)
	id := w.find(k, n, app, finding.UnusedPermission).ID
	prune := func(day string) {
		t.Helper()
		if _, err := store.Prune(ctx, w.store, activity.DayOf(at(day)), nil); err != nil {
			t.Fatal(err)
		}
	}
	prune("2026-02-10") // the period begins on March 3 at noon
	w.must(k.Scan(ctx, n))
	if f := w.find(k, n, app, finding.UnusedPermission); f.Error != "" {
		t.Errorf("while the period is kept: %+v", f)
	}
	w.must(k.Recommend(ctx, n, id))
	w.pass(time.Minute)
	if r, err := k.Recommendation(ctx, n, id); err != nil || r.Status != Succeeded {
		t.Errorf("while the period is kept: %+v, %v", r, err)
	}

	prune("2026-03-05")
	w.must(k.Scan(ctx, n))
	w.want(k, n, found...)
	if f := w.find(k, n, app, finding.UnusedPermission); f.Error != finding.InternalError {
		t.Errorf("a finding that could not be looked at again: %+v", f)
	}
	w.must(k.Recommend(ctx, n, id))
	generation, err := k.StartGeneration(ctx, GenerationRequest{Account: owner, Region: "us-east-1", Principal: app, From: at("2026-03-04"), Token: "one"})
	w.must(err)
	w.pass(time.Minute)
	says := "History before 2026-03-05 was deleted (ebbmark prune), and the period begins before that: "
	if r, err := k.Recommendation(ctx, n, id); err != nil || r.Status != Failed || r.ErrorCode != "HISTORY_DELETED_ERROR" || r.ErrorMessage != says+"nothing is known to be unused." {
		t.Errorf("recommended: %+v, %v", r, err)
	}
	g, _, _, err := k.Generated(ctx, owner, "us-east-1", generation, false, false)
	w.must(err)
	if g.Status != Failed || g.ErrorMessage != says+"the policy would lack what was used." {
		t.Errorf("generated: %+v", g)
	}
	w.must(k.Delete(ctx, n, ""))
	w.want(k, w.create(k, unused("late")).Name)
}

// TestADetailThatMovesDuringAScan: what a user changes while an account is looked
// at takes the document of its details away.
func TestADetailThatMovesDuringAScan(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	w.used("2026-05-30", "AROA1111APP", "s3", "CreateBucket")
	healthy := w.keeper(nil, nil)
	n := w.create(healthy, unused("moving")).Name
	w.pass(100 * day)                                                // the role is unused as a whole now, and the old finding keeps its details
	w.used("2026-09-08", "AROA1111IDLE", "ec2", "DescribeInstances") // new details, so that the document is written anew
	old := w.find(healthy, n, app, finding.UnusedPermission)
	moved := false
	v, err := healthy.View(ctx, n)
	w.must(err)
	details := docID(v.Analyzer.UID, v.byID[old.ID].details)
	slow := &faulty{Store: w.store}
	slow.reading = func(kind store.Kind, id string) {
		if kind == store.KindFindingPart && id == details && !moved {
			moved = true
			w.pass(-99 * day)
			w.used("2026-06-02", "AROA1111APP", "ec2", "RunInstances")
			w.must(healthy.ScanResource(ctx, n, app))
			w.pass(99 * day)
		}
	}
	w.must(w.keeper(slow, nil).Scan(ctx, n))
	f := w.find(healthy, n, app, finding.UnusedPermission)
	if !moved || f.ID != old.ID || f.Status != finding.Resolved {
		t.Errorf("after the scan: %+v", f)
	}
	w.want(healthy, n, "role/app UnusedIAMRole ACTIVE", "role/app UnusedPermission RESOLVED s3:DeleteBucket", "role/idle UnusedIAMRole RESOLVED",
		"role/idle UnusedPermission ACTIVE s3", "user/alice UnusedIAMUserAccessKey ACTIVE AKIAALICEEXAMPLE0001")
}

func TestOneScanAtATime(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	k := w.keeper(nil, nil)
	n := w.create(k, unused("leased")).Name
	var during error
	slow := &faulty{Store: w.store}
	slow.before = func(kind store.Kind) {
		if kind == store.KindFindings && during == nil {
			during = k.Scan(ctx, n)
		}
	}
	w.must(w.keeper(slow, nil).Scan(ctx, n))
	if !errors.Is(during, ErrScanRuns) {
		t.Errorf("a second scan meanwhile: %v", during)
	}
	// The holder is gone: after a minute the lease is free, and its late write
	// comes to nothing.
	during = nil
	slow.before = func(kind store.Kind) {
		if kind == store.KindFindings && during == nil {
			w.pass(2 * leaseFor)
			during = errors.Join(errors.New("done"), k.Scan(ctx, n))
		}
	}
	late := w.keeper(slow, nil).Scan(ctx, n)
	if !errors.Is(late, errLost) || during.Error() != "done" {
		t.Errorf("the late scan: %v; the other one: %v", late, during)
	}
}

// TestAScanIsTakenUpAgain: accounts that were done before a crash are not looked
// at again.
func TestAScanIsTakenUpAgain(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	w.organize()
	ctx := context.Background()
	begun := w.clock()
	sick := &faulty{Store: w.store, failAt: 1 << 30}
	sick.before = func(kind store.Kind) {
		w.pass(checkpointEvery) // every account is noted
		if kind == store.KindFindings {
			sick.mu.Lock()
			sick.failAt = sick.writes + 1
			sick.mu.Unlock()
		}
	}
	first := w.keeper(sick, nil)
	made := w.create(first, wide("resumed"))
	if got := w.lines(first, made.Name); len(got) != 0 {
		t.Fatalf("a part shows: %q", got)
	}
	w.pass(2 * leaseFor)
	counted := &faulty{Store: w.store}
	parts := 0
	counted.before = func(kind store.Kind) {
		if kind == store.KindFindingPart {
			parts++
		}
	}
	k := w.keeper(counted, nil)
	k.round(ctx, false)
	w.want(k, made.Name, wholeOrganization...)
	if parts != 0 {
		t.Errorf("%d writes of findings that were written", parts)
	}
	if f := w.find(k, made.Name, idle, finding.UnusedIAMRole); f.AnalyzedAt.Sub(begun) > time.Minute {
		t.Errorf("analyzed at %v, begun at %v", f.AnalyzedAt, begun)
	}
}

func TestAnAccountThatLeavesTheOrganization(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	w.organize()
	ctx := context.Background()
	k := w.keeper(nil, nil)
	n := w.create(k, wide("leaving")).Name
	w.must(w.book.WriteOrganization(ctx, "o-exampleorgid", func(o *organization.Organization) error { return o.RemoveAccount("333344445555") }))
	w.must(k.Scan(ctx, n))
	want := slices.Clone(wholeOrganization)
	want[3] = "role/worker UnusedIAMRole RESOLVED"
	w.want(k, n, want...)
	_, err := k.Configure(ctx, n, finding.Configuration{Exclusions: []finding.Exclusion{{Accounts: []string{"222233334444"}}}})
	w.must(err)
	want[2] = "role/worker UnusedIAMRole RESOLVED"
	w.want(k, n, want...)
}

func TestManyFindingsAreInPartsThatSmallChangesLeaveAlone(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	a := company()
	for i := range 2000 {
		a.Roles = append(a.Roles, role(owner, fmt.Sprintf("many%04d", i), allow("s3:GetObject")))
	}
	w.account(a)
	k := w.keeper(nil, nil)
	n := w.create(k, unused("many")).Name
	v, err := k.View(ctx, n)
	w.must(err)
	if len(v.head.Parts) < 5 || len(v.byID) != 2003 {
		t.Fatalf("%d findings in %d parts", len(v.byID), len(v.head.Parts))
	}
	w.must(k.SetStatus(ctx, n, finding.Archived, []string{w.find(k, n, idle, finding.UnusedIAMRole).ID}, ""))
	after, err := k.View(ctx, n)
	w.must(err)
	differ := 0
	for i, p := range after.head.Parts {
		if p != v.head.Parts[i] {
			differ++
		}
	}
	if differ != 1 || len(after.byID) != 2003 {
		t.Errorf("%d of %d parts were written for one finding", differ, len(after.head.Parts))
	}
}
