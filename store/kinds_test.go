package store

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestKindsIsComplete: a kind that is not in the list would be left behind by a
// copy.
func TestKindsIsComplete(t *testing.T) {
	text, err := os.ReadFile("kinds.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\tKind\w+ +Kind = "([a-z-]+)"`).FindAllSubmatch(text, -1)
	if len(found) < 20 || len(found) != len(Kinds()) {
		t.Fatalf("%d kinds are declared, %d are in Kinds", len(found), len(Kinds()))
	}
	for _, f := range found {
		if !slices.Contains(Kinds(), Kind(f[1])) {
			t.Errorf("%s is not in Kinds", f[1])
		}
	}
}
