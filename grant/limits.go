package grant

// Bounds on the work for policies that were made to be hard. Giving up always
// keeps more granted: an Allow that is too hard grants, a Deny that is too hard
// removes nothing (LA-13).
const (
	// maxStates bounds the states of one automaton, that is of one question
	// "is there a string in these patterns and outside of those". Policies that
	// people write need tens.
	maxStates = 1 << 14

	// maxStateWords bounds the memory of those states, in words of 64 bits.
	maxStateWords = 1 << 20

	// maxPairWords bounds the memory for comparing two patterns, a bit per pair
	// of their characters: 2 MiB, or two patterns of 4,096 characters.
	maxPairWords = 1 << 18

	// compileSteps bounds the elementary steps that the resources of one document
	// may cost when it is compiled; grantedSteps bounds those of one call of
	// Granted afterwards. A step takes 5 to 40 ns. The hardest of AWS's 1,643
	// managed policies takes 82,000.
	compileSteps = 1 << 24
	grantedSteps = 1 << 25

	// maxScans bounds the catalogue keys that the action patterns of one document
	// are compared with one by one: patterns such as "*:*tag*" that no sorted
	// order helps. A comparison takes 10 to 60 ns.
	maxScans = 1 << 23

	// cacheBytes bounds the memory of compiled documents that one engine keeps.
	cacheBytes = 64 << 20
)

// budget is what is left of a bound. Once it is spent it stays spent.
type budget struct{ left int }

// spend takes n and reports whether there was enough.
func (b *budget) spend(n int) bool {
	b.left -= n
	return b.left >= 0
}

func (b *budget) spent() bool { return b.left < 0 }
