package inflate

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// The flags of a member's header.
const (
	headerCRC = 1 << 1
	hasExtra  = 1 << 2
	hasName   = 1 << 3
	hasNote   = 1 << 4
)

// header reads the header of a member; io.EOF when there is none because the
// stream ends behind a complete one.
func (z *Reader) header() error {
	z.need(1)
	if z.pos >= z.end && z.state == atHeader && errors.Is(z.srcErr, io.EOF) {
		return io.EOF
	}
	head := z.fetch(10)
	if head == nil {
		return z.cut()
	}
	if head[0] != 0x1f || head[1] != 0x8b || head[2] != 8 {
		return ErrHeader
	}
	flags, sum := head[3], crc32.ChecksumIEEE(head)
	if err := z.options(flags, sum); err != nil {
		return err
	}
	z.state, z.final, z.crc, z.size = atBlock, false, 0, 0
	return nil
}

// options passes over the parts of a header that flags announce. sum is the
// checksum of what stands before them.
func (z *Reader) options(flags byte, sum uint32) (err error) {
	if flags&hasExtra != 0 {
		if sum, err = z.extra(sum); err != nil {
			return err
		}
	}
	for _, f := range [...]byte{hasName, hasNote} {
		if flags&f != 0 {
			if sum, err = z.text(sum); err != nil {
				return err
			}
		}
	}
	if flags&headerCRC != 0 {
		b := z.fetch(2)
		switch {
		case b == nil:
			return z.cut()
		case binary.LittleEndian.Uint16(b) != uint16(sum):
			return ErrHeader
		}
	}
	return nil
}

func (z *Reader) extra(sum uint32) (uint32, error) {
	b := z.fetch(2)
	if b == nil {
		return 0, z.cut()
	}
	left := int(binary.LittleEndian.Uint16(b))
	sum = crc32.Update(sum, crc32.IEEETable, b)
	for left > 0 {
		if b = z.fetch(min(left, ahead)); b == nil {
			return 0, z.cut()
		}
		left -= len(b)
		sum = crc32.Update(sum, crc32.IEEETable, b)
	}
	return sum, nil
}

// text passes over a text that ends in NUL.
func (z *Reader) text(sum uint32) (uint32, error) {
	for range maxHeaderText {
		b := z.fetch(1)
		if b == nil {
			return 0, z.cut()
		}
		sum = crc32.Update(sum, crc32.IEEETable, b)
		if b[0] == 0 {
			return sum, nil
		}
	}
	return 0, ErrHeader
}

// trailer compares what was read with what the member says of itself.
func (z *Reader) trailer() error {
	b := z.fetch(8)
	switch {
	case b == nil:
		return z.cut()
	case binary.LittleEndian.Uint32(b) != z.crc || binary.LittleEndian.Uint32(b[4:]) != z.size:
		return ErrChecksum
	}
	z.state = atHeader
	return nil
}
