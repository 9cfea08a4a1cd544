package inflate

import "encoding/binary"

// word is the eight bytes at i.
func word(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i : i+8]) }

// decode decodes symbols until the block ends, out is full, or the stream ends.
//
// One refill gives 56 bits. A length takes 20 of them at most and a distance
// 28; three entries of literals with at most 11 bits fit before the length only
// with a second refill, which is made when it is needed.
func (z *Reader) decode() error {
	for z.state == inCodes && z.w+slack <= len(z.out) {
		z.need(ahead)
		before := z.w
		done, ok := z.some()
		if z.overrun() {
			z.w = before // what the zeros behind the end stood for is no text
			return z.cut()
		}
		if !ok {
			return ErrCorrupt
		}
		if done {
			z.state = atBlock
		}
	}
	return nil
}

// reason says why fastSymbols has ended.
type reason uint8

const (
	noRoom   reason = iota // in or out has to be looked after
	blockEnd               // the block is complete
	corrupt                // no symbol has such a code
	farMatch               // a match begins before out
)

// some decodes symbols by the faster way as far as it goes, else by symbols.
func (z *Reader) some() (done, ok bool) {
	if !hasFast || z.portable {
		return z.symbols()
	}
	for z.pos <= z.end-ahead && z.w+slack <= len(z.out) {
		why, length, distance := fastSymbols(z)
		switch {
		case why == blockEnd:
			return true, true
		case why == corrupt, why == farMatch && !z.copyPast(distance, length):
			return false, false
		case why == noRoom:
			return false, true
		}
	}
	return z.symbols()
}

// symbols is the inner loop of decode: it goes on as long as neither in nor out
// has to be looked after. Near the end of the stream it takes one step at a
// time, so that decode can see whether there were bits for it.
func (z *Reader) symbols() (done, ok bool) {
	const literalMask, distanceMask = 1<<literalBits - 1, 1<<distanceBits - 1
	in, out := z.in, z.out
	literals, distances := &z.codes.literal, &z.codes.distance
	pos, w, buf, n := z.pos, z.w, z.bits, z.nbits
	safe, limit := max(pos, z.end-ahead), len(out)-slack
	for pos <= safe && w <= limit {
		buf |= word(in, pos) << (n & 63)
		pos += int(63-n) >> 3
		n |= 56
		e := literals[buf&literalMask]
		if e&literal != 0 {
			out[w], out[w+1] = byte(e>>payloadShift), byte(e>>otherShift&otherMask)
			w += 1 + int(e>>pairShift&1)
			buf >>= e & countMask
			n -= uint(e & countMask)
			if e = literals[buf&literalMask]; e&literal != 0 {
				out[w], out[w+1] = byte(e>>payloadShift), byte(e>>otherShift&otherMask)
				w += 1 + int(e>>pairShift&1)
				buf >>= e & countMask
				n -= uint(e & countMask)
				if e = literals[buf&literalMask]; e&literal != 0 {
					out[w], out[w+1] = byte(e>>payloadShift), byte(e>>otherShift&otherMask)
					w += 1 + int(e>>pairShift&1)
					buf >>= e & countMask
					n -= uint(e & countMask)
					continue
				}
			}
		}
		if e&exceptional != 0 {
			if e&second != 0 {
				buf >>= e & countMask
				n -= uint(e & countMask)
				e = literals[(e>>payloadShift+uint32(buf)&(1<<(e>>codeShift&codeMask)-1))%literalTable]
				if e&literal != 0 {
					out[w] = byte(e >> payloadShift)
					w++
					buf >>= e & countMask
					n -= uint(e & countMask)
					continue
				}
			}
			if e&exceptional != 0 {
				done = e&endOfBlock != 0
				buf >>= e & countMask
				n -= uint(e & countMask)
				z.pos, z.w, z.bits, z.nbits = pos, w, buf, n
				return done, done
			}
		}
		length := int(e>>payloadShift) + int(buf&(1<<(e&countMask)-1)>>(e>>codeShift&codeMask))
		buf >>= e & countMask
		n -= uint(e & countMask)
		if n < 28 {
			buf |= word(in, pos) << (n & 63)
			pos += int(63-n) >> 3
			n |= 56
		}
		e = distances[buf&distanceMask]
		if e&exceptional != 0 {
			if e&second != 0 {
				buf >>= e & countMask
				n -= uint(e & countMask)
				e = distances[(e>>payloadShift+uint32(buf)&(1<<(e>>codeShift&codeMask)-1))%distanceTable]
			}
			if e&exceptional != 0 {
				z.pos, z.w, z.bits, z.nbits = pos, w, buf, n
				return false, false
			}
		}
		distance := int(e>>payloadShift) + int(buf&(1<<(e&countMask)-1)>>(e>>codeShift&codeMask))
		buf >>= e & countMask
		n -= uint(e & countMask)
		if distance > w {
			z.w = w
			if !z.copyPast(distance, length) {
				z.pos, z.bits, z.nbits = pos, buf, n
				return false, false
			}
			w = z.w
			continue
		}
		from, to := w-distance, w
		w += length
		switch {
		case distance >= 32:
			for {
				s, d := out[from:from+32], out[to:to+32]
				a, b, c, e := word(s, 0), word(s, 8), word(s, 16), word(s, 24)
				binary.LittleEndian.PutUint64(d[0:8], a)
				binary.LittleEndian.PutUint64(d[8:16], b)
				binary.LittleEndian.PutUint64(d[16:24], c)
				binary.LittleEndian.PutUint64(d[24:32], e)
				from, to = from+32, to+32
				if to >= w {
					break
				}
			}
		case distance >= 8:
			for ; to < w; from, to = from+8, to+8 {
				binary.LittleEndian.PutUint64(out[to:to+8], word(out, from))
			}
		default:
			for ; to < w; from, to = from+1, to+1 {
				out[to] = out[from]
			}
		}
	}
	z.pos, z.w, z.bits, z.nbits = pos, w, buf, n
	return false, true
}

// overrun reports whether more bits were used than the stream has.
func (z *Reader) overrun() bool { return z.ended() && z.pos*8-int(z.nbits) > z.end*8 }
