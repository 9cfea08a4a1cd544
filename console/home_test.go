package console

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/finding"
)

// TestHomeShowsFindings makes an analyzer as the auditor's AWS CLI would.
func TestHomeShowsFindings(t *testing.T) {
	w := signedIn(t, auditorKey)
	v, err := w.console.sessions.open(w.cookies["ebbmark-session"])
	must(t, err)
	browser := httptest.NewRequest("GET", "/console/", nil)
	made, err := askREST[struct {
		ARN string `json:"arn"`
	}](t.Context(), w.console.client(browser, v.identity), "CreateAnalyzer", http.MethodPut, "/analyzer", map[string]string{"analyzerName": "unused", "type": "ACCOUNT_UNUSED_ACCESS"})
	must(t, err)
	if made.ARN != "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused" {
		t.Fatalf("made %q", made.ARN)
	}
	has(t, w.page("/console/"), `<h3>Analyzer <a href="/console/findings?analyzer=unused">unused</a> <span class="muted">ACCOUNT_UNUSED_ACCESS</span></h3>`)
	must(t, w.keeper.Scan(t.Context(), finding.Name{Partition: "aws", Account: f1Account, Region: "us-east-1", Name: "unused"}))
	has(t, w.page("/console/"), "active findings, scanned", "<li>UnusedIAMRole: 1</li>")
}

func TestAsOfIsSaid(t *testing.T) {
	w := signedIn(t, auditorKey)
	w.console.AsOf = time.Date(2026, 5, 21, 0, 0, 1, 0, time.UTC)
	has(t, w.page("/console/roles"), `This server answers as of <time datetime="2026-05-21T00:00:01Z">2026-05-21 00:00:01 UTC</time>`, "1 day ago</time>")
}

// TestPagesAreLight: what a browser loads beside the page has less than 60 KB.
func TestPagesAreLight(t *testing.T) {
	size := int64(0)
	must(t, fs.WalkDir(files, "static", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		return err
	}))
	if size < 1000 || size >= 60_000 {
		t.Errorf("%d bytes", size)
	}
	w := newWorld(t)
	for target, want := range map[string]string{"/console/static/console.css": "text/css; charset=utf-8", "/console/static/icon.svg": "image/svg+xml"} {
		if a := w.send("GET", target, nil); a.Code != http.StatusOK || a.Header().Get("Content-Type") != want {
			t.Errorf("%s: %d %s", target, a.Code, a.Header().Get("Content-Type"))
		}
	}
	if a := w.send("GET", "/console/static/doc.go", nil); a.Code == http.StatusOK {
		t.Error("other files are served")
	}
}
