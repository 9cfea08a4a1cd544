package ingest

import "io"

// tail hands through a text and remembers the last tailBytes of it.
type tail struct {
	r    io.Reader
	ring []byte // byte n of the text is at n % tailBytes
	n    int64  // bytes read
}

func (t *tail) reset(r io.Reader) {
	if t.ring == nil {
		t.ring = make([]byte, tailBytes)
	}
	t.r, t.n = r, 0
}

func (t *tail) Read(p []byte) (int, error) {
	if len(p) > tailBytes {
		p = p[:tailBytes]
	}
	n, err := t.r.Read(p)
	at := int(t.n % tailBytes)
	if k := copy(t.ring[at:], p[:n]); k < n {
		copy(t.ring, p[k:n])
	}
	t.n += int64(n)
	return n, err
}

// from returns up to n bytes of the text from an offset; nothing when they are
// forgotten or not read yet.
func (t *tail) from(offset int64, n int) []byte {
	if offset < 0 || offset < t.n-tailBytes || offset >= t.n {
		return nil
	}
	n = int(min(int64(n), t.n-offset))
	out := make([]byte, 0, n)
	at := int(offset % tailBytes)
	out = append(out, t.ring[at:min(at+n, tailBytes)]...)
	return append(out, t.ring[:n-len(out)]...)
}
