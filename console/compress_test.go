package console

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestPagesAreCompressed(t *testing.T) {
	w := signedIn(t, auditorKey)
	plain := w.page("/console/roles")
	a := w.send("GET", "/console/roles", nil, "Accept-Encoding", "gzip, br")
	if got := a.Header().Get("Content-Encoding"); a.Code != http.StatusOK || got != "gzip" || a.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("%d, %q, vary %q", a.Code, got, a.Header().Get("Vary"))
	}
	if a.Body.Len() > len(plain)/2 {
		t.Errorf("%d bytes of %d", a.Body.Len(), len(plain))
	}
	in, err := gzip.NewReader(a.Body)
	must(t, err)
	text, err := io.ReadAll(in)
	must(t, err)
	without := func(page string) string { return csrfField.ReplaceAllString(page, "") }
	if without(string(text)) != without(plain) {
		t.Errorf("another page than without compression:\n%s", text)
	}
	if a := w.send("GET", "/console/roles", nil, "Accept-Encoding", "gzip;q=0"); a.Header().Get("Content-Encoding") != "" {
		t.Error("compressed for a browser that refuses it")
	}
}

func TestTokensOfFormsDiffer(t *testing.T) {
	w := signedIn(t, auditorKey)
	w.page("/console/users")
	first := w.csrf
	w.page("/console/users")
	if w.csrf == first {
		t.Error("two pages have one token: its text can be guessed from the length of compressed pages")
	}
	form := url.Values{"csrf": {first}, "id": {"app"}}
	if a := w.send("POST", "/console/roles/last-accessed/renew", form); a.Code != http.StatusSeeOther {
		t.Errorf("the page before is not accepted: %d", a.Code)
	}
}

func TestUnmask(t *testing.T) {
	for text, want := range map[string]string{
		"AAAAYWJj": "abc", "YWJjAAAA": "abc", "AQEBYGNi": "abc",
		"": "", "AAAA": "", "not base64!": "", "AAAAYWJj=": "",
	} {
		if got := string(unmask(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if c := signedIn(t, auditorKey).console; strings.Contains(c.masked("a-token-of-some-letters"), "a-token") {
		t.Error("the token is not masked")
	}
}

func TestNoRandomnessNoForm(t *testing.T) {
	w := signedIn(t, auditorKey)
	w.console.Random = strings.NewReader("")
	w.csrf = ""
	w.page("/console/users")
	if a := w.send("POST", "/console/roles/last-accessed/renew", url.Values{"csrf": {w.csrf}, "id": {"app"}}); a.Code != http.StatusForbidden {
		t.Errorf("status %d", a.Code)
	}
}
