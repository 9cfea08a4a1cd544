package cloudtrail

import "time"

// The bounds of this package, all of them.
const (
	// windowBytes is how much text the scanner holds at a time, twice.
	windowBytes = 128 << 10
	// tailBytes is how many zeros stand behind it: a block, and a word that
	// begins in it.
	tailBytes = blockBytes + wordBytes
	// maxBlocks is how many blocks of text are looked at in one go.
	maxBlocks = 32
	// maxQuickDepth and maxHits bound what the quick way takes: nesting, and
	// members that matter.
	maxQuickDepth = 60
	maxHits       = 48
	// maxSteps and maxFormText bound what is remembered of the forms of records,
	// and maxFormBytes the record that a form is learned from. When a half is
	// used up, only one in learnEvery unknown records is learned, so that
	// records without a common form do not cost much more.
	maxSteps     = 4096
	maxFormText  = 512 << 10
	maxFormBytes = 16 << 10
	learnEvery   = 16
	// cutBytes is how near the window's end a record that was of a known form so
	// far is likely to have been cut off: a text of the form and a value.
	cutBytes = 1 << 10
	// innerWindowBytes is the window for a record that is text inside a string.
	innerWindowBytes = 4 << 10
	// maxFieldBytes bounds the value of every field that is read, decoded. The
	// longest real ones are ARNs, which AWS bounds at 2,048.
	maxFieldBytes = 2048
	// maxKeyBytes bounds the keys that are compared; longer ones are no key of ours.
	maxKeyBytes = 64
	// maxVerbBytes is how far into a PartiQL statement its first word is looked for.
	maxVerbBytes = 256
	// maxRoles is how many roles of requestParameters are kept of a record, and
	// maxRoleLevels at how many levels of the record their keys are looked for:
	// the actions of a pipeline's stages have theirs at the seventh. maxRoleBytes
	// bounds one: the longest ARN of an instance profile has 45 bytes, a path of
	// 512 and a name of 128.
	maxRoles      = 16
	maxRoleLevels = 16
	maxRoleBytes  = 700
	// maxSessionBytes bounds the name of a session and a source identity, which
	// AWS bounds at 64.
	maxSessionBytes = 64
	// maxNesting is how many levels of passed-over brackets are checked for
	// their kind. Deeper ones are only counted, and the record is malformed.
	maxNesting = 1 << 16
	// maxEmptyReads is how often a reader may give nothing before it is given up.
	maxEmptyReads = 100
	// maxSeenKeys and maxSeenBytes bound what is quoted of a text that is no log.
	maxSeenKeys  = 4
	maxSeenBytes = 32

	// internSets × internWays repeated strings are remembered; with
	// maxFieldBytes that bounds their memory at 4 MiB.
	internSets = 512
	internWays = 4
	// idChunkBytes is how many bytes of event ids share one allocation. A kept
	// id keeps its chunk, so the chunk is small.
	idChunkBytes = 1024
	// likeSlots likenesses of records are remembered, a quarter of a megabyte.
	likeSlots = 1024
	// sessionSlots sessions are remembered by a principalId of at most maxSeenID.
	sessionSlots = 256
	maxSeenID    = 63
	// memoSets × memoWays session issuers are remembered by their raw text of at
	// most maxMemoBytes, the set by a hash of what is in the first memoHeadBytes.
	memoSets      = 128
	memoWays      = 4
	maxMemoBytes  = 1024
	memoHeadBytes = 64

	// maxSourceBytes, maxNameBytes, maxRegionBytes and maxIDBytes bound what an
	// attempt may carry into a store key.
	maxSourceBytes = 256
	maxNameBytes   = 256
	maxRegionBytes = 64
	maxIDBytes     = 128
	// minUniqueID and maxUniqueID bound IAM unique ids and access key ids.
	minUniqueID = 16
	maxUniqueID = 128

	// maxAhead is how far an event may lie in the future of the ingester's clock (CT-2).
	maxAhead = 15 * time.Minute
	// firstYear is when AWS began: no event can be older. firstMoment is its
	// beginning, in seconds since 1970.
	firstYear   = 2006
	firstMoment = 1_136_073_600
)
