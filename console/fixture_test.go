package console

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/api/accessanalyzer"
	"github.com/ebbmark/ebbmark/api/ebbmark"
	"github.com/ebbmark/ebbmark/api/iam"
	"github.com/ebbmark/ebbmark/api/organizations"
	"github.com/ebbmark/ebbmark/api/sts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/httpd"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/wire"
)

const (
	f1Account = "111122223333"
	f1Prefix  = "arn:aws:iam::111122223333:"
	aliceID   = "AIDAALICEEXAMPLE00001"
	auditorID = "AIDAAUDITOREXAMPLE001"
	weakID    = "AIDAWEAKEXAMPLE000001"
	appID     = "AROAAPPEXAMPLE0000001"
	teamEc2   = f1Prefix + "policy/TeamEc2"

	auditorKey = "AKIAAUDITOREXAMPLE01"
	weakKey    = "AKIAWEAKEXAMPLE00001"
	secret     = "a-secret-of-the-fixture-of-forty-letters"
	// evil is text that would be a script if a page did not escape it.
	evil = `"><script>alert('x')</script>`
)

// f1Now is when the fixture's server is asked.
var f1Now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func allow(actions ...string) string {
	list, _ := json.Marshal(actions)
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":` + string(list) + `,"Resource":"*"}]}`
}

func managed(name, document string) *inventory.Policy {
	return &inventory.Policy{
		Name: name, ARN: f1Prefix + "policy/" + name, Path: "/", Default: "v1", Attachable: true,
		Versions: []inventory.PolicyVersion{{ID: "v1", Document: document}},
	}
}

func member(name, id string, key string) *inventory.User {
	u := &inventory.User{Name: name, ID: id, ARN: f1Prefix + "user/" + name, Path: "/"}
	if key != "" {
		u.Keys = []inventory.AccessKey{{ID: key, Active: true}}
	}
	return u
}

// f1 is fixture F1 of the specification with a weak user, a role that no text
// of is harmless, and a tag of the kind.
func f1() *inventory.Account {
	alice := member("alice", aliceID, "")
	alice.Groups = []string{"developers"}
	alice.Inline = []inventory.Inline{{Name: "AliceIam", Document: allow("iam:ListUsers", "iam:PassRole")}}
	alice.Tags = []inventory.Tag{{Key: "team", Value: evil}}
	auditor := member("auditor", auditorID, auditorKey)
	auditor.Inline = []inventory.Inline{{Name: "Audit", Document: allow("iam:*", "access-analyzer:*", "ebbmark:*")}}
	weak := member("weak", weakID, weakKey)
	weak.Inline = []inventory.Inline{{Name: "List", Document: allow("iam:ListRoles", "iam:ListUsers")}}
	evilRole := &inventory.Role{
		Name: "evil", ID: "AROAEVILEXAMPLE000001", ARN: f1Prefix + "role/" + evil + "/evil", Path: "/" + evil + "/", Description: evil, Created: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		Trust:  `{"Version":"2012-10-17","Statement":[{"Sid":"</code><script>alert(1)</script>","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
		Inline: []inventory.Inline{{Name: "Odd" + evil, Document: allow("s3:PutObject")}, {Name: "Evil", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::<script>alert(2)</script>"}]}`}},
	}
	a := &inventory.Account{
		ID: f1Account, Partition: "aws",
		Users: []*inventory.User{alice, auditor, weak},
		Groups: []*inventory.Group{{
			Name: "developers", ID: "AGPADEVSEXAMPLE000001", ARN: f1Prefix + "group/developers", Path: "/",
			Inline:   []inventory.Inline{{Name: "DevInline", Document: allow("s3:CreateBucket", "s3:ListAllMyBuckets", "s3:GetObject")}},
			Attached: []string{teamEc2},
		}},
		Roles: []*inventory.Role{{
			Name: "app", ID: appID, ARN: f1Prefix + "role/service/app", Path: "/service/", Boundary: f1Prefix + "policy/BoundaryAll",
			Trust:  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
			Inline: []inventory.Inline{{Name: "AppInline", Document: allow("s3:CreateBucket", "s3:DeleteBucket", "sqs:ListQueues")}}, Attached: []string{teamEc2},
		}, evilRole},
		Policies: []*inventory.Policy{
			managed("TeamEc2", allow("ec2:DescribeInstances", "ec2:RunInstances", "ec2:StartInstances")),
			managed("BoundaryAll", allow("*")),
		},
	}
	a.Index()
	return a
}

func event(t testing.TB, at, principal, service, name, region string) activity.Fact {
	when, err := time.Parse(time.RFC3339, at)
	must(t, err)
	return activity.Attempt(activity.Key{
		Account: f1Account, Principal: principal, Source: service + ".amazonaws.com", Name: name,
		Region: region, Class: activity.Management, Outcome: activity.Succeeded,
	}, when, "event-"+at)
}

// world is a server with its console, and a browser.
type world struct {
	t       testing.TB
	server  *httpd.Server
	console *Console
	clock   time.Time
	book    *accounts.Book
	keys    *auth.Keyring
	keeper  *analyzers.Keeper
	cookies map[string]string
	csrf    string // of the page seen last
	secure  bool   // the browser speaks TLS
	remote  string
	delay   time.Duration
	facts   store.Facts
	id      string // of a finding
	sources []ebbmark.Source
}

// newWorld makes F1 in memory behind the real APIs.
func newWorld(t testing.TB, change ...func(*world)) *world {
	t.Helper()
	w := &world{t: t, clock: f1Now, cookies: map[string]string{}, remote: "192.0.2.1:4711"}
	for _, f := range change {
		f(w)
	}
	now := func() time.Time { return w.clock }
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	cat, err := catalog.Load()
	must(t, err)
	engine := grant.New(cat)
	current := func(context.Context) (*catalog.Catalog, *grant.Engine, error) { return cat, engine, nil }
	s := mem.New()
	w.book, w.facts = accounts.New(s), s
	sealer, err := auth.NewSealer(make([]byte, auth.KeySize), rand.Reader)
	must(t, err)
	w.keys = &auth.Keyring{Docs: s, Sealer: sealer, Random: rand.Reader}
	authority := &auth.Authority{Accounts: w.book, Log: log}
	jobs := 0
	newID := func() string { jobs++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", jobs) }
	api := iam.New(iam.Config{Docs: s, Facts: s, Book: w.book, Keys: w.keys, Catalog: current, Clock: now, Guard: authority.Guard, NewID: newID, JobDelay: w.delay, Log: log})
	w.keeper = analyzers.New(analyzers.Config{Store: s, Book: w.book, Catalog: current, Clock: now, NewID: uuid.NewString, Every: time.Hour, Log: log})
	t.Cleanup(func() { w.keeper.Close() })
	tokens := &sts.API{Accounts: w.book, Keys: w.keys, Authority: authority, Now: now}
	tree := organizations.New(organizations.Config{Book: w.book, Random: rand.Reader, Guard: authority.Guard, Clock: now, Log: log})
	own := &ebbmark.API{Facts: s, Book: w.book, Clock: now, Version: "v1.2.3", Catalog: func(context.Context) (*catalog.Catalog, error) { return cat, nil },
		Sources: func() []ebbmark.Source { return w.sources }}
	handler := http.HandlerFunc(func(a http.ResponseWriter, r *http.Request) { w.server.ServeHTTP(a, r) })
	mirror := func(ctx context.Context, id string) (bool, error) {
		mode, err := w.book.Mode(ctx, id)
		return mode == accounts.Mirror, err
	}
	w.console = New(Config{API: handler, Mirror: mirror, Now: now, Log: log})
	w.server = httpd.New(httpd.Config{
		Services:     []wire.Service{api.Service(), tokens.Service(), tree.Service(), (&accessanalyzer.API{Analyzers: w.keeper, Book: w.book}).Service(), own.Service()},
		Guard:        authority.Guard,
		Authenticate: (&auth.Authenticator{Keys: w.keys, Accounts: w.book, Now: now}).Authenticate,
		Routes:       []httpd.Route{{Path: Path, Handler: w.console}, {Path: "/", When: WantsPage, Handler: Redirect()}},
		Log:          log, Now: now,
	})
	must(t, w.book.Replace(t.Context(), f1()))
	must(t, s.MergeFacts(t.Context(), []activity.Fact{
		event(t, "2026-05-30T10:15:30Z", aliceID, "s3", "CreateBucket", "us-east-1"),
		event(t, "2026-05-20T00:00:01Z", appID, "s3", "CreateBucket", "us-west-2"),
		event(t, "2025-09-01T00:00:00Z", appID, "ec2", "RunInstances", "eu-west-1"),
	}))
	for key, user := range map[string]string{auditorKey: auditorID, weakKey: weakID} {
		_, err := w.keys.Create(t.Context(), auth.Owner{Account: f1Account, User: user}, key, secret, f1Now)
		must(t, err)
	}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// csrfField is the token of a form.
var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// send sends a request as the browser does, and keeps cookies and token.
func (w *world) send(method, target string, form url.Values, header ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.RemoteAddr = w.remote
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if w.secure {
		r.TLS = &tls.ConnectionState{}
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	for name, value := range w.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	a := httptest.NewRecorder()
	w.server.ServeHTTP(a, r)
	for _, c := range a.Result().Cookies() {
		if w.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(w.cookies, c.Name)
		}
	}
	if m := csrfField.FindStringSubmatch(a.Body.String()); m != nil {
		w.csrf = m[1]
	}
	return a
}

// page is a page that there is.
func (w *world) page(target string) string {
	w.t.Helper()
	a := w.send("GET", target, nil)
	if a.Code != http.StatusOK {
		w.t.Fatalf("GET %s: %d %s\n%s", target, a.Code, a.Header().Get("Location"), a.Body)
	}
	return a.Body.String()
}

// signIn signs in through the form, and is the answer.
func (w *world) signIn(key string, more ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	w.page("/console/signin")
	form := url.Values{"csrf": {w.csrf}, "key": {key}, "secret": {secret}, "region": {"us-east-1"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return w.send("POST", "/console/signin", form)
}

// signedIn is a world whose browser has signed in.
func signedIn(t testing.TB, key string, change ...func(*world)) *world {
	t.Helper()
	w := newWorld(t, change...)
	if a := w.signIn(key); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/console/" {
		t.Fatalf("sign in: %d %s\n%s", a.Code, a.Header().Get("Location"), a.Body)
	}
	return w
}

// has checks that a page has each text.
func has(t testing.TB, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q:\n%s", text, page)
		}
	}
}
