package ingest

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/ebbmark/ebbmark/store/mem"
)

func zstded(t *testing.T, text string) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll([]byte(text), nil)
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestFormatsAreToldByContent(t *testing.T) {
	d := new(decoder) // one for all, as a reader has it
	for sentence, in := range map[string][]byte{
		"plain":                     []byte("hello, world"),
		"gzip":                      zipped(t, "hello, world"),
		"gzip of two members":       joined(zipped(t, "hello, "), zipped(t, "world")),
		"gzip with an empty member": joined(zipped(t, ""), zipped(t, "hello, world")),
		"zstd":                      zstded(t, "hello, world"),
		"zstd of two frames":        joined(zstded(t, "hello, "), zstded(t, "world")),
		"zstd after a skippable frame": joined([]byte{0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4},
			zstded(t, "hello, world")),
	} {
		for range 2 {
			r, err := d.open(bytes.NewReader(in))
			if err != nil {
				t.Fatalf("%s: %v", sentence, err)
			}
			if got, err := io.ReadAll(r); err != nil || string(got) != "hello, world" {
				t.Errorf("%s: %q, %v", sentence, got, err)
			}
		}
	}
	if r, err := d.open(bytes.NewReader(nil)); err != nil {
		t.Fatal(err)
	} else if got, err := io.ReadAll(r); err != nil || len(got) != 0 {
		t.Errorf("nothing: %q, %v", got, err)
	}
}

var errDisk = errors.New("input/output error")

// broken gives data and then an error of the disk.
func broken(data []byte) io.Reader {
	return io.MultiReader(bytes.NewReader(data), errorReader{})
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errDisk }

func TestDamageIsNamed(t *testing.T) {
	log := records(someRecords(1, 500)...)
	gz, zs := zipped(t, log), zstded(t, log)
	flipped := bytes.Clone(gz)
	flipped[len(flipped)-6] ^= 0xff // the checksum
	twisted := bytes.Clone(zs)
	for i := range 100 {
		twisted[len(zs)/2+i] ^= 0xff
	}
	garbage := append(bytes.Clone(gz[:10]), bytes.Repeat([]byte{0xa7, 0x13, 0xee}, 1000)...)
	for sentence, tt := range map[string]struct {
		in   io.Reader
		want string
	}{
		"gzip cut off":               {bytes.NewReader(gz[:len(gz)/2]), "gzip: the file is cut off"},
		"gzip cut off in its head":   {bytes.NewReader(gz[:5]), "gzip: the file is cut off"},
		"gzip without its end":       {bytes.NewReader(gz[:len(gz)-8]), "gzip: the file is cut off"},
		"gzip with a wrong checksum": {bytes.NewReader(flipped), "gzip: the checksum does not match"},
		"gzip of garbage":            {bytes.NewReader(garbage), "gzip: damaged"},
		"gzip with more behind it":   {bytes.NewReader(append(bytes.Clone(gz), "hello, world"...)), "gzip: something else follows"},
		"zstd cut off":               {bytes.NewReader(zs[:len(zs)/2]), "zstd: the file is cut off"},
		"zstd of garbage":            {bytes.NewReader(twisted), "zstd: "},
		"a broken disk under gzip":   {broken(gz[:len(gz)/2]), "input/output error"},
		"a broken disk under zstd":   {broken(zs[:len(zs)/2]), "input/output error"},
		"a broken disk":              {broken([]byte(log[:100])), "input/output error"},
		"a broken disk at once":      {broken(nil), "input/output error"},
	} {
		r, err := new(decoder).open(tt.in)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", sentence, err, tt.want)
		}
	}
}

// zeros is a gibibyte and more of zeros.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.left))
	clear(p[:n])
	z.left -= int64(n)
	return n, nil
}

func compressed(t *testing.T, text io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = io.Copy(w, text)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// spaces are zeros as JSON may have them anywhere.
type spaces struct{ zeros }

func (s *spaces) Read(p []byte) (int, error) {
	n, err := s.zeros.Read(p)
	for i := range p[:n] {
		p[i] = ' '
	}
	return n, err
}

func TestBombsEndEarly(t *testing.T) {
	sum := run(t, mem.New(), memory{{"zeros.gz", compressed(t, &zeros{1 << 30})}})
	if len(sum.Problems) != 1 || !strings.HasPrefix(sum.Problems[0].Reason, "no CloudTrail log") || sum.Bytes > 2*readBytes {
		t.Fatalf("zeros: %+v", sum)
	}
	bomb := compressed(t, io.MultiReader(strings.NewReader(`{"Records":[`), &spaces{zeros{1 << 30}}, strings.NewReader("]}")))
	sum = run(t, mem.New(), memory{{"spaces.gz", bomb}})
	if len(sum.Problems) != 1 || sum.Problems[0].Reason != "gzip: expands more than 400-fold: this is no log" || sum.Problems[0].Offset > 300<<20 {
		t.Fatalf("spaces: %+v", sum)
	}
}

func FuzzDecoder(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	text := strings.Repeat("hello, world ", 100)
	f.Add([]byte(text))
	f.Add(zipped(f, text)[:30])
	f.Add(joined(zipped(f, text), zipped(f, text)))
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, byte(r.Uint32())})
	f.Add([]byte(`["{`)) // a list of records as texts, cut off: turned into a longer text
	d := new(decoder)
	f.Fuzz(func(t *testing.T, in []byte) {
		if r, err := d.open(bytes.NewReader(in)); err == nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(r, 64<<20))
		}
		for _, format := range formats {
			if bytes.HasPrefix(in, format.magic) {
				return
			}
		}
		r, err := d.decompress(bytes.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		if out, err := io.ReadAll(r); err != nil || !bytes.Equal(out, in) {
			t.Fatalf("%q, error %v came through of %q", out, err, in)
		}
	})
}
