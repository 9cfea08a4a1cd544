package iam

import (
	"context"
	"encoding/base64"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
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
		"Users": 3, "Groups": 2, "Roles": 2, "Policies": 3, "InstanceProfiles": 1, "PolicyVersionsInUse": 6,
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
