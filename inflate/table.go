package inflate

import "math/bits"

// The sizes of codes and of their tables. A table has 1<<bits entries for codes
// of up to that many bits; behind them stand the second-level tables of longer
// ones. 2,342 entries are the most that 11 bits and 288 symbols can need, and
// 594 the most of 9 bits and 32 symbols; the tables have the next power of two,
// so that an index can be masked.
const (
	maxBits      = 15
	maxLiterals  = 286
	maxDistances = 30
	codeLengths  = 19

	literalBits   = 11
	distanceBits  = 9
	lengthBits    = 7
	literalTable  = 4096
	distanceTable = 1024
)

// An entry of a table says all of a symbol:
//
//	bits 0–5    how many bits to use: its code's and its extra ones
//	bits 8–11   how many of them are the code's
//	bits 12–15  flags
//	bits 16–30  a literal, or the base of a length or distance
//	bit 31      literal
//
// Where the bits that index the table hold a second literal behind the first,
// one of ASCII, the entry is for both: the second stands in bits 24–30.
//
// An exceptional entry is the end of the block, or leads to a second-level
// table (its payload is the table's place, bits 8–11 how many bits index it),
// or stands where no symbol is.
const (
	countMask    = 63
	codeShift    = 8
	codeMask     = 15
	payloadShift = 16

	pairShift  = 12
	otherShift = 24
	otherMask  = 1<<7 - 1

	pair        = 1 << pairShift
	endOfBlock  = 1 << 13
	second      = 1 << 14
	exceptional = 1 << 15
	literal     = 1 << 31
)

// codes are the codes of a block.
type codes struct {
	literal  [literalTable]uint32
	distance [distanceTable]uint32
	length   [1 << lengthBits]uint32
	lens     [288 + 32]uint8

	order order                    // of the code that was built last
	tails [1 << literalBits]uint32 // what pairUp adds to entries, by the bits behind a first literal
}

// order is the order of a code's symbols.
type order struct {
	count  [maxBits + 1]int // of the codes of each length
	sorted [288]uint16      // by length; equal ones by their own order
}

// Symbols as they stand in entries, without the length of their code.
var (
	literalSymbols  = makeLiterals()
	distanceSymbols = makeDistances()
	lengthSymbols   = makeLengths()
)

func makeLiterals() (s [288]uint32) {
	for i := range 256 {
		s[i] = literal | uint32(i)<<payloadShift
	}
	s[256] = exceptional | endOfBlock
	base := uint32(3)
	for i := 257; i < 285; i++ {
		extra := uint32(max(0, (i-257)/4-1))
		s[i] = base<<payloadShift | extra
		base += 1 << extra
	}
	s[285] = 258 << payloadShift
	s[286], s[287] = exceptional, exceptional
	return s
}

func makeDistances() (s [32]uint32) {
	base := uint32(1)
	for i := range maxDistances {
		extra := uint32(max(0, i/2-1))
		s[i] = base<<payloadShift | extra
		base += 1 << extra
	}
	s[30], s[31] = exceptional, exceptional
	return s
}

func makeLengths() (s [codeLengths]uint32) {
	for i := range s {
		s[i] = uint32(i) << payloadShift
	}
	return s
}

// fix makes the codes those of a block without codes of its own.
func (c *codes) fix() {
	for i := range 288 {
		switch {
		case i < 144, i >= 280:
			c.lens[i] = 8
		case i < 256:
			c.lens[i] = 9
		default:
			c.lens[i] = 7
		}
	}
	for i := range 32 {
		c.lens[288+i] = 5
	}
	c.order.build(c.literal[:], c.lens[:288], literalBits, literalSymbols[:])
	c.order.build(c.distance[:], c.lens[288:], distanceBits, distanceSymbols[:])
}

// build fills a table with the canonical code of the given lengths. It refuses
// lengths that are no code: too many short ones, or too few to use every
// sequence of bits; the exceptions are no symbol at all, and one of one bit.
func (o *order) build(table []uint32, lens []uint8, width uint, symbols []uint32) bool {
	var count [maxBits + 1]int
	for _, l := range lens {
		count[l]++
	}
	used := len(lens) - count[0]
	count[0] = 0
	var offset [maxBits + 2]int
	space := 0
	for l := 1; l <= maxBits; l++ {
		offset[l+1] = offset[l] + count[l]
		if space = space<<1 + count[l]; space > 1<<l {
			return false
		}
	}
	if space != 1<<maxBits {
		o.count = [maxBits + 1]int{}
		return lone(table[:1<<width], lens, used, symbols)
	}
	for i, l := range lens {
		if l != 0 {
			o.sorted[offset[l]] = uint16(i)
			offset[l]++
		}
	}
	o.count = count
	return lay(table, o.sorted[:used], &count, width, symbols)
}

// lone fills the table of a code of at most one symbol.
func lone(table []uint32, lens []uint8, used int, symbols []uint32) bool {
	entry := uint32(exceptional)
	for i, l := range lens {
		if l == 1 {
			entry = symbols[i] + 1 | 1<<codeShift
		}
	}
	if used > 1 || used == 1 && entry == exceptional {
		return false
	}
	for i := range table {
		table[i] = exceptional
		if i&1 == 0 {
			table[i] = entry
		}
	}
	return true
}

// lay enters the symbols in the order of their codes. The first-level table
// grows with the length of codes: it is right for the bits that codes of up to
// that length can tell apart, and twice that for one bit more. What no code of
// that length says yet is written over by longer ones, as the code is complete.
func lay(table []uint32, sorted []uint16, count *[maxBits + 1]int, width uint, symbols []uint32) bool {
	var code uint // its first bit lowest, as it stands in the stream
	for l := uint(1); l <= width; l++ {
		copy(table[1<<(l-1):1<<l], table[:1<<(l-1)])
		for _, s := range sorted[:count[l]] {
			table[code] = symbols[s] + uint32(l) | uint32(l)<<codeShift
			code = following(code, l)
		}
		sorted = sorted[count[l]:]
	}
	return len(sorted) == 0 || layLong(table, sorted, count, code, width, symbols)
}

// layLong enters the symbols whose codes, from code on, are longer than width.
func layLong(table []uint32, sorted []uint16, count *[maxBits + 1]int, code, width uint, symbols []uint32) bool {
	prefix, start, next := ^uint(0), uint(0), uint(1)<<width
	for l := width + 1; l <= maxBits; l++ {
		for ; count[l] > 0; count[l]-- {
			symbol := symbols[sorted[0]]
			sorted = sorted[1:]
			if code&(1<<width-1) != prefix {
				prefix, start = code&(1<<width-1), next
				index := indexBits(count, l, width)
				if next = start + 1<<index; next > uint(len(table)) {
					return false
				}
				table[prefix] = uint32(start)<<payloadShift | exceptional | second | uint32(index)<<codeShift | uint32(width)
			}
			own := l - width
			for at := start + code>>width; at < next; at += 1 << own {
				table[at] = symbol + uint32(own) | uint32(own)<<codeShift
			}
			code = following(code, l)
		}
	}
	return true
}

// indexBits is how many bits index the second-level table that begins with a
// code of length l.
func indexBits(count *[maxBits + 1]int, l, width uint) uint {
	index := l - width
	for room := count[l]; room < 1<<index && width+index < maxBits; {
		index++
		room = room<<1 + count[width+index]
	}
	return index
}

// following is the next code of length l, with its bits in reverse.
func following(code, l uint) uint {
	free := bits.Len(^code & (1<<l - 1)) // the last bit that is not set
	if free == 0 {
		return 0
	}
	bit := uint(1) << (free - 1)
	return code&(bit-1) | bit
}

// pairUp makes entries of literals be for two where there is room for both
// codes. It must follow build of the literal table.
func (c *codes) pairUp() {
	const longest = literalBits - 1
	var some [longest + 1]bool
	for l := uint(1); l <= longest; l++ {
		if c.order.count[l] > 0 {
			some[l] = c.tailsBehind(l)
		}
	}
	code, sorted := uint(0), c.order.sorted[:]
	for l := uint(1); l <= longest; l++ {
		n := uint(1) << (literalBits - l)
		for _, s := range sorted[:c.order.count[l]] {
			if s < 256 && some[l] {
				e := c.literal[code]
				for i, d := range c.tails[n : 2*n] {
					c.literal[(code|uint(i)<<l)%literalTable] = e + d
				}
			}
			code = following(code, l)
		}
		sorted = sorted[c.order.count[l]:]
	}
}

// tailsBehind sets the tails behind a literal whose code has l bits, and reports
// whether there are any. There is no branch on what the table holds, as nothing
// would foretell it.
func (c *codes) tailsBehind(l uint) bool {
	n, any := uint(1)<<(literalBits-l), uint32(0)
	tails := c.tails[n : 2*n]
	for i, e := range c.literal[:n] {
		bits := e & countMask
		fits := uint32(int32(e&^(e<<8))>>31) & uint32(int32(uint32(l)+bits-literalBits-1)>>31) // bit 23 is that of what is not ASCII
		tails[i] = fits & (e>>payloadShift&otherMask<<otherShift | pair | bits)
		any |= fits
	}
	return any != 0
}
