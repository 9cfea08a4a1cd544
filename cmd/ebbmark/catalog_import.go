package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
)

// Limits of an import. AWS's whole reference has 443 files and 15 MB.
const (
	maxReferenceFiles = 10_000
	maxReferenceBytes = 512 << 20 // unpacked, with everything between the documents
)

// reference collects the documents of a Service Reference.
type reference struct {
	overlay *catalog.Overlay
	indexed map[string]bool // what the index names; nil: no index was there
	have    map[string]bool
}

func newReference() *reference { return &reference{have: map[string]bool{}} }

// collected is a document that is kept until the date of the reference is known.
type collected struct {
	name string
	body []byte
}

// add takes one document in: the index or that of a service.
func (r *reference) add(d collected) error {
	if catalog.IsIndex(d.body) {
		list, err := catalog.ParseIndex(d.body)
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		r.indexed = map[string]bool{}
		for _, entry := range list {
			r.indexed[entry.Service] = true
		}
		return nil
	}
	service, err := r.overlay.Add(d.body)
	if err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	r.have[service] = true
	return nil
}

// check refuses a reference that lacks documents which its index names.
func (r *reference) check() error {
	if len(r.have) == 0 {
		return errors.New("there is no Service Reference document in it")
	}
	var missing []string
	for service := range r.indexed {
		if !r.have[service] {
			missing = append(missing, service)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("it is not complete: the index names %d services without a document, such as %s", len(missing), minString(missing))
	}
	return nil
}

func minString(list []string) string {
	least := list[0]
	for _, s := range list[1:] {
		least = min(least, s)
	}
	return least
}

// readReference reads a Service Reference from a folder, an archive or a single
// document. A zero date stands for the latest modification time of its files,
// or for now if they have none.
func readReference(ctx context.Context, place string, date, now time.Time) (*catalog.Overlay, error) {
	documents, latest, err := collectReference(ctx, place)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", place, err)
	}
	if date.IsZero() {
		date = latest
	}
	if date.Year() < 2000 || date.After(now) { // archives made without times say 1970
		date = now
	}
	r := newReference()
	if r.overlay, err = catalog.NewOverlay(date, "Service Reference from "+printableName(filepath.Base(place))); err != nil {
		return nil, err
	}
	for _, d := range documents {
		if err := r.add(d); err != nil {
			return nil, fmt.Errorf("read %s: %w", place, err)
		}
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("read %s: %w", place, err)
	}
	return r.overlay, nil
}

// printableName is a file name as a word of plain text.
func printableName(name string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || r == '\uFFFD' {
			return '_'
		}
		return r
	}, name[:min(len(name), 200)])
}

func collectReference(ctx context.Context, place string) ([]collected, time.Time, error) {
	c := &collector{ctx: ctx, left: maxReferenceBytes}
	info, err := os.Stat(place)
	if err == nil && info.IsDir() {
		err = c.folder(place)
	} else if err == nil {
		err = c.file(place, info.ModTime())
	}
	return c.documents, c.latest, err
}

// collector reads the documents of a folder or archive within the limits.
type collector struct {
	ctx       context.Context
	documents []collected
	latest    time.Time
	left      int64 // bytes
}

// take reads one document.
func (c *collector) take(name string, modified time.Time, r io.Reader) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if len(c.documents) == maxReferenceFiles {
		return fmt.Errorf("more than %d files", maxReferenceFiles)
	}
	body, err := io.ReadAll(io.LimitReader(r, catalog.MaxDocument+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case len(body) > catalog.MaxDocument:
		return fmt.Errorf("%s: larger than %d bytes", name, catalog.MaxDocument)
	}
	if c.left -= int64(len(body)); c.left < 0 {
		return errTooLarge
	}
	if modified.After(c.latest) {
		c.latest = modified
	}
	c.documents = append(c.documents, collected{name, body})
	return nil
}

var errTooLarge = fmt.Errorf("more than %d bytes unpacked", int64(maxReferenceBytes))

// folder reads every *.json file below a folder. Links that lead out of it are
// not followed.
func (c *collector) folder(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".json") {
			return err
		}
		f, err := root.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s: not a regular file", name)
		}
		return c.take(name, info.ModTime(), f)
	})
}

// file reads an archive, compressed or not, or a single document. What it is
// is seen from its content.
func (c *collector) file(name string, modified time.Time) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	if head, _ := in.Peek(2); !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return c.stream(name, modified, in)
	}
	zip, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	if err := c.stream(name, modified, bufio.NewReader(zip)); err != nil {
		return err
	}
	// To the end, where the checksum is.
	_, err = io.Copy(io.Discard, &bounded{zip, &c.left})
	return err
}

func (c *collector) stream(name string, modified time.Time, in *bufio.Reader) error {
	head, err := in.Peek(1)
	switch {
	case err == io.EOF:
		return errors.New("the file is empty")
	case err != nil:
		return err
	case strings.ContainsAny(string(head), "{[ \t\r\n"):
		return c.take(filepath.Base(name), modified, in)
	}
	return c.archive(in)
}

// archive reads the *.json files of a tar archive. Nothing is ever written to
// the names in it, but an archive with names that lead elsewhere is not one
// that anybody made in good faith.
func (c *collector) archive(in io.Reader) error {
	tail := &zeroTail{r: &bounded{in, &c.left}}
	for r := tar.NewReader(tail); ; {
		head, err := r.Next()
		if err == io.EOF {
			return tail.check()
		} else if err != nil {
			return err
		}
		if clean := path.Clean("/" + head.Name); path.IsAbs(head.Name) || !fs.ValidPath(path.Clean(head.Name)) {
			return fmt.Errorf("entry %.200q leads out of the archive (to %.200q)", head.Name, clean)
		}
		switch {
		case head.Typeflag == tar.TypeDir || head.Typeflag == tar.TypeXGlobalHeader || !strings.HasSuffix(head.Name, ".json"):
			continue
		case head.Typeflag != tar.TypeReg:
			return fmt.Errorf("entry %.200q is not a regular file", head.Name)
		}
		if err := c.take(head.Name, head.ModTime, r); err != nil {
			return err
		}
	}
}

// bounded reads up to a number of bytes and fails at the next.
type bounded struct {
	r    io.Reader
	left *int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if *b.left -= int64(n); *b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// zeroTail counts the zero bytes at the end of what was read: an archive ends
// in two blocks of zeros. The tar reader takes one that was cut off between two
// files for whole.
type zeroTail struct {
	r     io.Reader
	zeros int
}

func (z *zeroTail) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	if tail := bytes.TrimRight(p[:n], "\x00"); len(tail) > 0 {
		z.zeros = n - len(tail)
	} else {
		z.zeros += n
	}
	return n, err
}

func (z *zeroTail) check() error {
	if z.zeros < 1024 {
		return errors.New("the archive is cut off: its end is missing")
	}
	return nil
}
