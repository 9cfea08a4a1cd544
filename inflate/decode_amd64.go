//go:build amd64 && !purego

package inflate

import "golang.org/x/sys/cpu"

// hasFast: the processor has what fastSymbols uses.
var hasFast = cpu.X86.HasBMI1 && cpu.X86.HasBMI2

// fastSymbols is symbols in the processor's own words, for as long as the
// stream has ahead bytes at pos, out has slack bytes at w, and no match reaches
// before out. It uses up what it gives the reason for: the end of the block,
// or the length and distance of a match that is not copied yet.
//
// The caller sees to the bounds: end is at most inputBytes, and out has at
// least slack bytes. Within them the loop cannot leave in, out and the tables,
// whatever the stream says: see decode_amd64.s.
//
//go:noescape
func fastSymbols(z *Reader) (why reason, length, distance int)
