package console

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/inventory"
)

// hostile would become an element, an attribute, or a script wherever a page
// took it for its own text.
const hostile = `"'></textarea></code></title><xssmark><script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)" xssmark=`

// attack is one page with what it is asked for: names and values in turn.
type attack struct {
	target string
	fields []string // of a form
	org    bool     // in the organization's world, else in that of the account
}

// attacks has every page of the console. ID, ROLE and EVIL stand for what worlds
// make: the id of a finding.
var attacks = map[string][]attack{
	"GET /console/{$}":    {{target: "/console/"}, {target: "/console/", org: true}},
	"GET /console/{kind}": {{target: "/console/users"}, {target: "/console/groups"}, {target: "/console/roles?used=not"}, {target: "/console/policies?scope=Local"}},
	"GET /console/{kind}/details": {
		{target: "/console/users/details?id=mallory"}, {target: "/console/groups/details?id=mob"}, {target: "/console/roles/details?id=evil"},
		{target: "/console/policies/details?id=" + evilPolicy},
	},
	"GET /console/{kind}/last-accessed": {
		{target: "/console/roles/last-accessed?id=evil&show=accessed"}, {target: "/console/groups/last-accessed?id=mob"}, {target: "/console/policies/last-accessed?id=" + evilPolicy},
	},
	"POST /console/{kind}/last-accessed/renew":    {{target: "/console/roles/last-accessed/renew", fields: []string{"id", "evil"}}},
	"GET /console/{kind}/last-accessed/service":   {{target: "/console/roles/last-accessed/service?id=evil&service=s3"}, {target: "/console/users/last-accessed/service?id=mallory&service=s3"}},
	"GET /console/{kind}/last-accessed/csv":       {{target: "/console/roles/last-accessed/csv?id=evil"}},
	"GET /console/{kind}/last-accessed/json":      {{target: "/console/roles/last-accessed/json?id=evil"}},
	"GET /console/{kind}/activity":                {{target: "/console/roles/activity?id=evil"}, {target: "/console/users/activity?id=mallory"}},
	"GET /console/coverage":                       {{target: "/console/coverage"}, {target: "/console/coverage?account=" + f1Account}},
	"GET /console/policies/versions":              {{target: "/console/policies/versions?id=" + evilPolicy}},
	"GET /console/policies/version":               {{target: "/console/policies/version?version=v2&id=" + evilPolicy}},
	"GET /console/policies/compare":               {{target: "/console/policies/compare?from=v1&to=v2&id=" + evilPolicy}},
	"GET /console/policies/edit":                  {{target: "/console/policies/edit?id=" + evilPolicy}},
	"POST /console/policies/edit":                 {{target: "/console/policies/edit", fields: []string{"id", evilPolicy, "was", "x", "document", "x", "delete", "v1"}}},
	"POST /console/policies/default":              {{target: "/console/policies/default", fields: []string{"id", evilPolicy, "version", "v1"}}},
	"POST /console/policies/delete-version":       {{target: "/console/policies/delete-version", fields: []string{"id", evilPolicy, "version", "v9", "sure", "yes"}}},
	"GET /console/{kind}/change":                  {{target: "/console/roles/change?id=evil"}, {target: "/console/users/change?id=mallory"}},
	"POST /console/{kind}/attach":                 {{target: "/console/roles/attach", fields: []string{"id", "evil", "arn", evilPolicy}}},
	"POST /console/{kind}/detach":                 {{target: "/console/roles/detach", fields: []string{"id", "evil", "arn", evilPolicy}}},
	"GET /console/{kind}/inline":                  {{target: "/console/roles/inline?id=evil&policy=Evil"}},
	"POST /console/{kind}/inline":                 {{target: "/console/roles/inline", fields: []string{"id", "evil", "policy", "Evil", "was", "x", "new", "yes", "document", "x"}}},
	"POST /console/{kind}/remove-inline":          {{target: "/console/roles/remove-inline", fields: []string{"id", "evil", "policy", "Evil", "sure", "yes"}}},
	"GET /console/roles/trust":                    {{target: "/console/roles/trust?id=evil"}},
	"POST /console/roles/trust":                   {{target: "/console/roles/trust", fields: []string{"id", "evil", "was", "x", "document", "x"}}},
	"GET /console/{kind}/boundary":                {{target: "/console/roles/boundary?id=evil"}, {target: "/console/users/boundary?id=mallory"}},
	"POST /console/{kind}/boundary":               {{target: "/console/roles/boundary", fields: []string{"id", "evil", "was", evilPolicy, "arn", teamEc2}}},
	"POST /console/{kind}/remove-boundary":        {{target: "/console/roles/remove-boundary", fields: []string{"id", "evil", "was", evilPolicy, "sure", "yes"}}},
	"GET /console/analyzers":                      {{target: "/console/analyzers"}},
	"POST /console/analyzers/create":              {{target: "/console/analyzers/create", fields: []string{"name", "other", "type", "ACCOUNT_UNUSED_ACCESS", "age", "90"}}},
	"GET /console/analyzers/delete":               {{target: "/console/analyzers/delete?analyzer=unused"}},
	"POST /console/analyzers/delete":              {{target: "/console/analyzers/delete", fields: []string{"analyzer", "unused"}}},
	"GET /console/findings":                       {{target: "/console/findings?analyzer=unused"}},
	"GET /console/findings/csv":                   {{target: "/console/findings/csv?analyzer=unused"}},
	"GET /console/findings/json":                  {{target: "/console/findings/json?analyzer=unused"}},
	"GET /console/findings/finding":               {{target: "/console/findings/finding?analyzer=unused&id=ID"}},
	"POST /console/findings/status":               {{target: "/console/findings/status", fields: []string{"analyzer", "unused", "id", "ID", "to", "ARCHIVED", "back", "finding"}}},
	"GET /console/findings/recommendation":        {{target: "/console/findings/recommendation?analyzer=unused&id=ID"}},
	"POST /console/findings/recommendation":       {{target: "/console/findings/recommendation", fields: []string{"analyzer", "unused", "id", "ID"}}},
	"GET /console/findings/recommendation/policy": {{target: "/console/findings/recommendation/policy?analyzer=unused&id=ID&step=1"}},
	"GET /console/findings/rules":                 {{target: "/console/findings/rules?analyzer=unused"}},
	"POST /console/findings/rules/create":         {{target: "/console/findings/rules/create", fields: []string{"analyzer", "unused", "name", "two", "type", "", "kind", "", "resource", "x", "account", ""}}},
	"POST /console/findings/rules/apply":          {{target: "/console/findings/rules/apply", fields: []string{"analyzer", "unused", "rule", "meant"}}},
	"GET /console/findings/rules/edit":            {{target: "/console/findings/rules/edit?analyzer=unused&rule=meant"}},
	"POST /console/findings/rules/edit":           {{target: "/console/findings/rules/edit", fields: []string{"analyzer", "unused", "rule", "meant", "was", "x", "filter", "{}"}}},
	"GET /console/findings/rules/delete":          {{target: "/console/findings/rules/delete?analyzer=unused&rule=meant"}},
	"POST /console/findings/rules/delete":         {{target: "/console/findings/rules/delete", fields: []string{"analyzer", "unused", "rule", "meant"}}},
	"GET /console/organization":                   {{target: "/console/organization", org: true}},
	"GET /console/organization/node":              {{target: "/console/organization/node?id=ou-ab12-prod0001", org: true}},
	"GET /console/organization/report":            {{target: "/console/organization/report?id=ou-ab12-prod0001", org: true}},
	"POST /console/organization/renew":            {{target: "/console/organization/renew", fields: []string{"id", "ou-ab12-prod0001", "policy", ""}, org: true}},
	"GET /console/organization/csv":               {{target: "/console/organization/csv?id=ou-ab12-prod0001", org: true}},
	"GET /console/organization/json":              {{target: "/console/organization/json?id=ou-ab12-prod0001", org: true}},
	"POST /console/signout":                       {{target: "/console/signout"}},
	"/console/":                                   {{target: "/console/nothing"}, {target: "/console/" + url.PathEscape(hostile)}, {target: "/console/" + url.PathEscape(hostile) + "/details?id=x"}},
}

const evilPolicy = f1Prefix + "policy/Evil"

// hostileWorld has hostile text in every name, path, tag, description and
// document that a snapshot can bring, in facts and in an archive rule. Entities
// that pages are asked for have names that the API takes; others have none.
func hostileWorld(t testing.TB) *world {
	w := signedIn(t, auditorKey)
	sid := `{"Version":"2012-10-17","Statement":[{"Sid":"</code><xssmark><script>alert(1)</script>","Effect":"Allow","Action":["s3:*","sqs:ListQueues"],"Resource":"arn:aws:s3:::\"'><xssmark></textarea><script>"}]}`
	path, tags := "/"+hostile[:20]+"<xssmark>/", []inventory.Tag{{Key: hostile, Value: hostile}}
	a := f1()
	evil := &inventory.Policy{Name: "Evil", ARN: evilPolicy, Path: path, Default: "v1", Attachable: true, Description: hostile, Tags: tags, Created: old, Updated: old,
		Versions: []inventory.PolicyVersion{{ID: "v1", Document: sid, Created: old}, {ID: "v2", Document: strings.ReplaceAll(sid, "sqs:", "sns:"), Created: old}}}
	odd := &inventory.Policy{Name: hostile, ARN: f1Prefix + "policy/" + hostile, Path: path, Default: "v1", Attachable: true, Versions: evil.Versions[:1], Created: old, Updated: old}
	a.Policies = append(a.Policies, evil, odd)
	role := a.Roles[1]
	role.Path, role.ARN, role.Description, role.Tags, role.Attached = path, f1Prefix+"role"+path+"evil", hostile, tags, []string{evilPolicy}
	role.Inline = append(role.Inline, inventory.Inline{Name: hostile, Document: sid})
	user := member("mallory", "AIDAMALLORYEXAMPLE001", "")
	user.Path, user.ARN, user.Tags, user.Groups, user.Attached = path, f1Prefix+"user"+path+"mallory", tags, []string{"mob", hostile}, []string{evilPolicy}
	nameless := member(hostile, "AIDAHOSTILEEXAMPLE001", "")
	a.Users = append(a.Users, user, nameless)
	for name, id := range map[string]string{"mob": "AGPAMOBEXAMPLE0000001", hostile: "AGPAHOSTILEEXAMPLE001"} {
		a.Groups = append(a.Groups, &inventory.Group{Name: name, ID: id, ARN: f1Prefix + "group" + path + name, Path: path, Attached: []string{evilPolicy}, Inline: []inventory.Inline{{Name: hostile, Document: sid}}})
	}
	a.Roles = append(a.Roles, &inventory.Role{Name: hostile, ID: "AROAHOSTILEEXAMPLE001", ARN: f1Prefix + "role/" + hostile, Path: "/", Trust: role.Trust, Created: old})
	for _, u := range a.Users {
		u.Created = old
	}
	a.Settings.Aliases = []string{hostile}
	a.Index()
	must(t, w.book.Replace(t.Context(), a))
	must(t, w.book.SetMode(t.Context(), f1Account, accounts.Home))
	must(t, w.facts.MergeFacts(t.Context(), []activity.Fact{
		event(t, "2026-05-20T00:00:01Z", role.ID, "s3", "CreateBucket", hostile), event(t, "2026-05-20T00:00:01Z", role.ID, "s3", "CreateBucket", "us-east-1"),
		event(t, "2026-05-21T00:00:01Z", role.ID, hostile, hostile, "us-east-1"), event(t, "2026-05-22T00:00:01Z", hostile, "s3", "CreateBucket", "us-east-1"),
		event(t, "2026-05-22T00:00:01Z", user.ID, "s3", "CreateBucket", "us-east-1"),
	}))
	w.page("/console/analyzers")
	w.does("analyzers/create", "/console/findings?analyzer=unused", "name", "unused", "type", "ACCOUNT_UNUSED_ACCESS", "age", "90")
	w.does("findings/rules/create", "/console/findings/rules?analyzer=unused", "analyzer", "unused", "name", "meant", "resource", "nobody"+hostile)
	w.id = w.finding("type=UnusedPermission&kind=AWS::IAM::Role&resource=xssmark")
	w.does("findings/recommendation", "/console/findings/recommendation?analyzer=unused&id="+w.id, "analyzer", "unused", "id", w.id)
	return w
}

// hostileOrganization has hostile text in the organization's names.
func hostileOrganization(t testing.TB) *world {
	w := f2World(t, f2AdminKey)
	o, err := w.book.Organization(t.Context(), "o-exampleorg1")
	must(t, err)
	o = o.Clone()
	must(t, o.RenameUnit("ou-ab12-prod0001", `"><xssmark><script>alert(1)</script>`))
	must(t, w.book.ReplaceOrganization(t.Context(), o))
	return w
}

func (a attack) world(t testing.TB) *world {
	if a.org {
		return hostileOrganization(t)
	}
	return hostileWorld(t)
}

func TestEveryPageIsInTheTableOfAttacks(t *testing.T) {
	routes := signedIn(t, auditorKey).console.memberRoutes()
	for _, r := range routes {
		if len(attacks[r.pattern]) == 0 {
			t.Errorf("page %q has no row in the table: add one, with all fields of its form", r.pattern)
		}
	}
	for pattern := range attacks {
		if !slices.ContainsFunc(routes, func(r route) bool { return r.pattern == pattern }) {
			t.Errorf("the table has %q, which is no page", pattern)
		}
	}
}

// asked finds the parameters that pages read.
var asked = regexp.MustCompile(`\.Get\("([a-z]+)"\)`)

// parameters are the names of all parameters, from the source.
func parameters(t testing.TB) (names []string) {
	entries, err := os.ReadDir(".")
	must(t, err)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		text, err := os.ReadFile(e.Name())
		must(t, err)
		for _, m := range asked.FindAllStringSubmatch(string(text), -1) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) < 35 {
		t.Fatalf("found %d parameters: %q", len(names), names)
	}
	return names
}

// TestStoredAndReflectedAttacks asks each page for hostile data, then with each
// parameter hostile.
func TestStoredAndReflectedAttacks(t *testing.T) {
	worlds := map[bool]*world{false: hostileWorld(t), true: hostileOrganization(t)}
	names := parameters(t)
	reached := 0
	for pattern, rows := range attacks {
		if strings.HasPrefix(pattern, "POST") {
			continue
		}
		for _, row := range rows {
			w := worlds[row.org]
			target := strings.ReplaceAll(row.target, "=ID", "="+w.id)
			at, query, _ := strings.Cut(target, "?")
			good, err := url.ParseQuery(query)
			must(t, err)
			a := w.attack("GET", target, nil)
			if a.Code != http.StatusOK && pattern != "/console/" {
				t.Errorf("GET %s: %d, so that the page itself is not tested:\n%s", target, a.Code, a.Body)
			}
			if strings.Contains(a.Body.String(), "xssmark") {
				reached++
			}
			for _, name := range names {
				bad, _ := url.ParseQuery(query)
				bad.Set(name, hostile)
				w.attack("GET", at+"?"+bad.Encode(), nil)
				if good.Get(name) == "" {
					bad.Set(name, "javascript:alert(1)//xssmark")
					w.attack("GET", at+"?"+bad.Encode(), nil)
				}
			}
		}
	}
	has(t, worlds[false].page("/console/users/details?id=mallory"), "Policies that cannot be read", "of group &#34;")
	if reached < 25 {
		t.Errorf("hostile text is on %d pages only: the test is of nothing", reached)
	}
}

func TestAttacksByForms(t *testing.T) {
	for pattern, rows := range attacks {
		for _, row := range rows {
			for i := -1; i+1 < len(row.fields) && strings.HasPrefix(pattern, "POST"); i += 2 {
				w := row.world(t)
				form := url.Values{"csrf": {w.csrf}}
				for k := 0; k < len(row.fields); k += 2 {
					form.Set(row.fields[k], strings.ReplaceAll(row.fields[k+1], "ID", w.id))
				}
				if i >= 0 {
					form.Set(row.fields[i-1], hostile)
				}
				if a := w.attack("POST", row.target, form); a.Code == http.StatusForbidden && !row.org {
					t.Errorf("POST %s: the form is not accepted, so that it is not tested", row.target)
				}
			}
		}
	}
}

// TestFormsOfOthers sends every form without a token, and with one that is not
// of this session, or from another site.
func TestFormsOfOthers(t *testing.T) {
	thief := signedIn(t, weakKey)
	thief.page("/console/users")
	w := signedIn(t, auditorKey)
	must(t, w.book.SetMode(t.Context(), f1Account, accounts.Home))
	w.page("/console/users")
	own, tokens := w.csrf, map[string]string{"no token": "", "another session's": thief.csrf, "text that is no token": "x"}
	n := 0
	for pattern, rows := range attacks {
		if !strings.HasPrefix(pattern, "POST") {
			continue
		}
		n++
		row := rows[0]
		for name, token := range tokens {
			if a := w.send("POST", row.target, url.Values{"csrf": {token}, "id": {"app"}}); a.Code != http.StatusForbidden || !strings.Contains(a.Body.String(), "This form was not accepted") {
				t.Errorf("POST %s with %s: %d", row.target, name, a.Code)
			}
		}
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			if a := w.send("POST", row.target, url.Values{"csrf": {own}, "id": {"app"}}, header, value); a.Code != http.StatusForbidden {
				t.Errorf("POST %s with %s: %d", row.target, header, a.Code)
			}
		}
		if a := w.send("GET", row.target, nil); a.Code != http.StatusNotFound && attacks["GET"+strings.TrimPrefix(pattern, "POST")] == nil {
			t.Errorf("GET %s: %d: a link does what the form does", row.target, a.Code)
		}
	}
	if n < 20 {
		t.Errorf("%d forms", n)
	}
}

// TestNobodySeesAPage asks for each page without a session.
func TestNobodySeesAPage(t *testing.T) {
	w := newWorld(t)
	for pattern, rows := range attacks {
		method, _, _ := strings.Cut(pattern, " ")
		if method != "POST" {
			method = "GET"
		}
		for _, row := range rows {
			if a := w.attack(method, row.target, url.Values{}); a.Code != http.StatusSeeOther || !strings.HasPrefix(a.Header().Get("Location"), "/console/signin") {
				t.Errorf("%s %s: %d %s", method, row.target, a.Code, a.Header().Get("Location"))
			}
		}
	}
}

// attack sends a request with hostile headers and judges the answer.
func (w *world) attack(method, target string, form url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	cookies := w.cookies["ebbmark-session"]
	a := w.send(method, target, form, "User-Agent", hostile, "Referer", "https://evil.example/"+hostile, "Accept-Language", hostile, "X-Forwarded-For", hostile, "X-Forwarded-Host", hostile)
	w.judgeHeader(method+" "+target, a)
	for _, never := range []string{secret, cookies} {
		if never != "" && strings.Contains(a.Body.String(), never) {
			w.t.Errorf("%s %s shows a secret", method, target)
		}
	}
	switch kind, _, _ := strings.Cut(a.Header().Get("Content-Type"), ";"); kind {
	case "text/html":
		root, err := html.Parse(strings.NewReader(a.Body.String()))
		must(w.t, err)
		for n := range root.Descendants() {
			if fault := judge(n); fault != "" {
				w.t.Errorf("%s %s: %s", method, target, fault)
			}
		}
	case "text/csv", "application/json":
		if !strings.HasPrefix(a.Header().Get("Content-Disposition"), "attachment") {
			w.t.Errorf("%s %s: a browser would show the file", method, target)
		}
	case "":
	default:
		w.t.Errorf("%s %s: type %q is not judged", method, target, kind)
	}
	return a
}

// judgeHeader checks what every answer must say, also errors, redirects and
// files.
func (w *world) judgeHeader(what string, a *httptest.ResponseRecorder) {
	w.t.Helper()
	h := a.Header()
	policy := h.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(policy, part) {
			w.t.Errorf("%s: the policy lacks %s: %s", what, part, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "http") || strings.Contains(policy, "data:") {
		w.t.Errorf("%s: the policy is wide: %s", what, policy)
	}
	for name, want := range map[string]string{
		"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if h.Get(name) != want {
			w.t.Errorf("%s: %s is %q", what, name, h.Get(name))
		}
	}
	if to := h.Get("Location"); to != "" && (safeNext(to) != to || !strings.HasPrefix(to, Path)) {
		w.t.Errorf("%s leads to %q", what, to)
	}
	for _, c := range a.Result().Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			w.t.Errorf("%s: cookie %s", what, c)
		}
	}
}

// judge says what is wrong with an element that outside text has made, or that
// pages must not have.
func judge(n *html.Node) string {
	if n.Type != html.ElementNode {
		return ""
	}
	switch n.Data {
	case "script":
		src := attribute(n, "src")
		if !strings.HasPrefix(src, Path+"static/") || n.FirstChild != nil {
			return "a script"
		}
	case "iframe", "frame", "object", "embed", "base", "applet", "style", "xssmark", "template", "foreignobject", "animate", "set":
		return "an element " + n.Data
	case "form":
		if !strings.HasPrefix(attribute(n, "action"), Path) {
			return "a form that is sent to " + attribute(n, "action")
		}
	case "meta":
		if attribute(n, "http-equiv") != "" && strings.Trim(attribute(n, "content"), "0123456789") != "" {
			return "a meta element that leads elsewhere"
		}
	}
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "xssmark", strings.ContainsAny(a.Key, `"'<`):
			return "an attribute " + a.Key + " of " + n.Data
		case slices.Contains([]string{"href", "src", "action", "formaction", "data", "poster", "background", "srcset", "ping", "cite"}, a.Key):
			if a.Val != "" && a.Val[0] != '#' && (!strings.HasPrefix(a.Val, Path)) {
				return "an address " + a.Val
			}
		}
	}
	return ""
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// TestJudge sees that the judge of pages finds what it is there to find.
func TestJudge(t *testing.T) {
	for page, want := range map[string]string{
		`<p>` + html.EscapeString(hostile) + `</p><a href="/console/users#x" title="` + html.EscapeString(hostile) + `">x</a>`: "",
		`<p>` + hostile + `>`:                                          "an element xssmark",
		`<script src="/console/static/a.js"></script>`:                 "",
		`<script src="/console/static/a.js">x</script>`:                "a script",
		`<script src="//evil.example/a.js"></script>`:                  "a script",
		`<img src="/console/static/icon.svg" onerror="x">`:             "an attribute onerror of img",
		`<a href="javascript:x">x</a>`:                                 "an address javascript:x",
		`<a href="//evil.example">x</a>`:                               "an address //evil.example",
		`<form action="https://evil.example"></form>`:                  "a form that is sent to https://evil.example",
		`<meta http-equiv="refresh" content="2">`:                      "",
		`<meta http-equiv="refresh" content="0; url=//evil.example">`:  "a meta element that leads elsewhere",
		`<svg><a xlink:href="javascript:x"><text>x</text></a></svg>`:   "an address javascript:x",
		`<p style="background: url(//evil.example)">x</p>`:             "an attribute style of p",
		`<svg><animate attributeName="href" to="javascript:x"/></svg>`: "an element animate",
	} {
		root, err := html.Parse(strings.NewReader(page))
		must(t, err)
		got := ""
		for n := range root.Descendants() {
			if got == "" {
				got = judge(n)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", page, got, want)
		}
	}
}
