package console

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzNext reads addresses that sign-in may lead back to, as a browser would.
func FuzzNext(f *testing.F) {
	for _, next := range []string{"/console/users?q=a", "//evil.example", `/console/\evil`, "/console/../x", "javascript:x", "/console/%2e%2e/x"} {
		f.Add(next)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := safeNext(next)
		at, err := url.Parse("http://console.example/")
		must(t, err)
		to, err := at.Parse(got)
		if err != nil || to.Host != "console.example" || to.Scheme != "http" || !strings.HasPrefix(to.Path, Path) {
			t.Errorf("%q leads to %q", next, got)
		}
	})
}

// FuzzTable reads the filter of a table from any query string, and every address
// that the page makes of it says the same.
func FuzzTable(f *testing.F) {
	f.Add("show=within&days=30&sort=last&dir=desc&q=s3")
	f.Add("show=&days=-1&sort=x&q=%ff")
	f.Fuzz(func(t *testing.T, query string) {
		asked, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		want := newTable(asked)
		again, err := url.ParseQuery(want.query("app").Encode())
		must(t, err)
		if got := newTable(again); got != want {
			t.Errorf("%q: %+v, then %+v", query, want, got)
		}
		want.of([]serviceAccess{{ServiceName: "Amazon S3"}, {ServiceName: "AWS KMS"}}, f1Now)
	})
}
