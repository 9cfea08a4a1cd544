package finding

import "time"

// Limits of analyzers, rules and filters.
const (
	MinAge     = 1   // days, unusedAccessAge (AA-13)
	MaxAge     = 365 // days
	DefaultAge = 90  // days

	MaxAccountAnalyzers      = 1 // of each type, in an account and Region (AA-12)
	MaxOrganizationAnalyzers = 5 // of each type, in an account and Region (AA-12)
	MaxRules                 = 100
	MaxTags                  = 50

	MaxExclusions        = 100  // criteria of an analyzer
	MaxExcludedAccounts  = 2000 // of all criteria together (AA-13)
	MaxExcludedTags      = 100  // tag maps of a criterion
	maxExcludedTagLength = 256  // characters of a key or value

	MaxValues      = 20       // of an operator in a filter (AA-32)
	MaxFilterBytes = 64 << 10 // names and values of a filter together

	// KeepResolved is how long a finding stays after it was resolved, counted
	// from its last update (section 5.2).
	KeepResolved = 90 * 24 * time.Hour

	maxToken = 16 << 10 // characters of a paging token

	topAccounts = 10 // of statistics (section 5.4)
)
