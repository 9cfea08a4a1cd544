package ingest

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/ebbmark/ebbmark/cloudtrail"
	"github.com/ebbmark/ebbmark/inflate"
)

// formats is the table of compressions, recognised by how they begin: a name
// says nothing reliable. What begins like none of them is read as it is.
var formats = []struct {
	name  string
	magic []byte
	open  func(*decoder) (io.Reader, error)
}{
	{"gzip", []byte{0x1f, 0x8b}, (*decoder).gzip},
	{"zstd", []byte{0x28, 0xb5, 0x2f, 0xfd}, (*decoder).zstd},
	{"zstd", []byte{0x50, 0x2a, 0x4d, 0x18}, (*decoder).zstd}, // a skippable frame, as pzstd writes first
}

// decoder decompresses one stream after the other, keeping its buffers.
type decoder struct {
	in    *bufio.Reader
	raw   counter // what in reads from
	gz    *inflate.Reader
	zs    *zstd.Decoder
	guard guard

	head   []byte
	replay replay

	window uint64 // the largest of a zstd stream; 0: zstdWindow
	spool  int64  // the largest Parquet file; 0: maxSpool
}

// open begins to read r: it decompresses it and turns records of other shapes
// than CloudTrail's into such. Errors of reading r itself come through as they
// are; those of its format are a *formatError.
func (d *decoder) open(r io.Reader) (io.Reader, error) {
	text, err := d.decompress(r)
	if err != nil {
		return nil, err
	}
	return d.shape(text)
}

// shape recognises what a text is by its beginning. The usual shape is handed
// on as it is.
func (d *decoder) shape(text io.Reader) (io.Reader, error) {
	if d.head == nil {
		d.head = make([]byte, headBytes)
	}
	n, err := fill(text, d.head)
	d.replay = replay{head: d.head[:n], rest: text, err: err}
	if bytes.HasPrefix(d.head[:n], []byte(parquetMagic)) {
		return openParquet(&d.replay, cmp.Or(d.spool, maxSpool))
	}
	if convert := cloudtrail.Convert(d.head[:n]); convert != nil {
		return convert(&d.replay), nil
	}
	return &d.replay, nil
}

// fill reads until head is full or an error comes, and returns it as it came:
// io.ReadFull would make the end of a short text look like a text cut off.
func fill(text io.Reader, head []byte) (n int, err error) {
	for n < len(head) && err == nil {
		var k int
		k, err = text.Read(head[n:])
		n += k
	}
	return n, err
}

// replay is a text whose beginning was read already, and the error that its
// reading gave.
type replay struct {
	head []byte
	rest io.Reader
	err  error
}

func (r *replay) Read(p []byte) (int, error) {
	if len(r.head) > 0 {
		n := copy(p, r.head)
		r.head = r.head[n:]
		return n, nil
	}
	if r.err != nil {
		return 0, r.err
	}
	return r.rest.Read(p)
}

func (d *decoder) decompress(r io.Reader) (io.Reader, error) {
	d.raw = counter{r: r}
	if d.in == nil {
		d.in = bufio.NewReaderSize(&d.raw, readBytes)
	} else {
		d.in.Reset(&d.raw)
	}
	head, err := d.in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, f := range formats {
		if bytes.HasPrefix(head, f.magic) {
			text, err := f.open(d)
			if err != nil {
				return nil, d.explain(f.name, err)
			}
			d.guard = guard{d: d, format: f.name, text: text}
			return &d.guard, nil
		}
	}
	return d.in, nil
}

func (d *decoder) gzip() (io.Reader, error) {
	if d.gz == nil {
		d.gz = new(inflate.Reader)
	}
	d.gz.Reset(d.in)
	return d.gz, nil
}

func (d *decoder) zstd() (_ io.Reader, err error) {
	if d.zs == nil {
		window := cmp.Or(d.window, zstdWindow)
		d.zs, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window), zstd.WithDecoderMaxMemory(window))
		if err != nil {
			return nil, err
		}
	}
	return d.zs, d.zs.Reset(d.in)
}

// formatError is damage to a compressed stream.
type formatError struct {
	format string
	text   string
}

func (e *formatError) Error() string { return e.format + ": " + e.text }

// explain tells damage to the stream from an error of reading it.
func (d *decoder) explain(format string, err error) error {
	switch {
	case d.raw.err != nil:
		return d.raw.err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &formatError{format, "the file is cut off"}
	case errors.Is(err, inflate.ErrHeader) && d.guard.n > 0:
		return &formatError{format, "something else follows the compressed data"}
	case errors.Is(err, inflate.ErrChecksum), errors.Is(err, zstd.ErrCRCMismatch):
		return &formatError{format, "the checksum does not match: the file is damaged"}
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return &formatError{format, fmt.Sprintf("needs a window of more than %d MiB", cmp.Or(d.window, zstdWindow)>>20)}
	}
	return &formatError{format, "damaged: " + err.Error()}
}

// guard is the text of a compressed stream. It stops what expands beyond all
// measure.
type guard struct {
	d      *decoder
	format string
	text   io.Reader
	n      int64 // bytes of text so far
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.text.Read(p)
	g.n += int64(n)
	switch {
	case g.n > freeText && g.n/maxRatio > g.d.raw.n:
		return n, &formatError{g.format, fmt.Sprintf("expands more than %d-fold: this is no log", maxRatio)}
	case err == nil || err == io.EOF:
		return n, err
	}
	return n, g.d.explain(g.format, err)
}

// counter counts the bytes of a reader and keeps its error.
type counter struct {
	r   io.Reader
	n   int64
	err error // other than io.EOF
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// Decompress is the text of r, whichever of the forms of the table above it is
// in, within the bounds of log files, and with little memory for a stranger's
// sake.
func Decompress(r io.Reader) (io.Reader, error) {
	return (&decoder{window: pushWindow, spool: pushSpool}).open(r)
}
