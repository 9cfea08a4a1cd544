//go:build !amd64 || purego

package cloudtrail

// tokenize finds the tokens of as many blocks of text as bad has room for.
func tokenize(text []byte, bad []uint64, list *[maxBlocks*blockBytes + listStep]uint16, st *tokenState) int {
	return tokenizePortable(text, bad, list, st)
}
