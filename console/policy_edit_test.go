package console

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/accounts"
)

// atHome is a world whose account is a home, which the API may change.
func atHome(t testing.TB, key string) *world {
	w := signedIn(t, key)
	must(t, w.book.SetMode(t.Context(), f1Account, accounts.Home))
	return w
}

// hiddenField finds the value that a form sends unseen.
func hiddenField(t testing.TB, page, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `name="`+name+`" value="`)
	value, _, closed := strings.Cut(rest, `"`)
	if !ok || !closed {
		t.Fatalf("the page has no field %q:\n%s", name, page)
	}
	return html.UnescapeString(value)
}

// post sends a form of the page that was seen last; fields are names and values.
func (w *world) post(target string, fields ...string) (status int, page string) {
	w.t.Helper()
	form := url.Values{"csrf": {w.csrf}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	a := w.send("POST", target, form)
	if a.Code == http.StatusSeeOther {
		return a.Code, w.page(a.Header().Get("Location"))
	}
	return a.Code, a.Body.String()
}

// saved sends a form that is accepted, and is the page that it leads to.
func (w *world) saved(target string, fields ...string) string {
	w.t.Helper()
	status, page := w.post(target, fields...)
	if status != http.StatusSeeOther {
		w.t.Fatalf("POST %s: %d\n%s", target, status, page)
	}
	return page
}

func lacks(t testing.TB, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("the page has %q:\n%s", text, page)
		}
	}
}

// The story of the console: see what a role does not use, take it away, and see
// that it is gone.
func TestTakeAwayWhatIsNotUsed(t *testing.T) {
	w := atHome(t, auditorKey)
	service := w.page("/console/roles/last-accessed/service?id=app&service=s3")
	edit := "/console/roles/inline?id=app&policy=AppInline"
	has(t, service, `<th scope="row">DeleteBucket</th><td><span class="never">Not accessed in the tracking period</span></td>`,
		`<a href="`+html.EscapeString(edit)+`" aria-label="Edit AppInline">Edit</a>`)
	form := w.page(edit)
	has(t, form, "<h1>Edit AppInline of app</h1>", "&#34;s3:DeleteBucket&#34;")
	page := w.saved("/console/roles/inline", "id", "app", "policy", "AppInline", "was", hiddenField(t, form, "was"),
		"document", strings.ReplaceAll(allow("s3:CreateBucket"), ",", ",\r\n"))
	has(t, page, "<h1>Policies of app</h1>", "Policies of its own: 2", "AppInline")
	account, err := w.book.Account(t.Context(), f1Account)
	must(t, err)
	const want = "{\"Version\":\"2012-10-17\",\n\"Statement\":[{\"Effect\":\"Allow\",\n\"Action\":[\"s3:CreateBucket\"],\n\"Resource\":\"*\"}]}"
	if got := account.RoleByID(appID).Inline[0].Document; got != want {
		t.Errorf("stored %q", got)
	}
	service = w.page("/console/roles/last-accessed/service?id=app&service=s3")
	has(t, service, `<th scope="row">CreateBucket</th><td><time datetime="2026-05-20T00:00:01Z"`)
	lacks(t, service, "DeleteBucket")
	has(t, w.page("/console/roles/last-accessed?id=app"), "2 of 2 services that the policies allow were accessed")
}

func TestVersions(t *testing.T) {
	w := atHome(t, auditorKey)
	id := url.QueryEscape(teamEc2)
	form := w.page("/console/policies/edit?id=" + id)
	has(t, form, "&#34;ec2:StartInstances&#34;", "Saving makes a new version")
	page := w.saved("/console/policies/edit", "id", teamEc2, "was", hiddenField(t, form, "was"), "document", allow("ec2:DescribeInstances", "ec2:RunInstances"))
	has(t, page, "<h1>Versions of TeamEc2</h1>", ">v2</a></th>", ">v1</a></th>", "from v2 to v1", "Set v1 as default", "Delete v1")
	lacks(t, page, "Set v2 as default", "Delete v2")
	has(t, w.page("/console/policies/details?id="+id), "v2 (default)", "/console/policies/versions?id=")
	has(t, w.page("/console/policies/version?id="+id+"&version=v1"), "version v1", "the default one is v2", "&#34;ec2:StartInstances&#34;")
	has(t, w.page("/console/policies/compare?id="+id+"&from=v1&to=v2"), "Lines added: 0; lines removed: 1.",
		`<tr><td>8</td><td>8</td><td></td><td><code>        &#34;ec2:RunInstances&#34;</code></td></tr>`,
		`<tr class="removed"><td>9</td><td></td><td>− removed</td><td><code><del>        &#34;ec2:StartInstances&#34;</del></code></td></tr>`)
	has(t, w.page("/console/policies/compare?id="+id+"&from=v2&to=v1"), "Lines added: 1; lines removed: 0.",
		`<tr class="added"><td></td><td>9</td><td>+ added</td><td><code><ins>        &#34;ec2:StartInstances&#34;</ins></code></td></tr>`)
	has(t, w.page("/console/policies/compare?id="+id+"&from=v1&to=v1"), "These versions do not differ.")
	w.saved("/console/policies/default", "id", teamEc2, "version", "v1")
	has(t, w.page("/console/policies/details?id="+id), "v1 (default)", "&#34;ec2:StartInstances&#34;")
	status, page := w.post("/console/policies/delete-version", "id", teamEc2, "version", "v2")
	if status != http.StatusBadRequest {
		t.Errorf("not sure: %d", status)
	}
	has(t, page, "tick the box", ">v2</a></th>")
	lacks(t, w.saved("/console/policies/delete-version", "id", teamEc2, "version", "v2", "sure", "yes"), ">v2</a></th>")
	status, page = w.post("/console/policies/delete-version", "id", teamEc2, "version", "v1", "sure", "yes")
	if status != http.StatusBadRequest {
		t.Errorf("the default version: %d", status)
	}
	has(t, page, "Cannot delete the default version of a policy.", ">v1</a></th>")
}

func TestSixthVersion(t *testing.T) {
	w := atHome(t, auditorKey)
	save := func(document string, more ...string) (int, string) {
		form := w.page("/console/policies/edit?id=" + url.QueryEscape(teamEc2))
		return w.post("/console/policies/edit", append([]string{"id", teamEc2, "was", hiddenField(t, form, "was"), "document", document}, more...)...)
	}
	for _, action := range []string{"ec2:A", "ec2:B", "ec2:C", "ec2:D"} {
		if status, page := save(allow(action)); status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", action, status, page)
		}
	}
	status, page := save(allow("ec2:E"))
	if status != http.StatusBadRequest {
		t.Errorf("the sixth: %d", status)
	}
	has(t, page, "A managed policy can have up to 5 versions.", `<input type="checkbox" name="delete" value="v1">`, "&#34;ec2:E&#34;")
	for name, document := range map[string]string{"broken": "{", "too long": allow("ec2:" + strings.Repeat("x", 7000))} {
		if status, _ = save(document, "delete", "v1"); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	has(t, w.page("/console/policies/versions?id="+teamEc2), ">v1</a></th>") // nothing is lost for what is refused
	status, page = save(allow("ec2:E"), "delete", "v1")
	if status != http.StatusSeeOther {
		t.Fatalf("with room: %d\n%s", status, page)
	}
	has(t, page, ">v6</a></th>", ">v2</a></th>")
	lacks(t, page, ">v1</a></th>")
}

func TestRefusedDocuments(t *testing.T) {
	w := atHome(t, auditorKey)
	for target, fields := range map[string][]string{
		"/console/policies/edit": {"id", teamEc2},
		"/console/roles/inline":  {"id", "app", "policy", "AppInline"},
		"/console/groups/inline": {"id", "developers", "policy", "DevInline"},
		"/console/users/inline":  {"id", "alice", "policy", "AliceIam"},
	} {
		t.Run(target, func(t *testing.T) {
			asked := url.Values{}
			for i := 0; i < len(fields); i += 2 {
				asked.Set(fields[i], fields[i+1])
			}
			before := w.page(target + "?" + asked.Encode())
			text := `{"Version":"2012-10-17","</textarea><script>alert(3)</script>`
			status, page := w.post(target, append(fields, "was", hiddenField(t, before, "was"), "document", text)...)
			if status != http.StatusBadRequest {
				t.Errorf("status %d", status)
			}
			has(t, page, `role="alert"`, "Syntax errors in policy.", `aria-invalid="true"`, "&lt;/textarea&gt;&lt;script&gt;alert(3)")
			lacks(t, page, "<script")
			if after := w.page(target + "?" + asked.Encode()); hiddenField(t, after, "was") != hiddenField(t, before, "was") {
				t.Error("a text that was refused was saved")
			}
		})
	}
}

func TestChangedMeanwhile(t *testing.T) {
	w := atHome(t, auditorKey)
	target := "/console/roles/inline"
	was := hiddenField(t, w.page(target+"?id=app&policy=AppInline"), "was")
	w.saved(target, "id", "app", "policy", "AppInline", "was", was, "document", allow("s3:GetObject"))
	status, page := w.post(target, "id", "app", "policy", "AppInline", "was", was, "document", allow("s3:PutObject"))
	if status != http.StatusConflict {
		t.Errorf("status %d", status)
	}
	has(t, page, "somebody has changed it", "&#34;s3:PutObject&#34;")
	w.saved(target, "id", "app", "policy", "AppInline", "was", hiddenField(t, page, "was"), "document", allow("s3:PutObject"))
	has(t, w.page("/console/roles/details?id=app"), "&#34;s3:PutObject&#34;")
}

func TestAttachDetachAndInline(t *testing.T) {
	for slug, id := range map[string]string{"users": "alice", "groups": "developers", "roles": "app"} {
		t.Run(slug, func(t *testing.T) {
			w := atHome(t, auditorKey)
			at := "/console/" + slug
			has(t, w.page(at+"/details?id="+id), `<a href="`+at+`/change?id=`+id+`">Change policies</a>`)
			boundary := f1Prefix + "policy/BoundaryAll"
			has(t, w.page(at+"/change?id="+id), `<option value="`+boundary+`">BoundaryAll</option>`)
			has(t, w.saved(at+"/attach", "id", id, "arn", boundary), `aria-label="Detach BoundaryAll"`)
			lacks(t, w.saved(at+"/detach", "id", id, "arn", boundary), `aria-label="Detach BoundaryAll"`)
			status, page := w.post(at+"/attach", "id", id, "arn", evil)
			if status != http.StatusBadRequest {
				t.Errorf("no ARN: %d", status)
			}
			has(t, page, "is not valid.", "&lt;script&gt;")
			lacks(t, page, "<script")
			has(t, w.page(at+"/inline?id="+id+"&policy="), "New inline policy of "+id)
			has(t, w.saved(at+"/inline", "id", id, "new", "yes", "was", "", "policy", "Fresh", "document", allow("sqs:SendMessage")), `aria-label="Edit Fresh"`)
			if status, _ = w.post(at+"/inline", "id", id, "new", "yes", "was", "", "policy", "Fresh", "document", allow("*")); status != http.StatusConflict {
				t.Errorf("a name that is taken: %d", status)
			}
			if status, _ = w.post(at+"/inline", "id", id, "new", "yes", "was", "", "policy", "", "document", allow("*")); status != http.StatusBadRequest {
				t.Errorf("no name: %d", status)
			}
			if status, page = w.post(at+"/remove-inline", "id", id, "policy", "Fresh"); status != http.StatusBadRequest {
				t.Errorf("not sure: %d", status)
			}
			has(t, page, "tick the box", `aria-label="Edit Fresh"`, `aria-label="Delete Fresh"`)
			lacks(t, w.saved(at+"/remove-inline", "id", id, "policy", "Fresh", "sure", "yes"), "Fresh")
		})
	}
}

// A mirror is AWS's: its pages offer no change, and one that is sent all the
// same is refused with the reason.
func TestMirrorsAreNotChanged(t *testing.T) {
	w := signedIn(t, auditorKey)
	for _, target := range []string{
		"/console/roles/change?id=app", "/console/roles/details?id=app", "/console/policies/versions?id=" + teamEc2,
		"/console/policies/edit?id=" + teamEc2, "/console/roles/inline?id=app&policy=AppInline", "/console/roles/last-accessed/service?id=app&service=s3",
	} {
		page := w.page(target)
		lacks(t, page, "Save</button>", "Detach", "Set v1", "Delete v1", `aria-label="Delete`, `Change policies</a></p>`, `aria-label="Edit AppInline"`, "<textarea", "Attach")
		if strings.Contains(target, "details") || strings.Contains(target, "last-accessed") {
			continue
		}
		has(t, page, "mirror of AWS")
	}
	was := fingerprint(document(url.PathEscape(allow("s3:CreateBucket", "s3:DeleteBucket", "sqs:ListQueues"))))
	for target, fields := range map[string][]string{
		"/console/roles/attach":            {"id", "app", "arn", f1Prefix + "policy/BoundaryAll"},
		"/console/roles/detach":            {"id", "app", "arn", teamEc2},
		"/console/roles/remove-inline":     {"id", "app", "policy", "AppInline", "sure", "yes"},
		"/console/roles/inline":            {"id", "app", "policy", "AppInline", "was", was, "document", allow("s3:GetObject")},
		"/console/policies/default":        {"id", teamEc2, "version", "v1"},
		"/console/policies/delete-version": {"id", teamEc2, "version", "v1", "sure", "yes"},
	} {
		status, page := w.post(target, fields...)
		if status != http.StatusBadRequest {
			t.Errorf("%s: %d", target, status)
		}
		has(t, page, "cannot change account 111122223333 here: it is a mirror of AWS", `role="alert"`)
		lacks(t, page, "Ask an administrator")
	}
}

func TestChangesNeedTheToken(t *testing.T) {
	w := atHome(t, auditorKey)
	for target, fields := range map[string][]string{
		"/console/policies/edit":           {"id", teamEc2, "document", allow("*")},
		"/console/policies/default":        {"id", teamEc2, "version", "v1"},
		"/console/policies/delete-version": {"id", teamEc2, "version", "v1", "sure", "yes"},
		"/console/roles/attach":            {"id", "app", "arn", f1Prefix + "policy/BoundaryAll"},
		"/console/roles/detach":            {"id", "app", "arn", teamEc2},
		"/console/roles/inline":            {"id", "app", "policy", "New", "new", "yes", "document", allow("*")},
		"/console/roles/remove-inline":     {"id", "app", "policy", "AppInline", "sure", "yes"},
	} {
		for _, token := range []string{"", "wrong"} {
			if status, page := w.post(target, append(fields, "csrf", token)...); status != http.StatusForbidden {
				t.Errorf("%s with token %q: %d\n%s", target, token, status, page)
			}
		}
	}
	page := w.page("/console/roles/change?id=app")
	has(t, page, "AppInline", "TeamEc2")
	lacks(t, page, ">New<", "Detach BoundaryAll")
}

func TestEvilNamesOnPagesThatChange(t *testing.T) {
	w := atHome(t, auditorKey)
	for _, target := range []string{"/console/roles/change?id=evil", "/console/roles/inline?" + url.Values{"id": {"evil"}, "policy": {"Evil" + evil}}.Encode()} {
		a := w.send("GET", target, nil)
		lacks(t, a.Body.String(), "<script", "ZgotmplZ")
	}
	form := w.page("/console/policies/edit?id=" + teamEc2)
	sid := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::</textarea></code><script>alert(4)</script>"}]}`
	w.saved("/console/policies/edit", "id", teamEc2, "was", hiddenField(t, form, "was"), "document", sid)
	id := url.QueryEscape(teamEc2)
	for _, target := range []string{
		"/console/policies/edit?id=" + id, "/console/policies/version?id=" + id + "&version=v2", "/console/policies/compare?id=" + id + "&from=v1&to=v2", "/console/policies/versions?id=" + id,
	} {
		lacks(t, w.page(target), "<script", "ZgotmplZ")
	}
	has(t, w.page("/console/policies/compare?id="+id+"&from=v1&to=v2"), "&lt;script&gt;alert(4)&lt;/script&gt;")
}
