package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestAnalyzers(t *testing.T) {
	w := signedIn(t, auditorKey)
	has(t, w.page("/console/analyzers"), "There is no analyzer in us-east-1.", "An analyzer looks at the users and roles of the account each day",
		`<a href="/console/analyzers" aria-current="page">Access Analyzer</a>`)
	w.does("analyzers/create", "/console/findings?analyzer=unused", "name", "unused", "type", "ACCOUNT_UNUSED_ACCESS", "age", "30")
	w.does("analyzers/create", "/console/findings?analyzer=outside", "name", "outside", "type", "ACCOUNT", "age", "")
	page := w.page("/console/analyzers")
	has(t, page, `<th scope="row"><a href="/console/findings?analyzer=unused">unused</a></th><td>Unused access in this account</td><td>ACTIVE</td>`,
		`<th scope="row"><a href="/console/findings?analyzer=outside">outside</a></th><td>External access to this account</td>`,
		"aws --endpoint-url http://example.com accessanalyzer list-analyzers --region us-east-1")
	has(t, w.page("/console/"), `<h3>Analyzer <a href="/console/findings?analyzer=unused">unused</a>`)
	has(t, w.page("/console/analyzers/delete?analyzer=unused"), "<h1>Delete analyzer unused?</h1>", "This cannot be undone.", `<a href="/console/analyzers">Keep it</a>`)
	w.does("analyzers/delete", "/console/analyzers", "analyzer", "unused")
	lacks(t, w.page("/console/analyzers"), "findings?analyzer=unused")
}

// TestAnalyzerForm: what is wrong is said beside what was typed.
func TestAnalyzerForm(t *testing.T) {
	w := withFindings(t, auditorKey)
	for name, c := range map[string]struct {
		fields []string
		want   string
	}{
		"no number":       {[]string{"name", "x", "type", "ACCOUNT_UNUSED_ACCESS", "age", "many"}, "The days must be a whole number."},
		"too many days":   {[]string{"name", "x", "type", "ACCOUNT_UNUSED_ACCESS", "age", "366"}, "unusedAccessAge"},
		"a name":          {[]string{"name", evil, "type", "ACCOUNT"}, `value="&#34;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"`},
		"a second":        {[]string{"name", "second", "type", "ACCOUNT_UNUSED_ACCESS", "age", "90"}, "as many analyzers of that type"},
		"the same name":   {[]string{"name", "unused", "type", "ACCOUNT"}, "There is an analyzer of that name already."},
		"no organization": {[]string{"name", "o", "type", "ORGANIZATION"}, "Account 111122223333 is not a delegated administrator"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, page := w.sends("analyzers/create", c.fields...)
			if code != http.StatusBadRequest {
				t.Errorf("status %d", code)
			}
			has(t, page, c.want, `role="alert" id="problem"`, `aria-describedby="problem"`)
			lacks(t, page, "<script")
		})
	}
}

func TestFindings(t *testing.T) {
	w := withFindings(t, auditorKey)
	page := w.page("/console/findings?analyzer=unused")
	has(t, page, "<strong>3</strong> active, 0 archived and 0 resolved, scanned", "Unused role</a>: 1 active", "Unused permissions</a>: 2 active",
		`<td class="arn"><a href="/console/users/details?id=alice" title="arn:aws:iam::111122223333:user/alice">alice</a></td><td>111122223333</td><td>ACTIVE</td>`,
		`role/&#34;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;/evil`, `<th scope="col" aria-sort="descending"><a href="/console/findings?analyzer=unused&amp;sort=updatedAt&amp;status=ACTIVE">Changed</a></th>`,
		`--filter &#39;{&#34;status&#34;:{&#34;eq&#34;:[&#34;ACTIVE&#34;]}}&#39; --sort attributeName=updatedAt,orderBy=DESC`)
	lacks(t, page, "<script", "style=\"", "ZgotmplZ", "Next")
	for filter, want := range map[string]int{
		"": 3, "status=all": 3, "status=RESOLVED": 0, "type=UnusedIAMRole": 1, "type=UnusedPermission": 2, "kind=AWS::IAM::User": 1, "resource=role/service": 1,
		"account=111122223333": 3, "account=444455556666": 0, "error=yes": 0, "error=no": 3, "resource=" + url.QueryEscape(evil): 1, "type=nonsense": 0,
	} {
		page := w.page("/console/findings?analyzer=unused&" + filter)
		if got := len(findingHref.FindAllString(page, -1)); got != want {
			t.Errorf("%s: %d findings, want %d", filter, got, want)
		}
		lacks(t, page, "<script")
	}
	sorted := w.page("/console/findings?analyzer=unused&sort=resource")
	if a, b := strings.Index(sorted, "id=app"), strings.Index(sorted, "id=alice"); a < 0 || b < a {
		t.Errorf("by ARN: app at %d, alice at %d", a, b)
	}
	sorted = w.page("/console/findings?analyzer=unused&sort=resource&dir=desc")
	if a, b := strings.Index(sorted, "id=app"), strings.Index(sorted, "id=alice"); b < 0 || a < b {
		t.Errorf("the other way: app at %d, alice at %d", a, b)
	}
}

func TestFindingsFiles(t *testing.T) {
	w := withFindings(t, auditorKey)
	a := w.send("GET", "/console/findings/csv?analyzer=unused&type=UnusedIAMRole", nil)
	id := w.finding("type=UnusedIAMRole")
	want := "id,findingType,status,resource,resourceType,resourceOwnerAccount,createdAt,updatedAt,analyzedAt,error\n" +
		id + `,UnusedIAMRole,ACTIVE,"arn:aws:iam::111122223333:role/""><script>alert('x')</script>/evil",AWS::IAM::Role,111122223333,2026-06-01T12:00:00Z,2026-06-01T12:00:00Z,2026-06-01T12:00:00Z,` + "\n"
	if got := a.Body.String(); got != want {
		t.Errorf("CSV\n%s\nwant\n%s", got, want)
	}
	if got := a.Header().Get("Content-Disposition"); got != `attachment; filename="findings.csv"` {
		t.Errorf("disposition %s", got)
	}
	a = w.send("GET", "/console/findings/json?analyzer=unused&resource=app", nil)
	want = `{
  "findings": [
    {
      "analyzedAt": "2026-06-01T12:00:00Z",
      "createdAt": "2026-06-01T12:00:00Z",
      "id": "` + w.finding("resource=app") + `",
      "resource": "arn:aws:iam::111122223333:role/service/app",
      "resourceType": "AWS::IAM::Role",
      "resourceOwnerAccount": "111122223333",
      "status": "ACTIVE",
      "updatedAt": "2026-06-01T12:00:00Z",
      "findingType": "UnusedPermission"
    }
  ]
}
`
	if got := a.Body.String(); got != want {
		t.Errorf("JSON\n%s\nwant\n%s", got, want)
	}
	if a = w.send("GET", "/console/findings/json?analyzer=unused&status=RESOLVED", nil); a.Body.String() != "{\n  \"findings\": []\n}\n" {
		t.Errorf("none: %s", a.Body)
	}
}

func TestFinding(t *testing.T) {
	w := withFindings(t, auditorKey)
	id := w.finding("resource=role/service")
	here := "/console/findings/finding?analyzer=unused&id=" + id
	has(t, w.page(here), "<h1>Unused permissions: app</h1>", `role <a href="/console/roles/details?id=app">arn:aws:iam::111122223333:role/service/app</a>`,
		"3 services, 2 of them not used at all",
		`<a href="/console/roles/last-accessed/service?id=app&amp;service=ec2">ec2</a></th><td>the whole service</td><td><time datetime="2025-09-01T00:00:00Z"`,
		`<a href="/console/roles/last-accessed/service?id=app&amp;service=s3">s3</a></th><td>1 action</td><td><time datetime="2026-05-20T00:00:01Z"`,
		`<span class="muted">s3:</span>DeleteBucket</th><td>the action</td><td><span class="never">no use known</span></td>`,
		"accessanalyzer get-finding-v2 --region us-east-1 --analyzer-arn arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused --id "+id)
	w.does("findings/status", "/console/findings/finding?analyzer=unused&id="+id, "analyzer", "unused", "id", id, "to", "ARCHIVED", "back", "finding")
	has(t, w.page(here), "<dt>Status</dt><dd>ARCHIVED</dd>", `<button name="to" value="ACTIVE">Make active</button>`)
	w.does("findings/status", "/console/findings?analyzer=unused&dir=desc&sort=updatedAt&status=ARCHIVED", "analyzer", "unused", "status", "ARCHIVED", "id", id, "to", "ACTIVE")
}
