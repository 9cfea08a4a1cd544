package inflate

// block reads the header of a block, and the codes that it has.
func (z *Reader) block() error {
	if z.final {
		z.align()
		z.state = atTrailer
		return nil
	}
	z.need(ahead)
	z.refill()
	z.final = z.take(1) == 1
	switch z.take(2) {
	case 0:
		return z.storedHeader()
	case 1:
		z.codes.fix()
	case 2:
		if !z.dynamic() {
			return z.broken()
		}
	default:
		return z.broken()
	}
	z.state = inCodes
	return nil
}

func (z *Reader) storedHeader() error {
	z.align()
	b := z.fetch(4)
	if b == nil {
		return z.cut()
	}
	if b[0]^b[2] != 0xff || b[1]^b[3] != 0xff {
		return ErrCorrupt
	}
	z.stored, z.state = int(b[0])|int(b[1])<<8, inStored
	return nil
}

func (z *Reader) copyStored() error {
	for z.stored > 0 && z.w < len(z.out) {
		z.need(1)
		n := copy(z.out[z.w:], z.in[z.pos:min(z.end, z.pos+z.stored)])
		if n == 0 {
			return z.cut()
		}
		z.w += n
		z.pos += n
		z.stored -= n
	}
	if z.stored == 0 {
		z.state = atBlock
	}
	return nil
}

// lengthOrder is the order in which the lengths of the code of code lengths stand.
var lengthOrder = [codeLengths]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads the codes of a block.
func (z *Reader) dynamic() bool {
	literals, distances := int(z.take(5))+257, int(z.take(5))+1
	count := int(z.take(4)) + 4
	if literals > maxLiterals || distances > maxDistances {
		return false
	}
	var first [codeLengths]uint8
	for _, at := range lengthOrder[:count] {
		if z.nbits < 3 {
			z.need(ahead)
			z.refill()
		}
		first[at] = uint8(z.take(3))
	}
	c := &z.codes
	if !c.order.build(c.length[:], first[:], lengthBits, lengthSymbols[:]) {
		return false
	}
	lens := c.lens[:literals+distances]
	if !z.readLengths(lens) {
		return false
	}
	if !c.order.build(c.literal[:], lens[:literals], literalBits, literalSymbols[:]) {
		return false
	}
	c.pairUp()
	return c.order.build(c.distance[:], lens[literals:], distanceBits, distanceSymbols[:])
}

// readLengths reads the lengths of the codes of literals and distances, which
// are coded themselves, with runs.
func (z *Reader) readLengths(lens []uint8) bool {
	for i := 0; i < len(lens); {
		if z.nbits < lengthBits+7 {
			z.need(ahead)
			z.refill()
		}
		e := z.codes.length[z.bits&(1<<lengthBits-1)]
		if e&exceptional != 0 || z.ended() && z.pos > z.end+8 {
			return false
		}
		z.take(uint(e & countMask))
		value, run := uint8(0), 1
		switch s := e >> payloadShift; s {
		case 16:
			if i == 0 {
				return false
			}
			value, run = lens[i-1], 3+int(z.take(2))
		case 17:
			run = 3 + int(z.take(3))
		case 18:
			run = 11 + int(z.take(7))
		default:
			value = uint8(s)
		}
		if run > len(lens)-i {
			return false
		}
		for ; run > 0; run-- {
			lens[i] = value
			i++
		}
	}
	return true
}
