package servers

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Package is one of the npm registry, of which tests use files.
type Package struct {
	Name string // with its version
	Sum  string // SHA-256 of its archive
}

// Folder is where the package's files are: fetched once, and kept in the user's
// cache. Nothing of it is run.
func (p Package) Folder(t testing.TB) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	cache = filepath.Join(cache, "ebbmark-tests")
	dir := filepath.Join(cache, strings.ReplaceAll(p.Name, "/", "-")+"-"+p.Sum[:16])
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	archive := p.fetch(t)
	if sum := sha256.Sum256(archive); hex.EncodeToString(sum[:]) != p.Sum {
		t.Fatalf("%s has the SHA-256 %x, want %s", p.Name, sum, p.Sum)
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	// As with programs that are built: each process unpacks to a place of its
	// own, and the first one to be ready wins.
	fresh, err := os.MkdirTemp(cache, "unpacking-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(fresh)
	err = errors.Join(os.Chmod(fresh, 0o755), unpack(archive, fresh))
	if err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	if err := os.Rename(fresh, dir); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	return dir
}

func (p Package) fetch(t testing.TB) []byte {
	npm := Installed(t, "npm")
	dir := t.TempDir()
	pack := exec.CommandContext(t.Context(), npm, "pack", "--silent", p.Name)
	pack.Dir = dir
	name, err := pack.Output()
	if err != nil {
		t.Fatalf("npm pack %s: %v", p.Name, err)
	}
	archive, err := os.ReadFile(filepath.Join(dir, filepath.Base(strings.TrimSpace(string(name)))))
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// unpack writes the files of an archive, without the folder that all are in.
func unpack(archive []byte, dir string) error {
	plain, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	for files := tar.NewReader(plain); ; {
		h, err := files.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		_, name, _ := strings.Cut(h.Name, "/")
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(name) {
			continue
		}
		content, err := io.ReadAll(files)
		path := filepath.Join(dir, name)
		if err := errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, h.FileInfo().Mode().Perm()|0o644)); err != nil {
			return err
		}
	}
}

// Installed finds the first of some programs. Without one the test is skipped,
// except in CI, where it fails.
func Installed(t testing.TB, names ...string) (path string) {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, names[0])
	return ""
}

// missing ends a test for which something is not installed.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: run scripts/test-deps", what)
	}
	t.Skipf("%s is not installed: run scripts/test-deps", what)
}
