package analyzers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/inventory"
)

const day = 24 * time.Hour

// TestAYear follows the findings of an account day by day over more than a year:
// use, disuse, use again, archive, delete, made again with the same name.
func TestAYear(t *testing.T) {
	w := newWorld(t, "2026-01-01")
	ctx := context.Background()
	w.used("2025-12-31", "AROA1111APP", "s3", "CreateBucket")
	w.used("2025-12-31", "AIDAALICE", "sqs", "CreateQueue")
	k := w.keeper(nil, nil)
	n := w.create(k, unused("year")).Name
	key := "user/alice UnusedIAMUserAccessKey ACTIVE AKIAALICEEXAMPLE0001"
	w.want(k, n, "role/app UnusedPermission ACTIVE ec2 s3:DeleteBucket", "role/idle UnusedIAMRole ACTIVE", key)
	born := w.find(k, n, idle, finding.UnusedIAMRole)

	steps := map[string]func(){
		"2026-01-10": func() { w.used("2026-01-10", "AROA1111IDLE", "s3", "ListBuckets") }, // used: resolved
		"2026-02-01": func() { w.used("2026-02-01", "AROA1111APP", "s3", "DeleteBucket") },
		"2026-05-01": func() {
			w.must(k.SetStatus(ctx, n, finding.Archived, []string{w.find(k, n, idle, finding.UnusedIAMRole).ID}, ""))
		},
		"2026-06-01": func() { w.used("2026-06-01", "AROA1111APP", "ec2", "RunInstances") },
		"2026-07-01": func() { // the role is deleted, and one of the same name made
			a := company()
			a.Roles[1].ID, a.Roles[1].Created = "AROA1111IDLE2", at("2026-07-01")
			w.account(a)
		},
		"2026-12-01": func() { w.account(&inventory.Account{ID: owner, Partition: "aws"}) },
	}
	checks := map[string][]string{
		"2026-01-11": {"role/app UnusedPermission ACTIVE ec2 s3:DeleteBucket", "role/idle UnusedIAMRole RESOLVED", key},
		// The role was used, but nothing that it is granted: s3:GetObject is not
		// tracked, and its service was used.
		"2026-02-02": {"role/app UnusedPermission ACTIVE ec2", "role/idle UnusedIAMRole RESOLVED", key},
		// 90 days after its update the resolved finding is gone; the role is unused
		// again from the day after, by a new finding.
		"2026-04-12": {"role/app UnusedPermission ACTIVE ec2 s3:CreateBucket", "role/idle UnusedIAMRole ACTIVE", key},
		"2026-05-02": {"role/app UnusedIAMRole ACTIVE", "role/app UnusedPermission RESOLVED ec2 s3:CreateBucket", "role/idle UnusedIAMRole ARCHIVED", key},
		"2026-06-02": {"role/app UnusedIAMRole RESOLVED", "role/app UnusedPermission ACTIVE s3", "role/idle UnusedIAMRole ARCHIVED", key},
		// Too young to be unused.
		"2026-07-02": {"role/app UnusedIAMRole RESOLVED", "role/app UnusedPermission ACTIVE s3", "role/idle UnusedIAMRole RESOLVED", key},
		"2026-09-28": {"role/app UnusedIAMRole ACTIVE", "role/app UnusedPermission RESOLVED s3", "role/idle UnusedIAMRole RESOLVED", key},
		// Old enough, and the finding of that resource is not gone yet.
		"2026-10-02": {"role/app UnusedIAMRole ACTIVE", "role/app UnusedPermission RESOLVED s3", "role/idle UnusedIAMRole ACTIVE", key},
		"2026-12-02": {"role/app UnusedIAMRole RESOLVED", "role/idle UnusedIAMRole RESOLVED",
			"user/alice UnusedIAMUserAccessKey RESOLVED AKIAALICEEXAMPLE0001"},
		"2027-03-01": {},
	}
	left := len(checks)
	for w.clock().Before(at("2027-03-02")) {
		today := w.clock().Format(time.DateOnly)
		if do := steps[today]; do != nil {
			do()
		}
		k.round(ctx, false)
		if want, ok := checks[today]; ok {
			left--
			w.want(k, n, want...)
		}
		if today == "2026-01-11" {
			f := w.find(k, n, idle, finding.UnusedIAMRole)
			if f.ID != born.ID || !f.CreatedAt.Equal(born.CreatedAt) || !f.UpdatedAt.Equal(at("2026-01-10")) {
				t.Errorf("the finding is not the one it was: %+v", f)
			}
		}
		w.pass(day)
	}
	if left != 0 {
		t.Errorf("%d days were not looked at", left)
	}
	a, err := k.Analyzer(ctx, n)
	w.must(err)
	if left := w.orphans(k, a.UID); len(left) > 0 {
		t.Errorf("documents that nothing refers to: %q", left)
	}
}

func TestArchiveRulesAreForNewFindings(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	k := w.keeper(nil, nil)
	a := unused("ruled")
	a.Rules = []finding.Rule{{Name: "keys", Filter: finding.Filter{"findingType": {Eq: []string{"UnusedIAMUserAccessKey"}}}}}
	n := w.create(k, a).Name
	w.want(k, n, "role/app UnusedIAMRole ACTIVE", "role/idle UnusedIAMRole ACTIVE", "user/alice UnusedIAMUserAccessKey ARCHIVED AKIAALICEEXAMPLE0001")
	r := finding.Rule{Name: "idle", Filter: finding.Filter{"resource": {Contains: []string{"/idle"}}}}
	w.must(k.CreateRule(ctx, n, r, "token"))
	w.must(k.CreateRule(ctx, n, r, "token"))
	r.Filter = finding.Filter{"resource": {Contains: []string{"/other"}}}
	if err := k.CreateRule(ctx, n, r, "token"); !errors.Is(err, ErrTokenReused) {
		t.Errorf("token with another filter: %v", err)
	}
	if err := k.CreateRule(ctx, n, r, "other"); !errors.Is(err, ErrRuleExists) {
		t.Errorf("second rule of the name: %v", err)
	}
	w.must(k.Scan(ctx, n))
	w.want(k, n, "role/app UnusedIAMRole ACTIVE", "role/idle UnusedIAMRole ACTIVE", "user/alice UnusedIAMUserAccessKey ARCHIVED AKIAALICEEXAMPLE0001")
	w.must(k.ApplyRule(ctx, n, "idle"))
	w.want(k, n, "role/app UnusedIAMRole ACTIVE", "role/idle UnusedIAMRole ARCHIVED", "user/alice UnusedIAMUserAccessKey ARCHIVED AKIAALICEEXAMPLE0001")
	w.must(k.DeleteRule(ctx, n, "idle", ""))
	if err := k.ApplyRule(ctx, n, "idle"); !errors.Is(err, ErrNoRule) {
		t.Errorf("apply a rule that is gone: %v", err)
	}
	w.must(k.SetStatus(ctx, n, finding.Active, nil, idle))
	w.want(k, n, "role/app UnusedIAMRole ACTIVE", "role/idle UnusedIAMRole ACTIVE", "user/alice UnusedIAMUserAccessKey ARCHIVED AKIAALICEEXAMPLE0001")
}

func TestOneResourceIsScanned(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	k := w.keeper(nil, nil)
	n := w.create(k, unused("one")).Name
	w.pass(time.Hour)
	w.used("2026-06-01T12:30:00Z", "AROA1111IDLE", "s3", "ListBuckets")
	w.used("2026-06-01T12:30:00Z", "AROA1111APP", "s3", "CreateBucket")
	w.must(k.ScanResource(ctx, n, idle))
	w.want(k, n, "role/app UnusedIAMRole ACTIVE", "role/idle UnusedIAMRole RESOLVED", "user/alice UnusedIAMUserAccessKey ACTIVE AKIAALICEEXAMPLE0001")
	a, err := k.Analyzer(ctx, n)
	w.must(err)
	if got, err := k.Analysis(ctx, a); err != nil || got.LastResource != idle || !got.LastResourceAt.Equal(at("2026-06-01T13:00:00Z")) {
		t.Errorf("analysis %+v, %v", got, err)
	}
	for _, name := range []string{"arn:aws:iam::111122223333:role/none", "arn:aws:iam::999999999999:role/idle", "x"} {
		if err := k.ScanResource(ctx, n, name); !errors.Is(err, ErrNoResource) {
			t.Errorf("scan of %s: %v", name, err)
		}
	}
}

func TestWhatAnalyzersMayNot(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	k := w.keeper(nil, nil)
	made, err := k.Create(ctx, unused("first"), "token")
	w.must(err)
	if again, err := k.Create(ctx, unused("first"), "token"); err != nil || again.UID != made.UID {
		t.Errorf("the same request again: %+v, %v", again, err)
	}
	other := unused("first")
	other.Age = 30
	organization := unused("organization")
	organization.Type = finding.OrganizationUnusedAccess
	internal := unused("internal")
	internal.Type = finding.AccountInternalAccess
	_, refused := k.Create(ctx, internal, "")
	if member, ok := errors.AsType[*finding.MemberError](refused); !ok || !member.Unsupported {
		t.Errorf("internal access: %v", refused)
	}
	for what, c := range map[string]struct {
		a     finding.Analyzer
		token string
		want  error
	}{
		"token of another request": {other, "token", ErrTokenReused},
		"same name":                {other, "", ErrAnalyzerExists},
		"second of the type":       {unused("second"), "", ErrAnalyzerQuota},
		"no organization":          {organization, "", ErrNotOrganization},
	} {
		if _, err := k.Create(ctx, c.a, c.token); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	elsewhere := unused("second")
	elsewhere.Region = "eu-west-1"
	w.create(k, elsewhere)
	all, err := k.All(ctx)
	w.must(err)
	if len(all) != 2 || all[0].Name.Name != "second" || all[1].Name.Name != "first" {
		t.Errorf("analyzers: %v", all)
	}
	age := 366
	if _, err := k.Configure(ctx, made.Name, finding.Configuration{Age: &age}); err == nil {
		t.Error("an age of 366 days was taken")
	}
	unknown := unused("none").Name
	for what, err := range map[string]error{
		"view": second(k.View(ctx, unknown)), "delete": k.Delete(ctx, unknown, ""), "status": k.SetStatus(ctx, unknown, finding.Active, nil, idle),
		"scan": k.Scan(ctx, unknown), "resource": k.ScanResource(ctx, unknown, idle), "recommend": k.Recommend(ctx, unknown, "x"),
		"rule": k.DeleteRule(ctx, unknown, "x", ""), "tags": k.SetTags(ctx, unknown, func(map[string]string) {}),
	} {
		if !errors.Is(err, ErrNoAnalyzer) {
			t.Errorf("%s of no analyzer: %v", what, err)
		}
	}
}

func second[A any](_ A, err error) error { return err }

func TestConfigurationScansAgain(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	w.used("2026-04-01", "AROA1111IDLE", "s3", "ListBuckets")
	k := w.keeper(nil, nil)
	n := w.create(k, unused("configured")).Name
	w.want(k, n, "role/app UnusedIAMRole ACTIVE", "user/alice UnusedIAMUserAccessKey ACTIVE AKIAALICEEXAMPLE0001")
	age := 30
	_, err := k.Configure(ctx, n, finding.Configuration{Age: &age})
	w.must(err)
	w.want(k, n, "role/app UnusedIAMRole ACTIVE", "role/idle UnusedIAMRole ACTIVE", "user/alice UnusedIAMUserAccessKey ACTIVE AKIAALICEEXAMPLE0001")
	w.must(k.SetTags(ctx, n, func(tags map[string]string) { tags["team"] = "blue" }))
	a, err := k.Analyzer(ctx, n)
	w.must(err)
	if a.Tags["team"] != "blue" || a.Age != 30 {
		t.Errorf("analyzer %+v", a)
	}
	w.must(k.Delete(ctx, n, ""))
	if left := w.orphans(k, a.UID); len(left) > 0 {
		t.Errorf("a deleted analyzer leaves %q", left)
	}
	again := w.create(k, unused("configured"))
	if again.UID == a.UID || !slices.Equal(w.lines(k, n), []string{"role/app UnusedIAMRole ACTIVE", "user/alice UnusedIAMUserAccessKey ACTIVE AKIAALICEEXAMPLE0001"}) {
		t.Errorf("made again: %+v with %q", again, w.lines(k, n))
	}
}

// TestDeletionsThatComeAgain: AA-3.
func TestDeletionsThatComeAgain(t *testing.T) {
	w := newWorld(t, "2026-06-01")
	ctx := context.Background()
	k := w.keeper(nil, nil)
	a := unused("going")
	a.Rules = []finding.Rule{{Name: "keys", Filter: finding.Filter{"findingType": {Eq: []string{"UnusedIAMUserAccessKey"}}}}}
	n := w.create(k, a).Name
	for range 2 {
		w.must(k.DeleteRule(ctx, n, "keys", "one"))
	}
	if err := k.DeleteRule(ctx, n, "keys", "two"); !errors.Is(err, ErrNoRule) {
		t.Errorf("another request for the rule: %v", err)
	}
	if again, err := k.Deleted(ctx, n, "three"); again || err != nil {
		t.Errorf("before: %v, %v", again, err)
	}
	for range 2 {
		w.must(k.Delete(ctx, n, "three"))
	}
	if again, err := k.Deleted(ctx, n, "three"); !again || err != nil {
		t.Errorf("after: %v, %v", again, err)
	}
	if err := k.Delete(ctx, n, "four"); !errors.Is(err, ErrNoAnalyzer) {
		t.Errorf("another request for the analyzer: %v", err)
	}
	made := w.create(k, unused("going"))
	w.must(k.Delete(ctx, n, "three")) // it is there again, and so it goes again
	if _, err := k.Analyzer(ctx, made.Name); !errors.Is(err, ErrNoAnalyzer) {
		t.Errorf("made again and deleted: %v", err)
	}
	for i := range 300 {
		w.must(k.change(ctx, owner, "us-east-1", func(s *shelf) error {
			s.note(deletion{Token: fmt.Sprint(i), Analyzer: "x", At: w.clock()})
			return nil
		}))
	}
	s, _, err := k.shelf(ctx, shelfID(owner, "us-east-1"))
	w.must(err)
	if len(s.Gone) != 200 || s.deleted("99", "x", "") || !s.deleted("100", "x", "") {
		t.Errorf("%d deletions are known", len(s.Gone))
	}
	w.pass(day)
	w.create(k, unused("going"))
	w.must(k.Delete(ctx, n, "five"))
	if again, err := k.Deleted(ctx, n, "three"); again || err != nil {
		t.Errorf("a day later: %v, %v", again, err)
	}
}
