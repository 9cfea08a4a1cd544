package inflate_test

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"

	fast "github.com/klauspost/compress/gzip"

	"github.com/ebbmark/ebbmark/inflate"
)

// resetter is a gzip reader that can be used again.
type resetter interface {
	io.Reader
	Reset(io.Reader) error
}

// own makes a Reader a resetter.
type own struct{ inflate.Reader }

func (o *own) Reset(src io.Reader) error {
	o.Reader.Reset(src)
	return nil
}

// BenchmarkReader decompresses a log with this package and with the two that
// could stand in its place.
func BenchmarkReader(b *testing.B) {
	text := words(4 << 20)
	stream := compressed(6, text)
	for _, c := range []struct {
		name string
		z    resetter
	}{{"ours", new(own)}, {"klauspost", new(fast.Reader)}, {"standard", new(gzip.Reader)}} {
		b.Run(c.name, func(b *testing.B) {
			p := make([]byte, 256<<10)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				n, err := 0, c.z.Reset(strings.NewReader(stream))
				for k := 0; err == nil; n += k {
					k, err = c.z.Read(p)
				}
				if n != len(text) || err != io.EOF {
					b.Fatal(n, err)
				}
			}
		})
	}
}
