// Package dir is the source of log files on this machine: files, folders, named
// pipes and standard input.
package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"

	"github.com/ebbmark/ebbmark/ingest"
)

// Source is a file, or a folder with all that is below it.
type Source struct {
	Path string
	// MayBeEmpty is for a folder that is watched: logs may come later. Without
	// it a folder without files is reported as failed, because it is a mistake
	// more often than not.
	MayBeEmpty bool
}

var _ ingest.Source = Source{}

// Kind implements ingest.Source.
func (s Source) Kind() string { return Kind }

// Objects implements ingest.Source. Files come in the order of their names,
// folder by folder. Symbolic links are followed; every folder is visited once,
// whatever leads to it, so links in a circle do no harm.
func (s Source) Objects(ctx context.Context) iter.Seq2[ingest.Object, error] {
	return func(yield func(ingest.Object, error) bool) {
		path, err := filepath.Abs(s.Path)
		if err != nil {
			yield(ingest.Object{}, err)
			return
		}
		w := &walk{ctx: ctx, yield: yield, visited: map[string]bool{}}
		switch info, err := os.Stat(path); {
		case err != nil:
			w.object(failed(path, err))
		case !info.IsDir():
			w.object(named(path, info))
		default:
			if w.folder(path, "") && w.files == 0 && !s.MayBeEmpty {
				w.object(failed(path, errEmpty))
			}
		}
	}
}

var errEmpty = errors.New("the folder has no files")

// named is a file that the operator has named.
func named(path string, info fs.FileInfo) ingest.Object {
	o := regular(path, info)
	o.Asked = true
	if !info.Mode().IsRegular() {
		// A pipe, such as <(command) makes: it has no size or version, and
		// opening it must not wait for a writer that may never come.
		o.Size, o.Version = -1, ""
		o.Open = func(context.Context) (io.ReadCloser, error) { return openPipe(path) }
	}
	return o
}

// regular is a file. Its version is the size and time of the moment when it was
// seen: if it is written to while it is read, the next look finds another
// version and reads it again.
func regular(path string, info fs.FileInfo) ingest.Object {
	return ingest.Object{
		Name:    path,
		Size:    info.Size(),
		Version: strconv.FormatInt(info.Size(), 10) + "-" + strconv.FormatInt(info.ModTime().UnixNano(), 10),
		Open:    func(context.Context) (io.ReadCloser, error) { return os.Open(path) },
	}
}

func failed(path string, err error) ingest.Object {
	return ingest.Object{Name: path, Size: -1, Err: err}
}

// walk is one way through a tree.
type walk struct {
	ctx     context.Context
	yield   func(ingest.Object, error) bool
	visited map[string]bool // folders, by their real path
	files   int
}

func (w *walk) object(o ingest.Object) bool {
	w.files++
	return w.yield(o, nil)
}

// folder walks through a folder and reports whether to go on. real is its path
// without links; empty when it has to be found out.
func (w *walk) folder(path, real string) bool {
	err := w.ctx.Err()
	if err != nil {
		w.yield(ingest.Object{}, err)
		return false
	}
	if real == "" {
		if real, err = filepath.EvalSymlinks(path); err != nil {
			return w.object(failed(path, err))
		}
	}
	if w.visited[real] {
		return true
	}
	w.visited[real] = true
	entries, err := os.ReadDir(path)
	for _, e := range entries {
		under := ""
		if e.Type()&fs.ModeSymlink == 0 {
			under = filepath.Join(real, e.Name())
		}
		if !w.entry(filepath.Join(path, e.Name()), under) {
			return false
		}
	}
	if err != nil { // what could be listed was
		return w.object(failed(path, fmt.Errorf("the folder cannot be read: %w", err)))
	}
	return true
}

// entry deals with what is in a folder; real is as in folder.
func (w *walk) entry(path, real string) bool {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !isLink(path):
		return true // removed since the folder was listed
	case err != nil:
		return w.object(failed(path, err))
	case info.IsDir():
		return w.folder(path, real)
	case !info.Mode().IsRegular():
		return w.object(ingest.Object{Name: path, Size: -1, Skip: "pipe, socket or device"})
	}
	return w.object(regular(path, info))
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}
