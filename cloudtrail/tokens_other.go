//go:build !amd64 || purego

package cloudtrail

// tokenize finds the tokens of as many blocks of text as bad has room for.
func tokenize(text []byte, bad []uint64, list, colons *tokenList, st *tokenState) (count, marks int) {
	return tokenizePortable(text, bad, list, colons, st)
}
