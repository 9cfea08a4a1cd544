package console

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	orgs "github.com/ebbmark/ebbmark/organization"
)

const (
	f2Folder    = "../internal/scenario/testdata/f2"
	f2Prod      = "o-exampleorg1/r-ab12/ou-ab12-prod0001"
	f2AdminKey  = "AKIAADMINEXAMPLE0001"
	f2MemberKey = "AKIAMEMBEREXAMPLE001"
	f2PlainKey  = "AKIAPLAINEXAMPLE0001"
)

// f2World is a world with fixture F2 of docs/spec/organizations.md beside F1,
// whose browser has signed in.
func f2World(t testing.TB, key string, change ...func(*world)) *world {
	t.Helper()
	w := newWorld(t, change...)
	snapshots := inventory.NewSnapshot()
	for _, file := range []string{"management.json", "production.json", "development.json"} {
		must(t, snapshots.Read(file, strings.NewReader(f2File(t, file))))
	}
	found, _, err := snapshots.Accounts()
	must(t, err)
	if len(found) != 3 {
		t.Fatalf("%d accounts in F2", len(found))
	}
	keys := map[string]string{"AIDAADMINEXAMPLE00001": f2AdminKey, "AIDAPLAINEXAMPLE00001": f2PlainKey, "AIDAMEMBEREXAMPLE0001": f2MemberKey}
	for _, a := range found {
		for user, key := range keys {
			if u := a.UserByID(user); u != nil {
				u.Keys = []inventory.AccessKey{{ID: key, Active: true}}
				_, err := w.keys.Create(t.Context(), auth.Owner{Account: a.ID, User: user}, key, secret, f1Now)
				must(t, err)
			}
		}
		must(t, w.book.Replace(t.Context(), a))
	}
	o, err := orgs.ReadExport(strings.NewReader(f2File(t, "organization.json")))
	must(t, err)
	must(t, w.book.ReplaceOrganization(t.Context(), o))
	must(t, w.facts.MergeFacts(t.Context(), []activity.Fact{
		f2Event(t, "222222222222", "2026-05-20T01:00:00Z", "AROAAPP2EXAMPLE000001", "s3", "CreateBucket", "us-west-2"),
		f2Event(t, "333333333333", "2026-05-28T02:00:00Z", "arn:aws:iam::333333333333:root", "s3", "CreateBucket", "eu-west-1"),
	}))
	if a := w.signIn(key); a.Code != http.StatusSeeOther {
		t.Fatalf("sign in: %d\n%s", a.Code, a.Body)
	}
	return w
}

func f2File(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(f2Folder, name))
	must(t, err)
	return string(text)
}

func f2Event(t testing.TB, account, at, principal, service, name, region string) activity.Fact {
	f := event(t, at, principal, service, name, region)
	f.Account = account
	return f
}

func TestOrganizationTree(t *testing.T) {
	w := f2World(t, f2AdminKey)
	page := w.page("/console/organization")
	has(t, page, `<h1>Organization <span class="muted">o-exampleorg1</span></h1>`, "Units: 2; accounts: 3; the management account is 111111111111.",
		`<li><a href="/console/organization/node?id=r-ab12">Root</a> <span class="muted">root r-ab12</span>`,
		`<a href="/console/organization/node?id=ou-ab12-prod0001">prod</a> <span class="muted">unit ou-ab12-prod0001</span> <a href="/console/organization/report?id=ou-ab12-prod0001" aria-label="Report: prod">Report</a>
<ul><li><a href="/console/organization/node?id=222222222222">production</a>`,
		`href="/console/organization" aria-current="page"`, "aws --endpoint-url http://example.com organizations list-roots")
	lacks(t, page, "not accessed (", "<script", "ZgotmplZ")
}

func TestOrganizationNodes(t *testing.T) {
	w := f2World(t, f2AdminKey)
	for target, want := range map[string][]string{
		"r-ab12":           {"<h1>Root ", "o-exampleorg1/r-ab12</dd>", "FullAWSAccess", ">prod</a>", ">management</a>"},
		"ou-ab12-prod0001": {"<h1>prod ", f2Prod + "</dd>", "allowlist1", "&#34;ec2:*&#34;", ">production</a>", "organizations describe-policy --policy-id p-allowlist1"},
		"222222222222":     {"<h1>production ", f2Prod + "/222222222222</dd>", "production@example.com", "ACTIVE"},
	} {
		has(t, w.page("/console/organization/node?id="+target), want...)
	}
	for target, status := range map[string]int{
		"node?id=": 404, "node?id=r-zz99": 404, "node?id=ou-ab12-zzzz9999": 404, "node?id=999999999999": 404, "node?id=nonsense": 400,
		"report?id=999999999999": 404, "csv?id=999999999999": 404, "nothing": 404,
	} {
		if a := w.send("GET", "/console/organization/"+target, nil); a.Code != status {
			t.Errorf("%s: %d", target, a.Code)
		}
	}
}

func TestOrganizationReport(t *testing.T) {
	w := f2World(t, f2AdminKey)
	page := w.page("/console/organization/report?id=222222222222")
	has(t, page, "1 of 2 services that the service control policies allow were <strong>not</strong> accessed", "1 to 2 of 2 services",
		`<th scope="row">Amazon EC2 <span class="muted">ec2</span></th><td><span class="never">Not accessed in the tracking period</span></td>`,
		`<th scope="row">Amazon S3 <span class="muted">s3</span></th><td><time datetime="2026-05-20T01:00:00Z"`,
		`<td class="arn">`+f2Prod+`/222222222222</td><td>us-west-2</td><td>1</td>`,
		"iam generate-organizations-access-report --entity-path "+f2Prod+"/222222222222",
		"iam get-organizations-access-report --job-id 00000000-0000-4000-8000-000000000001 --sort-key SERVICE_NAMESPACE_ASCENDING")
	page = w.page("/console/organization/report?id=222222222222&sort=LAST_AUTHENTICATED_TIME_DESCENDING")
	if s3, ec2 := strings.Index(page, "Amazon S3"), strings.Index(page, "Amazon EC2"); s3 < 0 || ec2 < s3 {
		t.Errorf("the latest is not first:\n%s", page)
	}
	has(t, w.page("/console/organization"), `<span class="share share-2">1 of 2 services not accessed (50 %)</span>`)
	has(t, w.page("/console/organization/report?id=r-ab12&policy=p-unused0001"), "with policy p-unused0001 only", "1 of 1 services",
		"--organizations-policy-id p-unused0001", "AWS Key Management Service")
	w.clock = w.clock.Add(2 * time.Minute)
	has(t, w.saved("/console/organization/renew", "id", "222222222222"), "--job-id 00000000-0000-4000-8000-000000000003")
	if status, _ := w.post("/console/organization/renew", "id", "222222222222", "csrf", "wrong"); status != http.StatusForbidden {
		t.Errorf("wrong token: %d", status)
	}
	has(t, w.page("/console/organization/report?id=222222222222&policy=p-nothing00"), `role="alert">The report failed: The policy with the specified ID does not exist in your organization.`)
}

func TestOrganizationReportPages(t *testing.T) {
	w := f2World(t, f2AdminKey)
	first := w.page("/console/organization/report?id=r-ab12")
	has(t, first, "1 to 50 of ", `<a href="/console/organization/report?id=r-ab12&amp;page=2&amp;sort=SERVICE_NAMESPACE_ASCENDING" rel="next">Next</a>`)
	lacks(t, first, `rel="prev"`)
	has(t, w.page("/console/organization/report?id=r-ab12&page=2&sort=SERVICE_NAMESPACE_ASCENDING"), "51 to 100 of ", `rel="prev"`, `rel="next"`)
}

func TestOrganizationReportAtWork(t *testing.T) {
	w := f2World(t, f2AdminKey, func(w *world) { w.delay = 5 * time.Second })
	page := w.page("/console/organization/report?id=222222222222")
	has(t, page, "The report is being made.", `http-equiv="refresh" content="2"`)
	if a := w.send("GET", "/console/organization/csv?id=222222222222", nil); a.Code != http.StatusNotFound {
		t.Errorf("a file of a report at work: %d", a.Code)
	}
}

func TestOrganizationDownloads(t *testing.T) {
	w := f2World(t, f2AdminKey)
	rows, err := csv.NewReader(strings.NewReader(w.page("/console/organization/csv?id=222222222222"))).ReadAll()
	must(t, err)
	want := []string{
		"path,service,namespace,lastAccessed,accountPath,region,accounts",
		f2Prod + "/222222222222,Amazon EC2,ec2,,,,0",
		f2Prod + "/222222222222,Amazon S3,s3,2026-05-20T01:00:00Z," + f2Prod + "/222222222222,us-west-2,1",
	}
	if len(rows) != len(want) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		if got := strings.Join(row, ","); got != want[i] {
			t.Errorf("row %d: %s", i, got)
		}
	}
	var report struct {
		JobStatus                   string
		NumberOfServicesNotAccessed int
		AccessDetails               []map[string]any
	}
	must(t, json.Unmarshal([]byte(w.page("/console/organization/json?id=222222222222")), &report))
	if report.JobStatus != "COMPLETED" || report.NumberOfServicesNotAccessed != 1 || len(report.AccessDetails) != 2 || report.AccessDetails[1]["LastAuthenticatedTime"] != "2026-05-20T01:00:00Z" {
		t.Errorf("%+v", report)
	}
}

// What a caller may not read is not shown, and the page says why.
func TestWhoMaySeeTheOrganization(t *testing.T) {
	has(t, signedIn(t, auditorKey).send("GET", "/console/organization", nil).Body.String(), "You have no permission to see this.", "organizations:DescribeOrganization")
	for name, c := range map[string]struct {
		key   string
		wants []string
	}{
		"no permission": {f2PlainKey, []string{"You have no permission to see this.", "organizations:DescribeOrganization"}},
		"a member":      {f2MemberKey, []string{"Only the management account 111111111111"}},
	} {
		t.Run(name, func(t *testing.T) {
			page := f2World(t, c.key).send("GET", "/console/organization", nil).Body.String()
			has(t, page, c.wants...)
			lacks(t, page, "production", "prod0001")
		})
	}
}

func TestNoOrganization(t *testing.T) {
	a := f1()
	a.Users[1].Inline = []inventory.Inline{{Name: "All", Document: allow("*")}}
	w := signedIn(t, auditorKey)
	must(t, w.book.Replace(t.Context(), a))
	has(t, w.page("/console/organization"), "This account is in no organization that the server knows.")
	must(t, w.book.SetMode(t.Context(), f1Account, accounts.Home))
	has(t, w.page("/console/organization"), "This account is in no organization that the server knows.")
}

func TestEvilNamesInTheOrganization(t *testing.T) {
	w := f2World(t, f2AdminKey)
	o, err := w.book.Organization(t.Context(), "o-exampleorg1")
	must(t, err)
	o = o.Clone()
	must(t, o.RenameUnit("ou-ab12-prod0001", evil))
	must(t, w.book.ReplaceOrganization(t.Context(), o))
	for _, target := range []string{"/console/organization", "/console/organization/node?id=ou-ab12-prod0001", "/console/organization/report?id=ou-ab12-prod0001"} {
		page := w.page(target)
		has(t, page, "&lt;script&gt;alert(")
		lacks(t, page, "<script", "ZgotmplZ")
	}
	a := w.send("GET", "/console/organization/report?"+url.Values{"id": {"r-ab12"}, "policy": {evil}, "sort": {evil}}.Encode(), nil)
	if a.Code != http.StatusBadRequest {
		t.Errorf("no policy: %d", a.Code)
	}
	lacks(t, a.Body.String(), "<script", "ZgotmplZ")
}

// TestHomeCountsAccounts of the organization for the account that manages it, and
// says nothing about them to others.
func TestHomeCountsAccounts(t *testing.T) {
	has(t, f2World(t, f2AdminKey).page("/console/"), `<span class="number">3</span> Accounts of the organization`)
	for _, key := range []string{f2MemberKey, f2PlainKey} {
		lacks(t, f2World(t, key).page("/console/"), "Accounts of the organization", "organizations:")
	}
}
