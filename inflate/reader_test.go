package inflate_test

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ebbmark/ebbmark/inflate"
)

// compressed is text as compress/gzip writes it.
func compressed(level int, text string) string {
	var b strings.Builder
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		panic(err)
	}
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

// all reads a stream to its end, in reads of the given size.
func all(z *inflate.Reader, src io.Reader, size int) (string, error) {
	z.Reset(src)
	var text []byte
	p := make([]byte, size)
	for {
		n, err := z.Read(p)
		text = append(text, p[:n]...)
		if err == io.EOF {
			return string(text), nil
		}
		if err != nil {
			return string(text), err
		}
	}
}

// words is text of n bytes that compresses like a log.
func words(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, `{"eventName":"Describe%d","id":"%08x-%04x","at":"2026-05-30T%02d:00:00Z"},`, r.IntN(40), r.Uint32(), r.IntN(1<<16), r.IntN(24))
	}
	return b.String()[:n]
}

// letters is text of n bytes out of few, whose codes are short.
func letters(n int, of string) string {
	r := rand.New(rand.NewPCG(5, 6))
	b := make([]byte, n)
	for i := range b {
		b[i] = of[r.IntN(len(of))]
	}
	return string(b)
}

func noise(n int) string {
	r := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

func TestTextsComeBack(t *testing.T) {
	t.Run("on this processor", func(t *testing.T) { textsComeBack(t, new(inflate.Reader)) })
	t.Run("on any processor", func(t *testing.T) { textsComeBack(t, new(inflate.Reader).Portable()) })
}

func textsComeBack(t *testing.T, z *inflate.Reader) {
	for name, text := range map[string]string{
		"nothing":                     "",
		"a byte":                      "x",
		"one byte many times":         strings.Repeat("a", 1<<20),
		"short distances":             strings.Repeat("abc", 1000) + strings.Repeat("abcdefghijk", 1000) + strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz", 1000),
		"a log":                       words(3 << 20),
		"few letters":                 letters(300_000, "aab\x00\x7f"),
		"few letters and no ASCII":    letters(300_000, "aab\xff\x80\xc3\xa9"),
		"what cannot be compressed":   noise(1 << 20),
		"a match at the window's end": noise(32<<10) + noise(32<<10),
		"both":                        words(100_000) + noise(100_000) + words(100_000),
	} {
		for _, level := range []int{gzip.HuffmanOnly, gzip.NoCompression, gzip.BestSpeed, 6, gzip.BestCompression} {
			stream := compressed(level, text)
			for _, size := range []int{1, 4 << 10, 16 << 10, 40_000, 256 << 10} {
				if size == 1 && len(text) > 1<<10 {
					continue
				}
				if got, err := all(z, strings.NewReader(stream), size); got != text || err != nil {
					t.Errorf("%s, level %d, reads of %d: %d bytes of %d, %v", name, level, size, len(got), len(text), err)
				}
			}
			if len(text) <= 1<<20 {
				if got, err := all(z, iotest.OneByteReader(strings.NewReader(stream)), 64<<10); got != text || err != nil {
					t.Errorf("%s, level %d, byte by byte: %d bytes of %d, %v", name, level, len(got), len(text), err)
				}
			}
		}
	}
}

func TestSeveralMembers(t *testing.T) {
	var stream, want string
	for i := range 50 {
		text := words(i * 977)
		stream, want = stream+compressed(i%10, text), want+text
	}
	for _, size := range []int{3, 20_000, 1 << 20} {
		if got, err := all(new(inflate.Reader), strings.NewReader(stream), size); got != want || err != nil {
			t.Errorf("reads of %d: %d bytes of %d, %v", size, len(got), len(want), err)
		}
	}
}

func TestHeaders(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name, w.Comment, w.Extra = "log.json", "a comment", bytes.Repeat([]byte("x"), 1000)
	io.WriteString(w, "text")
	w.Close()
	if got, err := all(new(inflate.Reader), &b, 100); got != "text" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for name, c := range map[string]struct {
		stream string // in hexadecimal, up to the deflate data of nothing
		want   error
	}{
		"a checksum that is right":       {"1f8b08020000000000ff90c9", nil},
		"a checksum that is wrong":       {"1f8b08020000000000ff91c9", inflate.ErrHeader},
		"another method":                 {"1f8b07000000000000ff", inflate.ErrHeader},
		"another format":                 {"504b0304000000000000", inflate.ErrHeader},
		"a name without an end":          {"1f8b08080000000000ff" + strings.Repeat("41", 600), inflate.ErrHeader},
		"the end in the header":          {"1f8b08000000", io.ErrUnexpectedEOF},
		"a distance before the text":     {"1f8b08000000000000ff" + "03020000", inflate.ErrCorrupt},
		"the third kind of block":        {"1f8b08000000000000ff" + "07000000", inflate.ErrCorrupt},
		"a stored length that is broken": {"1f8b08000000000000ff" + "0105000500", inflate.ErrCorrupt},
	} {
		raw, err := hex.DecodeString(c.stream)
		if err != nil {
			t.Fatal(err)
		}
		if c.want == nil {
			raw = append(raw, compressed(6, "")[10:]...)
		}
		if _, err := all(new(inflate.Reader), bytes.NewReader(raw), 100); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestDamageIsFound(t *testing.T) {
	text := words(50_000)
	stream := compressed(6, text)
	z := new(inflate.Reader)
	for name, c := range map[string]struct {
		stream string
		want   error
	}{
		"an empty file":             {"", io.ErrUnexpectedEOF},
		"a wrong checksum":          {flip(stream, len(stream)-8), inflate.ErrChecksum},
		"a wrong length":            {flip(stream, len(stream)-1), inflate.ErrChecksum},
		"something behind the end":  {stream + "something else", inflate.ErrHeader},
		"zeros behind the end":      {stream + strings.Repeat("\x00", 512), inflate.ErrHeader},
		"a header cut off":          {stream + "\x1f\x8b\x08", io.ErrUnexpectedEOF},
		"a trailer cut off":         {stream[:len(stream)-1], io.ErrUnexpectedEOF},
		"a trailer that is missing": {stream[:len(stream)-8], io.ErrUnexpectedEOF},
	} {
		if _, err := all(z, strings.NewReader(c.stream), 64<<10); err != c.want {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	for n := range len(stream) {
		got, err := all(z, strings.NewReader(stream[:n]), 64<<10)
		if err != io.ErrUnexpectedEOF || !strings.HasPrefix(text, got) {
			t.Fatalf("cut at byte %d: %d bytes, %v", n, len(got), err)
		}
	}
}

func flip(s string, at int) string { return s[:at] + string(s[at]^1) + s[at+1:] }

func TestErrorsOfTheSourceComeThrough(t *testing.T) {
	broken := errors.New("the disk is gone")
	stream := compressed(6, words(300_000))
	for _, n := range []int{0, 5, 10, 1000, len(stream) - 1, len(stream)} {
		src := io.MultiReader(strings.NewReader(stream[:n]), iotest.ErrReader(broken))
		if _, err := all(new(inflate.Reader), src, 64<<10); err != broken {
			t.Errorf("behind %d bytes: %v", n, err)
		}
	}
	if _, err := all(new(inflate.Reader), silent{}, 100); err != io.ErrNoProgress {
		t.Errorf("a source that gives nothing: %v", err)
	}
}

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

func TestReadingAllocatesNothing(t *testing.T) {
	stream := compressed(6, words(200_000))
	z, src, p := new(inflate.Reader), strings.NewReader(stream), make([]byte, 64<<10)
	z.Reset(src)
	if n := testing.AllocsPerRun(10, func() {
		src.Reset(stream)
		z.Reset(src)
		for {
			if _, err := z.Read(p); err != nil {
				return
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
