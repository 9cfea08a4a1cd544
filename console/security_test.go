package console

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/auth"
)

func TestSignInIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		field, value string
		status       int
		want         string
	}{
		"a wrong secret":       {"secret", "another-secret-of-forty-letters-in-total", 403, "The key ID and secret do not fit a key in force on this server."},
		"an unknown key":       {"key", "AKIANOBODYEXAMPLE001", 403, "The key ID and secret do not fit a key in force on this server."},
		"a key of no form":     {"key", "<script>", 400, "Enter an access key ID of this server"},
		"no secret":            {"secret", "", 400, "Enter the secret access key"},
		"a token of elsewhere": {"token", "bm90IG91cnM=", 403, "The key ID and secret do not fit"},
		"no Region":            {"region", "moon", 400, "Enter a Region such as us-east-1."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.signIn(auditorKey, c.field, c.value)
			if a.Code != c.status {
				t.Errorf("status %d, want %d", a.Code, c.status)
			}
			has(t, a.Body.String(), c.want, `role="alert"`)
			if strings.Contains(a.Body.String(), secret) || strings.Contains(a.Body.String(), "<script>") {
				t.Errorf("the page repeats what it must not:\n%s", a.Body)
			}
			if w.cookies["ebbmark-session"] != "" {
				t.Error("there is a session")
			}
		})
	}
}

func TestTemporaryCredentials(t *testing.T) {
	w := newWorld(t)
	s, token, err := w.keys.NewSession(auth.Session{Account: f1Account, User: auditorID, Issued: f1Now, Expires: f1Now.Add(time.Hour)})
	must(t, err)
	if a := w.signIn(s.KeyID, "secret", s.Secret, "token", token); a.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	for range 3 { // an hour, never idle
		w.clock = w.clock.Add(19 * time.Minute)
		w.page("/console/users")
	}
	w.clock = w.clock.Add(5 * time.Minute)
	a := w.send("GET", "/console/users", nil)
	if a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/console/signin?ended=1" || w.cookies["ebbmark-session"] != "" {
		t.Errorf("after the credentials' end: %d %s", a.Code, a.Header().Get("Location"))
	}
	has(t, w.page("/console/signin?ended=1"), "Your session has ended.")
}

func TestDeletedKeysSignOut(t *testing.T) {
	w := signedIn(t, auditorKey)
	must(t, w.keys.Delete(t.Context(), auditorKey))
	if a := w.send("GET", "/console/users", nil); a.Header().Get("Location") != "/console/signin?ended=1" {
		t.Errorf("%d %s", a.Code, a.Header().Get("Location"))
	}
}

func TestNobodySignedIn(t *testing.T) {
	w := newWorld(t)
	for target, want := range map[string]string{
		"/console/":      "/console/signin",
		"/console/users": "/console/signin?next=%2Fconsole%2Fusers",
		"/console/roles/last-accessed?id=app&show=all": "/console/signin?next=%2Fconsole%2Froles%2Flast-accessed%3Fid%3Dapp%26show%3Dall",
		"/console/roles/last-accessed/csv?id=app":      "/console/signin?next=%2Fconsole%2Froles%2Flast-accessed%2Fcsv%3Fid%3Dapp",
		"/console/nothing":                             "/console/signin?next=%2Fconsole%2Fnothing",
	} {
		if a := w.send("GET", target, nil); a.Code != http.StatusSeeOther || a.Header().Get("Location") != want {
			t.Errorf("GET %s: %d %s, want %s", target, a.Code, a.Header().Get("Location"), want)
		}
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	for next, want := range map[string]string{
		"/console/users?q=a&page=2":             "/console/users?q=a&page=2",
		"":                                      "/console/",
		"https://evil.example/":                 "/console/",
		"//evil.example/console/":               "/console/",
		`/\evil.example`:                        "/console/",
		`/console/\evil.example`:                "/console/",
		"/console//evil.example":                "/console/",
		"/console/../../evil":                   "/console/",
		"/console/%2e%2e/evil":                  "/console/",
		"/console/users\r\nX: y":                "/console/",
		"javascript:alert(1)":                   "/console/",
		"/healthz":                              "/console/",
		"http:/console/":                        "/console/",
		"/console/" + strings.Repeat("x", 2048): "/console/",
	} {
		w := newWorld(t)
		if a := w.signIn(auditorKey, "next", next); a.Code != http.StatusSeeOther || a.Header().Get("Location") != want {
			t.Errorf("next %q: %d %q, want %q", next, a.Code, a.Header().Get("Location"), want)
		}
		has(t, w.page("/console/signin?"+url.Values{"next": {next}}.Encode()), `name="next" value="`+html.EscapeString(want)+`"`)
	}
}

func TestSessionsAreMadeAnewAtSignIn(t *testing.T) {
	w := newWorld(t)
	w.cookies["ebbmark-session"] = "a-token-that-somebody-else-has-chosen-for-us"
	w.signIn(auditorKey)
	first := w.cookies["ebbmark-session"]
	if len(first) != 43 || strings.HasPrefix(first, "a-token") {
		t.Fatalf("the session is %q", first)
	}
	w.signIn(weakKey)
	second := w.cookies["ebbmark-session"]
	if second == first {
		t.Error("two sign-ins gave one token")
	}
	w.cookies["ebbmark-session"] = first
	if a := w.send("GET", "/console/", nil); a.Code != http.StatusSeeOther {
		t.Errorf("the session of before the second sign-in still works: %d", a.Code)
	}
}

func TestSessionsEnd(t *testing.T) {
	w := signedIn(t, auditorKey)
	w.clock = w.clock.Add(idleLimit - time.Second)
	w.page("/console/users")
	w.clock = w.clock.Add(idleLimit)
	if a := w.send("GET", "/console/users", nil); a.Code != http.StatusSeeOther {
		t.Errorf("after 30 idle minutes: %d", a.Code)
	}
	w = signedIn(t, auditorKey)
	for range 23 { // 7 hours 40 minutes
		w.clock = w.clock.Add(20 * time.Minute)
		w.page("/console/users")
	}
	w.clock = w.clock.Add(20 * time.Minute)
	if a := w.send("GET", "/console/users", nil); a.Code != http.StatusSeeOther {
		t.Errorf("after 8 hours: %d", a.Code)
	}
	w = signedIn(t, auditorKey)
	token := w.cookies["ebbmark-session"]
	w.page("/console/users")
	if a := w.send("POST", "/console/signout", url.Values{"csrf": {w.csrf}}); a.Header().Get("Location") != "/console/signin" || w.cookies["ebbmark-session"] != "" {
		t.Errorf("sign out: %d %s", a.Code, a.Header().Get("Location"))
	}
	w.cookies["ebbmark-session"] = token
	if a := w.send("GET", "/console/users", nil); a.Code != http.StatusSeeOther {
		t.Errorf("after signing out: %d", a.Code)
	}
}

func TestPostsNeedTheToken(t *testing.T) {
	for _, target := range []string{"/console/signout", "/console/roles/last-accessed/renew"} {
		for name, header := range map[string][]string{"": nil, "wrong": nil, "right": {"Sec-Fetch-Site", "cross-site"}} {
			t.Run(target+" "+name, func(t *testing.T) {
				w := signedIn(t, auditorKey)
				w.page("/console/users")
				form := url.Values{"id": {"app"}, "csrf": {name}}
				if name == "right" { // but from another site
					form.Set("csrf", w.csrf)
				}
				a := w.send("POST", target, form, header...)
				if a.Code != http.StatusForbidden {
					t.Errorf("status %d", a.Code)
				}
				has(t, a.Body.String(), "This form was not accepted")
				w.page("/console/users") // still signed in
			})
		}
	}
	w := newWorld(t)
	w.page("/console/signin")
	if a := w.send("POST", "/console/signin", url.Values{"csrf": {"x"}, "key": {auditorKey}, "secret": {secret}, "region": {"us-east-1"}}); a.Code != http.StatusForbidden {
		t.Errorf("sign-in with a wrong token: %d", a.Code)
	}
	delete(w.cookies, "ebbmark-session-form")
	if a := w.send("POST", "/console/signin", url.Values{"csrf": {""}, "key": {auditorKey}, "secret": {secret}, "region": {"us-east-1"}}); a.Code != http.StatusForbidden {
		t.Errorf("sign-in without cookie and token: %d", a.Code)
	}
}

func TestHeadersAndCookies(t *testing.T) {
	w := newWorld(t, func(w *world) { w.secure = true })
	w.page("/console/signin")
	a := w.signIn(auditorKey)
	got := strings.Join(a.Header().Values("Set-Cookie"), "\n")
	if !strings.HasPrefix(got, "__Host-ebbmark=") || !strings.Contains(got, "; Path=/; HttpOnly; Secure; SameSite=Lax\n") {
		t.Errorf("cookies over TLS: %s", got)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Frame-Options":         "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
	} {
		for _, target := range []string{"/console/", "/console/signin", "/console/nothing", "/console/roles/last-accessed/csv?id=app"} {
			if got := w.send("GET", target, nil).Header().Get(name); got != want {
				t.Errorf("%s of %s: %q, want %q", name, target, got, want)
			}
		}
	}
	w = newWorld(t)
	if got := w.signIn(auditorKey).Header().Get("Set-Cookie"); !strings.HasPrefix(got, "ebbmark-session=") || !strings.HasSuffix(got, "; Path=/; HttpOnly; SameSite=Lax") {
		t.Errorf("cookie without TLS: %s", got)
	}
}

func TestManyFailuresWait(t *testing.T) {
	w := newWorld(t)
	for range maxFailures {
		if a := w.signIn(auditorKey, "secret", "wrong-secret-wrong-secret"); a.Code != http.StatusForbidden {
			t.Fatalf("status %d", a.Code)
		}
	}
	a := w.signIn(auditorKey)
	if a.Code != http.StatusTooManyRequests || a.Header().Get("Retry-After") != "300" {
		t.Errorf("status %d", a.Code)
	}
	has(t, a.Body.String(), "Too many sign-ins failed from your address.")
	w.remote = "192.0.2.2:4711"
	if a := w.signIn(auditorKey); a.Code != http.StatusSeeOther {
		t.Errorf("another address: %d", a.Code)
	}
	w.remote = "192.0.2.1:4712"
	w.clock = w.clock.Add(failureSpan)
	if a := w.signIn(auditorKey); a.Code != http.StatusSeeOther {
		t.Errorf("five minutes later: %d", a.Code)
	}
}

func TestLargeForms(t *testing.T) {
	w := newWorld(t)
	if a := w.signIn(auditorKey, "token", strings.Repeat("x", maxForm)); a.Code != http.StatusForbidden {
		t.Errorf("status %d", a.Code)
	}
}

func TestPermissionsAreTheCallers(t *testing.T) {
	w := signedIn(t, weakKey) // may list users and roles
	page := w.page("/console/")
	has(t, page, "Parts of this page are left out", "<code>iam:GetAccountSummary</code>", "<code>access-analyzer:ListAnalyzers</code>")
	if strings.Contains(page, "roles were used") || strings.Contains(page, "There is no analyzer") {
		t.Errorf("the page tells of what it was not told:\n%s", page)
	}
	has(t, w.page("/console/users"), `alice</a></th><td>/</td><td>not shown</td>`, "<code>iam:GetUser</code>")
	for target, operation := range map[string]string{
		"/console/groups":                       "iam:ListGroups",
		"/console/users/details?id=alice":       "iam:GetUser",
		"/console/users/last-accessed?id=alice": "iam:GetUser",
	} {
		a := w.send("GET", target, nil)
		if a.Code != http.StatusForbidden {
			t.Errorf("GET %s: %d", target, a.Code)
		}
		has(t, a.Body.String(), "You have no permission to see this.", "Ask an administrator to allow "+operation)
	}
}

func TestTextOfOthersIsEscaped(t *testing.T) {
	w := signedIn(t, auditorKey)
	has(t, w.page("/console/users/details?id=alice"), "&#34;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;")
	has(t, w.page("/console/roles/details?id=evil"), "Odd&#34;&gt;&lt;script&gt;", "arn:aws:s3:::&lt;script&gt;alert(2)&lt;/script&gt;", "&lt;/code&gt;&lt;script&gt;alert(1)")
	for _, target := range []string{
		"/console/users?q=%22%3E%3Cscript%3E", "/console/roles", "/console/roles/details?id=evil", "/console/roles/last-accessed/service?id=evil&service=s3",
		"/console/users/details?id=alice", "/console/roles/last-accessed?id=app&q=%22%3E%3Cscript%3E&show=%3Cscript%3E&sort=%3Cscript%3E",
		"/console/users/details?id=%3Cscript%3E", "/console/%3Cscript%3E", "/console/signin?next=%22%3E%3Cscript%3E", "/console/policies?scope=%22%3E%3Cscript%3E",
	} {
		a := w.send("GET", target, nil)
		if strings.Contains(strings.ToLower(a.Body.String()), "<script") {
			t.Errorf("GET %s has a script:\n%s", target, a.Body)
		}
	}
}

func TestRootIsTheConsoleForBrowsersOnly(t *testing.T) {
	w := newWorld(t)
	if a := w.send("GET", "/", nil, "Accept", "text/html,*/*"); a.Code != http.StatusFound || a.Header().Get("Location") != "/console/" {
		t.Errorf("a browser: %d %s", a.Code, a.Header().Get("Location"))
	}
	for name, a := range map[string]int{
		"no browser":  w.send("GET", "/", nil).Code,
		"a query":     w.send("GET", "/?Action=ListUsers&Version=2010-05-08", nil, "Accept", "text/html").Code,
		"a signature": w.send("GET", "/", nil, "Accept", "text/html", "Authorization", "AWS4-HMAC-SHA256 x").Code,
	} {
		if a != http.StatusForbidden && a != http.StatusBadRequest {
			t.Errorf("%s: %d", name, a)
		}
	}
}
