package inflate_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/inflate"
)

// FuzzReader holds Reader against compress/gzip: the same text, the same
// verdict, and of a damaged stream never text that is not in it.
func FuzzReader(f *testing.F) {
	f.Add([]byte(compressed(6, words(3000))), uint16(100))
	f.Add([]byte(compressed(gzip.NoCompression, words(300))), uint16(1))
	f.Add([]byte(compressed(gzip.HuffmanOnly, words(300))+compressed(1, "x")), uint16(40_000))
	f.Add([]byte(compressed(9, strings.Repeat("ab", 5000))+"\x00"), uint16(20_000))
	f.Add([]byte(compressed(6, "")), uint16(16<<10))
	f.Add([]byte("\x1f\x8b\x08\x1e\x00\x00\x00\x00\x00\xff\x01\x00xname\x00note\x00\x00\x00\x03\x00"), uint16(7))
	z, portable := new(inflate.Reader), new(inflate.Reader).Portable()
	f.Fuzz(func(t *testing.T, stream []byte, size uint16) {
		checkAgainstGzip(t, z, stream, int(size)+1)
		checkAgainstGzip(t, portable, stream, int(size)+1)
		// Deflate data of the fuzzer's own, behind a header that is right.
		own := append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), stream...)
		checkAgainstGzip(t, z, own, int(size)+1)
		checkAgainstGzip(t, portable, own, int(size)+1)
	})
}

func checkAgainstGzip(t *testing.T, z *inflate.Reader, stream []byte, size int) {
	t.Helper()
	want, wantErr := reference(stream)
	got, err := all(z, bytes.NewReader(stream), size)
	if (err == nil) != (wantErr == nil) || err == nil && got != want {
		t.Fatalf("%d bytes, %v; compress/gzip has %d bytes, %v", len(got), err, len(want), wantErr)
	}
	if short := min(len(got), len(want)); got[:short] != want[:short] {
		t.Fatalf("other text than compress/gzip, before %v", err)
	}
	if errors.Is(wantErr, gzip.ErrChecksum) != errors.Is(err, inflate.ErrChecksum) {
		t.Fatalf("%v; compress/gzip has %v", err, wantErr)
	}
}

func reference(stream []byte) (string, error) {
	r, err := gzip.NewReader(bytes.NewReader(stream))
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}
