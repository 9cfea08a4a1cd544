package inflate

import (
	"errors"
	"hash/crc32"
	"io"
)

// The bounds of this package, all of them. A Reader takes about 330 KiB.
const (
	// inputBytes is how much of the compressed stream is held at a time.
	inputBytes = 128 << 10
	// ahead is how many bytes one step of decode may look at: two refills.
	ahead = 16
	// bitsBytes is how many bytes the bit buffer may hold.
	bitsBytes = 8
	// padding is how many zeros stand behind the end of the stream, so that
	// the last step needs no code of its own.
	padding = 3 * ahead
	// window is how far back a match may reach.
	window = 32 << 10
	// slack is how much room one step of decode may need: three entries of two
	// literals, the longest match, and what is written beyond its end.
	slack = 6 + 258 + 32
	// smallRead is the size below which a Read is served from a buffer of
	// spareBytes, as decoding in place would copy the window too often.
	smallRead  = 16 << 10
	spareBytes = 64 << 10
	// maxEmptyReads is how often the source may give nothing before it is given up.
	maxEmptyReads = 100
	// maxHeaderText bounds the file name and the comment in a header, as
	// compress/gzip does.
	maxHeaderText = 512
)

// What Read's errors are about. A stream that ends too early gives
// io.ErrUnexpectedEOF, and an error of the source comes through as it is.
var (
	// ErrHeader: what stands at the place of a header is none.
	ErrHeader = errors.New("not a gzip header")
	// ErrCorrupt: the compressed data break the format.
	ErrCorrupt = errors.New("corrupt deflate data")
	// ErrChecksum: data were read to their end and are not what was compressed.
	ErrChecksum = errors.New("gzip checksum or length does not match")
)

// Reader reads the text of a gzip stream of any number of members. Reset makes
// it ready; it keeps its buffers for the next stream. It is not for concurrent
// use.
type Reader struct {
	src    io.Reader
	in     []byte // what is held of the stream, and padding behind its end
	pos    int    // the next byte of in
	end    int    // where the stream in in ends
	srcErr error  // what src gave last
	bits   uint64 // read from in and not used yet, the next one lowest
	nbits  uint   // how many of bits are true

	state  state
	final  bool // this block is the member's last
	stored int  // bytes of a stored block still to copy
	crc    uint32
	size   uint32
	err    error // what Read goes on to return

	out   []byte // where text goes; the member's text begins at out[0] or before
	w     int    // how much of out is written
	past  [window]byte
	held  int    // how many bytes at the end of past are the member's text before out
	spare []byte // text that did not fit a small Read: spare[from:to]
	from  int
	to    int

	codes codes

	portable bool // fastSymbols is not used: for tests
}

// state says what comes next in the stream.
type state uint8

const (
	atStart  state = iota // the first header
	atHeader              // another header, or the end
	atBlock               // a block's header
	inCodes               // the symbols of a block
	inStored              // the bytes of a stored block
	atTrailer
)

// Reset makes the Reader read another stream.
func (z *Reader) Reset(src io.Reader) {
	if z.in == nil {
		z.in = make([]byte, inputBytes+padding)
	}
	z.src, z.pos, z.end, z.srcErr, z.err = src, 0, 0, nil, nil
	z.bits, z.nbits, z.state = 0, 0, atStart
	z.held, z.from, z.to = 0, 0, 0
}

// Read implements io.Reader. It may use all of p, also behind the bytes that it
// reports. Large reads are cheaper.
func (z *Reader) Read(p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	if z.from == z.to && len(p) < smallRead {
		if z.spare == nil {
			z.spare = make([]byte, spareBytes)
		}
		z.from, z.to = 0, z.fill(z.spare)
	}
	if z.from < z.to {
		n = copy(p, z.spare[z.from:z.to])
		z.from += n
		return n, nil
	}
	if len(p) >= smallRead {
		n = z.fill(p)
	}
	if n == 0 {
		return 0, z.err
	}
	return n, nil
}

// fill decodes into p until it is full or the stream ends, which sets err.
func (z *Reader) fill(p []byte) (n int) {
	z.out, z.w = p, 0
	for z.err == nil && z.w+slack <= len(z.out) {
		if z.state == atTrailer {
			n += z.w
			z.sum()
			z.out, z.w, z.held = z.out[z.w:], 0, 0
		}
		z.err = z.step()
	}
	n += z.w
	z.sum()
	z.remember()
	z.out = nil
	return n
}

// step reads what comes next.
func (z *Reader) step() error {
	switch z.state {
	case atStart, atHeader:
		return z.header()
	case atBlock:
		return z.block()
	case inCodes:
		return z.decode()
	case inStored:
		return z.copyStored()
	}
	return z.trailer()
}

// sum adds the text in out to the member's checksum and length.
func (z *Reader) sum() {
	z.crc = crc32.Update(z.crc, crc32.IEEETable, z.out[:z.w])
	z.size += uint32(z.w)
}
