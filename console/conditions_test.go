package console

import (
	"net/http"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// TestConditionsSeeTheBrowser: what policies ask about a request is the browser's
// own, as if it had called the API itself.
func TestConditionsSeeTheBrowser(t *testing.T) {
	const near = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:List*","Resource":"*",
		"Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"},"Bool":{"aws:SecureTransport":"true"}}}]}`
	w := newWorld(t)
	account := f1()
	account.UserByName("weak").Inline = []inventory.Inline{{Name: "Near", Document: near}}
	must(t, w.book.Replace(t.Context(), account))
	for name, c := range map[string]struct {
		remote string
		secure bool
		want   int
	}{
		"near, over TLS":    {"192.0.2.7:1", true, http.StatusOK},
		"near, without TLS": {"192.0.2.7:1", false, http.StatusForbidden},
		"far, over TLS":     {"198.51.100.7:1", true, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			w.remote, w.secure, w.cookies = c.remote, c.secure, map[string]string{}
			w.signIn(weakKey)
			if a := w.send("GET", "/console/groups", nil); a.Code != c.want {
				t.Errorf("status %d, want %d", a.Code, c.want)
			}
		})
	}
}

func TestWithinDaysHoldsItsFirstMoment(t *testing.T) {
	since := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC) // 90 days before
	for show, want := range map[string][3]bool{"within": {false, true, true}, "not-within": {true, false, false}} {
		at := table{Show: show, Days: 90}
		for i, last := range []time.Time{since.Add(-time.Second), since, f1Now} {
			if got := at.keeps(last, f1Now); got != want[i] {
				t.Errorf("%s keeps %s: %v", show, last, got)
			}
		}
	}
}
