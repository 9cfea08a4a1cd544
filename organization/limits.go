package organization

// Limits. Where AWS's quotas for Organizations may be raised, or have been, these
// are not below what a customer may have (docs/divergences.md). An import may have
// more of what AWS once granted, so it is held only against those that keep the
// program safe (the last block).
const (
	// MaxDepth is the number of units below each other.
	MaxDepth = 5
	// MaxUnits is the number of units.
	MaxUnits = 2_000
	// MaxAccounts is the number of accounts.
	MaxAccounts = 10_000
	// MaxPolicies is the number of customers' policies of one type.
	MaxPolicies = 10_000
	// MaxAttached is the number of policies of one type on one target.
	MaxAttached = 10
	// MaxContent is the length of a control policy in characters.
	MaxContent = 10_240
	// MaxTags is the number of tags of one resource.
	MaxTags = 50

	// MaxUnitName, MaxPolicyName, MaxAccountName, MaxDescription, MaxTagKey and
	// MaxTagValue are lengths in characters.
	MaxUnitName    = 128
	MaxPolicyName  = 128
	MaxAccountName = 50
	MaxDescription = 512
	MaxTagKey      = 128
	MaxTagValue    = 256

	// MaxCreateStatuses is how many requests to make an account are remembered;
	// the oldest that has ended is forgotten first.
	MaxCreateStatuses = 1_000

	// MaxExport is the size of an export in bytes.
	MaxExport = 256 << 20
	// maxImported bounds each list of an export.
	maxImported = 100_000
	// maxImportedText bounds every text of an export but policies, in bytes.
	maxImportedText = 4_096
)
