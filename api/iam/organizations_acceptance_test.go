package iam

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

// The acceptance examples of docs/spec/organizations.md on fixture F2, with the
// callers' own policies judged as the server judges them.

const (
	f2Folder = "../../internal/scenario/testdata/f2"
	f2Prod   = "o-exampleorg1/r-ab12/ou-ab12-prod0001"
	f2Dev    = "o-exampleorg1/r-ab12/ou-ab12-dev00001"
	f2Member = f2Prod + "/222222222222"
)

// f2World is an API on fixture F2.
func f2World(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	var authority *auth.Authority
	w := newWorld(t, append([]func(*Config){func(c *Config) {
		authority = &auth.Authority{Accounts: c.Book, Log: slog.New(slog.DiscardHandler)}
		c.Guard = authority.Guard
	}}, change...)...)
	w.router = wire.NewRouter(authority.Guard, w.Service())
	snapshots := inventory.NewSnapshot()
	for _, file := range []string{"management.json", "production.json", "development.json"} {
		w.must(snapshots.Read(file, strings.NewReader(f2File(t, file))))
	}
	found, _, err := snapshots.Accounts()
	w.must(err)
	if len(found) != 3 {
		t.Fatalf("%d accounts in F2", len(found))
	}
	for _, a := range found {
		w.must(w.Book.Replace(t.Context(), a))
	}
	w.replaceTree(f2Tree(t))
	w.must(w.store.MergeFacts(t.Context(), f2Events()))
	return w
}

func f2File(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(f2Folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func f2Tree(t testing.TB) *organization.Organization {
	t.Helper()
	o, err := organization.ReadExport(strings.NewReader(f2File(t, "organization.json")))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// replaceTree imports a tree.
func (w *world) replaceTree(o *organization.Organization) {
	w.t.Helper()
	w.must(w.Book.ReplaceOrganization(w.t.Context(), o))
}

// changeTree imports the tree as changed.
func (w *world) changeTree(change func(o *organization.Organization) error) {
	w.t.Helper()
	o, err := w.Book.Organization(w.t.Context(), "o-exampleorg1")
	w.must(err)
	next := o.Clone()
	w.must(change(next))
	w.replaceTree(next)
}

func f2Events() []activity.Fact {
	in := func(account string, f activity.Fact) activity.Fact {
		f.Account = account
		return f
	}
	const mgmt, data, ok, denied = activity.Management, activity.Data, activity.Succeeded, activity.Denied
	return []activity.Fact{
		in("222222222222", event("2026-05-20T01:00:00Z", "AROAAPP2EXAMPLE000001", "s3", "CreateBucket", "us-west-2", mgmt, ok)),
		in("333333333333", event("2026-05-28T02:00:00Z", "arn:aws:iam::333333333333:root", "s3", "CreateBucket", "eu-west-1", mgmt, ok)),
		in("333333333333", event("2026-05-29T03:00:00Z", "AIDADEVEXAMPLE0000001", "sqs", "SendMessage", "eu-west-1", data, denied)),
		in("111111111111", event("2026-05-30T04:00:00Z", "AIDAADMINEXAMPLE00001", "ec2", "RunInstances", "us-east-1", mgmt, ok)),
	}
}

func f2User(account, name, id string) wire.Caller {
	return wire.Caller{Account: account, Partition: "aws", Kind: wire.UserCaller, UserID: id, Entity: id, ARN: "arn:aws:iam::" + account + ":user/" + name}
}

func f2Admin() wire.Caller  { return f2User("111111111111", "admin", "AIDAADMINEXAMPLE00001") }
func f2Plain() wire.Caller  { return f2User("111111111111", "plain", "AIDAPLAINEXAMPLE00001") }
func f2Narrow() wire.Caller { return f2User("111111111111", "narrow", "AIDANARROWEXAMPLE0001") }
func f2MemberUser() wire.Caller {
	return f2User("222222222222", "member", "AIDAMEMBEREXAMPLE0001")
}

// access makes a job, for the path and perhaps a policy id.
func (w *world) access(caller wire.Caller, path string, policyID ...string) string {
	w.t.Helper()
	status, answer := w.call(caller, "GenerateOrganizationsAccessReport", accessPairs(path, policyID)...)
	if status != 200 {
		w.t.Fatalf("report on %s %v: %d %v", path, policyID, status, answer)
	}
	return answer.(map[string]any)["GenerateOrganizationsAccessReportResult"].(map[string]any)["JobId"].(string)
}

func accessPairs(path string, policyID []string) []string {
	pairs := []string{"EntityPath", path}
	if len(policyID) > 0 {
		pairs = append(pairs, "OrganizationsPolicyId", policyID[0])
	}
	return pairs
}

// accessReport reads a job.
func (w *world) accessReport(caller wire.Caller, job string, pairs ...string) map[string]any {
	w.t.Helper()
	status, answer := w.call(caller, "GetOrganizationsAccessReport", append([]string{"JobId", job}, pairs...)...)
	if status != 200 {
		w.t.Fatalf("job %s: %d %v", job, status, answer)
	}
	return answer.(map[string]any)["GetOrganizationsAccessReportResult"].(map[string]any)
}

// report is a whole report of the admin.
func (w *world) report(path string, policyID ...string) map[string]any {
	w.t.Helper()
	return w.accessReport(f2Admin(), w.access(f2Admin(), path, policyID...), "MaxItems", "1000")
}

// organizationExample is a JSON block of the specification.
func organizationExample(t testing.TB, name string) string {
	t.Helper()
	spec, err := os.ReadFile("../../docs/spec/organizations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(spec), "\n**"+name+" — ")
	if !ok {
		t.Fatalf("no example %s in the specification", name)
	}
	_, text, ok = strings.Cut(text, "```json\n")
	block, _, ok2 := strings.Cut(text, "```")
	if !ok || !ok2 {
		t.Fatalf("example %s has no block", name)
	}
	return block
}

func counts(r map[string]any) string {
	return fmt.Sprint(r["NumberOfServicesAccessible"], " ", r["NumberOfServicesNotAccessed"])
}

// row is the entry of a namespace, nil when there is none.
func row(r map[string]any, namespace string) map[string]any {
	list, _ := r["AccessDetails"].([]any)
	for _, e := range list {
		if e := e.(map[string]any); e["ServiceNamespace"] == namespace {
			return e
		}
	}
	return nil
}

func TestExampleO1MemberAccount(t *testing.T) {
	w := f2World(t)
	job := w.access(f2Admin(), f2Member)
	same(t, w.accessReport(f2Admin(), job), organizationExample(t, "O1"))
	same(t, w.restarted().accessReport(f2Admin(), job), organizationExample(t, "O1"))
}

func TestExampleO2Root(t *testing.T) {
	w := f2World(t)
	job := w.access(f2Admin(), "o-exampleorg1/r-ab12")
	first := w.accessReport(f2Admin(), job, "SortKey", timeDescending, "MaxItems", "3")
	if counts(first) != "456 454" || first["IsTruncated"] != "true" || first["Marker"] == nil {
		t.Errorf("counts %s, truncated %v", counts(first), first["IsTruncated"])
	}
	same(t, first["AccessDetails"], organizationExample(t, "O2"))
	page := w.accessReport(f2Admin(), job)["AccessDetails"].([]any)
	if len(page) != 100 || namespace(page[99]) != "codepipeline" {
		t.Errorf("the first page has %d services, the last %v", len(page), page[len(page)-1])
	}
}

func TestExampleO3DenyList(t *testing.T) {
	r := f2World(t).report(f2Dev)
	if counts(r) != "455 454" || row(r, "sqs") != nil || row(r, "s3")["TotalAuthenticatedEntities"] != "1" {
		t.Errorf("counts %s, sqs %v, s3 %v", counts(r), row(r, "sqs"), row(r, "s3"))
	}
}

func TestExampleO4PolicyOfAnUnit(t *testing.T) {
	w := f2World(t)
	want := w.report(f2Member)["AccessDetails"]
	if got := w.report(f2Prod, "p-allowlist1")["AccessDetails"]; want == nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestExamplesO5O6O7PolicyIDs(t *testing.T) {
	w := f2World(t)
	unused := w.report("o-exampleorg1/r-ab12", "p-unused0001")
	same(t, unused["AccessDetails"], `[{"ServiceName": "AWS Key Management Service", "ServiceNamespace": "kms", "TotalAuthenticatedEntities": 0}]`)
	denied := w.report(f2Dev, "p-denysqs001")
	if counts(unused) != "1 1" || counts(denied) != "0 0" || denied["AccessDetails"] != "" {
		t.Errorf("O5: %s; O6: %s, %v", counts(unused), counts(denied), denied["AccessDetails"])
	}
	management := w.report("o-exampleorg1/r-ab12/111111111111", "p-unused0001")
	same(t, row(management, "ec2"), `{"ServiceName": "Amazon EC2", "ServiceNamespace": "ec2", "Region": "us-east-1", "EntityPath": "o-exampleorg1/r-ab12/111111111111",
		"LastAuthenticatedTime": "2026-05-30T04:00:00Z", "TotalAuthenticatedEntities": 1}`)
	if counts(management) != "456 455" {
		t.Errorf("O7: %s", counts(management))
	}
}

func TestExampleO8MemberCaller(t *testing.T) {
	w := f2World(t)
	want := "403 AccessDenied: User: arn:aws:iam::222222222222:user/member is not authorized to perform: iam:GenerateOrganizationsAccessReport on resource: " +
		"arn:aws:iam::222222222222:access-report/" + f2Member + " because the caller is not in the management account of the organization"
	if got := w.fails(f2MemberUser(), "GenerateOrganizationsAccessReport", "EntityPath", f2Member); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	stranger := f2User("111122223333", "auditor", "AIDAAUDITOREXAMPLE001")
	if got := w.fails(stranger, "GenerateOrganizationsAccessReport", "EntityPath", f2Member); !strings.HasPrefix(got, "403 AccessDenied: User: arn:aws:iam::111122223333:user/auditor") {
		t.Errorf("an account of no organization: %s", got)
	}
}

func TestExampleO9FailedJobs(t *testing.T) {
	for sentence, c := range map[string]struct {
		caller wire.Caller
		path   string
		policy string
		code   string
	}{
		"a unit that is not there":             {f2Admin(), "o-exampleorg1/r-ab12/ou-ab12-nope0001", "", "INVALID_ORGANIZATIONS_ENTITY_PATH"},
		"a slash at the end":                   {f2Admin(), f2Prod + "/", "", "INVALID_ORGANIZATIONS_ENTITY_PATH"},
		"another root":                         {f2Admin(), "o-exampleorg1/r-zzzz", "", "INVALID_ORGANIZATIONS_ENTITY_PATH"},
		"an account below another unit":        {f2Admin(), f2Dev + "/222222222222", "", "INVALID_ORGANIZATIONS_ENTITY_PATH"},
		"an account without its unit":          {f2Admin(), "o-exampleorg1/r-ab12/222222222222", "", "INVALID_ORGANIZATIONS_ENTITY_PATH"},
		"a policy that is not there":           {f2Admin(), f2Prod, "p-missing001", "INVALID_ORGANIZATIONS_POLICY"},
		"a policy of another type":             {f2Admin(), f2Prod, "p-tagpolicy1", "INVALID_ORGANIZATIONS_POLICY"},
		"no organizations: permission":         {f2Plain(), f2Member, "", "ORGANIZATIONS_REPORT_ACCESS_DENIED"},
		"none, and a policy that is not there": {f2Plain(), f2Member, "p-missing001", "ORGANIZATIONS_REPORT_ACCESS_DENIED"},
	} {
		t.Run(sentence, func(t *testing.T) {
			w := f2World(t)
			w.changeTree(func(o *organization.Organization) error {
				return o.CreatePolicy(organization.Policy{ID: "p-tagpolicy1", Name: "tags", Type: "TAG_POLICY", Content: `{"tags": {}}`})
			})
			var policies []string
			if c.policy != "" {
				policies = []string{c.policy}
			}
			r := w.accessReport(c.caller, w.access(c.caller, c.path, policies...))
			message := map[string]string{
				"INVALID_ORGANIZATIONS_ENTITY_PATH":  "The entity with the specified path does not exist in your organization.",
				"INVALID_ORGANIZATIONS_POLICY":       "The policy with the specified ID does not exist in your organization.",
				"ORGANIZATIONS_REPORT_ACCESS_DENIED": "Requester is not authorized to perform the required AWS Organizations Describe* and List* actions.",
			}[c.code]
			same(t, r, `{"JobStatus": "FAILED", "JobCreationDate": "2026-06-01T12:00:00.000Z", "JobCompletionDate": "2026-06-01T12:00:00.000Z", "IsTruncated": false,
				"ErrorDetails": {"Message": "`+message+`", "Code": "`+c.code+`"}}`)
		})
	}
	t.Run("another organization", func(t *testing.T) {
		want := "403 AccessDenied: The organization ID in the specified entity path is different than your organization ID."
		if got := f2World(t).fails(f2Admin(), "GenerateOrganizationsAccessReport", "EntityPath", "o-zzzzzzzzzz/r-ab12"); got != want {
			t.Errorf("got %s", got)
		}
	})
	t.Run("policies are off", func(t *testing.T) {
		w := f2World(t)
		w.changeTree(func(o *organization.Organization) error { return o.DisablePolicyType("r-ab12", organization.SCP) })
		r := w.accessReport(f2Admin(), w.access(f2Admin(), f2Member))
		same(t, r["ErrorDetails"], `{"Code": "POLICY_TYPE_NOT_ENABLED", "Message": "Service control policies are not enabled for the organization root."}`)
	})
}

func TestExampleO10ConditionKey(t *testing.T) {
	w := f2World(t)
	r := w.accessReport(f2Narrow(), w.access(f2Narrow(), f2Prod, "p-allowlist1"))
	if counts(r) != "2 1" {
		t.Errorf("O4 by the narrow caller: %v", r)
	}
	for sentence, pairs := range map[string][]string{
		"without a policy id": {"EntityPath", f2Prod},
		"with another":        {"EntityPath", f2Prod, "OrganizationsPolicyId", "p-unused0001"},
		"for another path":    {"EntityPath", f2Member, "OrganizationsPolicyId", "p-allowlist1"},
	} {
		got := w.fails(f2Narrow(), "GenerateOrganizationsAccessReport", pairs...)
		want := "403 AccessDenied: User: arn:aws:iam::111111111111:user/narrow is not authorized to perform: iam:GenerateOrganizationsAccessReport on resource: " +
			"arn:aws:iam::111111111111:access-report/" + pairs[1] + " because no identity-based policy allows the iam:GenerateOrganizationsAccessReport action"
		if got != want {
			t.Errorf("%s: got  %s\nwant %s", sentence, got, want)
		}
	}
}

func TestExampleO12ReuseAndLimit(t *testing.T) {
	held := false
	w := f2World(t, func(c *Config) {
		c.Hook = func(string) error {
			if held {
				return ErrHold
			}
			return nil
		}
	})
	first := w.access(f2Admin(), f2Member)
	w.clock = w.clock.Add(59 * time.Second)
	w.changeTree(func(o *organization.Organization) error { return o.Detach("p-denysqs001", "ou-ab12-dev00001") })
	if again := w.access(f2Admin(), f2Member); again != first {
		t.Errorf("after 59 s: %s, first %s", again, first)
	}
	if other := w.access(f2Admin(), f2Member, "p-FullAWSAccess"); other == first {
		t.Error("with a policy id: the same job")
	}
	if plain := w.access(f2Plain(), f2Member); plain == first {
		t.Error("of another caller: the same job")
	}
	w.clock = w.clock.Add(time.Second)
	second := w.access(f2Admin(), f2Member)
	if second == first {
		t.Error("after 60 s: the same job")
	}

	held = true
	running := w.access(f2Admin(), f2Prod)
	const busy = "409 ReportGenerationLimitExceeded: Maximum number of concurrent jobs exceeded"
	for _, caller := range []wire.Caller{f2Admin(), f2Plain()} {
		if got := w.fails(caller, "GenerateOrganizationsAccessReport", "EntityPath", f2Dev); got != busy {
			t.Errorf("O3 beside a running job, by %s: %s", caller.ARN, got)
		}
	}
	if again := w.access(f2Admin(), f2Prod); again != running {
		t.Error("the request of the running job makes another")
	}
	same(t, w.accessReport(f2Admin(), running), `{"JobStatus": "IN_PROGRESS", "JobCreationDate": "2026-06-01T12:01:00.000Z", "IsTruncated": false}`)
	held = false
	w.accessReport(f2Admin(), running)
	if job := w.access(f2Admin(), f2Dev); job == running {
		t.Error("after the end: no new job")
	}
}

func TestExampleO13UnusedIAM(t *testing.T) {
	w := f2World(t)
	w.changeTree(func(o *organization.Organization) error {
		return o.CreateUnit(organization.Unit{ID: "ou-ab12-empty001", Parent: "r-ab12", Name: "empty"})
	})
	r := w.report("o-exampleorg1/r-ab12/ou-ab12-empty001")
	same(t, row(r, "iam"), `{"ServiceName": "AWS Identity and Access Management", "ServiceNamespace": "iam", "Region": "us-east-1", "TotalAuthenticatedEntities": 0}`)
	if counts(r) != "456 456" {
		t.Errorf("counts %s", counts(r))
	}
}

// TestReportsOfOneKindDoNotShowInTheOther: ORG-36, LA-68.
func TestReportsOfOneKindDoNotShowInTheOther(t *testing.T) {
	w := f2World(t)
	job := w.access(f2Admin(), f2Member)
	unknown := "404 NoSuchEntity: Job " + job + " does not exist."
	if got := w.fails(f2Admin(), "GetServiceLastAccessedDetails", "JobId", job); got != unknown {
		t.Errorf("an Organizations job read as an IAM job: %s", got)
	}
	if got := w.fails(f2Plain(), "GetOrganizationsAccessReport", "JobId", job); got != unknown {
		t.Errorf("read by another user: %s", got)
	}
	status, answer := w.call(f2Admin(), "GenerateServiceLastAccessedDetails", "Arn", "arn:aws:iam::111111111111:user/admin")
	iamJob := fmt.Sprint(answer.(map[string]any)["GenerateServiceLastAccessedDetailsResult"].(map[string]any)["JobId"])
	if got := w.fails(f2Admin(), "GetOrganizationsAccessReport", "JobId", iamJob); status != 200 || got != "404 NoSuchEntity: Job "+iamJob+" does not exist." {
		t.Errorf("an IAM job read as an Organizations job: %s", got)
	}
}

func TestOrganizationMarkers(t *testing.T) {
	w := f2World(t)
	job := w.access(f2Admin(), "o-exampleorg1/r-ab12")
	for _, order := range []string{namespaceAscending, namespaceDescending, timeAscending, timeDescending} {
		var all []string
		pairs := []string{"SortKey", order, "MaxItems", "100"}
		for pages := 1; ; pages++ {
			r := w.accessReport(f2Admin(), job, pairs...)
			for _, e := range r["AccessDetails"].([]any) {
				all = append(all, namespace(e).(string))
			}
			if counts(r) != "456 454" {
				t.Errorf("%s: counts of page %d: %s", order, pages, counts(r))
			}
			if r["IsTruncated"] == "false" {
				break
			}
			pairs = []string{"SortKey", order, "MaxItems", fmt.Sprint(100 + pages), "Marker", r["Marker"].(string)}
		}
		sorted := slices.Sorted(slices.Values(all))
		ends := map[string]string{
			namespaceAscending: "a2c xray", namespaceDescending: "xray a2c", timeAscending: "a2c sqs", timeDescending: "sqs a2c",
		}[order]
		if len(slices.Compact(sorted)) != 456 || all[0]+" "+all[455] != ends {
			t.Errorf("%s: %d services from %s to %s", order, len(all), all[0], all[len(all)-1])
		}
	}
	marker := w.accessReport(f2Admin(), job, "MaxItems", "5")["Marker"].(string)
	const invalid = "400 InvalidInput: The marker passed in the request was invalid."
	other := w.access(f2Admin(), f2Dev)
	for sentence, pairs := range map[string][]string{
		"another sort key": {"JobId", job, "Marker", marker, "SortKey", namespaceDescending},
		"another job":      {"JobId", other, "Marker", marker},
	} {
		if got := w.fails(f2Admin(), "GetOrganizationsAccessReport", pairs...); got != invalid {
			t.Errorf("%s: %s", sentence, got)
		}
	}
	w.accessReport(f2Admin(), job, "Marker", marker, "SortKey", namespaceAscending) // the default by its name
}

func TestValidationOfOrganizationReports(t *testing.T) {
	const one, two = "400 ValidationError: 1 validation error detected: ", "400 ValidationError: 2 validation errors detected: "
	const pathForm = `Value at 'entityPath' failed to satisfy constraint: Member must satisfy regular expression pattern: ^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*`
	const policyForm = "Value at 'organizationsPolicyId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^p-[0-9a-zA-Z_]{8,128}$"
	const job = "00000000-0000-4000-8000-000000000001"
	w := f2World(t)
	for sentence, c := range map[string]struct {
		operation string
		pairs     []string
		want      string
	}{
		"a short path":       {"GenerateOrganizationsAccessReport", []string{"EntityPath", "bad"}, two + "Value at 'entityPath' failed to satisfy constraint: Member must have length greater than or equal to 19; " + pathForm},
		"a long path":        {"GenerateOrganizationsAccessReport", []string{"EntityPath", "o-exampleorg1/r-ab12/" + strings.Repeat("x", 407)}, one + "Value at 'entityPath' failed to satisfy constraint: Member must have length less than or equal to 427"},
		"no path":            {"GenerateOrganizationsAccessReport", nil, one + "Value at 'entityPath' failed to satisfy constraint: Member must not be null"},
		"an upper-case path": {"GenerateOrganizationsAccessReport", []string{"EntityPath", "o-EXAMPLEORG1/r-ab12"}, one + pathForm},
		"a short policy id":  {"GenerateOrganizationsAccessReport", []string{"EntityPath", f2Prod, "OrganizationsPolicyId", "p-short"}, one + policyForm},
		"an empty policy id": {"GenerateOrganizationsAccessReport", []string{"EntityPath", f2Prod, "OrganizationsPolicyId", ""}, one + policyForm},
		"another sort key": {"GetOrganizationsAccessReport", []string{"JobId", job, "SortKey", "TIME"},
			one + "Value at 'sortKey' failed to satisfy constraint: Member must satisfy enum value set: [SERVICE_NAMESPACE_DESCENDING, SERVICE_NAMESPACE_ASCENDING, LAST_AUTHENTICATED_TIME_DESCENDING, LAST_AUTHENTICATED_TIME_ASCENDING]"},
		"an empty sort key": {"GetOrganizationsAccessReport", []string{"JobId", job, "SortKey", ""},
			one + "Value at 'sortKey' failed to satisfy constraint: Member must satisfy enum value set: [SERVICE_NAMESPACE_DESCENDING, SERVICE_NAMESPACE_ASCENDING, LAST_AUTHENTICATED_TIME_DESCENDING, LAST_AUTHENTICATED_TIME_ASCENDING]"},
		"no items": {"GetOrganizationsAccessReport", []string{"JobId", job, "MaxItems", "0"}, one + "Value at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"},
	} {
		if got := w.fails(f2Admin(), c.operation, c.pairs...); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", sentence, got, c.want)
		}
	}
}

// TestReadPermissions takes the permissions of ORG-22 away one by one.
func TestReadPermissions(t *testing.T) {
	const denied = "ORGANIZATIONS_REPORT_ACCESS_DENIED"
	reads := []string{"ListRoots", "ListParents", "ListChildren", "ListPoliciesForTarget", "DescribePolicy", "ListTargetsForPolicy"}
	w := f2World(t)
	for sentence, c := range map[string]struct {
		path, policy string
		needed       string // yes or no for each of reads
	}{
		"OU, no policy id":         {f2Prod, "", "yyyyyn"},
		"OU, policy id":            {f2Prod, "p-allowlist1", "yynyyy"},
		"root, no policy id":       {"o-exampleorg1/r-ab12", "", "ynyyyn"},
		"root, policy id":          {"o-exampleorg1/r-ab12", "p-allowlist1", "yynyyy"},
		"management account":       {"o-exampleorg1/r-ab12/111111111111", "", "yynnnn"},
		"management, policy id":    {"o-exampleorg1/r-ab12/111111111111", "p-allowlist1", "yynnnn"},
		"member account":           {f2Member, "", "yyyyyn"},
		"member account, policy":   {f2Member, "p-FullAWSAccess", "yynyyy"},
		"below a root, no account": {f2Dev, "", "yyyyyn"},
	} {
		for i, read := range reads {
			w.clock = w.clock.Add(time.Minute)
			w.grant(`{"Effect":"Allow","Action":["iam:*","organizations:*"],"Resource":"*"},{"Effect":"Deny","Action":"organizations:` + read + `","Resource":"*"}`)
			var policies []string
			if c.policy != "" {
				policies = []string{c.policy}
			}
			r := w.accessReport(f2Admin(), w.access(f2Admin(), c.path, policies...))
			details, _ := r["ErrorDetails"].(map[string]any)
			if failed := details["Code"] == denied; failed != (c.needed[i] == 'y') || !failed && r["JobStatus"] != "COMPLETED" {
				t.Errorf("%s without %s: %v", sentence, read, r["JobStatus"])
			}
		}
	}
	t.Run("limited to the organization's ARNs", func(t *testing.T) {
		w := f2World(t)
		w.grant(`{"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Allow","Action":"organizations:*","Resource":["arn:aws:organizations::111111111111:*/o-exampleorg1/*","arn:aws:organizations::aws:policy/*"]}`)
		if r := w.report(f2Member); counts(r) != "2 1" {
			t.Errorf("got %v", r)
		}
	})
	t.Run("of another unit only", func(t *testing.T) {
		w := f2World(t)
		w.grant(`{"Effect":"Allow","Action":["iam:*","organizations:*"],"Resource":"*"},{"Effect":"Deny","Action":"organizations:ListPoliciesForTarget","Resource":"arn:aws:organizations::111111111111:ou/o-exampleorg1/ou-ab12-dev00001"}`)
		if r := w.report(f2Member); counts(r) != "2 1" {
			t.Errorf("the other unit: %v", r)
		}
		if r := w.report(f2Dev); r["JobStatus"] != "FAILED" {
			t.Errorf("the unit itself: %v", r["JobStatus"])
		}
	})
}

// grant gives the admin other statements.
func (w *world) grant(statements string) {
	w.t.Helper()
	w.must(w.Book.Update(w.t.Context(), "111111111111", func(a *inventory.Account) error {
		u := a.UserByName("admin")
		u.Inline = []inventory.Inline{{Name: "own", Document: `{"Version":"2012-10-17","Statement":[` + statements + `]}`}}
		return nil
	}))
}

// TestOrganizationReportIsFrozen: ORG-25, also while the job is in progress and
// over a restart.
func TestOrganizationReportIsFrozen(t *testing.T) {
	w := f2World(t, func(c *Config) { c.Hook = func(string) error { return ErrHold } })
	job := w.access(f2Admin(), f2Member)
	w.changeTree(func(o *organization.Organization) error {
		if err := o.Attach("p-denysqs001", "222222222222"); err != nil {
			return err
		}
		return o.MoveAccount("222222222222", "ou-ab12-prod0001", "ou-ab12-dev00001")
	})
	next := w.restarted(func(c *Config) { c.Guard = func(context.Context, wire.Caller, string, string) error { return nil } })
	if n, err := next.Resume(t.Context()); n != 1 || err != nil {
		t.Errorf("resumed %d, %v", n, err)
	}
	same(t, next.accessReport(f2Admin(), job), organizationExample(t, "O1"))
	w.clock = w.clock.Add(25 * time.Hour)
	if n, err := w.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
}

// TestRequestsAtOnceShareAJob: of equal requests at once one job remains.
func TestRequestsAtOnceShareAJob(t *testing.T) {
	w := f2World(t)
	var made atomic.Int64
	w.NewID = func() string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", made.Add(1)) }
	ids := make(chan string, 8)
	for range cap(ids) {
		go func() {
			out, err := w.GenerateOrganizationsAccessReport(context.Background(), f2Admin(), &GenerateOrganizationsAccessReportInput{EntityPath: f2Member})
			if err != nil {
				ids <- err.Error()
				return
			}
			ids <- out.JobId
		}()
	}
	seen := map[string]bool{}
	for range cap(ids) {
		seen[<-ids] = true
	}
	if jobs := w.jobIDs(); len(seen) != 1 || len(jobs) != 1 || !seen[jobs[0]] {
		t.Errorf("answers %v, jobs %v", seen, jobs)
	}
}

// TestTurnThatCannotBeWritten: each write of a report fails in turn, not done
// and done but not acknowledged; the account is not blocked afterwards.
func TestTurnThatCannotBeWritten(t *testing.T) {
	for _, done := range []bool{false, true} {
		for n := 1; n <= 3; n++ {
			f := &faulty{done: done}
			w := f2World(t, func(c *Config) {
				f.Docs = c.Docs
				c.Docs = f
			})
			f.countdown = n
			_, _ = w.call(f2Admin(), "GenerateOrganizationsAccessReport", "EntityPath", f2Member)
			w.clock = w.clock.Add(2 * time.Minute)
			next := w.restarted()
			if _, err := next.Resume(t.Context()); err != nil {
				t.Error(err)
			}
			job := next.access(f2Admin(), f2Member)
			if r := next.accessReport(f2Admin(), job); counts(r) != "2 1" {
				t.Errorf("write %d fails (done: %v): %v", n, done, r)
			}
		}
	}
}
