//go:build unix

package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ebbmark/ebbmark/ingest"
)

// look lists what a source yields, one line an object, with paths relative to
// base.
func look(t *testing.T, s ingest.Source, base string) []string {
	t.Helper()
	var list []string
	for o, err := range s.Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(base, o.Name)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case o.Err != nil:
			name += " failed: " + strings.ReplaceAll(o.Err.Error(), base, "")
		case o.Skip != "":
			name += " skipped: " + o.Skip
		default:
			name += fmt.Sprintf(" %d %v", o.Size, o.Asked)
		}
		list = append(list, name)
	}
	return list
}

// tree makes files; a name that ends in / is a folder, one with -> a link.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		name, target, link := strings.Cut(name, "->")
		path := filepath.Join(base, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		switch {
		case err != nil:
		case link:
			err = os.Symlink(target, path)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o755)
		case strings.HasSuffix(name, ".fifo"):
			err = syscall.Mkfifo(path, 0o600)
		default:
			err = os.WriteFile(path, []byte(name), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return base
}

func TestFolders(t *testing.T) {
	for sentence, tt := range map[string]struct{ have, want []string }{
		"sorted, folder by folder": {
			[]string{"b", "a/2", "a/1", "a/x/0", "c"},
			[]string{"a/1 3 false", "a/2 3 false", "a/x/0 5 false", "b 1 false", "c 1 false"}},
		"links to files are read under their own names": {
			[]string{"a", "b->a"},
			[]string{"a 1 false", "b 1 false"}},
		"links to folders are followed once": {
			[]string{"a/1", "b->a", "c->a"},
			[]string{"a/1 3 false"}},
		"links in a circle end": {
			[]string{"a/1", "a/up->..", "a/self->.", "z->z"},
			[]string{"a/1 3 false", "z failed: stat /z: too many levels of symbolic links"}},
		"a link to nothing fails": {
			[]string{"a", "b->none"},
			[]string{"a 1 false", "b failed: stat /b: no such file or directory"}},
		"a pipe in a folder is skipped": {
			[]string{"a", "p.fifo"},
			[]string{"a 1 false", "p.fifo skipped: pipe, socket or device"}},
		"an empty folder fails": {
			nil,
			[]string{". failed: the folder has no files"}},
		"empty folders all the way down": {
			[]string{"a/b/c/"},
			[]string{". failed: the folder has no files"}},
		"an empty folder beside a file is nothing to speak of": {
			[]string{"a/", "b"},
			[]string{"b 1 false"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			base := tree(t, tt.have...)
			for range 2 {
				if got := look(t, Source{Path: base}, base); !slices.Equal(got, tt.want) {
					t.Fatalf("got  %q\nwant %q", got, tt.want)
				}
			}
		})
	}
	base := tree(t)
	if got := look(t, Source{Path: base, MayBeEmpty: true}, base); len(got) != 0 {
		t.Fatalf("an empty folder that is watched: %q", got)
	}
}

func TestNamedFiles(t *testing.T) {
	base := tree(t, "README.md", "p.fifo", "link->README.md")
	for name, want := range map[string]string{
		"README.md": "README.md 9 true",
		"link":      "link 9 true",
		"p.fifo":    "p.fifo -1 true",
		"none":      "none failed: stat /none: no such file or directory",
	} {
		if got := look(t, Source{Path: filepath.Join(base, name)}, base); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func object(t *testing.T, s ingest.Source) ingest.Object {
	t.Helper()
	for o, err := range s.Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	t.Fatal("no object")
	return ingest.Object{}
}

func TestVersionsChangeWithFiles(t *testing.T) {
	base := tree(t, "a")
	s := Source{Path: filepath.Join(base, "a")}
	first := object(t, s).Version
	if again := object(t, s).Version; again != first {
		t.Fatalf("version %s became %s", first, again)
	}
	info, err := os.Stat(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(s.Path, info.ModTime(), info.ModTime().Add(1)); err != nil {
		t.Fatal(err)
	}
	if later := object(t, s).Version; later == first {
		t.Fatal("a newer file has the same version")
	}
}

func TestAPipeWithoutWriterDoesNotHang(t *testing.T) {
	base := tree(t, "p.fifo")
	r, err := object(t, Source{Path: filepath.Join(base, "p.fifo")}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || len(got) != 0 {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestAPipeIsReadToItsEnd(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		defer w.Close()
		io.WriteString(w, strings.Repeat("x", 200_000))
	}()
	o := object(t, Source{Path: fmt.Sprintf("/dev/fd/%d", r.Fd())})
	in, err := o.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if got, err := io.ReadAll(in); err != nil || len(got) != 200_000 || o.Version != "" {
		t.Fatalf("%d bytes, %v, version %q", len(got), err, o.Version)
	}
}

func TestAStreamEndsWithItsContext(t *testing.T) {
	never, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := object(t, Stream{Name: "-", Reader: never}).Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	r, err = object(t, Stream{Name: "-", Reader: strings.NewReader("hello")}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "hello" {
		t.Fatalf("%q, %v", got, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAStoppedWalk(t *testing.T) {
	base := tree(t, "a/1", "b/1")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range (Source{Path: base}).Objects(ctx) {
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) || errors.Is(last, fs.ErrNotExist) {
		t.Fatalf("the walk ended with %v, want context.Canceled", last)
	}
}
