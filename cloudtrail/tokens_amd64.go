//go:build amd64 && !purego

package cloudtrail

import "golang.org/x/sys/cpu"

// hasVectors: the processor has what tokenizeVector uses.
var hasVectors = cpu.X86.HasAVX2 && cpu.X86.HasPCLMULQDQ && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT

// tokenize finds the tokens of as many blocks of text as bad has room for.
func tokenize(text []byte, bad []uint64, list, colons *tokenList, st *tokenState) (count, marks int) {
	if !hasVectors || len(bad) == 0 {
		return tokenizePortable(text, bad, list, colons, st)
	}
	bad = bad[:min(len(bad), maxBlocks)]
	return tokenizeVector(&text[:len(bad)*blockBytes][0], len(bad), &bad[0], list, colons, st)
}

// tokenizeVector is tokenizePortable in AVX2, for n blocks, one at least. It
// writes up to listStep entries of a list beyond those that it counts.
//
//go:noescape
func tokenizeVector(text *byte, n int, bad *uint64, list, colons *tokenList, st *tokenState) (count, marks int)
