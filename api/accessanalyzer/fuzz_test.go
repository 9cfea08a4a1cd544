package accessanalyzer

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// FuzzRequests: whatever a request says, the answer is one JSON object, never an
// internal error, and has a name that AWS's model knows.
func FuzzRequests(f *testing.F) {
	w := newWorld(f)
	w.make()
	id := w.find(unused, `{"resource":{"eq":["`+entity+`role/service/app"]}}`)
	operations := slices.Sorted(maps.Keys(routes))
	at := func(name string) uint8 { return uint8(slices.Index(operations, name)) }
	f.Add(at("CreateAnalyzer"), "", "", `{"analyzerName":"x","type":"ORGANIZATION","archiveRules":[{"ruleName":"r","filter":{"error":{"exists":true}}}],"tags":{"a":"b"},"clientToken":"t"}`)
	f.Add(at("UpdateAnalyzer"), "unused", "", `{"configuration":{"unusedAccess":{"unusedAccessAge":30,"analysisRule":{"exclusions":[{"resourceTags":[{"a":""}],"accountIds":["1"]}]}}}}`)
	f.Add(at("ListAnalyzers"), "", "type=ACCOUNT&maxResults=1&nextToken=x", "")
	f.Add(at("ListFindingsV2"), "", "", `{"analyzerArn":"`+unused+`","filter":{"status":{"neq":["x"],"contains":["A"]}},"sort":{"attributeName":"id","orderBy":"DESC"},"maxResults":2}`)
	f.Add(at("ListFindings"), "", "", `{"analyzerArn":"`+outside+`","filter":{"condition.aws:x":{"exists":false},"isPublic":{"eq":["true"]}}}`)
	f.Add(at("GetFindingV2"), id, "maxResults=1&analyzerArn="+unused, "")
	f.Add(at("GetFindingRecommendation"), id, "analyzerArn="+unused, "")
	f.Add(at("GenerateFindingRecommendation"), id, "analyzerArn="+unused, "")
	f.Add(at("UpdateFindings"), "", "", `{"analyzerArn":"`+unused+`","status":"ACTIVE","ids":["`+id+`"]}`)
	f.Add(at("CreateArchiveRule"), "unused", "", `{"ruleName":"r","filter":{"resource":{"eq":["x"]}}}`)
	f.Add(at("StartPolicyGeneration"), "", "", window("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"))
	f.Add(at("StartResourceScan"), "", "", `{"analyzerArn":"`+unused+`","resourceArn":"`+entity+`user/alice"}`)
	f.Add(at("ListAnalyzedResources"), "", "", `{"analyzerArn":"`+unused+`","resourceType":"AWS::IAM::User","maxResults":1}`)
	f.Add(at("GetAnalyzedResource"), "", "analyzerArn="+outside+"&resourceArn="+entity+"role/shared", "")
	f.Add(at("TagResource"), unused, "", `{"tags":{"a":"b"}}`)
	f.Add(at("UntagResource"), unused, "tagKeys=a&tagKeys=b", "")
	known := []string{"ValidationException", "AccessDeniedException", "ResourceNotFoundException", "ConflictException", "ServiceQuotaExceededException"}
	f.Fuzz(func(t *testing.T, operation uint8, label, query, body string) {
		route, _, _ := strings.Cut(routes[operations[int(operation)%len(operations)]], "?")
		method, path, _ := strings.Cut(route, " ")
		var parts []string
		for part := range strings.SplitSeq(path, "/") {
			if strings.HasPrefix(part, "{") {
				part = url.PathEscape(label)
			}
			parts = append(parts, part)
		}
		target, err := url.Parse(strings.Join(parts, "/"))
		if err != nil {
			t.Skip()
		}
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Skip()
		}
		target.RawQuery = values.Encode()
		w.asked = nil // or a long run would fill the memory
		a := w.serve(t.Context(), callerOf(owner, "us-east-1"), method+" "+target.String(), body)
		var answer map[string]any
		if err := json.Unmarshal(a.Body, &answer); err != nil || a.Cause != nil {
			t.Fatalf("%s %s %q: %s, %v", method, target, body, said(a), err)
		}
		if name := a.Header["X-Amzn-ErrorType"]; a.Status != 200 && !slices.Contains(known, name) {
			t.Fatalf("%s %s %q: %s", method, target, body, said(a))
		}
	})
}
