package iam

import (
	"context"
	"encoding/base64"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// table is the content of the credential report.
func (w *world) table() string {
	w.t.Helper()
	answer := w.get("GetCredentialReport").(map[string]any)
	text, err := base64.StdEncoding.DecodeString(answer["Content"].(string))
	w.must(err)
	if answer["ReportFormat"] != "text/csv" {
		w.t.Errorf("format %v", answer["ReportFormat"])
	}
	return string(text)
}

const reportHeader = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n"

// I12 of iam-entities.md.
func TestCredentialReport(t *testing.T) {
	w := newF1(t)
	if got, want := w.fails(auditor(), "GetCredentialReport"), "410 ReportNotPresent: There is no credential report of this account. Generate one with GenerateCredentialReport."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	w.must(w.store.MergeFacts(t.Context(), []activity.Fact{
		event("2026-05-30T08:00:00Z", aliceID, "signin", "ConsoleLogin", "us-east-1", activity.SignIn, activity.Succeeded),
		event("2026-05-29T08:00:00Z", f1Prefix+"root", "signin", "ConsoleLogin", "us-east-1", activity.SignIn, activity.Succeeded),
	}))
	same(t, w.get("GenerateCredentialReport"), `{"State":"COMPLETE"}`)
	const none = "false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n"
	want := reportHeader +
		"<root_account>,arn:aws:iam::111122223333:root,N/A,not_supported,2026-05-29T08:00:00+00:00,not_supported,not_supported,false," + none +
		"alice,arn:aws:iam::111122223333:user/alice,2024-01-01T00:00:00+00:00,false,2026-05-30T08:00:00+00:00,N/A,N/A,false," + none +
		"auditor,arn:aws:iam::111122223333:user/auditor,2024-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false," + none +
		"bob,arn:aws:iam::111122223333:user/dev/bob,2024-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false," + none +
		"carol,arn:aws:iam::111122223333:user/carol,2024-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false," + none
	if got := w.table(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestCredentialReportOfAHome is of an account whose people sign in here.
func TestCredentialReportOfAHome(t *testing.T) {
	w := newF1(t)
	w.must(w.Book.Update(t.Context(), f1Account, func(a *inventory.Account) error {
		alice, bob, carol := a.UserByName("alice"), a.UserByName("bob"), a.UserByName("carol")
		alice.Login = &inventory.LoginProfile{Created: day("2024-05-01"), Changed: day("2024-06-01")}
		alice.Keys = []inventory.AccessKey{{ID: "AKIAALICEEXAMPLE0001", Active: true, Created: day("2024-05-02")}, {ID: "AKIAALICEEXAMPLE0002", Created: day("2024-05-03")}}
		bob.Login = &inventory.LoginProfile{Created: day("2024-05-01"), Changed: day("2024-05-01")}
		bob.Keys = []inventory.AccessKey{{ID: "AKIABOBEXAMPLE000001", Active: true, Created: day("2024-05-04")}}
		a.Devices = []*inventory.Device{
			{Serial: f1Prefix + "mfa/carol", Path: "/", Name: "carol", Owner: carol.ID, Enabled: day("2024-05-01")},
			{Serial: f1Prefix + "mfa/root", Path: "/", Name: "root", Owner: f1Account, Enabled: day("2024-05-01")},
			{Serial: f1Prefix + "mfa/spare", Path: "/", Name: "spare"},
		}
		a.Settings.Created = day("2020-01-01")
		a.Settings.RootKeys = []inventory.AccessKey{{ID: "AKIAROOTEXAMPLE00001", Active: true, Created: day("2020-01-02")}}
		a.Settings.PasswordPolicy = &inventory.PasswordPolicy{MinLength: 8, MaxAge: 90}
		return nil
	}))
	used := func(key, owner, at string) activity.Fact {
		f := event(at, key, "s3", "", "us-east-1", activity.KeyUse, activity.Succeeded)
		f.Target = owner
		return f
	}
	w.must(w.store.MergeFacts(t.Context(), []activity.Fact{
		event("2026-05-30T08:00:00Z", aliceID, "signin", "ConsoleLogin", "us-east-1", activity.SignIn, activity.Succeeded),
		used("AKIAALICEEXAMPLE0001", aliceID, "2026-05-30T09:00:00Z"),
		used("AKIAROOTEXAMPLE00001", f1Prefix+"root", "2026-05-30T10:00:00Z"),
	}))
	w.get("GenerateCredentialReport")
	const certs = ",false,N/A,false,N/A\n"
	want := reportHeader +
		"<root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,no_information,not_supported,not_supported,true," +
		"true,2020-01-02T00:00:00+00:00,2026-05-30T10:00:00+00:00,us-east-1,s3,false,N/A,N/A,N/A,N/A" + certs +
		"alice,arn:aws:iam::111122223333:user/alice,2024-01-01T00:00:00+00:00,true,2026-05-30T08:00:00+00:00,2024-06-01T00:00:00+00:00,2024-08-30T00:00:00+00:00,false," +
		"true,2024-05-02T00:00:00+00:00,2026-05-30T09:00:00+00:00,us-east-1,s3,false,2024-05-03T00:00:00+00:00,N/A,N/A,N/A" + certs +
		"auditor,arn:aws:iam::111122223333:user/auditor,2024-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A" + certs +
		"bob,arn:aws:iam::111122223333:user/dev/bob,2024-01-01T00:00:00+00:00,true,no_information,2024-05-01T00:00:00+00:00,2024-07-30T00:00:00+00:00,false," +
		"true,2024-05-04T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A" + certs +
		"carol,arn:aws:iam::111122223333:user/carol,2024-01-01T00:00:00+00:00,false,N/A,N/A,N/A,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A" + certs
	if got := w.table(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	out, err := w.GetAccountSummary(t.Context(), auditor(), nil)
	w.must(err)
	for key, want := range map[string]int{"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 1, "MFADevices": 3, "MFADevicesInUse": 2} {
		if got := out.SummaryMap[key]; got != want {
			t.Errorf("%s: got %d, want %d", key, got, want)
		}
	}
	// A key of the root has no user's name, used or not.
	same(t, w.get("GetAccessKeyLastUsed", "AccessKeyId", "AKIAROOTEXAMPLE00001"),
		`{"AccessKeyLastUsed": {"LastUsedDate": "2026-05-30T10:00:00Z", "ServiceName": "s3", "Region": "us-east-1"}}`)
}

func TestCredentialReportAges(t *testing.T) {
	w := newF1(t)
	generated := func() string { return w.get("GetCredentialReport").(map[string]any)["GeneratedTime"].(string) }
	w.get("GenerateCredentialReport")
	w.clock = w.clock.Add(4*time.Hour - time.Second)
	w.get("GenerateCredentialReport") // reuses it
	if got := generated(); got != "2026-06-01T12:00:00Z" {
		t.Errorf("almost four hours later: %s", got)
	}
	w.clock = w.clock.Add(time.Second)
	if got, want := w.fails(auditor(), "GetCredentialReport"), "410 ReportExpired: The credential report of this account is older than four hours. Generate one with GenerateCredentialReport."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	w.get("GenerateCredentialReport")
	if got := generated(); got != "2026-06-01T16:00:00Z" {
		t.Errorf("four hours later: %s", got)
	}
}

// A server that answers as of another moment does not hand out this one's
// report, and neither does another account.
func TestCredentialReportOfAnotherMoment(t *testing.T) {
	w := newF1(t)
	w.get("GenerateCredentialReport")
	past := New(w.Config)
	past.AsOf = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	elsewhere := auditor()
	elsewhere.Account = "999999999999"
	for name, c := range map[string]struct {
		api    *API
		caller wire.Caller
	}{"another moment": {past, auditor()}, "another account": {w.API, elsewhere}} {
		w.router = wire.NewRouter(func(context.Context, wire.Caller, string, string) error { return nil }, c.api.Service())
		if got := w.fails(c.caller, "GetCredentialReport"); got[:22] != "410 ReportNotPresent: " {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestAccountSummary(t *testing.T) {
	w := newHouse(t)
	out, err := w.GetAccountSummary(t.Context(), auditor(), nil)
	w.must(err)
	for key, want := range map[string]int{
		"Users": 3, "Groups": 2, "Roles": 2, "Policies": 3, "InstanceProfiles": 2, "PolicyVersionsInUse": 6,
		"UsersQuota": 5000, "GroupsQuota": 300, "RolesQuota": 1000, "PoliciesQuota": 1500, "AccessKeysPerUserQuota": 2, "VersionsPerPolicyQuota": 5,
		"GlobalEndpointTokenVersion": 1, "Providers": 0, "ServerCertificates": 0,
	} {
		if got, there := out.SummaryMap[key]; !there || got != want {
			t.Errorf("%s: got %d, %v, want %d", key, got, there, want)
		}
	}
	for _, key := range []string{"AccountMFAEnabled", "AccountAccessKeysPresent", "MFADevices", "MFADevicesInUse"} {
		if _, there := out.SummaryMap[key]; !there {
			t.Errorf("%s is missing", key)
		}
	}
}
