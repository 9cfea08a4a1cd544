package policy

// Bounds on what is read. Every one is far above what AWS itself stores.
const (
	// MaxCharacters is the length of a document in characters. Customers may
	// write 131,072 of them (IAM-14); AWS's own policies are longer: that of its
	// support role, which every account has, is over 150,000.
	MaxCharacters = 1_000_000
	// MaxStatements is the number of statements of a document.
	MaxStatements = 4_096
	// maxNumber is the length of a number or date in a condition; a longer one
	// equals nothing.
	maxNumber = 64
	// maxExponent bounds the power of ten of such a number: exact comparison
	// would else need memory in proportion to it.
	maxExponent = 400
)

// There is no bound on nesting because the grammar is one: a document nests
// seven levels (document, Statement, statement, Condition, operator, key,
// value), and the parser never descends into anything else.
