package wire

// The limits of what a request may hold. The size of its body is the
// listener's business.
const (
	// maxParams is the number of parameters. The largest request of AWS's own
	// has a list of 200 (LA-107) or 50 tags of two parts.
	maxParams = 2000
	// maxValues is the number of values of a JSON body. The largest of AWS's own
	// has a list of 2000 accounts (AA-13).
	maxValues = 10_000
	// maxDepth is the number of dot-separated parts of a parameter's name.
	maxDepth = 16
	// maxName is the length in bytes of a parameter's name.
	maxName = 256
	// maxEcho is how many characters of a name from the request an error
	// message repeats.
	maxEcho = 128
	// maxNesting is how deep input and output structs may nest; deeper ones
	// are taken for recursive, which no protocol here can speak.
	maxNesting = 12
	// fewMembers is how many members of a list are written before the length of
	// all is guessed.
	fewMembers = 32
	// maxGuess is how many bytes of an answer are reserved ahead of a list.
	maxGuess = 4 << 20
)
