package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
)

// referenceServer serves a Service Reference on the loopback interface, as AWS
// does: the index at the root, the documents where it says.
func referenceServer(t *testing.T, prefix string, handlers map[string]http.HandlerFunc) string {
	t.Helper()
	pages := map[string]http.HandlerFunc{
		"":                          sends(referenceIndex),
		"v1/brandnew/brandnew.json": sends(referenceDoc("brandnew", "DoIt")),
		"v1/othernew/othernew.json": sends(referenceDoc("othernew", "UndoIt")),
	}
	for path, h := range handlers {
		pages[path] = h
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, ok := strings.CutPrefix(r.URL.Path, prefix)
		if h := pages[path]; ok && h != nil {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + prefix
}

func sends(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }
}

func answers(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// breaksOff promises a whole document and hangs up in the middle.
func breaksOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100000")
	w.Write([]byte(referenceDoc("othernew", "UndoIt")[:60]))
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func TestCatalogRefresh(t *testing.T) {
	for name, prefix := range map[string]string{"at the root": "/", "a mirror below a path": "/mirror/of/aws/"} {
		t.Run(name, func(t *testing.T) {
			dsn, address := catalogStore(t), referenceServer(t, prefix, nil)
			out, problems, code := runAt(t.Context(), "2026-11-26T12:00:00Z", "catalog", "refresh", "--store", dsn, "--url", address)
			if code != 0 || !strings.Contains(out, "The catalogue has 458 services and 22093 actions now") {
				t.Fatalf("exit code %d, %s, got\n%s", code, problems, out)
			}
			if !strings.Contains(problems, "fetched 2 of 2 documents\n") || strings.Contains(problems, "\r") {
				t.Errorf("progress is %q", problems)
			}
			if got := catalogRow(t, dsn, "Service Reference"); got != "v1.4, 2026-11-26 (0 days), 2 services, 2 actions" {
				t.Errorf("got %s", got)
			}
			if got := catalogRow(t, dsn, "  from"); got != "Service Reference from "+address {
				t.Errorf("from %s", got)
			}
		})
	}
}

// quietRefresher does not pause between attempts.
func quietRefresher(t *testing.T, address string) *refresher {
	t.Helper()
	r, err := newRefresher(address, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	r.pause = 0
	return r
}

func TestRefreshThatBreaksLeavesTheOldOne(t *testing.T) {
	const other = "v1/othernew/othernew.json"
	for name, test := range map[string]struct {
		path string
		with http.HandlerFunc
		want string
	}{
		"no index":               {"", answers(404), "404"},
		"index is a page":        {"", sends("<html>welcome</html>"), "not a Service Reference document"},
		"index is empty":         {"", sends("[]"), "names 0 services"},
		"document is missing":    {other, answers(404), "404 Not Found"},
		"document is forbidden":  {other, answers(403), "403"},
		"server fails":           {other, answers(500), "500"},
		"document is cut off":    {other, sends(referenceDoc("othernew", "UndoIt")[:80]), "othernew"},
		"connection breaks":      {other, breaksOff, "othernew.json: unexpected EOF"},
		"another document":       {other, sends(referenceDoc("thirdnew", "UndoIt")), "it is the document of thirdnew"},
		"the same one twice":     {other, sends(referenceDoc("brandnew", "DoIt")), "othernew"},
		"document is huge":       {other, sends(strings.Repeat(" ", catalog.MaxDocument+1)), "larger than"},
		"redirected for ever":    {other, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "redirects"},
		"a document that is not": {other, sends(`{"message": "forbidden"}`), "not a Service Reference document"},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := catalogStore(t)
			if _, problems, code := runAt(t.Context(), "2026-11-20T12:00:00Z", "catalog", "import", "--store", dsn, writeFiles(t, map[string]string{"a.json": referenceDoc("goodold", "DoIt")})); code != 0 {
				t.Fatal(problems)
			}
			address := referenceServer(t, "/", map[string]http.HandlerFunc{test.path: test.with})
			_, err := quietRefresher(t, address).fetch(t.Context(), time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if name == "server fails" || name == "connection breaks" || name == "redirected for ever" {
				return // the command would pause before it tries again
			}
			_, problems, code := runAt(t.Context(), "2026-11-26T12:00:00Z", "catalog", "refresh", "--store", dsn, "--url", address)
			if code != 1 || !strings.Contains(problems, "the catalogue is unchanged") {
				t.Errorf("exit code %d, %s", code, problems)
			}
			if services, from := catalogRow(t, dsn, "Services"), catalogRow(t, dsn, "Service Reference"); services != "457" || !strings.Contains(from, "1 services") {
				t.Errorf("afterwards there are %s services, %s", services, from)
			}
		})
	}
}

func TestRefreshTriesAgain(t *testing.T) {
	for name, fails := range map[string]http.HandlerFunc{"server fails": answers(503), "slow down": answers(429), "connection breaks": breaksOff} {
		var tries atomic.Int32
		address := referenceServer(t, "/", map[string]http.HandlerFunc{"v1/othernew/othernew.json": func(w http.ResponseWriter, r *http.Request) {
			if tries.Add(1) < documentTries {
				fails(w, r)
				return
			}
			sends(referenceDoc("othernew", "UndoIt"))(w, r)
		}})
		o, err := quietRefresher(t, address).fetch(t.Context(), time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC))
		if err != nil || o.Services() != 2 || tries.Load() != documentTries {
			t.Errorf("%s: %v after %d tries", name, err, tries.Load())
		}
	}
}

func TestRefreshCanBeInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := referenceServer(t, "/", map[string]http.HandlerFunc{"v1/othernew/othernew.json": func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}})
	r := quietRefresher(t, address)
	r.pause = time.Hour
	if _, err := r.fetch(ctx, time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestRefreshStaysBelowItsAddress: an index cannot send the program elsewhere.
func TestRefreshStaysBelowItsAddress(t *testing.T) {
	for name, test := range map[string]struct{ base, entry, want string }{
		"AWS":                    {"https://aws.example/", "https://aws.example/v1/s3/s3.json", "https://aws.example/v1/s3/s3.json"},
		"AWS's index, a mirror":  {"http://127.0.0.1:8080/", "https://aws.example/v1/s3/s3.json", "http://127.0.0.1:8080/v1/s3/s3.json"},
		"a mirror below a path":  {"http://m.example/a/b", "https://aws.example/v1/s3/s3.json", "http://m.example/a/b/v1/s3/s3.json"},
		"the mirror's own index": {"http://m.example/a/b/", "http://m.example/a/b/v1/s3.json", "http://m.example/a/b/v1/s3.json"},
		"relative":               {"http://m.example/a/b/", "v1/s3.json", "http://m.example/a/b/v1/s3.json"},
		"of the host":            {"http://m.example/a/", "/v1/s3.json", "http://m.example/a/v1/s3.json"},
		"encryption stays":       {"https://m.example/", "http://m.example/s3.json", "https://m.example/s3.json"},
		"metadata service":       {"https://m.example/", "http://169.254.169.254/latest/meta-data", "https://m.example/latest/meta-data"},
		"a file":                 {"https://m.example/", "file:///etc/passwd", "https://m.example/etc/passwd"},
		"climbing":               {"https://m.example/a/b/", "../../s3.json", ""},
		"climbing, other host":   {"https://m.example/a/b/", "https://x.example/../../s3.json", ""},
		"another path":           {"https://m.example/a/b/", "https://m.example/c/s3.json", ""},
		"no address":             {"https://m.example/", "http://[::1", ""},
	} {
		got, err := quietRefresher(t, test.base).address(test.entry)
		if (test.want == "") != (err != nil) || (err == nil && got.String() != test.want) {
			t.Errorf("%s: got %v, %v, want %q", name, got, err, test.want)
		}
	}
}

func TestRedirects(t *testing.T) {
	at := func(address string) *http.Request {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return &http.Request{URL: u}
	}
	secure, plain := at("https://a.example/x"), at("http://a.example/x")
	for name, test := range map[string]struct {
		next *http.Request
		via  []*http.Request
		ok   bool
	}{
		"one":                  {secure, []*http.Request{secure}, true},
		"to encryption":        {secure, []*http.Request{plain}, true},
		"away from encryption": {plain, []*http.Request{secure}, false},
		"too many":             {secure, []*http.Request{secure, secure, secure, secure}, false},
	} {
		if err := checkRedirect(test.next, test.via); (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefreshNamesTheDocument(t *testing.T) {
	address := referenceServer(t, "/", map[string]http.HandlerFunc{"v1/othernew/othernew.json": answers(404)})
	_, err := quietRefresher(t, address).fetch(t.Context(), time.Now())
	if want := "fetch " + address + "v1/othernew/othernew.json: the server answered 404 Not Found"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
