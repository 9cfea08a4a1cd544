package console

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
)

// recommended is the page of the recommendation for the one finding of a filter.
func (w *world) recommended(filter string) (page, id string) {
	w.t.Helper()
	id = w.finding(filter)
	here := "/console/findings/recommendation?analyzer=unused&id=" + id
	w.does("findings/recommendation", here, "analyzer", "unused", "id", id)
	return w.page(here), id
}

func TestRecommendationForARole(t *testing.T) {
	w := withFindings(t, auditorKey)
	has(t, w.page("/console/findings/recommendation?analyzer=unused&id="+w.finding("resource=role/service")), "No recommendation was made for this finding yet.", "<button>Make the recommendation</button>")
	page, id := w.recommended("resource=role/service")
	has(t, page, "<h1>Recommendation for app</h1>", "3 steps for 2 policies.", `<a href="#step-1">TeamEc2</a>: the whole policy goes, nothing of it is used`, `<a href="#step-2">AppInline</a>: a smaller policy takes its place`,
		`<th scope="row">ec2:RunInstances</th><td>nothing of the service was used in the period (<a href="/console/roles/last-accessed/service?id=app&amp;service=ec2">see its uses</a>)</td><td><time datetime="2025-09-01T00:00:00Z"`,
		`<th scope="row">s3:DeleteBucket</th><td>the service was used in the period, this action was not (<a href="/console/roles/last-accessed/service?id=app&amp;service=s3">see its uses</a>)</td><td><span class="never">no use known</span></td>`,
		`<th scope="row">sqs:ListQueues</th><td>nothing of the service was used`,
		`<th scope="col">Existing policy</th><th scope="col">Change</th><th scope="col">Recommended policy</th>`,
		`<td>        &#34;s3:CreateBucket&#34;,</td><td></td><td>        &#34;s3:CreateBucket&#34;</td>`,
		`<td><del>        &#34;s3:DeleteBucket&#34;,</del></td><td>removed</td><td></td>`,
		"aws iam detach-role-policy --role-name=app --policy-arn=arn:aws:iam::111122223333:policy/TeamEc2\n",
		"aws iam put-role-policy --role-name=app --policy-name=AppInline --policy-document=file://recommended-policy-2.json\n", "these go to AWS")
	lacks(t, page, "s3:CreateBucket</th>", "<script", "ZgotmplZ", "<no value>", "problem")
	a := w.send("GET", "/console/findings/recommendation/policy?analyzer=unused&step=2&id="+id, nil)
	want := `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "s3:CreateBucket"
      ],
      "Resource": "*"
    }
  ]
}
`
	if got := a.Body.String(); got != want || a.Header().Get("Content-Disposition") != `attachment; filename="recommended-policy-2.json"` {
		t.Errorf("%s\n%s", a.Header(), got)
	}
	for _, step := range []string{"0", "1", "3", "4", "-1", "x", ""} {
		if a := w.send("GET", "/console/findings/recommendation/policy?analyzer=unused&step="+step+"&id="+id, nil); a.Code != http.StatusNotFound {
			t.Errorf("step %q: %d", step, a.Code)
		}
	}
}

// TestRecommendationThroughAGroup: what a group has is not taken from its other
// members.
func TestRecommendationThroughAGroup(t *testing.T) {
	w := withFindings(t, auditorKey)
	must(t, w.book.SetMode(t.Context(), f1Account, accounts.Home))
	page, _ := w.recommended("resource=user/alice")
	has(t, page, `alice has it from group <a href="/console/groups/details?id=developers">developers</a>. All members have what a group has`,
		"<strong>Logs never show uses of iam:PassRole</strong>", `<th scope="row">s3:ListAllMyBuckets</th>`,
		"aws --endpoint-url http://example.com iam delete-user-policy --user-name=alice --policy-name=AliceIam\n", "These go to this server",
		"aws --endpoint-url http://example.com iam put-user-policy --user-name=alice --policy-name=DevInline --policy-document=file://recommended-policy-3.json\n")
	lacks(t, page, "detach-user-policy", "delete-group-policy", "detach-group-policy", "put-group-policy")
	if n := strings.Count(page, "Logs never show"); n != 1 {
		t.Errorf("%d actions that logs never show", n)
	}
}

// TestRecommendationForOneOfTwo: the steps name an inline policy, and two have
// the name. Which is meant is not known, so that no command is shown.
func TestRecommendationForOneOfTwo(t *testing.T) {
	w := withFindings(t, auditorKey)
	a := f1()
	alice := a.UserByName("alice")
	alice.Created = old
	alice.Inline = append(alice.Inline, inventory.Inline{Name: "DevInline", Document: allow("s3:CreateBucket", "sqs:ListQueues")})
	must(t, w.book.Replace(t.Context(), a))
	must(t, w.scan())
	page, _ := w.recommended("resource=user/alice")
	has(t, page, "More than one inline policy has this name", `group <a href="/console/groups/details?id=developers">developers</a>`)
	lacks(t, page, "--policy-name=DevInline")
}

// TestRecommendationOfAnotherDay: what has changed since is said, and no commands
// are shown that are no longer sure.
func TestRecommendationOfAnotherDay(t *testing.T) {
	w := withFindings(t, auditorKey)
	_, id := w.recommended("resource=role/service")
	here := "/console/findings/recommendation?analyzer=unused&id=" + id
	a := f1()
	a.RoleByName("app").Attached = nil
	must(t, w.book.Replace(t.Context(), a))
	page := w.page(here)
	has(t, page, "app does not have this policy any more.")
	lacks(t, page, "detach-role-policy")

	a = f1()
	for _, p := range a.Policies {
		p.Updated = time.Date(2026, 6, 1, 11, 0, 0, 0, time.UTC)
	}
	must(t, w.book.Replace(t.Context(), a))
	page = w.page(here)
	has(t, page, "The policy was changed after this recommendation was made.")
	lacks(t, page, "detach-role-policy")

	a = f1()
	a.Roles = slices.DeleteFunc(a.Roles, func(r *inventory.Role) bool { return r.Name == "app" })
	a.Index()
	must(t, w.book.Replace(t.Context(), a))
	has(t, w.page(here), "app does not have this policy any more.", "TeamEc2")
	w.does("findings/recommendation", here, "analyzer", "unused", "id", id)
	has(t, w.page(here), "The recommendation could not be made: The principal arn:aws:iam::111122223333:role/service/app does not exist any more.", "RESOURCE_NOT_FOUND_ERROR", "Make a new recommendation")
}

// TestRecommendationForAnotherAccount: that its policies cannot be read here does
// not say that they are gone.
func TestRecommendationForAnotherAccount(t *testing.T) {
	w := withFindings(t, auditorKey)
	v := recommendationView{Frame: Frame{Title: "x"}, Made: true, Name: "arn:aws:iam::444455556666:role/r", Changes: []policyChange{
		{Step: 1, Policy: "P", Steps: []string{"DETACH_POLICY"}},
		{Step: 2, Policy: "Q", ARN: "arn:aws:iam::444455556666:policy/Q", Foreign: true, Steps: []string{"DETACH_POLICY"}}}}
	v.Advice.Status = "SUCCEEDED"
	a := httptest.NewRecorder()
	w.console.render(a, http.StatusOK, "finding_recommendation", &v)
	has(t, a.Body.String(), "is in another account, whose policies are not shown here", "The policy as it is cannot be shown.")
	lacks(t, a.Body.String(), "any more", `href="/console/policies/details`)
	for arn, want := range map[string]bool{"arn:aws:iam::444455556666:policy/Q": true, f1Prefix + "policy/TeamEc2": false, "arn:aws-cn:iam::aws:policy/ReadOnlyAccess": false, "": false} {
		if got := foreign(arn, f1Account); got != want {
			t.Errorf("%q is foreign: %v", arn, got)
		}
	}
}

func TestRecommendationBeingMade(t *testing.T) {
	w := withFindings(t, auditorKey)
	w.keeper.Delay = time.Minute
	page, id := w.recommended("resource=role/service")
	has(t, page, "The recommendation is being made.", `<meta http-equiv="refresh" content="2">`)
	lacks(t, page, "<h2")
	w.clock = w.clock.Add(time.Minute)
	has(t, w.page("/console/findings/recommendation?analyzer=unused&id="+id), "3 steps for 2 policies.")
}

// TestNoRecommendation: it is for unused permissions only.
func TestNoRecommendation(t *testing.T) {
	w := withFindings(t, auditorKey)
	id := w.finding("type=UnusedIAMRole")
	lacks(t, w.page("/console/findings/finding?analyzer=unused&id="+id), "recommendation")
	code, _, page := w.sends("findings/recommendation", "analyzer", "unused", "id", id)
	if code != http.StatusBadRequest {
		t.Errorf("status %d", code)
	}
	has(t, page, "The server cannot answer this.", "not of the type UnusedPermission")
}
