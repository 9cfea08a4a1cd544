package accessanalyzer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

func TestLifeOfAnAnalyzer(t *testing.T) {
	w := newWorld(t)
	const (
		created = `"createdAt":"2026-06-01T12:00:00Z","lastResourceAnalyzed":"` + entity + `user/dev/bob","lastResourceAnalyzedAt":"2026-06-01T12:00:00Z",`
		begin   = `{"arn":"` + unused + `","name":"unused","type":"ACCOUNT_UNUSED_ACCESS",` + created + `"tags":`
		set     = `{"unusedAccess":{"unusedAccessAge":30,"analysisRule":{"exclusions":[{"resourceTags":[{"team":""},{"a":"b","c":"d"}]}]}}}`
		request = `{"analyzerName":"unused","type":"ACCOUNT_UNUSED_ACCESS","tags":{"team":"sec","empty":""},"clientToken":"t","configuration":` + set + `}`
	)
	for range 2 { // the second is the first over again
		w.want("PUT /analyzer", request, `{"arn":"`+unused+`"}`)
	}
	w.refuses("PUT /analyzer", strings.Replace(request, "30", "31", 1), `409 ConflictException {"message":"The client token was used with another request.","resourceId":"`+unused+`","resourceType":"ClientToken"}`)
	w.want("GET /analyzer/unused", "", `{"analyzer":`+begin+`{"empty":"","team":"sec"},"status":"ACTIVE","configuration":`+set+`}}`)
	w.want("GET /analyzer", "", `{"analyzers":[`+begin+`{"empty":"","team":"sec"},"status":"ACTIVE"}]}`)
	w.want("GET /analyzer?type=ACCOUNT", "", `{"analyzers":[]}`)
	w.want("GET /analyzer?type=ACCOUNT_UNUSED_ACCESS&maxResults=1", "", `{"analyzers":[`+begin+`{"empty":"","team":"sec"},"status":"ACTIVE"}]}`)
	if got := w.do("POST /findingv2", ofUnused(`{"resource":{"contains":["role/idle"]}}`)); got != `{"findings":[]}` {
		t.Errorf("of an excluded role: %s", got)
	}
	if got := w.do("POST /analyzed-resource", `{"analyzerArn":"`+unused+`"}`); strings.Contains(got, "role/idle") || !strings.Contains(got, "role/new") || strings.Contains(got, "linked") {
		t.Errorf("looked at %s", got)
	}

	w.want("PUT /analyzer/unused", `{"configuration":{"unusedAccess":{"unusedAccessAge":120}}}`, `{"configuration":{"unusedAccess":{"unusedAccessAge":120}}}`)
	w.want("PUT /analyzer/unused", `{"configuration":{"unusedAccess":{"analysisRule":{"exclusions":[]}}}}`, `{"configuration":{"unusedAccess":{"unusedAccessAge":120}}}`)
	if got := w.do("POST /findingv2", ofUnused(`{"resource":{"contains":["role/idle"]}}`)); !strings.Contains(got, "role/idle") {
		t.Errorf("not excluded any more: %s", got)
	}

	w.want("POST /tags/"+encoded(unused), `{"tags":{"team":"ops","new":"1"}}`, `{}`)
	w.want("GET /tags/"+encoded(unused), "", `{"tags":{"empty":"","new":"1","team":"ops"}}`)
	w.want("DELETE /tags/"+encoded(unused)+"?tagKeys=team&tagKeys=empty&tagKeys=nosuch", "", `{}`)
	w.want("GET /tags/"+encoded(unused), "", `{"tags":{"new":"1"}}`)

	for range 2 { // AA-3
		w.want("DELETE /analyzer/unused?clientToken=x", "", `{}`)
	}
	w.refuses("DELETE /analyzer/unused?clientToken=y", "", notFound("Analyzer", unused, noAnalyzer))
	w.want("GET /analyzer", "", `{"analyzers":[]}`)
	w.refuses("POST /findingv2", `{"analyzerArn":"`+unused+`"}`, notFound("Analyzer", unused, noAnalyzer))
}

// TestRegions: an analyzer is in one, and its ARN decides.
func TestRegions(t *testing.T) {
	w := newWorld(t)
	w.make()
	far := callerOf(owner, "eu-central-1")
	if got := said(w.ask(far, "GET /analyzer", "")); got != `200  {"analyzers":[]}` {
		t.Errorf("in another Region: %s", got)
	}
	if got := said(w.ask(far, "GET /analyzer/unused", "")); got != notFound("Analyzer", strings.Replace(unused, "us-east-1", "eu-central-1", 1), noAnalyzer) {
		t.Errorf("by name: %s", got)
	}
	if got := said(w.ask(far, "POST /findingv2", ofUnused(`{"findingType":{"eq":["UnusedIAMRole"]},"resource":{"contains":["idle"]}}`))); !strings.HasPrefix(got, "200") || !strings.Contains(got, "role/idle") {
		t.Errorf("by ARN: %s", got)
	}
	for _, region := range []string{"", "us east", "us-east-1:x", "US-EAST-1", strings.Repeat("a", 33)} {
		for _, request := range []string{"GET /analyzer", "GET /analyzer/unused", "PUT /analyzer", "GET /policy/generation", "GET /policy/generation/x", "PUT /policy/generation/x"} {
			want := `400 ValidationException {"message":"The request must be signed for a Region, such as us-east-1.","reason":"other"}`
			if got := said(w.ask(callerOf(owner, region), request, `{"analyzerName":"x","type":"ACCOUNT_UNUSED_ACCESS"}`)); got != want {
				t.Errorf("%s signed for %q: %s", request, region, got)
			}
		}
	}
}

// TestPermissions: what the guard is asked about (AA-6), and that it is asked
// before anything is told.
func TestPermissions(t *testing.T) {
	w := newWorld(t)
	w.make()
	w.do("PUT /analyzer/unused/archive-rule", `{"ruleName":"dev","filter":{"error":{"exists":true}}}`)
	id := w.find(unused, `{"resource":{"eq":["`+entity+`role/service/app"]}}`)
	in := `{"analyzerArn":"` + unused + `"`
	requests := []struct{ request, body, action, resource string }{
		{"PUT /analyzer", `{"analyzerName":"x","type":"ACCOUNT"}`, "CreateAnalyzer", strings.Replace(unused, "unused", "x", 1)},
		{"GET /analyzer/unused", "", "GetAnalyzer", unused},
		{"GET /analyzer", "", "ListAnalyzers", "*"},
		{"PUT /analyzer/unused", "", "UpdateAnalyzer", unused},
		{"POST /findingv2", in + `}`, "ListFindings", unused},
		{"GET /findingv2/" + id + "?analyzerArn=" + unused, "", "GetFinding", unused},
		{"POST /finding", in + `}`, "ListFindings", unused},
		{"GET /finding/" + id + "?analyzerArn=" + unused, "", "GetFinding", unused},
		{"PUT /finding", in + `,"status":"ACTIVE","ids":["` + id + `"]}`, "UpdateFindings", unused},
		{"POST /analyzer/findings/statistics", in + `}`, "GetFindingsStatistics", unused},
		{"POST /recommendation/" + id + "?analyzerArn=" + unused, "", "GenerateFindingRecommendation", unused},
		{"GET /recommendation/" + id + "?analyzerArn=" + unused, "", "GetFindingRecommendation", unused},
		{"POST /resource/scan", in + `,"resourceArn":"` + entity + `role/idle"}`, "StartResourceScan", unused},
		{"POST /analyzed-resource", in + `}`, "ListAnalyzedResources", unused},
		{"GET /analyzed-resource?analyzerArn=" + unused + "&resourceArn=" + entity + "role/idle", "", "GetAnalyzedResource", unused},
		{"PUT /analyzer/unused/archive-rule", `{"ruleName":"new","filter":{"error":{"exists":true}}}`, "CreateArchiveRule", unused + "/archive-rule/new"},
		{"GET /analyzer/unused/archive-rule/dev", "", "GetArchiveRule", unused + "/archive-rule/dev"},
		{"GET /analyzer/unused/archive-rule", "", "ListArchiveRules", unused},
		{"PUT /analyzer/unused/archive-rule/dev", `{"filter":{"error":{"exists":true}}}`, "UpdateArchiveRule", unused + "/archive-rule/dev"},
		{"PUT /archive-rule", in + `,"ruleName":"dev"}`, "ApplyArchiveRule", unused},
		{"DELETE /analyzer/unused/archive-rule/dev", "", "DeleteArchiveRule", unused + "/archive-rule/dev"},
		{"PUT /policy/generation", `{"policyGenerationDetails":{"principalArn":"` + entity + `user/alice"}}`, "StartPolicyGeneration", "*"},
		{"GET /policy/generation", "", "ListPolicyGenerations", "*"},
		{"GET /policy/generation/x", "", "GetGeneratedPolicy", "*"},
		{"PUT /policy/generation/x", "", "CancelPolicyGeneration", "*"},
		{"POST /tags/" + encoded(unused), `{"tags":{"a":"b"}}`, "TagResource", unused},
		{"GET /tags/" + encoded(unused), "", "ListTagsForResource", unused},
		{"DELETE /tags/" + encoded(unused) + "?tagKeys=a", "", "UntagResource", unused},
		{"POST /policy/validation", "", "ValidatePolicy", "*"},
		{"POST /policy/check-no-new-access", "", "CheckNoNewAccess", "*"},
		{"POST /policy/check-access-not-granted", "", "CheckAccessNotGranted", "*"},
		{"POST /policy/check-no-public-access", "", "CheckNoPublicAccess", "*"},
		{"PUT /access-preview", in + `}`, "CreateAccessPreview", unused},
		{"GET /access-preview/x?analyzerArn=" + unused, "", "GetAccessPreview", unused},
		{"GET /access-preview?analyzerArn=" + unused, "", "ListAccessPreviews", unused},
		{"POST /access-preview/x", in + `}`, "ListAccessPreviewFindings", unused},
		{"PUT /service-linked-analyzer", "", "CreateServiceLinkedAnalyzer", "*"},
		{"DELETE /service-linked-analyzer/unused", "", "DeleteServiceLinkedAnalyzer", "*"},
		{"DELETE /analyzer/unused", "", "DeleteAnalyzer", unused},
	}
	w.guard = refuseAll
	for _, r := range requests {
		w.asked = nil
		got := said(w.ask(callerOf(owner, "us-east-1"), r.request, r.body))
		if want := "access-analyzer:" + r.action + " " + r.resource; got != noWay || !slices.Equal(w.asked, []string{want}) {
			t.Errorf("%s: %s, asked %q, want %q", r.request, got, w.asked, want)
		}
	}
	if len(requests) != len(routes) {
		t.Errorf("%d of %d operations were tried", len(requests), len(routes))
	}
	w.guard = nil
	if got := w.do("GET /analyzer", ""); strings.Count(got, `"arn"`) != 2 || strings.Contains(got, `"a":"b"`) {
		t.Errorf("what was refused was done: %s", got)
	}
	w.do("GET /analyzer/unused/archive-rule/dev", "")
}

const noWay = `403 AccessDeniedException {"message":"no"}`

// TestWhoMayNotIsNotTold: a refusal is the same whether there is an analyzer.
func TestWhoMayNotIsNotTold(t *testing.T) {
	w := newWorld(t)
	w.make()
	w.guard = refuseAll
	for _, c := range []wire.Caller{callerOf(owner, "us-east-1"), callerOf(other, "us-east-1")} {
		for _, arn := range []string{unused, absentOne} {
			if got := said(w.ask(c, "POST /findingv2", `{"analyzerArn":"`+arn+`"}`)); got != noWay {
				t.Errorf("%s to %s: %s", arn, c.Account, got)
			}
		}
	}
	w.guard = nil // as a policy of the caller may be: analyzers are not shared
	if got := said(w.ask(callerOf(other, "us-east-1"), "POST /findingv2", `{"analyzerArn":"`+unused+`"}`)); got != notFound("Analyzer", unused, noAnalyzer) {
		t.Errorf("to another account: %s", got)
	}
	if got := said(w.ask(callerOf(other, "us-east-1"), "GET /policy/generation/x", "")); got != wrong("jobId", "there is no such policy generation; it may be older than seven days") {
		t.Errorf("a job to another account: %s", got)
	}
}

// TestTagsArePolicyKeys: policies see the tags of the analyzer and of the
// request.
func TestTagsArePolicyKeys(t *testing.T) {
	w := newWorld(t)
	keys := map[string][]string{}
	w.guard = guardFunc(func(c wire.Caller) { keys = c.Keys })
	w.do("PUT /analyzer", `{"analyzerName":"unused","type":"ACCOUNT_UNUSED_ACCESS","tags":{"b":"2","a":"1"}}`)
	if got := fmt.Sprint(keys["aws:TagKeys"], keys["aws:RequestTag/a"], keys["aws:RequestTag/b"], keys["aws:ResourceTag/a"], keys["aws:RequestedRegion"]); got != "[a b] [1] [2] [] [us-east-1]" {
		t.Errorf("to create: %s", got)
	}
	w.do("POST /tags/"+encoded(unused), `{"tags":{"a":"3"}}`)
	if got := fmt.Sprint(keys["aws:TagKeys"], keys["aws:RequestTag/a"], keys["aws:ResourceTag/a"], keys["aws:ResourceTag/b"]); got != "[a] [3] [1] [2]" {
		t.Errorf("to tag: %s", got)
	}
	w.do("DELETE /tags/"+encoded(unused)+"?tagKeys=b&tagKeys=c", "")
	if got := fmt.Sprint(keys["aws:TagKeys"], keys["aws:ResourceTag/a"]); got != "[b c] [3]" {
		t.Errorf("to untag: %s", got)
	}
}

// TestOrganizations: analyzers of an organization belong to its management
// account and to delegated administrators.
func TestOrganizations(t *testing.T) {
	w := newWorld(t)
	const member, admin = "555566667777", "777788889999"
	joined := at("2024-01-01T00:00:00Z")
	o := organization.New("o-exampleorg1", "r-ab12", organization.Account{ID: owner, Name: "m", Email: "m@example.com", Status: organization.Active, JoinedMethod: organization.Invited, JoinedTimestamp: joined})
	for _, id := range []string{member, admin, "888899990000"} {
		w.try(o.AddAccount(organization.Account{ID: id, Parent: "r-ab12", Name: "x" + id, Email: id + "@example.com", Status: organization.Active, JoinedMethod: organization.Created, JoinedTimestamp: joined}))
		if id == "888899990000" {
			break // which nothing is known of
		}
		a := &inventory.Account{ID: id, Partition: "aws", Roles: []*inventory.Role{{Name: "r", ID: "AROA" + id, ARN: "arn:aws:iam::" + id + ":role/r", Path: "/", Created: joined}}}
		a.Index()
		w.try(w.Book.Replace(t.Context(), a))
	}
	o.TrustService("access-analyzer.amazonaws.com", joined)
	w.try(o.RegisterDelegated(admin, "access-analyzer.amazonaws.com", joined))
	o.TrustService("guardduty.amazonaws.com", joined)
	w.try(o.RegisterDelegated(member, "guardduty.amazonaws.com", joined)) // which says nothing of analyzers
	w.try(w.Book.CreateOrganization(t.Context(), o))

	const create = `{"analyzerName":"all","type":"ORGANIZATION_UNUSED_ACCESS","configuration":{"unusedAccess":{"analysisRule":{"exclusions":[{"accountIds":["111122223333"]}]}}}}`
	all := "arn:aws:access-analyzer:us-east-1:" + admin + ":analyzer/all"
	if got := said(w.ask(callerOf(member, "us-east-1"), "PUT /analyzer", create)); got != `403 AccessDeniedException {"message":"Account 555566667777 is not a delegated administrator"}` {
		t.Errorf("by a member: %s", got)
	}
	if got := said(w.ask(callerOf(owner, "us-east-1"), "PUT /analyzer", create)); got != wrong("configuration.unusedAccess.analysisRule.exclusions.1.accountIds", "must not name the account that owns the analyzer") {
		t.Errorf("without itself: %s", got)
	}
	if got := said(w.ask(callerOf(admin, "us-east-1"), "PUT /analyzer", create)); got != `200  {"arn":"`+all+`"}` {
		t.Fatalf("by an administrator: %s", got)
	}
	resource := func(id string) string {
		return `{"resourceArn":"arn:aws:iam::` + id + `:role/r","resourceOwnerAccount":"` + id + `","resourceType":"AWS::IAM::Role"}`
	}
	ask := func(request, body string) string {
		return string(w.ask(callerOf(admin, "us-east-1"), request, body).Body)
	}
	if got := ask("POST /analyzed-resource", `{"analyzerArn":"`+all+`"}`); got != `{"analyzedResources":[`+resource(member)+`,`+resource(admin)+`]}` {
		t.Errorf("looked at %s", got)
	}
	page := ask("POST /analyzed-resource", `{"analyzerArn":"`+all+`","maxResults":1}`)
	if got := ask("POST /analyzed-resource", `{"analyzerArn":"`+all+`","nextToken":"`+value(t, page, "nextToken")+`"}`); !strings.HasPrefix(page, `{"analyzedResources":[`+resource(member)+`],"nextToken":`) || got != `{"analyzedResources":[`+resource(admin)+`]}` {
		t.Errorf("pages %s and %s", page, got)
	}

	w.try(w.Book.WriteOrganization(t.Context(), o.ID, func(o *organization.Organization) error {
		return o.DeregisterDelegated(admin, "access-analyzer.amazonaws.com")
	}))
	if got := ask("GET /analyzer/all", ""); !strings.Contains(got, `"status":"DISABLED","statusReason":{"code":"DELEGATED_ADMINISTRATOR_DEREGISTERED"}`) {
		t.Errorf("no administrator any more: %s", got)
	}
	if got := ask("POST /analyzed-resource", `{"analyzerArn":"`+all+`"}`); got != `{"analyzedResources":[]}` {
		t.Errorf("no administrator any more: %s", got)
	}
	w.try(w.Book.WriteOrganization(t.Context(), o.ID, func(o *organization.Organization) error { return o.RemoveAccount(admin) }))
	if got := ask("GET /analyzer", ""); !strings.Contains(got, `"status":"DISABLED","statusReason":{"code":"ORGANIZATION_DELETED"}`) {
		t.Errorf("no organization any more: %s", got)
	}
}
