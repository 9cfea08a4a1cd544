//go:build !amd64 || purego

package cloudtrail

// classify fills blocks with what text begins with; text must be as long as
// they are.
func classify(text []byte, blocks []block, st *stringState) { classifyPortable(text, blocks, st) }
