package accessanalyzer

import "github.com/ebbmark/ebbmark/wire"

// routes are the paths of section 2.
var routes = map[string]string{
	"CreateAnalyzer":      "PUT /analyzer",
	"GetAnalyzer":         "GET /analyzer/{analyzerName}",
	"ListAnalyzers":       "GET /analyzer?type&maxResults&nextToken",
	"UpdateAnalyzer":      "PUT /analyzer/{analyzerName}",
	"DeleteAnalyzer":      "DELETE /analyzer/{analyzerName}?clientToken",
	"TagResource":         "POST /tags/{resourceArn}",
	"UntagResource":       "DELETE /tags/{resourceArn}?tagKeys",
	"ListTagsForResource": "GET /tags/{resourceArn}",

	"ListFindingsV2":                "POST /findingv2",
	"GetFindingV2":                  "GET /findingv2/{id}?analyzerArn&maxResults&nextToken",
	"ListFindings":                  "POST /finding",
	"GetFinding":                    "GET /finding/{id}?analyzerArn",
	"UpdateFindings":                "PUT /finding",
	"GetFindingsStatistics":         "POST /analyzer/findings/statistics",
	"GenerateFindingRecommendation": "POST /recommendation/{id}?analyzerArn",
	"GetFindingRecommendation":      "GET /recommendation/{id}?analyzerArn&maxResults&nextToken",
	"StartResourceScan":             "POST /resource/scan",
	"ListAnalyzedResources":         "POST /analyzed-resource",
	"GetAnalyzedResource":           "GET /analyzed-resource?analyzerArn&resourceArn",

	"CreateArchiveRule": "PUT /analyzer/{analyzerName}/archive-rule",
	"GetArchiveRule":    "GET /analyzer/{analyzerName}/archive-rule/{ruleName}",
	"ListArchiveRules":  "GET /analyzer/{analyzerName}/archive-rule?maxResults&nextToken",
	"UpdateArchiveRule": "PUT /analyzer/{analyzerName}/archive-rule/{ruleName}",
	"DeleteArchiveRule": "DELETE /analyzer/{analyzerName}/archive-rule/{ruleName}?clientToken",
	"ApplyArchiveRule":  "PUT /archive-rule",

	"StartPolicyGeneration":  "PUT /policy/generation",
	"GetGeneratedPolicy":     "GET /policy/generation/{jobId}?includeResourcePlaceholders&includeServiceLevelTemplate",
	"ListPolicyGenerations":  "GET /policy/generation?principalArn&maxResults&nextToken",
	"CancelPolicyGeneration": "PUT /policy/generation/{jobId}",

	"ValidatePolicy":              "POST /policy/validation?maxResults&nextToken",
	"CheckNoNewAccess":            "POST /policy/check-no-new-access",
	"CheckAccessNotGranted":       "POST /policy/check-access-not-granted",
	"CheckNoPublicAccess":         "POST /policy/check-no-public-access",
	"CreateAccessPreview":         "PUT /access-preview",
	"GetAccessPreview":            "GET /access-preview/{accessPreviewId}?analyzerArn",
	"ListAccessPreviews":          "GET /access-preview?analyzerArn&maxResults&nextToken",
	"ListAccessPreviewFindings":   "POST /access-preview/{accessPreviewId}",
	"CreateServiceLinkedAnalyzer": "PUT /service-linked-analyzer",
	"DeleteServiceLinkedAnalyzer": "DELETE /service-linked-analyzer/{analyzerName}?clientToken",
}

// The operations, one table per family. on asks the guard about the analyzer or
// the archive rule (AA-6).

func (a *API) analyzerOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("CreateAnalyzer", (*createAnalyzerInput).resource, a.createAnalyzer),
		on(a, "GetAnalyzer", a.getAnalyzer),
		wire.Op("ListAnalyzers", nil, a.listAnalyzers),
		on(a, "UpdateAnalyzer", a.updateAnalyzer),
		wire.OpOn("DeleteAnalyzer", a.analyzerToDelete, a.deleteAnalyzer),
		on(a, "TagResource", a.tagResource),
		on(a, "UntagResource", a.untagResource),
		on(a, "ListTagsForResource", a.listTags),
	}
}

func (a *API) findingOperations() []wire.Operation {
	return []wire.Operation{
		on(a, "ListFindingsV2", a.listFindingsV2).As("ListFindings"),
		on(a, "GetFindingV2", a.getFindingV2).As("GetFinding"),
		on(a, "ListFindings", a.listFindings),
		on(a, "GetFinding", a.getFinding),
		on(a, "UpdateFindings", a.updateFindings),
		on(a, "GetFindingsStatistics", a.getStatistics),
		on(a, "GenerateFindingRecommendation", a.generateRecommendation),
		on(a, "GetFindingRecommendation", a.getRecommendation),
		on(a, "StartResourceScan", a.startResourceScan),
		on(a, "ListAnalyzedResources", a.listResources),
		on(a, "GetAnalyzedResource", a.getResource),
	}
}

func (a *API) ruleOperations() []wire.Operation {
	return []wire.Operation{
		on(a, "CreateArchiveRule", a.createRule),
		on(a, "GetArchiveRule", a.getRule),
		on(a, "ListArchiveRules", a.listRules),
		on(a, "UpdateArchiveRule", a.updateRule),
		on(a, "DeleteArchiveRule", a.deleteRule),
		on(a, "ApplyArchiveRule", a.applyRule),
	}
}

func (a *API) generationOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("StartPolicyGeneration", nil, a.startGeneration),
		wire.Op("GetGeneratedPolicy", nil, a.getGenerated),
		wire.Op("ListPolicyGenerations", nil, a.listGenerations),
		wire.Op("CancelPolicyGeneration", nil, a.cancelGeneration),
	}
}
