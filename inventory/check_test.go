package inventory

import (
	"strings"
	"testing"
)

// TestBoundsOfNames: IAM-11 and IAM-14.
func TestBoundsOfNames(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	for _, tt := range []struct {
		what string
		is   func(string) bool
		yes  []string
		no   []string
	}{
		{"id", isID, []string{a(16), a(128), "AIDA_LICE_EXAMPLE"}, []string{"", a(15), a(129), a(15) + "-", a(16) + "\n"}},
		{"name", isName, []string{"a", a(128), "a+=,.@-_9"}, []string{"", a(129), "a/b", "a b", "a\n", "é"}},
		{"path", isPath, []string{"/", "/a/", "/a/b/", "///", "/" + a(510) + "/"}, []string{"", "//", "a/", "/a", "/a b/", "/" + a(511) + "/", "/a/\n"}},
	} {
		for _, text := range tt.yes {
			if !tt.is(text) {
				t.Errorf("%q is no %s", text, tt.what)
			}
		}
		for _, text := range tt.no {
			if tt.is(text) {
				t.Errorf("%q is a %s", text, tt.what)
			}
		}
	}
}
