package console

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// npmFile is one file of a package of the npm registry that tests use, fetched
// once and kept in the user's cache. Its SHA-256 is pinned.
type npmFile struct{ pkg, file, sum string }

// fetch is where the file is. Without npm the test is skipped, except in CI,
// where it fails.
func (f npmFile) fetch(t testing.TB) (path string) {
	t.Helper()
	cache, err := os.UserCacheDir()
	must(t, err)
	path = filepath.Join(cache, "ebbmark-tests", f.pkg+filepath.Ext(f.file))
	content, err := os.ReadFile(path)
	if err != nil {
		content = f.pack(t)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, content, 0o644))
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.sum {
		os.Remove(path)
		t.Fatalf("%s has the SHA-256 %x, want %s", path, sum, f.sum)
	}
	return path
}

func (f npmFile) pack(t testing.TB) []byte {
	t.Helper()
	installed(t, "npm")
	dir := t.TempDir()
	pack := exec.CommandContext(t.Context(), "npm", "pack", "--silent", f.pkg)
	pack.Dir = dir
	name, err := pack.Output()
	must(t, err)
	content, err := exec.CommandContext(t.Context(), "tar", "xzOf", filepath.Join(dir, strings.TrimSpace(string(name))), "package/"+f.file).Output()
	must(t, err)
	return content
}

// installed finds the first of some programs. Without one the test is skipped,
// except in CI, where it fails.
func installed(t testing.TB, names ...string) (path string) {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: run scripts/test-deps", names[0])
	}
	t.Skipf("%s is not installed: run scripts/test-deps", names[0])
	return ""
}
