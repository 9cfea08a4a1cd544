package inventory

import (
	"testing"
	"time"
)

func TestVersionNumbersAreNotUsedTwice(t *testing.T) {
	var p Policy
	add := func(want string) {
		t.Helper()
		if v := p.AddVersion("{}", time.Time{}); v.ID != want || p.Versions[0] != v {
			t.Errorf("got %s, want %s", v.ID, want)
		}
	}
	add("v1")
	add("v2")
	add("v3")
	p.DeleteVersion(0)
	add("v4")
	p.DeleteVersion(2) // v1
	add("v5")
	if len(p.Versions) != 3 || p.Last != 3 {
		t.Errorf("got %+v", p)
	}
}
