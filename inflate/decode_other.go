//go:build !amd64 || purego

package inflate

const hasFast = false

func fastSymbols(*Reader) (why reason, length, distance int) { return noRoom, 0, 0 }
