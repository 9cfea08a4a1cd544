package store

// Kind names what a document is. The value is stored: never rename.
type Kind string

// The kinds of documents, each with the room that owns its encoding.
const (
	KindAccount          Kind = "account"           // accounts: the head of an account's inventory, by account id
	KindSegment          Kind = "segment"           // accounts: a piece of an inventory, by account id and content hash
	KindOrganization     Kind = "organization"      // accounts: which organizations there are, one document
	KindOrganizationPart Kind = "organization-part" // accounts: a piece of an organization, by its id and content hash
	KindCredential       Kind = "credential"        // auth: an access key of this server, by key id
	KindJob              Kind = "job"               // api/iam: a report job and its result, by job id
	KindJobTurn          Kind = "job-turn"          // api/iam: the Organizations reports that a management account began lately, by account id
	KindReport           Kind = "report"            // api/iam: the credential report of an account, by account id
	KindLedger           Kind = "ledger"            // ingest: what became of a log file, by its name
	KindLease            Kind = "lease"             // ingest: which process reads a group of files, by source and folder
	KindForgotten        Kind = "forgotten"         // ingest: a ledger row that the operator has removed, of which facts may be left
	KindRebuild          Kind = "rebuild"           // ingest: what became of a log file in a rebuild of facts, by its name
	KindRebuildRefused   Kind = "rebuild-refused"   // ingest: a record that was refused in a rebuild, by file and offset
	KindQuarantine       Kind = "quarantine"        // ingest: a record that was refused, by file and offset
	KindCatalog          Kind = "catalog"           // cmd: the catalogue that replaces or overlays the embedded one
	KindSync             Kind = "sync"              // pull: what a sync has done so far, by what it pulls, and by that and account id
	KindAnalyzers        Kind = "analyzers"         // analyzers: the analyzers of an account in a Region, by both
	KindFindings         Kind = "findings"          // analyzers: the head of an analyzer's findings, by its unique id
	KindFindingPart      Kind = "finding-part"      // analyzers: findings, their details, or changes of them, by analyzer, generation and content hash
	KindScan             Kind = "scan"              // analyzers: a scan in progress, by analyzer
	KindDelivery         Kind = "delivery"          // analyzers: how far the changes of an analyzer's findings are delivered
	KindRecommendation   Kind = "recommendation"    // analyzers: a recommendation, by analyzer and finding
	KindGenerations      Kind = "generations"       // analyzers: the policy generations of an account in a Region, by both
	KindGenerated        Kind = "generated"         // analyzers: what a policy is generated from, by job id
	KindServer           Kind = "server"            // cmd: facts about this store, such as its first account
	KindCopy             Kind = "copy"              // transfer: the copy that is being made into this store, or was
	KindPruned           Kind = "pruned"            // store: since when history is kept, one document
	KindRefinement       Kind = "refinement"        // cmd: changes that "refine --apply" has made, to take them back
	KindTrails           Kind = "trails"            // accounts: what is known of an account's trails over time, by account id
)

// Kinds are all of them.
func Kinds() []Kind {
	return []Kind{
		KindAccount, KindSegment, KindOrganization, KindOrganizationPart, KindCredential,
		KindJob, KindJobTurn, KindReport, KindLedger, KindLease,
		KindForgotten, KindRebuild, KindRebuildRefused, KindQuarantine, KindCatalog,
		KindSync, KindAnalyzers, KindFindings, KindFindingPart, KindScan,
		KindDelivery, KindRecommendation, KindGenerations, KindGenerated, KindServer,
		KindCopy, KindPruned, KindRefinement, KindTrails,
	}
}
