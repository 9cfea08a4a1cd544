package inventory

// Limits of what a snapshot may hold. They bound memory: a file is read value
// by value, and only what has become an entity is kept.
const (
	// MaxFile is the size of one snapshot file in bytes, after decompression.
	// A full account of 5,000 users, 1,000 roles and 1,500 policies is about
	// 40 MB.
	MaxFile = 256 << 20
	// maxPages is the number of pages of one file. AWS puts about 100 entities
	// into one.
	maxPages = 100_000
	// maxValue is the size in bytes of one user, group, role or managed policy
	// in the file, with its white space, and of the space between two.
	maxValue = 8 << 20
	// maxDepth is how deep JSON may nest. A policy document within a version
	// within a policy within its list within a page needs about 13.
	maxDepth = 64
	// maxDocuments is what the documents of one entity may add up to in bytes,
	// as they are kept: indented.
	maxDocuments = 4 << 20
	// maxProblems is how many problems one error lists; the rest is counted.
	maxProblems = 20
)
