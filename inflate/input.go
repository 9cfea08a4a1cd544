package inflate

import (
	"errors"
	"io"
)

// ended reports whether all of the stream is in in.
func (z *Reader) ended() bool { return z.srcErr != nil }

// need makes at least n bytes stand at pos, n being at most ahead. At the end
// of the stream there may be fewer, followed by zeros.
func (z *Reader) need(n int) {
	for z.end-z.pos < n && !z.ended() {
		z.pull()
	}
}

// pull moves what is left of in to its front and reads on. The bytes that are
// in bits stay before pos, for align.
func (z *Reader) pull() {
	if from := z.pos - bitsBytes; from > 0 {
		z.end = copy(z.in, z.in[from:z.end])
		z.pos = bitsBytes
	}
	for range maxEmptyReads {
		n, err := z.src.Read(z.in[z.end:inputBytes])
		z.end += n
		if z.srcErr = err; err != nil {
			clear(z.in[z.end : z.end+padding])
		}
		if n > 0 || err != nil {
			return
		}
	}
	z.srcErr = io.ErrNoProgress
	clear(z.in[z.end : z.end+padding])
}

// broken is the error of a stream that cannot be read on at pos: that of the
// source when more was used than there is.
func (z *Reader) broken() error {
	if z.overrun() {
		return z.cut()
	}
	return ErrCorrupt
}

// cut is the error of a stream that ends too early.
func (z *Reader) cut() error {
	if errors.Is(z.srcErr, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return z.srcErr
}

// refill makes at least 56 bits be in bits. need(ahead) must have been called.
func (z *Reader) refill() {
	z.bits |= word(z.in, z.pos) << (z.nbits & 63)
	z.pos += int(63-z.nbits) >> 3
	z.nbits |= 56
}

// take uses up n bits, which must be there.
func (z *Reader) take(n uint) uint64 {
	v := z.bits & (1<<n - 1)
	z.bits >>= n
	z.nbits -= n
	return v
}

// align gives whole bytes back to in and drops the rest of the current one.
func (z *Reader) align() {
	z.pos -= int(z.nbits >> 3)
	z.bits, z.nbits = 0, 0
}

// fetch gives the next n bytes of in, n being at most ahead; nil at the end.
func (z *Reader) fetch(n int) []byte {
	z.need(n)
	if z.end-z.pos < n {
		return nil
	}
	z.pos += n
	return z.in[z.pos-n : z.pos]
}
