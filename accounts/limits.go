package accounts

// The format of heads and segments. A newer one is refused.
const format = 1

const (
	// perBucket is how many entities of a kind share a segment, roughly. A
	// small change rewrites one segment and the head, which lists all segments:
	// with 10,000 roles of the usual size both are about as large.
	perBucket = 32
	// maxSegment is the size in bytes above which a kind gets more buckets. A
	// segment of one entity may be larger, up to store.MaxDoc.
	maxSegment = 1 << 20
	// maxBuckets bounds the segments of a kind, and so the size of a head.
	maxBuckets = 1 << 14
	// maxBatch is about how many bytes of segments go to the store in one call.
	maxBatch = 4 << 20
	// loaders is how many segments of one account are read at the same time.
	loaders = 4
	// sweepEvery is how many updates of an account may pass before the store is
	// searched for segments that nobody refers to. Replace always searches.
	sweepEvery = 64
	// maxCached is about how many bytes of inventories are kept in memory,
	// measured as they are stored. The one last used is always kept.
	maxCached = 512 << 20
)
