package console

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/finding"
)

// old is when everybody of the fixture was created: long before the period of an
// analyzer begins, as are the records of newWorld, so that there are findings
// (AA-21, AA-29).
var old = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// withFindings is a world of F1 with an analyzer that has scanned it.
func withFindings(t testing.TB, key string) *world {
	t.Helper()
	w := signedIn(t, auditorKey)
	a := f1()
	for _, u := range a.Users {
		u.Created = old
	}
	for _, r := range a.Roles {
		r.Created = old
	}
	must(t, w.book.Replace(t.Context(), a))
	w.page("/console/analyzers")
	w.does("analyzers/create", "/console/findings?analyzer=unused", "name", "unused", "type", "ACCOUNT_UNUSED_ACCESS", "age", "90")
	if key != auditorKey {
		w.cookies = map[string]string{}
		if a := w.signIn(key); a.Code != http.StatusSeeOther {
			t.Fatalf("sign in: %d", a.Code)
		}
	}
	return w
}

// sends sends a form with the token of the page seen last.
func (w *world) sends(page string, fields ...string) (code int, location, body string) {
	w.t.Helper()
	form := url.Values{"csrf": {w.csrf}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	a := w.send("POST", "/console/"+page, form)
	return a.Code, a.Header().Get("Location"), a.Body.String()
}

// does is sends that succeeds and leads to a page.
func (w *world) does(page, to string, fields ...string) {
	w.t.Helper()
	if code, location, body := w.sends(page, fields...); code != http.StatusSeeOther || location != to {
		w.t.Fatalf("POST %s: %d %q, want %q\n%s", page, code, location, to, body)
	}
}

var findingHref = regexp.MustCompile(`findings/finding\?analyzer=unused&amp;id=([0-9a-f-]+)"`)

// finding is the id of the one finding that a filter has.
func (w *world) finding(filter string) string {
	w.t.Helper()
	found := findingHref.FindAllStringSubmatch(w.page("/console/findings?analyzer=unused&"+filter), -1)
	if len(found) != 1 {
		w.t.Fatalf("%s has %d findings: %q", filter, len(found), found)
	}
	return found[0][1]
}

// scan scans the analyzer of withFindings anew.
func (w *world) scan() error {
	return w.keeper.Scan(w.t.Context(), finding.Name{Partition: "aws", Region: "us-east-1", Account: f1Account, Name: "unused"})
}
