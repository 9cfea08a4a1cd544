package httpd

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/wire"
)

func ask(t *testing.T, h http.Handler, method, target, authorization string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	r.Header.Set("Authorization", authorization)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAccessLog(t *testing.T) {
	config, log := toyConfig()
	server := New(config)
	ask(t, server, "GET", "/?Action=GetUser&Version=2010-05-08&UserName=bob&X-Amz-Signature=feedbeef", "alice iam")
	for _, want := range []string{`"request":"REQ-1"`, `"method":"GET"`, `"path":"/"`, `"service":"iam"`, `"operation":"GetUser"`,
		`"caller":"arn:aws:iam::111122223333:user/alice"`, `"status":200`, `"code":""`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%s is not in %s", want, log)
		}
	}
	if strings.Contains(log.String(), "feedbeef") {
		t.Errorf("the signature is in %s", log)
	}
}

func TestInternalReasonsAreLogged(t *testing.T) {
	for name, c := range map[string]struct{ user, want string }{
		"an error": {"broken", `"msg":"request failed","request":"REQ-1","operation":"GetUser","error":"disk broke"`},
		"a panic":  {"panic", `"operation":"GetUser","error":"panic: in an operation\n`},
	} {
		t.Run(name, func(t *testing.T) {
			config, log := toyConfig()
			w := ask(t, New(config), "GET", "/?Action=GetUser&Version=2010-05-08&UserName="+c.user, "alice iam")
			if w.Code != 500 || !strings.Contains(log.String(), c.want) {
				t.Errorf("%d, log %s", w.Code, log)
			}
		})
	}
}

// TestAPanicOutsideOfOperations: it is answered and counted, and its slot comes
// back.
func TestAPanicOutsideOfOperations(t *testing.T) {
	config, log := toyConfig()
	config.Limits.Requests = 1
	config.Authenticate = func(ctx context.Context, r *http.Request, body []byte) (wire.Caller, string, error) {
		if r.Header.Get("Authorization") == "panic" {
			panic("in authentication")
		}
		return believe(ctx, r, body)
	}
	server := New(config)
	w := ask(t, server, "GET", "/?Action=GetUser&Version=2010-05-08", "panic")
	if w.Code != 500 || !strings.Contains(w.Body.String(), "<Code>ServiceFailure</Code>") || !strings.Contains(log.String(), "panic: in authentication") {
		t.Errorf("%d %s, log %s", w.Code, w.Body, log)
	}
	if page := ask(t, server, "GET", "/metrics", "").Body.String(); !strings.Contains(page, `{code="ServiceFailure",operation="",service=""} 1`) {
		t.Errorf("not counted: %s", page)
	}
	if w := ask(t, server, "GET", "/?Action=GetUser&Version=2010-05-08&UserName=bob", "alice iam"); w.Code != 200 {
		t.Errorf("got %d", w.Code)
	}
}

func TestAPanicBehindHalfAnAnswerCutsIt(t *testing.T) {
	config, _ := toyConfig()
	config.Routes = []Route{{Path: "/half", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "half")
		panic("lost")
	})}}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the connection goes on")
		}
	}()
	ask(t, New(config), "GET", "/half", "")
}

func TestMetrics(t *testing.T) {
	config, _ := toyConfig()
	server := New(config)
	for _, target := range []string{"/?Action=GetUser&Version=2010-05-08&UserName=bob", "/?Action=GetUser&Version=2010-05-08&UserName=panic",
		"/?Action=Invented&Version=2010-05-08", "/healthz"} {
		ask(t, server, "GET", target, "alice iam")
	}
	ask(t, server, "GET", "/", "")
	page := ask(t, server, "GET", "/metrics", "").Body.String()
	for _, want := range []string{
		`ebbmark_requests_total{code="OK",operation="GetUser",service="iam"} 1`,
		`ebbmark_requests_total{code="ServiceFailure",operation="GetUser",service="iam"} 1`,
		`ebbmark_requests_total{code="InvalidAction",operation="",service="iam"} 1`,
		`ebbmark_requests_total{code="MissingAuthenticationToken",operation="",service=""} 1`,
		`ebbmark_request_seconds_count{operation="GetUser",service="iam"} 2`,
		`ebbmark_requests_in_flight 0`,
	} {
		if !strings.Contains(page, want+"\n") {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(page, "Invented") || strings.Count(page, "ebbmark_requests_total{") != 4 {
		t.Errorf("other series:\n%s", page)
	}
}

func TestReady(t *testing.T) {
	config, log := toyConfig()
	config.Ready = func(context.Context) error { return errors.New("the store is gone") }
	w := ask(t, New(config), "GET", "/readyz", "")
	if w.Code != 503 || w.Body.String() != "not ready\n" || !strings.Contains(log.String(), "the store is gone") {
		t.Errorf("%d %s, log %s", w.Code, w.Body, log)
	}
}

func TestRoutes(t *testing.T) {
	text := func(s string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, s) })
	}
	config, _ := toyConfig()
	config.Routes = []Route{
		{Path: "/console/", Handler: text("console")},
		{Path: "/exact", Handler: text("exact")},
		{Path: "/", When: func(r *http.Request) bool { return r.Method == "GET" && r.URL.RawQuery == "" }, Handler: text("front")},
	}
	server := New(config)
	const api = "api" // it answers 403 here
	for target, want := range map[string]string{
		"/console/": "console", "/console/a/b": "console", "/console": api, "/exact": "exact", "/exact/": api, "/exactly": api,
		"/": "front", "/?Action=GetUser": api, "/other": api,
	} {
		w := ask(t, server, "GET", target, "")
		got := w.Body.String()
		if w.Code == 403 {
			got = api
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

// TestClientsThatDoNotWait are no failures of the server.
func TestClientsThatDoNotWait(t *testing.T) {
	config, log := toyConfig()
	config.Services = toyServices(func(ctx context.Context, _ string) (string, error) { return "", ctx.Err() })
	ctx, leave := context.WithCancel(t.Context())
	leave()
	r := httptest.NewRequestWithContext(ctx, "GET", "/?Action=GetUser&Version=2010-05-08&UserName=bob", nil)
	r.Header.Set("Authorization", "alice iam")
	New(config).ServeHTTP(httptest.NewRecorder(), r)
	if text := log.String(); strings.Contains(text, `"level":"ERROR"`) || !strings.Contains(text, `"msg":"the client did not wait for the answer","request":"REQ-1"`) {
		t.Errorf("log %s", text)
	}
}
