//go:build amd64 && !purego

package cloudtrail

import "golang.org/x/sys/cpu"

// hasVectors: the processor has what classifyVector uses.
var hasVectors = cpu.X86.HasAVX2 && cpu.X86.HasPCLMULQDQ

// classify fills blocks with what text begins with; text must be as long as
// they are.
func classify(text []byte, blocks []block, st *stringState) {
	if !hasVectors {
		classifyPortable(text, blocks, st)
		return
	}
	if len(blocks) > 0 {
		classifyVector(&text[:len(blocks)*blockBytes][0], &blocks[0], len(blocks), st)
	}
}

// classifyVector is classifyPortable in AVX2, for n blocks, one at least.
//
//go:noescape
func classifyVector(text *byte, blocks *block, n int, st *stringState)
