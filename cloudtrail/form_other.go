//go:build !amd64 || purego

package cloudtrail

// run takes steps as long as their slots hold strings.
func run(steps []step, last int32, text []byte, at, end int, marks *marks) (_ int32, _, count int) {
	return runPortable(steps, last, text, at, end, marks)
}
