package console

import (
	"net/http"
	"strings"
	"testing"
)

func TestEveryPage(t *testing.T) {
	w := signedIn(t, auditorKey)
	for target, want := range map[string][]string{
		"/console/": {
			"<h1>Account 111122223333</h1>", `<a href="/console/users"><span class="number">3</span> Users</a>`,
			`<a href="/console/roles"><span class="number">2</span> Roles</a>`, `<strong>1 of 2</strong> roles were used in the last 90 days (<a href="/console/roles?used=recent">see them</a>). <a href="/console/roles?used=not">See the 1 for which`,
			"There is no analyzer in us-east-1.", "aws --endpoint-url http://example.com accessanalyzer create-analyzer --region us-east-1",
		},
		"/console/users": {
			`<h1>Users <span class="muted">(3)</span></h1>`, `<th scope="row"><a href="/console/users/details?id=alice">alice</a></th><td>/</td><td><span class="muted">never</span></td>`,
		},
		"/console/groups":   {`<a href="/console/groups/details?id=developers">developers</a>`},
		"/console/roles":    {`<td>/service/</td><td><time datetime="2026-05-20T00:00:01Z" title="2026-05-20 00:00:01 UTC">12 days ago</time></td>`},
		"/console/policies": {`<a href="/console/policies/details?id=arn%3Aaws%3Aiam%3A%3A111122223333%3Apolicy%2FTeamEc2">TeamEc2</a>`},
		"/console/users/details?id=alice": {
			"<h1>alice</h1>", "AIDAALICEEXAMPLE00001", "AliceIam", "TeamEc2</a> <span class=\"muted\">Managed</span> via group", "DevInline",
			"&#34;iam:PassRole&#34;", `<th scope="row">team</th>`,
		},
		"/console/users/details?id=auditor":     {auditorKey, "Active"},
		"/console/groups/details?id=developers": {`user <a href="/console/users/details?id=alice">alice</a>`, "DevInline"},
		"/console/roles/details?id=app": {
			"Trust policy", "ec2.amazonaws.com", `policy/BoundaryAll</a>`, "2026-05-20T00:00:01Z", "in us-west-2",
		},
		"/console/policies/details?id=" + teamEc2: {
			"&#34;ec2:RunInstances&#34;", `group <a href="/console/groups/details?id=developers">developers</a> <span class="muted">as permissions policy</span>`,
			`role <a href="/console/roles/details?id=app">app</a>`, "v1 (default)",
		},
		"/console/users/last-accessed?id=alice": {"of 3 services that the policies allow were accessed"},
		"/console/roles/last-accessed?id=app": {
			"2 of 3 services that the policies allow were accessed in the tracking period.",
			`<a href="/console/roles/last-accessed/service?id=app&amp;service=s3">Amazon S3</a> <span class="muted">s3</span></th><td><time datetime="2026-05-20T00:00:01Z" title="2026-05-20 00:00:01 UTC">12 days ago</time></td><td>1 of 2</td>`,
			`<span class="never">Not accessed in the tracking period</span>`,
			"iam generate-service-last-accessed-details --arn arn:aws:iam::111122223333:role/service/app --granularity ACTION_LEVEL",
		},
		"/console/roles/last-accessed/service?id=app&service=s3": {
			`<th scope="row">CreateBucket</th><td><time datetime="2026-05-20T00:00:01Z"`, `<td class="region">us-west-2</td>`,
			`<th scope="row">DeleteBucket</th><td><span class="never">Not accessed in the tracking period</span></td>`,
			`AppInline <span class="muted">inline of ROLE app</span>`,
		},
		"/console/groups/last-accessed/service?id=developers&service=s3": {
			`<a href="/console/users/details?id=alice">alice</a></th><td><time datetime="2026-05-30T10:15:30Z"`,
		},
		"/console/policies/last-accessed?id=" + teamEc2:                          {"1 of 1 services"},
		"/console/policies/last-accessed/service?id=" + teamEc2 + "&service=ec2": {"RunInstances", `<a href="/console/roles/details?id=app">app</a>`},
	} {
		t.Run(target, func(t *testing.T) {
			page := w.page(target)
			has(t, page, append(want, "<!doctype html>", `<html lang="en">`, `<a class="skip" href="#main">`, `<main id="main"`)...)
			for _, never := range []string{"<script", "javascript:", " onclick", "style=\"", "ZgotmplZ", "<no value>"} {
				if strings.Contains(page, never) {
					t.Errorf("the page has %q:\n%s", never, page)
				}
			}
			if n := strings.Count(page, "<h1"); n != 1 {
				t.Errorf("the page has %d headings of the first order", n)
			}
		})
	}
}

func TestWhatIsNotThere(t *testing.T) {
	w := signedIn(t, auditorKey)
	for target, want := range map[string]string{
		"/console/nothing":                                        "There is no such page.",
		"/console/nothing/details?id=x":                           "There is no such page.",
		"/console/users/details?id=nobody":                        "It is not in this account.",
		"/console/users/last-accessed?id=nobody":                  "It is not in this account.",
		"/console/roles/last-accessed/service?id=app&service=kms": "There is no such page.",
	} {
		t.Run(target, func(t *testing.T) {
			a := w.send("GET", target, nil)
			if a.Code != http.StatusNotFound {
				t.Errorf("status %d", a.Code)
			}
			has(t, a.Body.String(), want)
		})
	}
	for _, kind := range []string{"users", "groups", "roles", "policies"} {
		for _, page := range []string{"/details", "/last-accessed", "/last-accessed/csv"} {
			if a := w.send("GET", "/console/"+kind+page, nil); a.Code != http.StatusBadRequest {
				t.Errorf("%s%s without an id: %d", kind, page, a.Code) // and not about the caller
			}
		}
	}
}
