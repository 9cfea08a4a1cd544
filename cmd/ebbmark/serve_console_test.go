package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestServedConsole signs in to a server as a browser does.
func TestServedConsole(t *testing.T) {
	t.Chdir(t.TempDir())
	s := startServe(t, testEnv())
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	page := browse(t, browser, s.endpoint+"/")
	token := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(page)
	if token == nil {
		t.Fatalf("no sign-in form:\n%s", page)
	}
	form := url.Values{"csrf": {token[1]}, "key": {testKey}, "secret": {testSecret}, "region": {"us-east-1"}}
	response, err := browser.PostForm(s.endpoint+"/console/signin", form)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if !strings.Contains(string(body), "<h1>Account 111122223333</h1>") {
		t.Errorf("signed in to %s:\n%s", response.Request.URL, body)
	}
	if page := browse(t, browser, s.endpoint+"/console/policies?scope=AWS"); !strings.Contains(page, "AdministratorAccess</a>") {
		t.Errorf("policies of AWS:\n%s", page)
	}
	if strings.Contains(s.stderr.String(), testSecret) {
		t.Error("the log has the secret")
	}
}

func browse(t *testing.T, browser *http.Client, target string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", target, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	response, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestServeWithoutConsole(t *testing.T) {
	t.Chdir(t.TempDir())
	s := startServe(t, testEnv(), "--no-console")
	for _, path := range []string{"/", "/console/", "/console/signin"} {
		if page := browse(t, http.DefaultClient, s.endpoint+path); !strings.Contains(page, "MissingAuthenticationToken") {
			t.Errorf("%s: %s", path, page)
		}
	}
}
