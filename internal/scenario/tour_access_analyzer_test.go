package scenario

import (
	"time"

	analyzer "github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

const (
	unusedARN  = "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused"
	outsideARN = "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/outside"
	appARN     = ownPrefix + "role/service/app"
	guestARN   = ownPrefix + "role/tour/Guest"
	trustGuest = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole"}]}`
)

// tourAnalyzers makes two analyzers, reads what they found, and takes them away
// again.
func tourAnalyzers(v *visit) {
	unused, outside := new(unusedARN), new(outsideARN)
	call(v, v.iam.CreateRole, iam.CreateRoleInput{RoleName: new("Guest"), Path: new("/tour/"), AssumeRolePolicyDocument: new(trustGuest)})
	for range 2 {
		answers(v, v.analyzer.CreateAnalyzer, analyzer.CreateAnalyzerInput{
			AnalyzerName: new("unused"), Type: types.TypeAccountUnusedAccess, Tags: map[string]string{"team": "blue", "empty": ""}, ClientToken: new("tour"),
			Configuration: &types.AnalyzerConfigurationMemberUnusedAccess{Value: types.UnusedAccessConfiguration{UnusedAccessAge: new(int32(60))}},
		}, `{"Arn": "`+unusedARN+`"}`)
	}
	answers(v, v.analyzer.CreateAnalyzer, analyzer.CreateAnalyzerInput{AnalyzerName: new("outside"), Type: types.TypeAccount}, `{"Arn": "`+outsideARN+`"}`)
	refuses(v, v.analyzer.CreateAnalyzer, analyzer.CreateAnalyzerInput{AnalyzerName: new("third"), Type: types.TypeAccount},
		"ServiceQuotaExceededException: There are as many analyzers of that type as an account may have in a Region. Delete one first.")
	tourConfiguration(v, unused)
	tourFindings(v, unused)
	tourOutside(v, outside)
	tourArchiveRules(v, unused)
	tourGenerations(v)
	for _, name := range []string{"unused", "outside"} {
		answers(v, v.analyzer.DeleteAnalyzer, analyzer.DeleteAnalyzerInput{AnalyzerName: &name}, nothing)
	}
	answers(v, v.iam.DeleteRole, iam.DeleteRoleInput{RoleName: new("Guest")}, nothing)
	answers(v, v.analyzer.ListAnalyzers, analyzer.ListAnalyzersInput{}, `{"Analyzers": []}`)
	refuses(v, v.analyzer.ListFindingsV2, analyzer.ListFindingsV2Input{AnalyzerArn: unused}, "ResourceNotFoundException: The analyzer does not exist.")
	refuses(v, v.analyzer.ValidatePolicy, analyzer.ValidatePolicyInput{PolicyDocument: new(allowSend), PolicyType: types.PolicyTypeIdentityPolicy},
		"ValidationException: ValidatePolicy is not supported by this server: policies are not validated or compared here.")
}

func tourConfiguration(v *visit, unused *string) {
	set := types.AnalyzerConfigurationMemberUnusedAccess{Value: types.UnusedAccessConfiguration{
		UnusedAccessAge: new(int32(90)), AnalysisRule: &types.AnalysisRule{Exclusions: []types.AnalysisRuleCriteria{{ResourceTags: []map[string]string{{"keep": "yes"}}}}},
	}}
	const want = `{"Value": {"UnusedAccessAge": 90, "AnalysisRule": {"Exclusions": [{"ResourceTags": [{"keep": "yes"}]}]}}}`
	for range 2 {
		v.same(call(v, v.analyzer.UpdateAnalyzer, analyzer.UpdateAnalyzerInput{AnalyzerName: new("unused"), Configuration: &set}).Configuration, want)
		read := call(v, v.analyzer.GetAnalyzer, analyzer.GetAnalyzerInput{AnalyzerName: new("unused")}).Analyzer
		if read.Status != types.AnalyzerStatusActive || read.CreatedAt.Format(time.RFC3339) != asOf {
			v.Errorf("got %+v", read)
		}
		v.same(read.Configuration, want)
		answers(v, v.analyzer.TagResource, analyzer.TagResourceInput{ResourceArn: unused, Tags: map[string]string{"team": "red", "a:/b@c": "é +="}}, nothing)
		answers(v, v.analyzer.UntagResource, analyzer.UntagResourceInput{ResourceArn: unused, TagKeys: []string{"empty", "nosuch"}}, nothing)
		answers(v, v.analyzer.ListTagsForResource, analyzer.ListTagsForResourceInput{ResourceArn: unused}, `{"Tags": {"a:/b@c": "é +=", "team": "red"}}`)
	}
	if list := call(v, v.analyzer.ListAnalyzers, analyzer.ListAnalyzersInput{Type: types.TypeAccountUnusedAccess}).Analyzers; len(list) != 1 || *list[0].Arn != unusedARN || list[0].Configuration != nil {
		v.Errorf("got %+v", list)
	}
}

// tourFindings looks at what role app does not use.
func tourFindings(v *visit, unused *string) {
	ofApp := map[string]types.Criterion{"resource": {Eq: []string{appARN}}}
	answers(v, v.analyzer.StartResourceScan, analyzer.StartResourceScanInput{AnalyzerArn: unused, ResourceArn: new(appARN)}, nothing)
	list := call(v, v.analyzer.ListFindingsV2, analyzer.ListFindingsV2Input{AnalyzerArn: unused, Filter: ofApp, Sort: &types.SortCriteria{AttributeName: new("id"), OrderBy: types.OrderByDesc}}).Findings
	if len(list) != 1 || list[0].FindingType != types.FindingTypeUnusedPermission {
		v.Fatalf("findings %+v", list)
	}
	id := list[0].Id
	for range 2 {
		v.same(call(v, v.analyzer.GetFindingV2, analyzer.GetFindingV2Input{AnalyzerArn: unused, Id: id}).FindingDetails,
			`[{"Value": {"ServiceNamespace": "ec2"}}, {"Value": {"ServiceNamespace": "sqs"}}]`)
		answers(v, v.analyzer.GenerateFindingRecommendation, analyzer.GenerateFindingRecommendationInput{AnalyzerArn: unused, Id: id}, nothing)
		answers(v, v.analyzer.GetFindingRecommendation, analyzer.GetFindingRecommendationInput{AnalyzerArn: unused, Id: id}, `{
			"RecommendationType": "UnusedPermissionRecommendation", "ResourceArn": "`+appARN+`", "StartedAt": "`+asOf+`", "CompletedAt": "`+asOf+`", "Status": "SUCCEEDED",
			"RecommendedSteps": [
				{"Value": {"RecommendedAction": "DETACH_POLICY", "ExistingPolicyId": "`+ownPrefix+`policy/TeamEc2", "PolicyUpdatedAt": "2024-01-01T00:00:00Z"}},
				{"Value": {"RecommendedAction": "DETACH_POLICY", "ExistingPolicyId": "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess", "PolicyUpdatedAt": "*"}}]}`)
		answers(v, v.analyzer.UpdateFindings, analyzer.UpdateFindingsInput{AnalyzerArn: unused, Status: types.FindingStatusUpdateArchived, Ids: []string{*id}}, nothing)
		statistics := call(v, v.analyzer.GetFindingsStatistics, analyzer.GetFindingsStatisticsInput{AnalyzerArn: unused}).FindingsStatistics
		of, ok := statistics[0].(*types.FindingsStatisticsMemberUnusedAccessFindingsStatistics)
		if !ok || *of.Value.TotalArchivedFindings != 1 || *of.Value.TotalActiveFindings == 0 {
			v.Errorf("statistics %+v", statistics)
		}
	}
	answers(v, v.analyzer.UpdateFindings, analyzer.UpdateFindingsInput{AnalyzerArn: unused, Status: types.FindingStatusUpdateActive, ResourceArn: new(appARN)}, nothing)
	refuses(v, v.analyzer.ListFindings, analyzer.ListFindingsInput{AnalyzerArn: unused},
		"ValidationException: ListFindings is supported only for external access analyzers. Use ListFindingsV2 for unused access analyzers.")
}

// tourOutside lets another account into a role.
func tourOutside(v *visit, outside *string) {
	resources := call(v, v.analyzer.ListAnalyzedResources, analyzer.ListAnalyzedResourcesInput{AnalyzerArn: outside, ResourceType: types.ResourceTypeAwsIamRole}).AnalyzedResources
	if len(resources) == 0 {
		v.Fatal("no role was looked at")
	}
	list := call(v, v.analyzer.ListFindings, analyzer.ListFindingsInput{AnalyzerArn: outside, Filter: map[string]types.Criterion{"principal.AWS": {Contains: []string{"444455556666"}}}}).Findings
	if len(list) != 1 {
		v.Fatalf("findings %+v", list)
	}
	answers(v, v.analyzer.GetFinding, analyzer.GetFindingInput{AnalyzerArn: outside, Id: list[0].Id}, `{"Finding": {"Id": "*", "Resource": "`+guestARN+`", "ResourceType": "AWS::IAM::Role",
		"ResourceOwnerAccount": "111122223333", "Status": "ACTIVE", "AnalyzedAt": "`+asOf+`", "CreatedAt": "`+asOf+`", "UpdatedAt": "`+asOf+`",
		"Action": ["sts:AssumeRole"], "Condition": {}, "IsPublic": false, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}}`)
	answers(v, v.analyzer.GetAnalyzedResource, analyzer.GetAnalyzedResourceInput{AnalyzerArn: outside, ResourceArn: new(guestARN)}, `{"Resource": {"ResourceArn": "`+guestARN+`",
		"ResourceType": "AWS::IAM::Role", "ResourceOwnerAccount": "111122223333", "Status": "ACTIVE", "AnalyzedAt": "`+asOf+`", "CreatedAt": "`+asOf+`", "UpdatedAt": "`+asOf+`",
		"Actions": ["sts:AssumeRole"], "IsPublic": false}}`)
}

func tourArchiveRules(v *visit, unused *string) {
	name, rule := new("unused"), new("services")
	filter := map[string]types.Criterion{"resource": {Contains: []string{"/service/"}}, "error": {Exists: new(false)}}
	for range 2 {
		answers(v, v.analyzer.CreateArchiveRule, analyzer.CreateArchiveRuleInput{AnalyzerName: name, RuleName: rule, Filter: filter, ClientToken: new("tour")}, nothing)
	}
	const made = `{"RuleName": "services", "CreatedAt": "` + asOf + `", "UpdatedAt": "` + asOf + `", "Filter": `
	for range 2 {
		answers(v, v.analyzer.UpdateArchiveRule, analyzer.UpdateArchiveRuleInput{AnalyzerName: name, RuleName: rule, Filter: filter}, nothing)
		v.same(call(v, v.analyzer.GetArchiveRule, analyzer.GetArchiveRuleInput{AnalyzerName: name, RuleName: rule}).ArchiveRule,
			made+`{"resource": {"Contains": ["/service/"]}, "error": {"Exists": false}}}`)
	}
	answers(v, v.analyzer.ApplyArchiveRule, analyzer.ApplyArchiveRuleInput{AnalyzerArn: unused, RuleName: rule}, nothing)
	archived := call(v, v.analyzer.ListFindingsV2, analyzer.ListFindingsV2Input{AnalyzerArn: unused, Filter: map[string]types.Criterion{"status": {Eq: []string{"ARCHIVED"}}}}).Findings
	if len(archived) != 1 || *archived[0].Resource != appARN {
		v.Errorf("archived %+v", archived)
	}
	if list := call(v, v.analyzer.ListArchiveRules, analyzer.ListArchiveRulesInput{AnalyzerName: name}).ArchiveRules; len(list) != 1 || *list[0].RuleName != "services" {
		v.Errorf("rules %+v", list)
	}
	answers(v, v.analyzer.DeleteArchiveRule, analyzer.DeleteArchiveRuleInput{AnalyzerName: name, RuleName: rule}, nothing)
	refuses(v, v.analyzer.GetArchiveRule, analyzer.GetArchiveRuleInput{AnalyzerName: name, RuleName: rule}, "ResourceNotFoundException: The analyzer has no archive rule of that name.")
}

func tourGenerations(v *visit) {
	from, err := time.Parse(time.RFC3339, "2026-05-01T00:00:00Z")
	if err != nil {
		v.Fatal(err)
	}
	job := call(v, v.analyzer.StartPolicyGeneration, analyzer.StartPolicyGenerationInput{
		PolicyGenerationDetails: &types.PolicyGenerationDetails{PrincipalArn: new(appARN)},
		CloudTrailDetails: &types.CloudTrailDetails{AccessRole: new(guestARN), StartTime: &from,
			Trails: []types.Trail{{CloudTrailArn: new("arn:aws:cloudtrail:us-east-1:111122223333:trail/t"), AllRegions: new(true)}}},
	}).JobId
	for range 2 {
		v.same(call(v, v.analyzer.GetGeneratedPolicy, analyzer.GetGeneratedPolicyInput{JobId: job, IncludeServiceLevelTemplate: new(true)}).GeneratedPolicyResult, `{
			"Properties": {"IsComplete": true, "PrincipalArn": "`+appARN+`", "CloudTrailProperties": {"StartTime": "2026-05-01T00:00:00Z", "EndTime": "`+asOf+`",
				"TrailProperties": [{"CloudTrailArn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/t", "Regions": [], "AllRegions": true}]}},
			"GeneratedPolicies": [{"Policy": `+quoted(`{"Version":"2012-10-17","Statement":[{"Sid":"SupportedServiceSid0","Effect":"Allow","Action":["s3:CreateBucket"],"Resource":"*"},`+
			`{"Sid":"UnsupportedServiceSid0","Effect":"Allow","Action":["dynamodb:*"],"Resource":"*"}]}`)+`}]}`)
		answers(v, v.analyzer.CancelPolicyGeneration, analyzer.CancelPolicyGenerationInput{JobId: job}, nothing) // which has ended
	}
	v.same(call(v, v.analyzer.ListPolicyGenerations, analyzer.ListPolicyGenerationsInput{PrincipalArn: new(appARN)}).PolicyGenerations,
		`[{"JobId": "`+*job+`", "PrincipalArn": "`+appARN+`", "Status": "SUCCEEDED", "StartedOn": "`+asOf+`", "CompletedOn": "`+asOf+`"}]`)
}
