package accessanalyzer

import (
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
)

// summary is a finding of "unused" as the first scan makes it, without braces.
func summary(id, resource, kind, status, findingType string) string {
	return `"analyzedAt":"2026-06-01T12:00:00Z","createdAt":"2026-06-01T12:00:00Z","id":"` + id + `","resource":"` + entity + resource +
		`","resourceType":"AWS::IAM::` + kind + `","resourceOwnerAccount":"111122223333","status":"` + status +
		`","updatedAt":"2026-06-01T12:00:00Z","findingType":"` + findingType + `"`
}

func ofUnused(filter string) string {
	return `{"analyzerArn":"` + unused + `","filter":` + filter + `}`
}

// TestFindings has the acceptance examples X1 to X6 and X8.
func TestFindings(t *testing.T) {
	w := newWorld(t)
	w.make()
	const (
		about = `{"status":{"eq":["ACTIVE"]},"resource":{"eq":["` + entity
		end   = `"]}}`
	)
	get := func(id string) string { return "GET /findingv2/" + id + "?analyzerArn=" + unused }
	details := func(resource, findingType, want string) {
		t.Helper()
		id := w.find(unused, about+resource+`"]},"findingType":{"eq":["`+findingType+`"]}}`)
		text := w.do(get(id), "")
		if _, got, _ := strings.Cut(text, `"findingDetails":`); got != want+"}" {
			t.Errorf("%s of %s: %s", findingType, resource, text)
		}
	}

	idle := w.find(unused, about+`role/idle`+end)
	w.want("POST /findingv2", ofUnused(`{"findingType":{"eq":["UnusedIAMRole"]},"resource":{"contains":["role/idle","role/new"]}}`),
		`{"findings":[{`+summary(idle, "role/idle", "Role", "ACTIVE", "UnusedIAMRole")+`}]}`)
	w.want(get(idle), "", `{`+summary(idle, "role/idle", "Role", "ACTIVE", "UnusedIAMRole")+`,"findingDetails":[{"unusedIamRoleDetails":{}}]}`)
	details("user/alice", "UnusedIAMUserAccessKey", `[{"unusedIamUserAccessKeyDetails":{"accessKeyId":"AKIAALICEEXAMPLE0002"}}]`)
	details("user/dev/bob", "UnusedIAMUserPassword", `[{"unusedIamUserPasswordDetails":{"lastAccessed":"2026-01-10T00:00:00Z"}}]`)
	details("user/alice", "UnusedPermission", `[{"unusedPermissionDetails":{"serviceNamespace":"ec2"}},{"unusedPermissionDetails":{"serviceNamespace":"iam"}}]`)
	details("role/service/app", "UnusedPermission", `[{"unusedPermissionDetails":{"serviceNamespace":"ec2"}},{"unusedPermissionDetails":{"serviceNamespace":"sqs"}}]`)

	update := func(status string) {
		w.want("PUT /finding", `{"analyzerArn":"`+unused+`","status":"`+status+`","ids":["`+idle+`"]}`, `{}`)
	}
	update("ARCHIVED")
	w.want("POST /findingv2", ofUnused(about+`role/idle`+end), `{"findings":[]}`)
	w.want("POST /findingv2", ofUnused(`{"status":{"eq":["ARCHIVED"]}}`), `{"findings":[{`+summary(idle, "role/idle", "Role", "ARCHIVED", "UnusedIAMRole")+`}]}`)
	update("ACTIVE")
	w.try(w.store.MergeFacts(t.Context(), uses("2026-05-31T00:00:00Z AROAIDLEEXAMPLE000001 s3 ListBuckets")))
	w.want("POST /resource/scan", `{"analyzerArn":"`+unused+`","resourceArn":"`+entity+`role/idle","resourceOwnerAccount":"111122223333"}`, `{}`)
	if got := w.do(get(idle), ""); !strings.Contains(got, `"status":"RESOLVED"`) {
		t.Errorf("used again: %s", got)
	}
	w.refuses("PUT /finding", `{"analyzerArn":"`+unused+`","status":"ACTIVE","ids":["`+idle+`"]}`,
		`400 ValidationException {"message":"ids: the finding is resolved, and its status cannot be changed","reason":"fieldValidationFailed",`+
			`"fieldList":[{"name":"ids","message":"the finding is resolved, and its status cannot be changed"}]}`)
}

func TestAllFindingsOfAResource(t *testing.T) {
	w := newWorld(t)
	w.make()
	w.want("PUT /finding", `{"analyzerArn":"`+unused+`","status":"ARCHIVED","resourceArn":"`+entity+`user/alice"}`, `{}`)
	archived := w.do("POST /findingv2", ofUnused(`{"status":{"eq":["ARCHIVED"]}}`))
	if strings.Count(archived, "user/alice") != 2 || strings.Count(archived, `"id"`) != 2 {
		t.Errorf("archived %s", archived)
	}
}

// TestRecommendations has the acceptance example X7.
func TestRecommendations(t *testing.T) {
	w := newWorld(t)
	w.make()
	id := w.find(unused, `{"resource":{"eq":["`+entity+`role/service/app"]}}`)
	path := "/recommendation/" + id + "?analyzerArn=" + unused
	w.refuses("GET "+path, "", `404 ResourceNotFoundException {"message":"No recommendation was generated for the finding. Call GenerateFindingRecommendation first.",`+
		`"resourceId":"`+id+`","resourceType":"Recommendation"}`)
	w.want("POST "+path, "", `{}`)
	const (
		begin  = `{"startedAt":"2026-06-01T12:00:00Z","completedAt":"2026-06-01T12:00:00Z","resourceArn":"` + entity + `role/service/app","recommendedSteps":[`
		detach = `{"unusedPermissionsRecommendedStep":{"policyUpdatedAt":"2024-01-01T00:00:00Z","recommendedAction":"DETACH_POLICY","existingPolicyId":"`
		ec2    = detach + entity + `policy/TeamEc2"}}`
		sqs    = detach + `arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"}}`
		end    = `],"recommendationType":"UnusedPermissionRecommendation","status":"SUCCEEDED"`
	)
	w.want("GET "+path, "", begin+ec2+","+sqs+end+"}")

	first := w.do("GET "+path+"&maxResults=1", "")
	_, token, _ := strings.Cut(strings.TrimSuffix(first, `"}`), `,"nextToken":"`)
	if first != begin+ec2+end+`,"nextToken":"`+token+`"}` || token == "" {
		t.Errorf("the first page is %s", first)
	}
	w.want("GET "+path+"&maxResults=1&nextToken="+token, "", begin+sqs+end+"}")
}

func TestARecommendationInProgress(t *testing.T) {
	w := newWorld(t, func(c *analyzers.Config) { c.Delay = time.Minute })
	w.make()
	id := w.find(unused, `{"resource":{"eq":["`+entity+`role/service/app"]}}`)
	path := "/recommendation/" + id + "?analyzerArn=" + unused
	w.do("POST "+path, "")
	w.want("GET "+path, "", `{"startedAt":"2026-06-01T12:00:00Z","resourceArn":"`+entity+`role/service/app",`+
		`"recommendationType":"UnusedPermissionRecommendation","status":"IN_PROGRESS"}`)
	w.now = w.now.Add(time.Minute)
	if got := w.do("GET "+path, ""); !strings.Contains(got, `"status":"SUCCEEDED"`) {
		t.Errorf("after the delay: %s", got)
	}
}

// TestATokenIsOfOneRecommendation: a later one is another list.
func TestATokenIsOfOneRecommendation(t *testing.T) {
	w := newWorld(t, func(c *analyzers.Config) { c.AsOf = time.Time{} })
	w.make()
	id := w.find(unused, `{"resource":{"eq":["`+entity+`role/service/app"]}}`)
	path := "/recommendation/" + id + "?analyzerArn=" + unused
	w.do("POST "+path, "")
	token := value(t, w.do("GET "+path+"&maxResults=1", ""), "nextToken")
	w.do("GET "+path+"&nextToken="+token, "")
	w.now = w.now.Add(time.Minute)
	w.do("POST "+path, "")
	w.refuses("GET "+path+"&nextToken="+token, "", wrong("nextToken", badToken))
}

// TestArchiveRules has the acceptance example X9.
func TestArchiveRules(t *testing.T) {
	const (
		filter  = `{"resource":{"contains":["/dev/"]}}`
		rule    = `{"ruleName":"dev","filter":` + filter + `,"createdAt":"2026-06-01T12:00:00Z","updatedAt":"2026-06-01T12:00:00Z"}`
		archive = `{"status":{"eq":["ARCHIVED"]}}`
	)
	before := newWorld(t)
	before.want("PUT /analyzer", `{"analyzerName":"unused","type":"ACCOUNT_UNUSED_ACCESS","archiveRules":[{"ruleName":"dev","filter":`+filter+`}]}`, `{"arn":"`+unused+`"}`)
	if got := before.do("POST /findingv2", ofUnused(archive)); strings.Count(got, `"id"`) != 2 || strings.Count(got, "user/dev/bob") != 2 {
		t.Errorf("archived at once: %s", got)
	}

	w := newWorld(t)
	w.make()
	w.want("PUT /analyzer/unused/archive-rule", `{"ruleName":"dev","filter":`+filter+`,"clientToken":"t"}`, `{}`)
	w.want("PUT /analyzer/unused/archive-rule", `{"ruleName":"dev","filter":`+filter+`,"clientToken":"t"}`, `{}`) // over again
	w.want("GET /analyzer/unused/archive-rule/dev", "", `{"archiveRule":`+rule+`}`)
	w.want("GET /analyzer/unused/archive-rule", "", `{"archiveRules":[`+rule+`]}`)
	w.want("POST /findingv2", ofUnused(archive), `{"findings":[]}`)
	w.want("PUT /archive-rule", `{"analyzerArn":"`+unused+`","ruleName":"dev"}`, `{}`)
	if got := w.do("POST /findingv2", ofUnused(archive)); strings.Count(got, "user/dev/bob") != 2 || strings.Count(got, `"id"`) != 2 {
		t.Errorf("applied: %s", got)
	}
	w.want("PUT /analyzer/unused/archive-rule/dev", `{"filter":{"error":{"exists":true},"findingType":{"neq":["UnusedIAMRole","UnusedPermission"]}}}`, `{}`)
	w.want("GET /analyzer/unused/archive-rule/dev", "", `{"archiveRule":{"ruleName":"dev","filter":{"error":{"exists":true},"findingType":{"neq":["UnusedIAMRole","UnusedPermission"]}},`+
		`"createdAt":"2026-06-01T12:00:00Z","updatedAt":"2026-06-01T12:00:00Z"}}`)
	for range 2 { // AA-3
		w.want("DELETE /analyzer/unused/archive-rule/dev?clientToken=x", "", `{}`)
	}
	w.refuses("DELETE /analyzer/unused/archive-rule/dev?clientToken=y", "", notFound("ArchiveRule", "dev", noRule))
	w.want("GET /analyzer/unused/archive-rule", "", `{"archiveRules":[]}`)
}

// TestPolicyGenerations has the acceptance examples X11 and X12.
func TestPolicyGenerations(t *testing.T) {
	w := newWorld(t, func(c *analyzers.Config) { c.Delay = time.Minute })
	const (
		app     = entity + "role/service/app"
		trail   = "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"
		window  = `"startTime":"2026-05-01T00:00:00Z"`
		details = `{"policyGenerationDetails":{"principalArn":"` + app + `"}`
		start   = details + `,"cloudTrailDetails":{"trails":[{"cloudTrailArn":"` + trail + `","allRegions":true}],"accessRole":"` + entity + `role/read",` + window + `}}`

		asked = `"principalArn":"` + app + `","cloudTrailProperties":{"trailProperties":[{"cloudTrailArn":"` + trail + `","regions":[],"allRegions":true}],` +
			window + `,"endTime":"2026-06-01T12:00:00Z"}}`
		bucket  = `{\"Sid\":\"SupportedServiceSid0\",\"Effect\":\"Allow\",\"Action\":[\"s3:CreateBucket\"],\"Resource\":\"*\"}`
		further = `,{\"Sid\":\"UnsupportedServiceSid0\",\"Effect\":\"Allow\",\"Action\":[\"dynamodb:*\"],\"Resource\":\"*\"}`
	)
	policy := func(statements string) string {
		return `"generatedPolicies":[{"policy":"{\"Version\":\"2012-10-17\",\"Statement\":[` + statements + `]}"}]}}`
	}
	j := value(t, w.do("PUT /policy/generation", start), "jobId")
	job := func(id, status, more string) string {
		return `{"jobDetails":{"jobId":"` + id + `","status":"` + status + `","startedOn":"2026-06-01T12:00:00Z"` + more + `},"generatedPolicyResult":{"properties":{`
	}
	w.want("GET /policy/generation/"+j, "", job(j, "IN_PROGRESS", "")+asked+`}}`)
	w.refuses("PUT /policy/generation", start, `409 ConflictException {"message":"A policy is being generated for the account. Wait for it or cancel it.",`+
		`"resourceId":"111122223333","resourceType":"PolicyGeneration"}`)

	w.now = w.now.Add(time.Minute)
	done := `,"completedOn":"2026-06-01T12:00:00Z"`
	w.want("GET /policy/generation/"+j, "", job(j, "SUCCEEDED", done)+`"isComplete":false,`+asked+`,`+policy(bucket))
	w.want("GET /policy/generation/"+j+"?includeServiceLevelTemplate=true", "", job(j, "SUCCEEDED", done)+`"isComplete":true,`+asked+`,`+policy(bucket+further))
	w.want("GET /policy/generation/"+j+"?includeResourcePlaceholders=true", "", job(j, "SUCCEEDED", done)+`"isComplete":false,`+asked+`,`+
		policy(strings.Replace(bucket, `\"*\"`, `\"arn:aws:s3:::${BucketName}\"`, 1)))

	second := value(t, w.do("PUT /policy/generation", details+`}`), "jobId")
	w.want("PUT /policy/generation/"+second, "", `{}`)
	w.want("GET /policy/generation/"+second, "", job(second, "CANCELED", done)+`"principalArn":"`+app+`"}}}`)
	entry := func(id, status string) string {
		return `{"jobId":"` + id + `","principalArn":"` + app + `","status":"` + status + `","startedOn":"2026-06-01T12:00:00Z"` + done + `}`
	}
	w.want("GET /policy/generation", "", `{"policyGenerations":[`+entry(second, "CANCELED")+`,`+entry(j, "SUCCEEDED")+`]}`)
	w.want("GET /policy/generation?principalArn="+entity+"user/alice", "", `{"policyGenerations":[]}`)
	page := w.do("GET /policy/generation?maxResults=1", "")
	w.want("GET /policy/generation?maxResults=1&nextToken="+value(t, page, "nextToken"), "", `{"policyGenerations":[`+entry(j, "SUCCEEDED")+`]}`)

	absent := value(t, w.do("PUT /policy/generation", strings.ReplaceAll(details, "role/service/app", "role/nosuch")+`}`), "jobId")
	w.now = w.now.Add(time.Minute)
	w.want("GET /policy/generation/"+absent, "", job(absent, "FAILED", done+`,"jobError":{"code":"RESOURCE_NOT_FOUND_ERROR","message":"The principal does not exist."}`)+
		`"principalArn":"`+entity+`role/nosuch"}}}`)

	// After seven days they are gone, and nothing comes after one that is.
	page = w.do("GET /policy/generation?maxResults=2", "")
	w.now = w.now.Add(6 * 24 * time.Hour)
	w.do("PUT /policy/generation", details+`}`)
	w.now = w.now.Add(24 * time.Hour)
	if got := w.do("GET /policy/generation", ""); strings.Count(got, `"jobId"`) != 1 {
		t.Errorf("after seven days: %s", got)
	}
	w.want("GET /policy/generation?nextToken="+value(t, page, "nextToken"), "", `{"policyGenerations":[]}`)
}
