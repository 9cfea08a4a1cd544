package analyzers

import "errors"

// What may be wrong with a request beyond its form, which is a
// *finding.MemberError.
var (
	ErrNoAnalyzer     = errors.New("no such analyzer")
	ErrAnalyzerExists = errors.New("there is an analyzer of that name already")
	ErrAnalyzerQuota  = errors.New("there are as many analyzers of that type as an account may have in a Region")
	ErrNoRule         = errors.New("no such archive rule")
	ErrRuleExists     = errors.New("there is an archive rule of that name already")
	ErrRuleQuota      = errors.New("the analyzer has as many archive rules as it may")
	ErrNoFinding      = errors.New("no such finding")
	// ErrResolved: a resolved finding cannot be changed.
	ErrResolved = errors.New("the finding is resolved")
	// ErrNotOrganization: only the management account and delegated
	// administrators have analyzers of the organization (AA-16).
	ErrNotOrganization = errors.New("the account is neither the management account of an organization nor its delegated administrator for access-analyzer.amazonaws.com")
	// ErrTokenReused: the idempotency token was used with another request (AA-3).
	ErrTokenReused = errors.New("the client token was used with another request")
	// ErrNoResource: the analyzer covers no such user or role.
	ErrNoResource = errors.New("no such resource")
	// ErrScanRuns: another process scans the analyzer now.
	ErrScanRuns = errors.New("the analyzer is being scanned")
	// ErrNoRecommendation: none was asked for yet.
	ErrNoRecommendation = errors.New("no such recommendation")
	// ErrWrongType: recommendations are for unused permissions only (AA-40).
	ErrWrongType = errors.New("the finding is not of the type UnusedPermission")
	// ErrGenerationRuns: one policy generation at a time (AA-51).
	ErrGenerationRuns  = errors.New("a policy is being generated")
	ErrGenerationQuota = errors.New("the account has generated as many policies as it may in a day")
	ErrNoGeneration    = errors.New("no such policy generation")
	// ErrBusy: others kept changing what was to be changed.
	ErrBusy = errors.New("too many others write at the same time")
)
