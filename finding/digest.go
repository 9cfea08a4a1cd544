package finding

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
)

// digest makes a short text that stands for a list of texts and numbers.
type digest struct {
	hash.Hash
	buf []byte
}

func newDigest() *digest { return &digest{Hash: sha256.New()} }

// text adds a text; its length goes in first, so that no two lists read alike.
func (d *digest) text(s string) {
	d.buf = append(binary.AppendUvarint(d.buf[:0], uint64(len(s))), s...)
	d.Write(d.buf)
}

func (d *digest) number(n int) {
	d.buf = binary.AppendUvarint(d.buf[:0], uint64(n))
	d.Write(d.buf)
}

// sum is 16 bytes of the hash: enough for what nobody would gain from forging.
func (d *digest) sum() string { return base64.RawURLEncoding.EncodeToString(d.Sum(nil)[:16]) }
