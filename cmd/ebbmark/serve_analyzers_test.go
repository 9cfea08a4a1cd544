package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/finding"
)

const hookSecret = "a-secret-of-both-sides"

// hook is a webhook's target, which gives what it gets to whoever asks.
type hook struct {
	*httptest.Server
	got chan string // "STATUS TYPE RESOURCE" of each event that is signed well
}

func newHook(t *testing.T) *hook {
	h := &hook{got: make(chan string, 100)}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte(hookSecret))
		io.WriteString(mac, r.Header.Get("Ebbmark-Timestamp")+"."+string(body))
		var event struct {
			ID     string
			Detail struct{ Status, FindingType, Resource string }
		}
		if hex.EncodeToString(mac.Sum(nil)) != r.Header.Get("Ebbmark-Signature") || json.Unmarshal(body, &event) != nil || event.ID != r.Header.Get("Ebbmark-Event-Id") {
			h.got <- "forged"
			w.WriteHeader(403)
			return
		}
		h.got <- event.Detail.Status + " " + event.Detail.FindingType + " " + entityCell(event.Detail.Resource)
	}))
	t.Cleanup(h.Close)
	return h
}

// take is the next n events, sorted.
func (h *hook) take(t *testing.T, s *server, n int) (list []string) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for range n {
		select {
		case event := <-h.got:
			list = append(list, event)
		case <-deadline:
			t.Fatalf("got %q and no more; log:\n%s", list, s.stderr)
		}
	}
	slices.Sort(list)
	return list
}

// TestServeTellsAWebhook: what the server finds by itself, and what a command
// without it does.
func TestServeTellsAWebhook(t *testing.T) {
	dsn := findingsStore(t)
	withAnalyzer(t, dsn, "unused", finding.AccountUnusedAccess)
	h, env := newHook(t), testEnv()
	env["EBBMARK_WEBHOOK_SECRET"] = hookSecret
	serve := func(args ...string) *server {
		return startServe(t, env, append([]string{"--store", dsn, "--as-of", moment1}, args...)...)
	}
	s := serve("--webhook", h.URL)
	want := []string{
		"ACTIVE UnusedIAMRole role/idle", "ACTIVE UnusedIAMRole role/security/audit",
		"ACTIVE UnusedIAMUserAccessKey user/alice", "ACTIVE UnusedPermission user/alice",
	}
	if got := h.take(t, s, 4); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	awaitMetrics(t, s, regexp.MustCompile(`ebbmark_webhook_events_total\{result="accepted"\} 4\n`))
	if code := s.stop(); code != 0 || strings.Contains(s.stderr.String(), "forged") || strings.Contains(s.stderr.String(), hookSecret) {
		t.Errorf("exit code %d, log %s", code, s.stderr)
	}

	id := strings.Split(runFindings(t, 0, dsn, "--resource", "idle"), "\t")[1]
	runFindings(t, 0, dsn, "archive", id)
	secret := writeFile(t, filepath.Join(t.TempDir(), "secret"), []byte(hookSecret+"\n"))
	if err := os.Chmod(secret, 0o600); err != nil {
		t.Fatal(err)
	}
	env["EBBMARK_WEBHOOK_SECRET"] = "another-one-which-the-file-beats"
	s = serve("--webhook", h.URL, "--webhook-secret-file", secret)
	if got := h.take(t, s, 1); got[0] != "ARCHIVED UnusedIAMRole role/idle" {
		t.Errorf("got %q", got)
	}
	awaitMetrics(t, s, regexp.MustCompile(`ebbmark_webhook_events_total\{result="accepted"\} 1\n`))
	s.stop()

	serve("--webhook", "off").stop()
	runFindings(t, 0, dsn, "activate", id)
	p, _ := testProgram(nil)
	d, err := p.openDesk(t.Context(), findingsFlags{store: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if pending, err := d.keeper.Pending(t.Context(), 10); err != nil || len(pending) != 0 {
		t.Errorf("after the webhook has ended %d events are kept, %v", len(pending), err)
	}
}

// TestServeStopsTellingAGoneWebhook: the events are kept.
func TestServeStopsTellingAGoneWebhook(t *testing.T) {
	dsn := findingsStore(t)
	withAnalyzer(t, dsn, "unused", finding.AccountUnusedAccess)
	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	t.Cleanup(gone.Close)
	env := testEnv()
	env["EBBMARK_WEBHOOK_SECRET"] = hookSecret
	s := startServe(t, env, "--store", dsn, "--as-of", moment1, "--webhook", gone.URL)
	awaitMetrics(t, s, regexp.MustCompile(`ebbmark_webhook_gone 1\n`))
	s.stop()
	if !strings.Contains(s.stderr.String(), "answered 410 Gone") {
		t.Errorf("log %s", s.stderr)
	}
	h := newHook(t)
	s = startServe(t, env, "--store", dsn, "--as-of", moment1, "--webhook", h.URL)
	if got := h.take(t, s, 4); got[0] != "ACTIVE UnusedIAMRole role/idle" {
		t.Errorf("got %q", got)
	}
}

// TestServeScansAfterIngest: new use resolves a finding without another day.
func TestServeScansAfterIngest(t *testing.T) {
	dsn := findingsStore(t)
	withAnalyzer(t, dsn, "unused", finding.AccountUnusedAccess)
	runFindings(t, 0, dsn, "scan")
	record := `{"Records":[{"eventVersion":"1.08","eventTime":"2026-05-31T00:00:00Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets",` +
		`"awsRegion":"us-east-1","eventID":"7d2f1f0e-0000-4000-8000-000000000001","eventType":"AwsApiCall","eventCategory":"Management","readOnly":true,"managementEvent":true,"recipientAccountId":"111122223333",` +
		`"userIdentity":{"type":"AssumedRole","principalId":"AROAIDLEEXAMPLE000001:s","arn":"arn:aws:sts::111122223333:assumed-role/idle/s","accountId":"111122223333",` +
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAIDLEEXAMPLE000001","arn":"arn:aws:iam::111122223333:role/idle","accountId":"111122223333","userName":"idle"}}}}]}`
	logs := t.TempDir()
	writeFile(t, filepath.Join(logs, "a.json"), []byte(record))
	h, env := newHook(t), testEnv()
	env["EBBMARK_WEBHOOK_SECRET"] = hookSecret
	s := startServe(t, env, "--store", dsn, "--as-of", "2026-06-01T13:00:00Z", "--source", logs, "--scan-after-ingest", "--webhook", h.URL)
	if got := h.take(t, s, 1); got[0] != "RESOLVED UnusedIAMRole role/idle" {
		t.Errorf("got %q", got)
	}
}

func TestServeRefusesWebhooks(t *testing.T) {
	open := writeFile(t, filepath.Join(t.TempDir(), "secret"), []byte(hookSecret))
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args   []string
		secret string
		want   string
	}{
		"without a secret":            {[]string{"--webhook", "https://hooks.example.com/"}, "", "with its secret from EBBMARK_WEBHOOK_SECRET: the secret has 0 bytes: want at least 16"},
		"with a short secret":         {[]string{"--webhook", "https://hooks.example.com/"}, "short", "the secret has 5 bytes"},
		"in the clear":                {[]string{"--webhook", "http://hooks.example.com/"}, hookSecret, "want https"},
		"that is no URL":              {[]string{"--webhook", "hooks.example.com"}, hookSecret, "want https://HOST/PATH"},
		"with a file that all read":   {[]string{"--webhook", "https://hooks.example.com/", "--webhook-secret-file", open}, "", "may be read by others: chmod 600"},
		"with a file that is missing": {[]string{"--webhook", "https://hooks.example.com/", "--webhook-secret-file", open + "x"}, "", "no such file"},
		"and scans without a pause":   {[]string{"--scan-interval", "1s"}, "", "--scan-interval 1s: want at least 1m0s"},
	} {
		path := filepath.Join(t.TempDir(), "e.db")
		code, stderr := runToEnd(t, map[string]string{"EBBMARK_WEBHOOK_SECRET": c.secret}, append([]string{"serve", "--listen", "127.0.0.1:0", "--init", "--store", "sqlite:" + path}, c.args...)...)
		if code == 0 || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "hooks.example.com") {
			t.Errorf("%s: exit code %d, %s", name, code, stderr)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a store was made", name)
		}
	}
}
