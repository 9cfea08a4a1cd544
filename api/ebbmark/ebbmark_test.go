package ebbmark

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/wire"
)

const (
	owner  = "111122223333"
	member = "444455556666"
	app    = "arn:aws:iam::111122223333:role/service/app"
)

// world is the API over a store of its own, asked without HTTP and signatures.
type world struct {
	*API
	t      testing.TB
	asked  []string // what the guard was asked about
	refuse bool
	router *wire.Router
}

func newWorld(t testing.TB) *world {
	t.Helper()
	s, w := mem.New(), &world{t: t}
	w.API = &API{
		Facts: s, Book: accounts.New(s), Version: "v1.2.3", Clock: func() time.Time { return at("2026-06-01T12:00:00Z") },
		Catalog: func(context.Context) (*catalog.Catalog, error) { return catalog.Load() },
		Sources: func() []Source {
			return []Source{{Kind: "bucket", State: "failing", FilesRead: 7, FilesFailed: 1, Refused: 2}, {Kind: "folder", State: "waiting", LastSuccess: at("2026-06-01T11:59:00Z")}}
		},
		Reading: func(context.Context) (int, error) { return 3, nil },
	}
	w.router = wire.NewRouter(w.guard, w.Service())
	a := &inventory.Account{ID: owner, Partition: "aws", Roles: []*inventory.Role{{Name: "app", ID: "AROAAPP", ARN: app, Path: "/service/"}}}
	a.Index()
	o := organization.New("o-exampleorg1", "r-ab12", organization.Account{ID: owner, Name: "management", Email: "a@example.com", JoinedTimestamp: at("2020-01-01T00:00:00Z"), Status: "ACTIVE"})
	w.must(o.AddAccount(organization.Account{ID: member, Name: "member", Email: "b@example.com", JoinedTimestamp: at("2020-01-01T00:00:00Z"), Status: "ACTIVE"}))
	w.must(w.Book.Replace(t.Context(), a))
	w.must(w.Book.ReplaceOrganization(t.Context(), o))
	w.must(s.MergeFacts(t.Context(), facts(`
		2024-02-01T00:00:00Z AROAAPP ec2 RunInstances us-east-1
		2026-05-28T10:00:00Z AROAAPP s3 CreateBucket us-east-1
		2026-05-30T10:00:00Z AROAAPP s3 ListBuckets us-east-1
		2026-05-31T10:00:00Z AROAAPP s3 ListBuckets us-east-1
		2026-05-30T10:00:00Z AROAAPP unheard Of us-east-1
		2026-05-28T10:00:00Z - - - us-east-1
		2026-05-30T10:00:00Z - - - us-east-1
		2026-05-31T11:00:00Z - - - eu-west-1`)))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// facts are lines of TIME PRINCIPAL SOURCE NAME REGION; without a principal, a
// log of the Region was read.
func facts(text string) (list []activity.Fact) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		k := activity.Key{Account: owner, Region: f[4], Class: activity.Coverage}
		if f[1] != "-" {
			k = activity.Key{Account: owner, Principal: f[1], Source: f[2] + ".amazonaws.com", Name: f[3], Region: f[4], Class: activity.Management, Outcome: activity.Succeeded}
		}
		list = append(list, activity.Attempt(k, at(f[0]), f[0]))
	}
	return list
}

func (w *world) guard(_ context.Context, c wire.Caller, action, resource string) error {
	w.asked = append(w.asked, action+" "+resource)
	if w.refuse {
		return wire.Errorf(http.StatusForbidden, "AccessDenied", "no")
	}
	return nil
}

// get asks as a caller of an account.
func (w *world) get(account, target string) (int, string) {
	w.t.Helper()
	r := wire.Request{ID: "r", HTTP: httptest.NewRequest(http.MethodGet, target, nil)}
	c := wire.Caller{Account: account, Partition: "aws", ARN: "arn:aws:iam::" + account + ":root", UserID: account, Kind: wire.RootCaller}
	a := w.router.Serve(w.t.Context(), c, "ebbmark", &r)
	if a.Cause != nil {
		w.t.Errorf("GET %s: %v", target, a.Cause)
	}
	return a.Status, string(a.Body)
}

func TestAnswers(t *testing.T) {
	for target, want := range map[string]string{
		"/v1/activity?days=5&arn=" + app: `{"account":"111122223333","arn":"arn:aws:iam::111122223333:role/service/app","from":"2026-05-28","to":"2026-06-01",` +
			`"covered":[{"from":"2026-05-28","to":"2026-05-28","days":1},{"from":"2026-05-30","to":"2026-05-31","days":2}],` +
			`"gaps":[{"from":"2026-05-29","to":"2026-05-29","days":1},{"from":"2026-06-01","to":"2026-06-01","days":1}],"services":[` +
			`{"namespace":"ec2","name":"Amazon EC2","firstUsed":"2024-02-01T00:00:00Z","lastUsed":"2024-02-01T00:00:00Z","activeDays":0,"active":[]},` +
			`{"namespace":"s3","name":"Amazon S3","firstUsed":"2026-05-28T10:00:00Z","lastUsed":"2026-05-31T10:00:00Z","activeDays":3,` +
			`"active":[{"from":"2026-05-28","to":"2026-05-28","days":1},{"from":"2026-05-30","to":"2026-05-31","days":2}]},` +
			`{"namespace":"unheard.amazonaws.com","firstUsed":"2026-05-30T10:00:00Z","lastUsed":"2026-05-30T10:00:00Z","activeDays":1,"active":[{"from":"2026-05-30","to":"2026-05-30","days":1}]}]}`,
		"/v1/coverage?days=3": `{"account":"111122223333","from":"2026-05-30","to":"2026-06-01","regions":[` +
			`{"region":"eu-west-1","latestRecord":"2026-05-31T11:00:00Z","coveredDays":1,"covered":[{"from":"2026-05-31","to":"2026-05-31","days":1}],` +
			`"gaps":[{"from":"2026-05-30","to":"2026-05-30","days":1},{"from":"2026-06-01","to":"2026-06-01","days":1}]},` +
			`{"region":"us-east-1","latestRecord":"2026-05-30T10:00:00Z","coveredDays":1,"covered":[{"from":"2026-05-30","to":"2026-05-30","days":1}],` +
			`"gaps":[{"from":"2026-05-31","to":"2026-06-01","days":2}]}]}`,
		"/v1/coverage?days=1&account=" + member: `{"account":"444455556666","from":"2026-06-01","to":"2026-06-01","regions":[]}`,
	} {
		w := newWorld(t)
		if status, body := w.get(owner, target); status != 200 || body != want {
			t.Errorf("GET %s: %d\n%s\nwant\n%s", target, status, body, want)
		}
	}
}

func TestStatusSaysHowFreshTheLogsAre(t *testing.T) {
	w := newWorld(t)
	_, body := w.get(owner, "/v1/status")
	for _, part := range []string{
		`"version":"v1.2.3","asOf":"2026-06-01T12:00:00Z"`,
		`"logs":{"regions":2,"latestRecord":"2026-05-31T11:00:00Z","coveredDays":3,"days":400,"coveredSince":"2026-05-30"}`,
		`"ingest":{"reading":3,"sources":[{"kind":"bucket","state":"failing","filesRead":7,"filesFailed":1,"recordsRefused":2},` +
			`{"kind":"folder","state":"waiting","lastSuccess":"2026-06-01T11:59:00Z","filesRead":0,"filesFailed":0,"recordsRefused":0}]}`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("no %s in\n%s", part, body)
		}
	}
	if _, body := w.get(member, "/v1/status"); !strings.Contains(body, `"logs":{"regions":0,"coveredDays":0,"days":400}`) {
		t.Errorf("an account without logs: %s", body)
	}
}

func TestGuardIsAskedAboutWhatIsThere(t *testing.T) {
	w := newWorld(t)
	w.get(owner, "/v1/activity?arn=arn:aws:iam::111122223333:role/other/app")
	w.get(owner, "/v1/coverage")
	w.get(owner, "/v1/status")
	want := "ebbmark:GetActivity " + app + "; ebbmark:GetCoverage *; ebbmark:GetStatus *"
	if got := strings.Join(w.asked, "; "); got != want {
		t.Errorf("asked %s", got)
	}
	w.refuse = true
	for _, target := range []string{"/v1/activity?arn=" + app, "/v1/activity?arn=arn:aws:iam::111122223333:role/gone", "/v1/coverage", "/v1/status"} {
		if status, body := w.get(owner, target); status == 200 || !strings.Contains(body, "no") || strings.Contains(body, "There is no") {
			t.Errorf("GET %s: %d %s", target, status, body)
		}
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		account, target string
		status          int
		want            string
	}{
		{owner, "/v1/activity", 400, "arn"},
		{owner, "/v1/activity?arn=arn:aws:s3:::bucket-of-mine", 400, "is not the ARN of a user or role"},
		{owner, "/v1/activity?arn=arn:aws:iam::111122223333:policy/x", 400, "is not the ARN of a user or role"},
		{owner, "/v1/activity?arn=arn:aws-cn:iam::111122223333:role/app", 400, "another partition"},
		{owner, "/v1/activity?arn=arn:aws:iam::111122223333:role/gone", 404, "There is no user or role"},
		{owner, "/v1/activity?days=0&arn=" + app, 400, "days"},
		{owner, "/v1/activity?days=3661&arn=" + app, 400, "days"},
		{owner, "/v1/activity?days=x&arn=" + app, 400, "days"},
		{member, "/v1/activity?arn=" + app, 403, "it is of another account"},
		{"777788889999", "/v1/activity?arn=arn:aws:iam::777788889999:role/app", 404, "There is no user or role"},
		{member, "/v1/coverage?account=" + owner, 403, "is not in the management account"},
		{owner, "/v1/coverage?account=777788889999", 403, "is not in the management account"},
		{owner, "/v1/coverage?account=12", 400, "account"},
		{owner, "/v1/evidence", 400, "arn"},
		{owner, "/v1/evidence?arn=arn:aws:s3:::bucket", 400, "is not the ARN of a user, group, role"},
		{owner, "/v1/evidence?arn=arn:aws:iam::111122223333:role/gone", 404, "There is no arn:aws:iam::111122223333:role/gone"},
		{member, "/v1/evidence?arn=" + app, 403, "it is of another account"},
		{member, "/v1/evidence?arn=arn:aws:iam::444455556666:root", 404, "There is no"},
		{member, "/v1/evidence?arn=o-exampleorg1/r-ab12", 403, "is not in the management account of that organization"},
		{owner, "/v1/evidence?arn=o-other/r-ab12", 403, "is not in the management account of that organization"},
		{owner, "/v1/evidence?arn=o-exampleorg1/r-ab12/ou-ab12-none0001", 404, "There is no"},
		{owner, "/v1/evidence?service=s4&arn=" + app, 400, "no service namespace"},
		{owner, "/v1/evidence?windowDays=0&arn=" + app, 400, "windowDays"},
		{owner, "/v1/evidence?granularity=all&arn=" + app, 400, "granularity"},
		{owner, "/v1/nothing", 404, "There is no operation"},
	} {
		if status, body := w.get(tt.account, tt.target); status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("GET %s: %d %s, want %d %s", tt.target, status, body, tt.status, tt.want)
		}
	}
}

func TestGetEvidence(t *testing.T) {
	w := newWorld(t)
	status, body := w.get(owner, "/v1/evidence?service=s3&granularity=action&everyRegion=true&windowDays=2&arn="+app)
	for _, want := range []string{
		`{"arn":"` + app + `","kind":"role","asOf":"2026-06-01T12:00:00Z","windowDays":2,"from":"2026-05-30","to":"2026-06-01","principals":1,"coverage":{"since":"2026-05-30","whole":true,"regions":["eu-west-1","us-east-1"],`,
		`"services":[{"namespace":"s3","name":"Amazon S3","verdict":"used","why":"The last attempt, on 2026-05-31, succeeded; there were attempts on 2 days of the window.",`,
		`"actions":[{"name":"CreateBucket","level":"Write","verdict":"not observable","why":"The logs of the window have no event that writes of anyone: the trail may leave them out.",`,
		`"withoutLogs":[],"withoutLogsTotal":0,"gaps":[],"gapsTotal":0,"trails":[],"trailsTotal":0},"missing":[],"unknownSources":[],`,
		`"granted":false`,
		`"who":[{"account":"111122223333","principal":"` + app + `","last":"2026-05-31T10:00:00Z"}]`,
	} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("%d %s\nlacks %s", status, body, want)
		}
	}
	if status, body := w.get(owner, "/v1/evidence?service=s3&arn="+app); status != 200 || strings.Contains(body, "CreateBucket") || !strings.Contains(body, `"namespace":"s3"`) {
		t.Errorf("by service: %d %s", status, body)
	}
	for _, target := range []string{"arn:aws:iam::111122223333:root", "o-exampleorg1/r-ab12", "o-exampleorg1/r-ab12/" + member} {
		if status, body := w.get(owner, "/v1/evidence?arn="+target); status != 200 || !strings.Contains(body, `"kind":"`) {
			t.Errorf("of %s: %d %s", target, status, body)
		}
	}
	if want := []string{"ebbmark:GetEvidence arn:aws:iam::111122223333:role/service/app", "ebbmark:GetEvidence arn:aws:iam::111122223333:root", "ebbmark:GetEvidence *"}; len(w.asked) < 5 || w.asked[0] != want[0] || w.asked[2] != want[1] || w.asked[3] != want[2] {
		t.Errorf("the guard was asked %q", w.asked)
	}
	w.refuse = true
	if status, _ := w.get(owner, "/v1/evidence?arn="+app); status == 200 {
		t.Error("answered what the guard refused")
	}
}

func TestDescriptionHasEveryOperation(t *testing.T) {
	text, err := os.ReadFile("../../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, route := range routes {
		path, query, _ := strings.Cut(strings.TrimPrefix(route, "GET "), "?")
		_, described, found := strings.Cut(string(text), "\n  "+path+":\n")
		described, _, _ = strings.Cut(described, "\n  /")
		if !found || !strings.Contains(described, "operationId: "+name+"\n") {
			t.Errorf("docs/openapi.yaml does not have %s at %s", name, path)
		}
		for parameter := range strings.SplitSeq(query, "&") {
			if parameter != "" && !strings.Contains(described, "name: "+parameter+"\n") {
				t.Errorf("docs/openapi.yaml: %s lacks the parameter %s", name, parameter)
			}
		}
	}
}
