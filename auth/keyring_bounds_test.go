package auth

import (
	"strings"
	"testing"
)

// TestBoundsOfKeys: IAM-14.
func TestBoundsOfKeys(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	for text, want := range map[string]bool{a(16): true, a(128): true, "AKIA_2345678901X": true, "": false, a(15): false, a(129): false, a(15) + "-": false, a(16) + "\n": false} {
		if validKeyID(text) != want {
			t.Errorf("key id %q: want %v", text, want)
		}
	}
	for text, want := range map[string]bool{a(16): true, a(128): true, a(15) + "/+~!": true, "": false, a(15): false, a(129): false, a(16) + " b": false, a(16) + "\n": false} {
		if validSecret(text) != want {
			t.Errorf("secret %q: want %v", text, want)
		}
	}
}
