package iam

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/wire"
)

const (
	f1Account = "111122223333"
	f1Prefix  = "arn:aws:iam::111122223333:"
	aliceID   = "AIDAALICEEXAMPLE00001"
	bobID     = "AIDABOBEXAMPLE0000001"
	appID     = "AROAAPPEXAMPLE0000001"
	teamEc2   = f1Prefix + "policy/TeamEc2"
	sqsRead   = "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"
)

// auditor is the usual caller of fixture F1.
func auditor() wire.Caller {
	return wire.Caller{
		Account: f1Account, Partition: "aws", Kind: wire.UserCaller,
		UserID: "AIDAAUDITOREXAMPLE001", Entity: "AIDAAUDITOREXAMPLE001", ARN: f1Prefix + "user/auditor",
	}
}

// allow is a document that allows the actions on everything.
func allow(actions ...string) string {
	list, _ := json.Marshal(actions)
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":` + string(list) + `,"Resource":"*"}]}`
}

func managed(arn, document string) *inventory.Policy {
	return &inventory.Policy{
		Name: arn[strings.LastIndexByte(arn, '/')+1:], ARN: arn, Path: "/", Default: "v1", Attachable: true,
		Versions: []inventory.PolicyVersion{{ID: "v1", Document: document}},
	}
}

func user(path, name, id string, groups ...string) *inventory.User {
	return &inventory.User{Name: name, ID: id, ARN: f1Prefix + "user" + path + name, Path: path, Groups: groups}
}

// f1 is the inventory of fixture F1.
func f1() *inventory.Account {
	alice := user("/", "alice", aliceID, "developers")
	alice.Inline = []inventory.Inline{{Name: "AliceIam", Document: allow("iam:ListUsers", "iam:PassRole")}}
	auditor := user("/", "auditor", "AIDAAUDITOREXAMPLE001")
	auditor.Inline = []inventory.Inline{{Name: "Audit", Document: allow("iam:*")}}
	app := `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["s3:CreateBucket","s3:DeleteBucket","s3:GetObject"],"Resource":"*"},
		{"Effect":"Deny","Action":"s3:DeleteBucket","Resource":"*"},
		{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`
	a := &inventory.Account{
		ID: f1Account, Partition: "aws",
		Users: []*inventory.User{
			alice, auditor,
			user("/dev/", "bob", bobID, "developers"),
			user("/", "carol", "AIDACAROLEXAMPLE00001", "developers"),
		},
		Groups: []*inventory.Group{{
			Name: "developers", ID: "AGPADEVSEXAMPLE000001", ARN: f1Prefix + "group/developers", Path: "/",
			Inline:   []inventory.Inline{{Name: "DevInline", Document: allow("s3:CreateBucket", "s3:ListAllMyBuckets", "s3:GetObject")}},
			Attached: []string{teamEc2},
		}},
		Roles: []*inventory.Role{{
			Name: "app", ID: appID, ARN: f1Prefix + "role/service/app", Path: "/service/",
			Trust:    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
			Inline:   []inventory.Inline{{Name: "AppInline", Document: app}},
			Attached: []string{teamEc2, sqsRead},
			Boundary: f1Prefix + "policy/BoundaryAll",
		}},
		Policies: []*inventory.Policy{
			managed(teamEc2, allow("ec2:DescribeInstances", "ec2:RunInstances", "ec2:StartInstances")),
			managed(f1Prefix+"policy/Orphan", allow("kms:Decrypt")),
			managed(f1Prefix+"policy/BoundaryAll", allow("*")),
			managed(sqsRead, allow("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueues")),
		},
	}
	a.Index()
	return a
}

// event is the fact of one event of the account. The service is the label of
// the event source.
func event(at, principal, service, name, region string, class activity.Class, outcome activity.Outcome) activity.Fact {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return activity.Attempt(activity.Key{
		Account: f1Account, Principal: principal, Source: service + ".amazonaws.com", Name: name,
		Region: region, Class: class, Outcome: outcome,
	}, t, "event-"+at)
}

// f1Events are E1 to E10.
func f1Events() []activity.Fact {
	const (
		mgmt, data        = activity.Management, activity.Data
		ok, denied        = activity.Succeeded, activity.Denied
		root              = "arn:aws:iam::111122223333:root"
		useast1, euwest1  = "us-east-1", "eu-west-1"
		uswest2, mexico   = "us-west-2", "mx-central-1"
		frankfurt, create = "eu-central-1", "CreateBucket"
	)
	return []activity.Fact{
		event("2026-05-30T10:15:30Z", aliceID, "s3", create, useast1, mgmt, ok),
		event("2026-05-31T08:00:00Z", bobID, "ec2", "StartInstances", euwest1, mgmt, denied),
		event("2026-05-31T09:00:00Z", bobID, "s3", "GetObject", uswest2, data, ok),
		event("2026-05-20T00:00:01Z", appID, "s3", create, uswest2, mgmt, ok),
		event("2026-05-29T23:59:59Z", appID, "dynamodb", "GetItem", frankfurt, data, ok),
		event("2025-04-01T00:00:00Z", aliceID, "iam", "ListUsers", useast1, mgmt, ok),
		event("2026-05-31T10:00:00Z", root, "ec2", "RunInstances", useast1, mgmt, ok),
		event("2026-05-28T12:00:00Z", aliceID, "sns", "ListTopics", useast1, mgmt, denied),
		event("2026-05-31T11:00:00Z", aliceID, "s3", "ListBuckets", mexico, mgmt, ok),
		event("2026-05-25T06:30:00Z", aliceID, "s3", "ListBuckets", useast1, mgmt, ok),
	}
}

// world is an API on fixture F1, spoken to as a client would.
type world struct {
	*API
	t      testing.TB
	store  store.Store
	clock  time.Time
	router *wire.Router
	log    *bytes.Buffer
	deny   error    // what the API's own guard says
	asked  []string // what it was asked
}

// newWorld makes F1 in memory; change may adjust the configuration.
func newWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	cat, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	engine := grant.New(cat)
	s := mem.New()
	w := &world{t: t, store: s, clock: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), log: new(bytes.Buffer)}
	jobs := 0
	c := Config{
		Docs: s, Facts: s, Book: accounts.New(s),
		Catalog: func(context.Context) (*catalog.Catalog, *grant.Engine, error) { return cat, engine, nil },
		Clock:   func() time.Time { return w.clock },
		NewID: func() string {
			jobs++
			return fmt.Sprintf("00000000-0000-4000-8000-%012d", jobs)
		},
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	c.Guard = func(_ context.Context, _ wire.Caller, action, resource string) error {
		w.asked = append(w.asked, action+" on "+resource)
		return w.deny
	}
	for _, f := range change {
		f(&c)
	}
	w.API = New(c)
	w.router = wire.NewRouter(func(context.Context, wire.Caller, string, string) error { return nil }, w.Service())
	w.must(w.Book.Replace(t.Context(), f1()))
	w.must(s.MergeFacts(t.Context(), f1Events()))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// form is the parameters of a request, as name and value in turn.
func form(operation string, pairs ...string) url.Values {
	v := url.Values{"Action": {operation}, "Version": {"2010-05-08"}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// call sends a request and returns the answer's content: objects, lists and
// strings, as normalised makes them.
func (w *world) call(caller wire.Caller, operation string, pairs ...string) (status int, answer any) {
	w.t.Helper()
	return w.send(caller, form(operation, pairs...))
}

func (w *world) send(caller wire.Caller, v url.Values) (status int, answer any) {
	w.t.Helper()
	body := v.Encode()
	req := &wire.Request{ID: "REQ", Body: []byte(body), HTTP: httptest.NewRequest("POST", "/", nil)}
	req.HTTP.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	unchanged := w.holds(caller.Account)
	r := w.router.Serve(w.t.Context(), caller, "iam", req)
	unchanged(v.Get("Action"))
	if r.Cause != nil {
		w.t.Logf("%s: %v", v.Get("Action"), r.Cause)
	}
	return r.Status, readXML(w.t, r.Body)
}

// holds takes the inventory as every reader may hold it, and returns what checks
// that it is still as it was: a write changes entities of its own only (see
// inventory.Account.Draft).
func (w *world) holds(id string) (unchanged func(operation string)) {
	w.t.Helper()
	held, err := w.Book.Account(w.t.Context(), id)
	if _, isTest := w.t.(*testing.T); err != nil || !isTest {
		return func(string) {}
	}
	was := held.Clone()
	was.Index()
	return func(operation string) {
		w.t.Helper()
		if c := inventory.Diff(was, held); !c.None() || !was.Settings.Equal(held.Settings) ||
			!slices.EqualFunc(was.Devices, held.Devices, (*inventory.Device).Equal) ||
			!slices.EqualFunc(was.SAML, held.SAML, (*inventory.SAMLProvider).Equal) ||
			!slices.EqualFunc(was.OIDC, held.OIDC, (*inventory.OIDCProvider).Equal) {
			w.t.Errorf("%s changed an inventory that others read: %+v", operation, c)
		}
	}
}

// get is the result of a call that succeeds.
func (w *world) get(operation string, pairs ...string) any {
	w.t.Helper()
	status, answer := w.call(auditor(), operation, pairs...)
	if status != http.StatusOK {
		w.t.Fatalf("%s %v: %d %v", operation, pairs, status, answer)
	}
	result, ok := answer.(map[string]any)[operation+"Result"]
	if !ok {
		w.t.Fatalf("%s: no result in %v", operation, answer)
	}
	return result
}

// fails is the "CODE: message" of a call that fails, and its status.
func (w *world) fails(caller wire.Caller, operation string, pairs ...string) string {
	w.t.Helper()
	status, answer := w.call(caller, operation, pairs...)
	e, _ := answer.(map[string]any)["Error"].(map[string]any)
	if status == http.StatusOK || e == nil {
		w.t.Fatalf("%s %v succeeded: %v", operation, pairs, answer)
	}
	return fmt.Sprintf("%d %v: %v", status, e["Code"], e["Message"])
}

// generate makes a job as the auditor.
func (w *world) generate(arn, granularity string) string {
	w.t.Helper()
	result := w.get("GenerateServiceLastAccessedDetails", "Arn", arn, "Granularity", granularity)
	return result.(map[string]any)["JobId"].(string)
}

func (w *world) details(job string, pairs ...string) map[string]any {
	w.t.Helper()
	return w.get("GetServiceLastAccessedDetails", append([]string{"JobId", job}, pairs...)...).(map[string]any)
}

// readXML turns an answer into what normalised makes of the same answer in
// JSON.
func readXML(t testing.TB, body []byte) any {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			t.Fatalf("answer is no XML: %v\n%s", err, body)
		}
		if _, ok := token.(xml.StartElement); ok {
			v, err := readElement(d)
			if err != nil {
				t.Fatalf("answer is no XML: %v\n%s", err, body)
			}
			return v
		}
	}
}

func readElement(d *xml.Decoder) (any, error) {
	var text strings.Builder
	object := map[string]any{}
	var list []any
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			v, err := readElement(d)
			if err != nil {
				return nil, err
			}
			if token.Name.Local == "member" {
				list = append(list, v)
			} else {
				object[token.Name.Local] = v
			}
		case xml.EndElement:
			switch {
			case list != nil:
				return list, nil
			case len(object) > 0:
				return object, nil
			}
			return strings.TrimSpace(text.String()), nil
		}
	}
}

// normalised is JSON with every scalar as text and empty lists and objects as
// "", which is all that XML without a schema can tell.
func normalised(t testing.TB, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("more than one value in %s", text)
	}
	return flat(v)
}

func flat(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			return ""
		}
		for k := range v {
			v[k] = flat(v[k])
		}
		return v
	case []any:
		if len(v) == 0 {
			return ""
		}
		for i := range v {
			v[i] = flat(v[i])
		}
		return v
	}
	return fmt.Sprint(v)
}

// example is the nth JSON block of an acceptance example of the specification.
func example(t testing.TB, name string, n int) string {
	t.Helper()
	spec, err := os.ReadFile("../../docs/spec/last-accessed.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(spec), "\n**"+name+" — ")
	if !ok {
		t.Fatalf("no example %s in the specification", name)
	}
	text, _, _ = strings.Cut(text, "\n**A")
	blocks := strings.Split(text, "```json\n")
	if n+1 >= len(blocks) {
		t.Fatalf("example %s has no block %d", name, n)
	}
	block, _, _ := strings.Cut(blocks[n+1], "```")
	return block
}

// same compares with wanted JSON.
func same(t testing.TB, got any, want string) {
	t.Helper()
	g, _ := json.MarshalIndent(got, "", "  ")
	w, _ := json.MarshalIndent(normalised(t, want), "", "  ")
	if !bytes.Equal(g, w) {
		t.Errorf("got %s\nwant %s", g, w)
	}
}
