package accessanalyzer

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/wire"
)

const (
	owner   = "111122223333"
	other   = "444455556666"
	entity  = "arn:aws:iam::111122223333:"
	unused  = "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused"
	outside = "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/outside"
	scanned = "2026-06-01T12:00:00Z"
)

// world is the API over a store of its own, asked without HTTP and signatures.
// It holds fixture F3 of docs/spec/access-analyzer.md.
type world struct {
	*API
	t      testing.TB
	store  *mem.Store
	router *wire.Router
	// asked is what the guard was asked about; guard decides, nil allows all.
	mu    sync.Mutex
	asked []string
	guard wire.Guard
	// now is the real clock.
	now time.Time
}

// catalogue is read once for all tests: it is never changed.
var catalogue = sync.OnceValues(catalog.Load)

// newWorld has no analyzers. change may set what the Keeper does not have by
// default.
func newWorld(t testing.TB, change ...func(*analyzers.Config)) *world {
	t.Helper()
	w := &world{t: t, store: mem.New(), now: at(scanned)}
	book := accounts.New(w.store)
	cat, err := catalogue()
	w.try(err)
	engine, ids := grant.New(cat), 0
	c := analyzers.Config{
		Store: w.store, Book: book, Clock: func() time.Time { return w.now }, AsOf: w.now, Log: slog.New(slog.DiscardHandler), Wait: time.Minute,
		Catalog: func(context.Context) (*catalog.Catalog, *grant.Engine, error) { return cat, engine, nil },
		NewID: func() string {
			ids++
			return fmt.Sprintf("00000000-0000-4000-8000-%012d", ids)
		},
	}
	for _, f := range change {
		f(&c)
	}
	w.API = &API{Analyzers: analyzers.New(c), Book: book}
	t.Cleanup(w.Analyzers.Close)
	w.router = wire.NewRouter(w.allow, w.Service())
	w.try(book.Replace(t.Context(), f3(t)))
	w.try(w.store.MergeFacts(t.Context(), uses(`
		2026-05-30T10:15:30Z AIDAALICEEXAMPLE00001 s3 CreateBucket
		2026-05-25T06:30:00Z AIDAALICEEXAMPLE00001 s3 ListBuckets
		2026-05-30T10:15:30Z AKIAALICEEXAMPLE0001 s3 CreateBucket keyuse
		2026-05-31T08:00:00Z AIDABOBEXAMPLE0000001 ec2 StartInstances
		2026-01-10T00:00:00Z AIDABOBEXAMPLE0000001 signin ConsoleLogin signin
		2026-05-20T00:00:01Z AROAAPPEXAMPLE0000001 s3 CreateBucket
		2026-05-29T23:59:59Z AROAAPPEXAMPLE0000001 dynamodb GetItem data`)))
	return w
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// f3 is fixture F1 as scripts import it, with what F3 has besides, and a role
// that outsiders may assume.
func f3(t testing.TB) *inventory.Account {
	t.Helper()
	file, err := os.Open("../../internal/scenario/testdata/f1/iam.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s := inventory.NewSnapshot()
	if err := s.Read("iam.json", file); err != nil {
		t.Fatal(err)
	}
	list, _, err := s.Accounts()
	if err != nil {
		t.Fatal(err)
	}
	a := list[0]
	old := at("2024-01-01T00:00:00Z")
	a.UserByName("alice").Keys = []inventory.AccessKey{{ID: "AKIAALICEEXAMPLE0001", Active: true, Created: old}, {ID: "AKIAALICEEXAMPLE0002", Active: true, Created: old}}
	a.UserByName("bob").Login = &inventory.LoginProfile{Created: old, Changed: old}
	read := []inventory.Inline{{Name: "Read", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`}}
	for _, r := range []inventory.Role{
		{Name: "idle", ID: "AROAIDLEEXAMPLE000001", Created: old, Inline: read, Tags: []inventory.Tag{{Key: "team", Value: "a"}}},
		{Name: "new", ID: "AROANEWEXAMPLE0000001", Created: at("2026-05-25T00:00:00Z"), Inline: read},
		{Name: "linked", ID: "AROALINKEDEXAMPLE0001", Created: old, Path: "/aws-service-role/x.amazonaws.com/"},
		{Name: "shared", ID: "AROASHAREDEXAMPLE0001", Created: old, Trust: `{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}},
			{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`},
	} {
		if r.Path == "" {
			r.Path = "/"
		}
		r.ARN = entity + "role" + r.Path + r.Name
		a.Roles = append(a.Roles, &r)
	}
	a.Index()
	return a
}

// uses are facts, one a line: TIME PRINCIPAL SOURCE NAME, and the word "data",
// "signin" or "keyuse".
func uses(text string) (list []activity.Fact) {
	classes := map[string]activity.Class{"data": activity.Data, "signin": activity.SignIn, "keyuse": activity.KeyUse}
	for line := range strings.Lines(text) {
		word := strings.Fields(line)
		if len(word) == 0 {
			continue
		}
		key := activity.Key{
			Account: owner, Principal: word[1], Source: word[2] + ".amazonaws.com", Name: word[3], Region: "us-east-1",
			Class: activity.Management, Outcome: activity.Succeeded,
		}
		if len(word) > 4 {
			key.Class = classes[word[4]]
		}
		list = append(list, activity.Attempt(key, at(word[0]), line))
	}
	return list
}

func (w *world) try(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) allow(ctx context.Context, c wire.Caller, action, resource string) error {
	w.mu.Lock()
	w.asked = append(w.asked, action+" "+resource)
	w.mu.Unlock()
	if w.guard == nil {
		return nil
	}
	return w.guard(ctx, c, action, resource)
}

func callerOf(account, region string) wire.Caller {
	return wire.Caller{
		Account: account, Partition: "aws", Kind: wire.RootCaller, UserID: account, ARN: "arn:aws:iam::" + account + ":root",
		Keys: map[string][]string{"aws:RequestedRegion": {region}},
	}
}

// ask is one request, "METHOD /path", of a caller.
func (w *world) ask(c wire.Caller, request, body string) wire.Response {
	return w.serve(w.t.Context(), c, request, body)
}

func (w *world) serve(ctx context.Context, c wire.Caller, request, body string) wire.Response {
	method, url, _ := strings.Cut(request, " ")
	req := httptest.NewRequest(method, url, nil)
	req.Header.Set("Content-Type", "application/json")
	return w.router.Serve(ctx, c, "access-analyzer", &wire.Request{ID: "REQ", HTTP: req, Body: []byte(body)})
}

// do is a request of the owner in us-east-1 that succeeds, and its answer.
func (w *world) do(request, body string) string {
	w.t.Helper()
	a := w.ask(callerOf(owner, "us-east-1"), request, body)
	if a.Status != 200 {
		w.t.Fatalf("%s %s: %d %s %s, cause %v", request, body, a.Status, a.Header["X-Amzn-ErrorType"], a.Body, a.Cause)
	}
	return string(a.Body)
}

// want is do for a known answer.
func (w *world) want(request, body, want string) {
	w.t.Helper()
	if got := w.do(request, body); got != want {
		w.t.Errorf("%s %s\n got %s\nwant %s", request, body, got, want)
	}
}

// refuses is a request of the owner that fails with "STATUS NAME BODY".
func (w *world) refuses(request, body, want string) {
	w.t.Helper()
	if got := said(w.ask(callerOf(owner, "us-east-1"), request, body)); got != want {
		w.t.Errorf("%s %s\n got %s\nwant %s", request, body, got, want)
	}
}

func said(a wire.Response) string {
	text := fmt.Sprintf("%d %s %s", a.Status, a.Header["X-Amzn-ErrorType"], a.Body)
	if a.Cause != nil {
		text += fmt.Sprintf(" (cause: %v)", a.Cause)
	}
	return text
}

// make makes the analyzers "unused" and "outside".
func (w *world) make() {
	w.t.Helper()
	w.want("PUT /analyzer", `{"analyzerName":"unused","type":"ACCOUNT_UNUSED_ACCESS"}`, `{"arn":"`+unused+`"}`)
	w.want("PUT /analyzer", `{"analyzerName":"outside","type":"ACCOUNT"}`, `{"arn":"`+outside+`"}`)
}

// find is the id of the one finding that a filter of "unused" finds.
func (w *world) find(analyzer, filter string) string {
	w.t.Helper()
	var list struct{ Findings []struct{ ID string } }
	text := w.do("POST /findingv2", `{"analyzerArn":"`+analyzer+`","filter":`+filter+`}`)
	w.try(json.Unmarshal([]byte(text), &list))
	if len(list.Findings) != 1 {
		w.t.Fatalf("%s finds %s", filter, text)
	}
	return list.Findings[0].ID
}

// value is a text member of an answer.
func value(t testing.TB, answer, member string) string {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(answer), &members); err != nil {
		t.Fatal(err)
	}
	text, ok := members[member].(string)
	if !ok {
		t.Fatalf("no %s in %s", member, answer)
	}
	return text
}

func refuseAll(context.Context, wire.Caller, string, string) error {
	return wire.Errorf(403, "AccessDenied", "no")
}

// guardFunc is a guard that allows all and shows the callers.
func guardFunc(show func(wire.Caller)) wire.Guard {
	return func(_ context.Context, c wire.Caller, _, _ string) error {
		show(c)
		return nil
	}
}
