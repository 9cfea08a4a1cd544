//go:build amd64 && !purego

package cloudtrail

// run takes steps as long as their slots hold strings.
func run(steps []step, last int32, text []byte, at, end int, marks *marks) (_ int32, _, count int) {
	if !hasVectors {
		return runPortable(steps, last, text, at, end, marks)
	}
	_ = text[:end+vectorBytes] // it reads so far
	return runVector(&steps[0], last, &text[0], at, end, marks)
}

// runVector is runPortable in AVX2. It relies on zeros behind the text, of
// which there are vectorBytes at least, and on vectorBytes behind the texts of
// steps, which may be anything.
//
//go:noescape
func runVector(steps *step, last int32, text *byte, at, end int, marks *marks) (to int32, place, count int)
