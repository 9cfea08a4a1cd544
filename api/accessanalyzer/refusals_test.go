package accessanalyzer

import (
	"strings"
	"testing"
)

// refusal is a request that fails: "METHOD /path", its body, and the answer
// after the status and the name.
type refusal struct{ request, body, want string }

// wrong is the answer to one wrong member.
func wrong(member, says string) string { return wrongFor("fieldValidationFailed", member, says) }

func wrongFor(reason, member, says string) string {
	return `400 ValidationException {"message":"` + member + `: ` + says + `","reason":"` + reason + `","fieldList":[{"name":"` + member + `","message":"` + says + `"}]}`
}

// broken is the answer to broken constraints: MEMBER, TEXT, and so on.
func broken(pairs ...string) string {
	var texts, fields []string
	for i := 0; i < len(pairs); i += 2 {
		texts = append(texts, "Value at '"+pairs[i]+"' failed to satisfy constraint: "+pairs[i+1])
		fields = append(fields, `{"name":"`+pairs[i]+`","message":"`+pairs[i+1]+`"}`)
	}
	count := "1 validation error"
	if len(texts) > 1 {
		count = string(rune('0'+len(texts))) + " validation errors"
	}
	return `400 ValidationException {"message":"` + count + ` detected: ` + strings.Join(texts, "; ") +
		`","reason":"fieldValidationFailed","fieldList":[` + strings.Join(fields, ",") + `]}`
}

func cannotParse(message, member string) string {
	text := `400 ValidationException {"message":"` + message + `","reason":"cannotParse"`
	if member != "" {
		text += `,"fieldList":[{"name":"` + member + `","message":"` + message + `"}]`
	}
	return text + "}"
}

func notFound(kind, id, message string) string {
	return `404 ResourceNotFoundException {"message":"` + message + `","resourceId":"` + id + `","resourceType":"` + kind + `"}`
}

const (
	null        = "Member must not be null"
	absentOne   = "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/nosuch"
	noAnalyzer  = "The analyzer does not exist."
	noFinding   = "The analyzer has no such finding."
	noRule      = "The analyzer has no archive rule of that name."
	badToken    = "is not a token that this list has returned"
	arnPattern  = `Member must satisfy regular expression pattern: [^:]*:[^:]*:[^:]*:[^:]*:[^:]*:analyzer/.{1,255}`
	namePattern = `Member must satisfy regular expression pattern: [A-Za-z_][A-Za-z0-9_.-]*`
	rulePattern = `Member must satisfy regular expression pattern: [A-Za-z][A-Za-z0-9_.-]*`
	typeSet     = `Member must satisfy enum value set: [ACCOUNT, ORGANIZATION, ACCOUNT_UNUSED_ACCESS, ORGANIZATION_UNUSED_ACCESS, ACCOUNT_INTERNAL_ACCESS, ORGANIZATION_INTERNAL_ACCESS]`
)

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	w.make()
	w.do("PUT /analyzer/unused/archive-rule", `{"ruleName":"dev","filter":{"resource":{"contains":["/dev/"]}},"clientToken":"t"}`)
	key := w.find(unused, `{"findingType":{"eq":["UnusedIAMUserAccessKey"]}}`)
	const (
		create = `{"analyzerName":"x","type":"ACCOUNT_UNUSED_ACCESS",`
		inARN  = "?analyzerArn=" + unused
		nil36  = "00000000-0000-0000-0000-000000000000"
	)
	list := func(more string) string { return `{"analyzerArn":"` + unused + `",` + more + `}` }
	rule := func(more string) string { return `{"ruleName":"r",` + more + `}` }
	age := func(text string) string {
		return create + `"configuration":{"unusedAccess":{"unusedAccessAge":` + text + `}}}`
	}
	exclude := func(text string) string {
		return create + `"configuration":{"unusedAccess":{"analysisRule":{"exclusions":[` + text + `]}}}}`
	}
	const exclusions = "configuration.unusedAccess.analysisRule.exclusions"

	for sentence, c := range map[string]refusal{
		"no analyzer":                    {"GET /analyzer/nosuch", "", notFound("Analyzer", absentOne, noAnalyzer)},
		"to update no analyzer":          {"PUT /analyzer/nosuch", `{}`, notFound("Analyzer", absentOne, noAnalyzer)},
		"to delete no analyzer":          {"DELETE /analyzer/nosuch", "", notFound("Analyzer", absentOne, noAnalyzer)},
		"findings of no analyzer":        {"POST /findingv2", `{"analyzerArn":"` + absentOne + `"}`, notFound("Analyzer", absentOne, noAnalyzer)},
		"rules of no analyzer":           {"GET /analyzer/nosuch/archive-rule", "", notFound("Analyzer", absentOne, noAnalyzer)},
		"tags of no analyzer":            {"GET /tags/arn%3Aaws%3Aaccess-analyzer%3Aus-east-1%3A111122223333%3Aanalyzer%2Fnosuch", "", notFound("Analyzer", absentOne, noAnalyzer)},
		"an analyzer of another account": {"POST /findingv2", `{"analyzerArn":"` + strings.Replace(unused, owner, other, 1) + `"}`, notFound("Analyzer", strings.Replace(unused, owner, other, 1), noAnalyzer)},
		"an analyzer of another Region":  {"POST /findingv2", `{"analyzerArn":"` + strings.Replace(unused, "us-east-1", "eu-west-1", 1) + `"}`, notFound("Analyzer", strings.Replace(unused, "us-east-1", "eu-west-1", 1), noAnalyzer)},
		"one of another partition":       {"POST /findingv2", `{"analyzerArn":"` + strings.Replace(unused, ":aws:", ":aws-cn:", 1) + `"}`, notFound("Analyzer", strings.Replace(unused, ":aws:", ":aws-cn:", 1), noAnalyzer)},

		"an ARN that is none":            {"POST /findingv2", `{"analyzerArn":"unused"}`, broken("analyzerArn", arnPattern)},
		"an ARN that looks like one":     {"POST /findingv2", `{"analyzerArn":"arn:aws:s3:us-east-1:111122223333:analyzer/unused"}`, wrong("analyzerArn", "is not the ARN of an analyzer")},
		"an ARN of a rule":               {"POST /findingv2", `{"analyzerArn":"` + unused + `/archive-rule/dev"}`, wrong("analyzerArn", "is not the ARN of an analyzer")},
		"no ARN":                         {"POST /findingv2", `{}`, broken("analyzerArn", null)},
		"no ARN in the query":            {"GET /findingv2/" + key, `{"analyzerArn":"` + unused + `"}`, broken("analyzerArn", null)},
		"tags of what is none":           {"POST /tags/x", `{"tags":{"a":"b"}}`, wrong("resourceArn", "is not the ARN of an analyzer")},
		"tags of a role":                 {"GET /tags/arn:aws:iam::111122223333:role%2Fapp", "", wrong("resourceArn", "is not the ARN of an analyzer")},
		"a name that is none":            {"GET /analyzer/1x", "", broken("analyzerName", namePattern)},
		"nothing":                        {"PUT /analyzer", "", broken("analyzerName", null, "type", null)},
		"everything wrong":               {"PUT /analyzer", `{"analyzerName":"ä","type":"X","archiveRules":[{"ruleName":"_"}]}`, broken("analyzerName", namePattern, "type", typeSet, "archiveRules.1.member.ruleName", rulePattern, "archiveRules.1.member.filter", null)},
		"a name that is too long":        {"PUT /analyzer", `{"analyzerName":"` + strings.Repeat("a", 256) + `","type":"ACCOUNT"}`, broken("analyzerName", "Member must have length less than or equal to 255")},
		"no JSON":                        {"PUT /analyzer", `{`, cannotParse("The request body is not valid JSON", "")},
		"a list":                         {"PUT /analyzer", `[]`, cannotParse("The request body must be a JSON object", "")},
		"a number for a name":            {"PUT /analyzer", `{"analyzerName":1,"type":"ACCOUNT"}`, cannotParse("a Number can not be converted to a String at analyzerName", "analyzerName")},
		"a text for an age":              {"PUT /analyzer", age(`"90"`), cannotParse("a String can not be converted to a Number at configuration.unusedAccess.unusedAccessAge", "configuration.unusedAccess.unusedAccessAge")},
		"a fraction of a day":            {"PUT /analyzer", age(`1.5`), cannotParse("Invalid integer for configuration.unusedAccess.unusedAccessAge", "configuration.unusedAccess.unusedAccessAge")},
		"no such path":                   {"GET /nosuch", "", `400 ValidationException {"message":"There is no operation at the path /nosuch.","reason":"unknownOperation"}`},
		"another method":                 {"POST /analyzer", `{}`, `400 ValidationException {"message":"The method POST is not allowed. Use PUT, GET.","reason":"unknownOperation"}`},
		"internal access":                {"PUT /analyzer", `{"analyzerName":"x","type":"ACCOUNT_INTERNAL_ACCESS"}`, wrongFor("notSupported", "type", "internal access analyzers are not supported")},
		"its configuration":              {"PUT /analyzer", `{"analyzerName":"x","type":"ORGANIZATION_INTERNAL_ACCESS","configuration":{"internalAccess":{"analysisRule":{}}}}`, wrongFor("notSupported", "type", "internal access analyzers are not supported")},
		"its configuration elsewhere":    {"PUT /analyzer", create + `"configuration":{"internalAccess":{}}}`, wrongFor("notSupported", "configuration.internalAccess", "internal access analyzers are not supported")},
		"two configurations":             {"PUT /analyzer", create + `"configuration":{"internalAccess":{},"unusedAccess":{}}}`, wrong("configuration", "must have one member only")},
		"an external one with an age":    {"PUT /analyzer", `{"analyzerName":"x","type":"ACCOUNT","configuration":{"unusedAccess":{}}}`, wrong("configuration.unusedAccess", "is for unused access analyzers only")},
		"X10: an age of 0":               {"PUT /analyzer", age("0"), wrong("configuration.unusedAccess.unusedAccessAge", "must be between 1 and 365")},
		"X10: an age of 366":             {"PUT /analyzer", age("366"), wrong("configuration.unusedAccess.unusedAccessAge", "must be between 1 and 365")},
		"a negative age":                 {"PUT /analyzer", age("-1"), wrong("configuration.unusedAccess.unusedAccessAge", "must be between 1 and 365")},
		"accounts of one account":        {"PUT /analyzer", exclude(`{"accountIds":["444455556666"]}`), wrong(exclusions+".1.accountIds", "is for organization analyzers only")},
		"no tags to exclude by":          {"PUT /analyzer", exclude(`{"resourceTags":[{}]}`), wrong(exclusions+".1.resourceTags", "each member must have 1 to 50 tags")},
		"a tag of AWS":                   {"PUT /analyzer", create + `"tags":{"aws:x":""}}`, `400 ValidationException {"message":"tags: the key \"aws:x\" begins with aws:, which is reserved","reason":"fieldValidationFailed","fieldList":[{"name":"tags","message":"the key \"aws:x\" begins with aws:, which is reserved"}]}`},
		"X10: a second one of the type":  {"PUT /analyzer", `{"analyzerName":"x","type":"ACCOUNT_UNUSED_ACCESS"}`, `402 ServiceQuotaExceededException {"message":"There are as many analyzers of that type as an account may have in a Region. Delete one first.","resourceId":"arn:aws:access-analyzer:us-east-1:111122223333:analyzer/x","resourceType":"Analyzer"}`},
		"a name that is taken":           {"PUT /analyzer", `{"analyzerName":"unused","type":"ACCOUNT"}`, `409 ConflictException {"message":"There is an analyzer of that name already.","resourceId":"` + unused + `","resourceType":"Analyzer"}`},
		"an organization of none":        {"PUT /analyzer", `{"analyzerName":"x","type":"ORGANIZATION"}`, `403 AccessDeniedException {"message":"Account 111122223333 is not a delegated administrator"}`},
		"a rule of no criterion":         {"PUT /analyzer", create + `"archiveRules":[{"ruleName":"r","filter":{}}]}`, wrong("archiveRules.1.filter", "must have a criterion")},
		"two rules of one name":          {"PUT /analyzer", create + `"archiveRules":[{"ruleName":"r","filter":{"error":{"exists":true}}},{"ruleName":"r","filter":{"error":{"exists":true}}}]}`, wrong("archiveRules.2.ruleName", "another rule has the same name")},
		"to update an external one":      {"PUT /analyzer/outside", `{"configuration":{"unusedAccess":{"unusedAccessAge":1}}}`, `400 ValidationException {"message":"UpdateAnalyzer is not supported for external access analyzers: they have no configuration.","reason":"notSupported"}`},
		"to update nothing":              {"PUT /analyzer/unused", `{}`, wrong("configuration", null)},
		"to update with nothing":         {"PUT /analyzer/unused", `{"configuration":{}}`, wrong("configuration.unusedAccess", null)},
		"to update to an age of 0":       {"PUT /analyzer/unused", `{"configuration":{"unusedAccess":{"unusedAccessAge":0}}}`, wrong("configuration.unusedAccess.unusedAccessAge", "must be between 1 and 365")},
		"to list a type that is none":    {"GET /analyzer?type=X", "", broken("type", typeSet)},
		"a token without an end":         {"DELETE /analyzer/unused?clientToken=" + strings.Repeat("t", 1025), "", broken("clientToken", "Member must have length less than or equal to 1024")},
		"a token of a rule without one":  {"DELETE /analyzer/unused/archive-rule/dev?clientToken=" + strings.Repeat("t", 1025), "", broken("clientToken", "Member must have length less than or equal to 1024")},
		"a page of none":                 {"GET /analyzer?maxResults=0", "", broken("maxResults", "Member must have value greater than or equal to 1")},
		"a page too large":               {"GET /analyzer?maxResults=1001", "", broken("maxResults", "Member must have value less than or equal to 1000")},
		"a page of x":                    {"GET /analyzer?maxResults=x", "", cannotParse("Invalid integer for maxResults", "maxResults")},
		"no token of ours":               {"GET /analyzer?nextToken=abc", "", wrong("nextToken", badToken)},
		"an empty token":                 {"GET /analyzer?nextToken=", "", wrong("nextToken", badToken)},
		"an empty token of findings":     {"POST /findingv2", list(`"nextToken":""`), wrong("nextToken", badToken)},
		"no token of ours for findings":  {"POST /findingv2", list(`"nextToken":"e30"`), wrong("nextToken", badToken)},
		"no token of ours for details":   {"GET /findingv2/" + key + inARN + "&nextToken=abc", "", wrong("nextToken", badToken)},
		"no token of ours for resources": {"POST /analyzed-resource", list(`"nextToken":"abc"`), wrong("nextToken", badToken)},
		"no token of ours for jobs":      {"GET /policy/generation?nextToken=abc", "", wrong("nextToken", badToken)},

		"a criterion that is none":      {"POST /findingv2", list(`"filter":{"colour":{"eq":["red"]}}`), wrong("filter.colour", "is no criterion here")},
		"a criterion of external":       {"POST /findingv2", list(`"filter":{"isPublic":{"eq":["true"]}}`), wrong("filter.isPublic", "is no criterion here")},
		"a criterion that says nothing": {"POST /findingv2", list(`"filter":{"status":{}}`), wrong("filter.status", "must have one of eq, neq, contains and exists")},
		"21 values":                     {"POST /findingv2", list(`"filter":{"id":{"eq":["` + strings.Repeat(`x","`, 20) + `x"]}}`), broken("filter.id.eq", "Member must have length less than or equal to 20")},
		"no values":                     {"POST /findingv2", list(`"filter":{"id":{"neq":[]}}`), broken("filter.id.neq", "Member must have length greater than or equal to 1")},
		"a filter that is a list":       {"POST /findingv2", list(`"filter":[]`), cannotParse("a List can not be converted to a Structure at filter", "filter")},
		"a criterion that is a text":    {"POST /findingv2", list(`"filter":{"id":"x"}`), cannotParse("a String can not be converted to a Structure at filter.id", "filter.id")},
		"an order by nothing known":     {"POST /findingv2", list(`"sort":{"attributeName":"colour"}`), `400 ValidationException {"message":"sort.attributeName: \"colour\" is no member of a finding","reason":"fieldValidationFailed","fieldList":[{"name":"sort.attributeName","message":"\"colour\" is no member of a finding"}]}`},
		"an order upwards":              {"POST /findingv2", list(`"sort":{"attributeName":"id","orderBy":"UP"}`), broken("sort.orderBy", "Member must satisfy enum value set: [ASC, DESC]")},
		"no finding":                    {"GET /findingv2/" + nil36 + inARN, "", notFound("Finding", nil36, noFinding)},
		"a finding of another analyzer": {"GET /findingv2/" + key + "?analyzerArn=" + outside, "", notFound("Finding", key, noFinding)},
		"the first version, of unused":  {"POST /finding", list(`"maxResults":1`), `400 ValidationException {"message":"ListFindings is supported only for external access analyzers. Use ListFindingsV2 for unused access analyzers.","reason":"notSupported"}`},
		"one of the first version":      {"GET /finding/" + key + inARN, "", `400 ValidationException {"message":"GetFinding is supported only for external access analyzers. Use GetFindingV2 for unused access analyzers.","reason":"notSupported"}`},
		"no finding of the first":       {"GET /finding/" + key + "?analyzerArn=" + outside, "", notFound("Finding", key, noFinding)},
		"to update to resolved":         {"PUT /finding", list(`"status":"RESOLVED","ids":["x"]`), broken("status", "Member must satisfy enum value set: [ACTIVE, ARCHIVED]")},
		"to update nothing of findings": {"PUT /finding", list(`"status":"ACTIVE"`), bothOrNone},
		"to update twice":               {"PUT /finding", list(`"status":"ACTIVE","ids":["x"],"resourceArn":"arn:aws:iam::111122223333:role/app"`), bothOrNone},
		"to update no ids":              {"PUT /finding", list(`"status":"ACTIVE","ids":[]`), broken("ids", "Member must have length greater than or equal to 1")},
		"to update what is not there":   {"PUT /finding", list(`"status":"ARCHIVED","ids":["` + key + `","` + nil36 + `"]`), notFound("Finding", nil36, noFinding)},
		"to update of no resource":      {"PUT /finding", list(`"status":"ARCHIVED","resourceArn":"arn:aws:iam::111122223333:role/nosuch"`), notFound("Finding", entity+"role/nosuch", noFinding)},
		"to scan no resource":           {"POST /resource/scan", list(`"resourceArn":"arn:aws:iam::111122223333:role/nosuch"`), notFound("Resource", entity+"role/nosuch", "The analyzer covers no such user or role.")},
		"to scan a bucket":              {"POST /resource/scan", list(`"resourceArn":"arn:aws:s3:::b"`), notFound("Resource", "arn:aws:s3:::b", "The analyzer covers no such user or role.")},
		"to scan for another owner":     {"POST /resource/scan", list(`"resourceArn":"arn:aws:iam::111122223333:role/idle","resourceOwnerAccount":"444455556666"`), wrong("resourceOwnerAccount", "is not the account in resourceArn")},
		"to scan of no owner":           {"POST /resource/scan", list(`"resourceArn":"arn:aws:iam::111122223333:role/idle","resourceOwnerAccount":"x"`), broken("resourceOwnerAccount", `Member must satisfy regular expression pattern: \\d{12}`)},
		"a resource of unused":          {"GET /analyzed-resource" + inARN + "&resourceArn=" + entity + "role/idle", "", `400 ValidationException {"message":"GetAnalyzedResource is supported only for external access analyzers.","reason":"notSupported"}`},
		"a resource that is not there":  {"GET /analyzed-resource?analyzerArn=" + outside + "&resourceArn=" + entity + "role/nosuch", "", notFound("Resource", entity+"role/nosuch", "The analyzer covers no such user or role.")},
		"a resource of another account": {"GET /analyzed-resource?analyzerArn=" + outside + "&resourceArn=arn:aws:iam::444455556666:role/x", "", notFound("Resource", "arn:aws:iam::444455556666:role/x", "The analyzer covers no such user or role.")},
		"a type of resource of none":    {"POST /analyzed-resource", list(`"resourceType":"AWS::IAM::Group"`), broken("resourceType", "Member must satisfy enum value set: [AWS::S3::Bucket, AWS::IAM::Role, AWS::SQS::Queue, AWS::Lambda::Function, AWS::Lambda::LayerVersion, AWS::KMS::Key, AWS::SecretsManager::Secret, AWS::EFS::FileSystem, AWS::EC2::Snapshot, AWS::ECR::Repository, AWS::RDS::DBSnapshot, AWS::RDS::DBClusterSnapshot, AWS::SNS::Topic, AWS::S3Express::DirectoryBucket, AWS::DynamoDB::Table, AWS::DynamoDB::Stream, AWS::IAM::User]")},

		"a recommendation for a key":         {"POST /recommendation/" + key + inARN, "", wrong("id", "the finding is not of the type UnusedPermission, which recommendations are for")},
		"a recommendation for nothing":       {"POST /recommendation/" + nil36 + inARN, "", wrong("id", "the analyzer has no such finding")},
		"to get a recommendation of nothing": {"GET /recommendation/" + nil36 + inARN, "", notFound("Finding", nil36, noFinding)},
		"to get one for a key":               {"GET /recommendation/" + key + inARN, "", notFound("Recommendation", key, "No recommendation was generated for the finding. Call GenerateFindingRecommendation first.")},

		"no rule":                    {"GET /analyzer/unused/archive-rule/nosuch", "", notFound("ArchiveRule", "nosuch", noRule)},
		"to update no rule":          {"PUT /analyzer/unused/archive-rule/nosuch", `{"filter":{"error":{"exists":true}}}`, notFound("ArchiveRule", "nosuch", noRule)},
		"to delete no rule":          {"DELETE /analyzer/unused/archive-rule/nosuch", "", notFound("ArchiveRule", "nosuch", noRule)},
		"to apply no rule":           {"PUT /archive-rule", list(`"ruleName":"nosuch"`), notFound("ArchiveRule", "nosuch", noRule)},
		"to apply a rule of no name": {"PUT /archive-rule", `{"analyzerArn":"` + unused + `"}`, broken("ruleName", null)},
		"a rule that is there":       {"PUT /analyzer/unused/archive-rule", `{"ruleName":"dev","filter":{"error":{"exists":true}}}`, `409 ConflictException {"message":"The analyzer has an archive rule of that name already.","resourceId":"dev","resourceType":"ArchiveRule"}`},
		"a token used elsewhere":     {"PUT /analyzer/unused/archive-rule", `{"ruleName":"dev","filter":{"error":{"exists":true}},"clientToken":"t"}`, `409 ConflictException {"message":"The client token was used with another request.","resourceId":"dev","resourceType":"ClientToken"}`},
		"a rule without a filter":    {"PUT /analyzer/unused/archive-rule", `{"ruleName":"r"}`, broken("filter", null)},
		"a rule of an empty filter":  {"PUT /analyzer/unused/archive-rule", rule(`"filter":{}`), wrong("filter", "must have a criterion")},
		"a rule by status":           {"PUT /analyzer/unused/archive-rule", rule(`"filter":{"status":{"eq":["ACTIVE"]}}`), wrong("filter.status", "is no criterion here")},
		"a rule to be by id":         {"PUT /analyzer/unused/archive-rule/dev", `{"filter":{"id":{"eq":["x"]}}}`, wrong("filter.id", "is no criterion here")},
		"a name no rule may have":    {"GET /analyzer/unused/archive-rule/_", "", broken("ruleName", rulePattern)},

		"no tags to add":    {"POST /tags/" + encoded(unused), `{}`, broken("tags", null)},
		"no keys to remove": {"DELETE /tags/" + encoded(unused), "", broken("tagKeys", null)},
		"a tag of a number": {"POST /tags/" + encoded(unused), `{"tags":{"a":1}}`, cannotParse("a Number can not be converted to a String at tags.a", "tags.a")},

		"no such job":              {"GET /policy/generation/nosuch", "", wrong("jobId", "there is no such policy generation; it may be older than seven days")},
		"to cancel no job":         {"PUT /policy/generation/nosuch", "", wrong("jobId", "there is no such policy generation; it may be older than seven days")},
		"a maybe":                  {"GET /policy/generation/x?includeServiceLevelTemplate=maybe", "", cannotParse("Invalid boolean for includeServiceLevelTemplate", "includeServiceLevelTemplate")},
		"to generate nothing":      {"PUT /policy/generation", `{}`, broken("policyGenerationDetails", null)},
		"to generate for nobody":   {"PUT /policy/generation", `{"policyGenerationDetails":{}}`, broken("policyGenerationDetails.principalArn", null)},
		"to generate for a group":  {"PUT /policy/generation", `{"policyGenerationDetails":{"principalArn":"arn:aws:iam::111122223333:group/x"}}`, broken("policyGenerationDetails.principalArn", `Member must satisfy regular expression pattern: arn:[^:]*:iam::[^:]*:(role|user)/.{1,576}`)},
		"to generate for another":  {"PUT /policy/generation", `{"policyGenerationDetails":{"principalArn":"arn:aws:iam::444455556666:role/x"}}`, wrong("policyGenerationDetails.principalArn", "must be a user or role of the account that asks")},
		"no trails":                {"PUT /policy/generation", trails(`"trails":[],"accessRole":"arn:aws:iam::111122223333:role/r","startTime":"2026-05-01T00:00:00Z"`), broken("cloudTrailDetails.trails", null)},
		"nothing of trails":        {"PUT /policy/generation", trails(``), broken("cloudTrailDetails.trails", null, "cloudTrailDetails.accessRole", null, "cloudTrailDetails.startTime", null)},
		"a trail that is none":     {"PUT /policy/generation", trails(`"trails":[{"cloudTrailArn":"t"}],"accessRole":"arn:aws:iam::111122223333:role/r","startTime":"2026-05-01T00:00:00Z"`), broken("cloudTrailDetails.trails.1.member.cloudTrailArn", `Member must satisfy regular expression pattern: arn:[^:]*:cloudtrail:[^:]*:[^:]*:trail/.{1,576}`)},
		"X12: 91 days":             {"PUT /policy/generation", window("2026-03-01T00:00:00Z", "2026-05-31T00:00:00Z"), wrong("cloudTrailDetails.startTime", "must be at most 90 days before endTime")},
		"an end before the start":  {"PUT /policy/generation", window("2026-05-02T00:00:00Z", "2026-05-01T00:00:00Z"), wrong("cloudTrailDetails.endTime", "must not be before startTime")},
		"a day for a time":         {"PUT /policy/generation", window("2026-05-02", "2026-05-03T00:00:00Z"), cannotParse("Invalid timestamp for cloudTrailDetails.startTime", "cloudTrailDetails.startTime")},
		"jobs of what is no role":  {"GET /policy/generation?principalArn=x", "", broken("principalArn", `Member must satisfy regular expression pattern: arn:[^:]*:iam::[^:]*:(role|user)/.{1,576}`)},
		"to validate":              {"POST /policy/validation", `{"policyDocument":"{}","policyType":"IDENTITY_POLICY"}`, `400 ValidationException {"message":"ValidatePolicy is not supported by this server: policies are not validated or compared here.","reason":"notSupported"}`},
		"to check for new access":  {"POST /policy/check-no-new-access", `{}`, `400 ValidationException {"message":"CheckNoNewAccess is not supported by this server: policies are not validated or compared here.","reason":"notSupported"}`},
		"to check for access":      {"POST /policy/check-access-not-granted", ``, `400 ValidationException {"message":"CheckAccessNotGranted is not supported by this server: policies are not validated or compared here.","reason":"notSupported"}`},
		"to check for the public":  {"POST /policy/check-no-public-access", ``, `400 ValidationException {"message":"CheckNoPublicAccess is not supported by this server: policies are not validated or compared here.","reason":"notSupported"}`},
		"to preview":               {"PUT /access-preview", list(`"configurations":{}`), `400 ValidationException {"message":"CreateAccessPreview is not supported by this server: access previews are not built.","reason":"notSupported"}`},
		"a preview":                {"GET /access-preview/x" + inARN, "", `400 ValidationException {"message":"GetAccessPreview is not supported by this server: access previews are not built.","reason":"notSupported"}`},
		"previews":                 {"GET /access-preview" + inARN, "", `400 ValidationException {"message":"ListAccessPreviews is not supported by this server: access previews are not built.","reason":"notSupported"}`},
		"findings of a preview":    {"POST /access-preview/x", list(`"maxResults":1`), `400 ValidationException {"message":"ListAccessPreviewFindings is not supported by this server: access previews are not built.","reason":"notSupported"}`},
		"to be a service":          {"PUT /service-linked-analyzer", `{"type":"ACCOUNT_UNUSED_ACCESS"}`, `403 AccessDeniedException {"message":"Service-linked analyzers can be managed by AWS services only."}`},
		"to delete like a service": {"DELETE /service-linked-analyzer/unused", ``, `403 AccessDeniedException {"message":"Service-linked analyzers can be managed by AWS services only."}`},
	} {
		if got := said(w.ask(callerOf(owner, "us-east-1"), c.request, c.body)); got != c.want {
			t.Errorf("%s: %s %s\n got %s\nwant %s", sentence, c.request, c.body, got, c.want)
		}
	}
	w.want("GET /analyzer/unused/archive-rule", "", `{"archiveRules":[{"ruleName":"dev","filter":{"resource":{"contains":["/dev/"]}},"createdAt":"2026-06-01T12:00:00Z","updatedAt":"2026-06-01T12:00:00Z"}]}`)
	if got := w.do("POST /findingv2", list(`"filter":{"status":{"neq":["ACTIVE"]}}`)); got != `{"findings":[]}` {
		t.Errorf("a request that failed changed %s", got)
	}
}

const bothOrNone = `400 ValidationException {"message":"ids: exactly one of ids and resourceArn must be given","reason":"fieldValidationFailed",` +
	`"fieldList":[{"name":"ids","message":"exactly one of ids and resourceArn must be given"},{"name":"resourceArn","message":"exactly one of ids and resourceArn must be given"}]}`

func encoded(arn string) string {
	return strings.NewReplacer(":", "%3A", "/", "%2F").Replace(arn)
}

func trails(members string) string {
	return `{"policyGenerationDetails":{"principalArn":"arn:aws:iam::111122223333:role/service/app"},"cloudTrailDetails":{` + members + `}}`
}

func window(from, to string) string {
	return trails(`"trails":[{"cloudTrailArn":"arn:aws:cloudtrail:us-east-1:111122223333:trail/t"}],"accessRole":"arn:aws:iam::111122223333:role/r","startTime":"` + from + `","endTime":"` + to + `"`)
}
