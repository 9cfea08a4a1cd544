package console

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// service is the link of a service in the table.
var serviceLink = regexp.MustCompile(`&amp;service=([a-z0-9-]+)">`)

func shownServices(page string) string {
	var names []string
	for _, m := range serviceLink.FindAllStringSubmatch(page, -1) {
		names = append(names, m[1])
	}
	return strings.Join(names, " ")
}

// Role app: s3 used 12 days before, ec2 9 months before, sqs never.
func TestFiltersAndOrders(t *testing.T) {
	w := signedIn(t, auditorKey)
	for query, want := range map[string]string{
		"":                                  "s3 ec2 sqs",
		"show=all&sort=last":                "sqs ec2 s3",
		"show=accessed":                     "s3 ec2",
		"show=not-accessed":                 "sqs",
		"show=within&days=90":               "s3",
		"show=within&days=273":              "s3",
		"show=within&days=274":              "s3 ec2",
		"show=not-within&days=90":           "ec2 sqs",
		"show=not-within&days=12":           "s3 ec2 sqs",
		"show=not-within&days=13":           "ec2 sqs",
		"show=within&days=-1":               "s3",
		"show=within&days=99999999999999":   "s3 ec2",
		"show=within&days=9999":             "s3 ec2",
		"q=amazon+sqs":                      "sqs",
		"q=runinst":                         "ec2",
		"q=nothing":                         "",
		"sort=service":                      "ec2 s3 sqs",
		"sort=service&dir=desc":             "sqs s3 ec2",
		"sort=region":                       "sqs ec2 s3",
		"sort=actions&dir=desc":             "ec2 s3 sqs",
		"sort=entities":                     "sqs ec2 s3",
		"sort=entity&dir=desc":              "ec2 s3 sqs",
		"show=accessed&sort=last&q=a&dir=x": "ec2 s3",
	} {
		t.Run(query, func(t *testing.T) {
			if got := shownServices(w.page("/console/roles/last-accessed?id=app&" + query)); got != want {
				t.Errorf("shows %q, want %q", got, want)
			}
		})
	}
	has(t, w.page("/console/roles/last-accessed?id=app&q=nothing"), "No service fits this filter.", "Show all 3")
	has(t, w.page("/console/roles/last-accessed?id=app&sort=service"), `aria-sort="ascending"><a href="/console/roles/last-accessed?days=90&amp;dir=desc&amp;id=app&amp;show=all&amp;sort=service">Service</a>`)
}

func TestReportsAreOfWhatThePageNames(t *testing.T) {
	w := signedIn(t, auditorKey)
	has(t, w.page("/console/roles/last-accessed?id=app"), "--job-id 00000000-0000-4000-8000-000000000001")
	has(t, w.page("/console/groups/last-accessed?id=developers&job=00000000-0000-4000-8000-000000000001"), "--job-id 00000000-0000-4000-8000-000000000002")
	has(t, w.page("/console/roles/last-accessed?id=app"), "--job-id 00000000-0000-4000-8000-000000000001")
	a := w.send("POST", "/console/roles/last-accessed/renew", url.Values{"csrf": {w.csrf}, "id": {"app"}})
	if a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/console/roles/last-accessed?id=app" {
		t.Fatalf("%d %s", a.Code, a.Header().Get("Location"))
	}
	has(t, w.page("/console/roles/last-accessed?id=app"), "--job-id 00000000-0000-4000-8000-000000000003")
	w.clock = w.clock.Add(jobAge)
	has(t, w.page("/console/roles/last-accessed?id=app"), "--job-id 00000000-0000-4000-8000-000000000004")
}

func TestReportAtWork(t *testing.T) {
	w := signedIn(t, auditorKey, func(w *world) { w.delay = 5 * time.Second })
	page := w.page("/console/roles/last-accessed?id=app")
	has(t, page, `<meta http-equiv="refresh" content="2">`, `<p role="status">The report is being made.`)
	if strings.Contains(page, "ot accessed") || shownServices(page) != "" {
		t.Errorf("a report at work says something:\n%s", page)
	}
	for target, want := range map[string]int{
		"/console/roles/last-accessed/csv?id=app":                404,
		"/console/roles/last-accessed/json?id=app":               404,
		"/console/roles/last-accessed/service?id=app&service=s3": 303,
	} {
		if a := w.send("GET", target, nil); a.Code != want {
			t.Errorf("GET %s: %d, want %d", target, a.Code, want)
		}
	}
	w.clock = w.clock.Add(5 * time.Second)
	page = w.page("/console/roles/last-accessed?id=app")
	if strings.Contains(page, "http-equiv") || shownServices(page) != "s3 ec2 sqs" {
		t.Errorf("the report is done:\n%s", page)
	}
}

func TestDownloads(t *testing.T) {
	w := signedIn(t, auditorKey)
	a := w.send("GET", "/console/roles/last-accessed/csv?id=app&show=accessed&q=s3", nil)
	const csv = `arn,service,namespace,serviceLastAccessed,serviceEntity,serviceRegion,entities,action,actionLastAccessed,actionEntity,actionRegion
arn:aws:iam::111122223333:role/service/app,Amazon S3,s3,2026-05-20T00:00:01Z,arn:aws:iam::111122223333:role/service/app,us-west-2,1,CreateBucket,2026-05-20T00:00:01Z,arn:aws:iam::111122223333:role/service/app,us-west-2
arn:aws:iam::111122223333:role/service/app,Amazon S3,s3,2026-05-20T00:00:01Z,arn:aws:iam::111122223333:role/service/app,us-west-2,1,DeleteBucket,,,
`
	if a.Body.String() != csv || a.Header().Get("Content-Type") != "text/csv; charset=utf-8" ||
		a.Header().Get("Content-Disposition") != `attachment; filename="last-accessed.csv"` {
		t.Errorf("got %v\n%s", a.Header(), a.Body)
	}
	a = w.send("GET", "/console/roles/last-accessed/json?id=app&show=accessed&q=s3", nil)
	const json = `{
  "Arn": "arn:aws:iam::111122223333:role/service/app",
  "JobId": "00000000-0000-4000-8000-000000000001",
  "JobCompletionDate": "2026-06-01T12:00:00Z",
  "ServicesLastAccessed": [
    {
      "ServiceName": "Amazon S3",
      "LastAuthenticated": "2026-05-20T00:00:01Z",
      "ServiceNamespace": "s3",
      "LastAuthenticatedEntity": "arn:aws:iam::111122223333:role/service/app",
      "LastAuthenticatedRegion": "us-west-2",
      "TotalAuthenticatedEntities": 1,
      "TrackedActionsLastAccessed": [
        {
          "ActionName": "CreateBucket",
          "LastAccessedEntity": "arn:aws:iam::111122223333:role/service/app",
          "LastAccessedTime": "2026-05-20T00:00:01Z",
          "LastAccessedRegion": "us-west-2"
        },
        {
          "ActionName": "DeleteBucket"
        }
      ]
    }
  ]
}
`
	if a.Body.String() != json || a.Header().Get("Content-Type") != "application/json" {
		t.Errorf("got %s\n%s", a.Header(), a.Body)
	}
}

func TestCellsAreNoFormulas(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "Amazon S3": "Amazon S3", "a=b": "a=b", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "|x": "'|x",
	} {
		if got := cell(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestShellWords(t *testing.T) {
	for word, want := range map[string]string{
		"": "''", "arn:aws:iam::111122223333:role/service/app": "arn:aws:iam::111122223333:role/service/app", "a b": "'a b'", "$(x)": "'$(x)'", "it's": `'it'\''s'`, "a;b": "'a;b'",
	} {
		if got := quoted(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

func TestListsOfThousands(t *testing.T) {
	w := newWorld(t)
	account := f1()
	for i := range 2500 {
		n := string(rune('a'+i/1000)) + string(rune('0'+i/100%10)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
		account.Roles = append(account.Roles, &inventory.Role{
			Name: "worker-" + n, ID: "AROAWORKER" + n + "EXAMPLE", ARN: f1Prefix + "role/batch/worker-" + n, Path: "/batch/", Trust: allow("sts:AssumeRole"),
			Created: f1Now.Add(-time.Duration(i) * time.Hour),
		})
	}
	account.Index()
	must(t, w.book.Replace(t.Context(), account))
	w.signIn(auditorKey)
	for target, want := range map[string][]string{
		"/console/roles":                                {"1 to 50 of 2502", "worker-a047</a>", `rel="next"`},
		"/console/roles?page=2":                         {"51 to 100 of 2502", `href="/console/roles?page=1&amp;sort=name" rel="prev"`, `href="/console/roles?page=3&amp;sort=name" rel="next"`},
		"/console/roles?page=51":                        {"2501 to 2502 of 2502", "worker-c499</a>"},
		"/console/roles?page=9999":                      {"2501 to 2502 of 2502"},
		"/console/roles?page=-9999":                     {"1 to 50 of 2502"},
		"/console/roles?page=x":                         {"1 to 50 of 2502"},
		"/console/roles?q=WORKER-C4":                    {"1 to 50 of 100 that match <q>WORKER-C4</q>", `q=WORKER-C4&amp;sort=name" rel="next"`},
		"/console/roles?q=/batch/worker-b123":           {"1 to 1 of 1", "worker-b123</a>", "46 days ago"},
		"/console/roles?q=worker&sort=created":          {"worker-c499</a>"},
		"/console/roles?q=worker&sort=created&dir=desc": {"worker-a000</a>"},
		"/console/roles?q=nobody":                       {"Nothing matches <q>nobody</q>.", "Show all 2502"},
	} {
		t.Run(target, func(t *testing.T) { has(t, w.page(target), want...) })
	}
}

func TestRolesUsedLately(t *testing.T) {
	w := signedIn(t, auditorKey)
	for query, want := range map[string]string{"used=recent": "app", "used=not": "evil", "used=x": "app evil", "used=not&q=app": ""} {
		var got []string
		for _, m := range regexp.MustCompile(`details\?id=([a-z]+)">`).FindAllStringSubmatch(w.page("/console/roles?"+query), -1) {
			got = append(got, m[1])
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	has(t, w.page("/console/groups?used=recent"), "developers</a>")
}

func TestEmptyAccount(t *testing.T) {
	w := newWorld(t)
	account := f1()
	account.Groups, account.Roles, account.Policies = nil, nil, nil
	account.Users = account.Users[1:2]
	account.Index()
	must(t, w.book.Replace(t.Context(), account))
	w.signIn(auditorKey)
	for _, target := range []string{"/console/groups", "/console/roles", "/console/policies"} {
		has(t, w.page(target), "There is nothing here yet.", "ebbmark import", "ebbmark sync aws")
	}
	has(t, w.page("/console/"), "There is no role in this account.")
}

func TestTimes(t *testing.T) {
	for before, want := range map[time.Duration]string{
		0: "just now", time.Minute: "1 minute ago", 59 * time.Minute: "59 minutes ago", time.Hour: "1 hour ago", 47 * time.Hour: "1 day ago",
		364 * day: "364 days ago", 365 * day: "1 year and 0 days ago", 731 * day: "2 years and 1 day ago", -time.Hour: "on 2026-06-01",
	} {
		if got := ago(f1Now.Add(-before), f1Now); got != want {
			t.Errorf("%s: %q, want %q", before, got, want)
		}
	}
	if got := ago(time.Time{}, f1Now); got != "never" {
		t.Errorf("no time: %q", got)
	}
}
