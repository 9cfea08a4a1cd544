package organizations

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/wire"
)

// The fixture is F2 of docs/spec/organizations.md, with a trusted service and a
// delegated administrator besides: 333333333333.
const (
	mgmt    = "111111111111"
	member  = "222222222222"
	admin   = "333333333333"
	outside = "444444444444"
	orgID   = "o-exampleorg1"
	rootID  = "r-ab12"
	prod    = "ou-ab12-prod0001"
	dev     = "ou-ab12-dev00001"
	scp     = "SERVICE_CONTROL_POLICY"
)

// world is the API over a store of its own, asked without HTTP and signatures.
type world struct {
	*API
	t      *testing.T
	router *wire.Router
	// asked are the resources that the guard was asked about.
	mu    sync.Mutex
	asked []string
	// guard decides; nil allows all.
	guard wire.Guard
}

// newWorld has four homes, of which three are an organization unless empty.
func newWorld(t *testing.T, empty bool) *world {
	t.Helper()
	w := &world{t: t}
	book := accounts.New(mem.New())
	guard := func(ctx context.Context, c wire.Caller, action, resource string) error {
		w.mu.Lock()
		w.asked = append(w.asked, action+" "+resource)
		w.mu.Unlock()
		if w.guard == nil {
			return nil
		}
		return w.guard(ctx, c, action, resource)
	}
	clock := func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }
	w.API = New(Config{Book: book, Random: rand.Reader, Guard: guard, Clock: clock, Log: slog.New(slog.DiscardHandler)})
	w.router = wire.NewRouter(guard, w.Service())
	t.Cleanup(w.Close)
	for _, id := range []string{mgmt, member, admin, outside} {
		a := &inventory.Account{ID: id, Partition: "aws"}
		a.Index()
		if err := book.Create(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if !empty {
		if err := book.CreateOrganization(t.Context(), f2(t)); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func f2(t *testing.T) *organization.Organization {
	t.Helper()
	joined := time.Date(2025, 1, 2, 3, 4, 5, 678e6, time.UTC)
	o := organization.New(orgID, rootID, organization.Account{
		ID: mgmt, Name: "management", Email: "m@example.com", Status: organization.Active, JoinedMethod: organization.Invited, JoinedTimestamp: joined,
	})
	account := func(id, parent, name string) error {
		return o.AddAccount(organization.Account{
			ID: id, Parent: parent, Name: name, Email: name + "@example.com", Status: organization.Active, JoinedMethod: organization.Created, JoinedTimestamp: joined,
		})
	}
	policy := func(id, name, statement string) error {
		return o.CreatePolicy(organization.Policy{ID: id, Name: name, Type: scp, Content: `{"Version":"2012-10-17","Statement":[` + statement + `]}`})
	}
	err := errors.Join(
		o.EnablePolicyType(rootID, scp),
		o.CreateUnit(organization.Unit{ID: prod, Parent: rootID, Name: "prod"}),
		o.CreateUnit(organization.Unit{ID: dev, Parent: rootID, Name: "dev"}),
		account(member, prod, "two"),
		account(admin, dev, "three"),
		policy("p-allowlist1", "allowlist1", `{"Effect":"Allow","Action":["s3:*","ec2:*"],"Resource":"*"}`),
		policy("p-denysqs001", "denysqs001", `{"Effect":"Deny","Action":"sqs:*","Resource":"*"}`),
		policy("p-unused0001", "unused0001", `{"Effect":"Allow","Action":"kms:*","Resource":"*"}`),
		o.Attach("p-allowlist1", prod),
		o.Detach(organization.FullAccess, prod),
		o.Attach("p-denysqs001", dev),
		o.Tag(prod, []organization.Tag{{Key: "stage", Value: "prod"}, {Key: "empty"}}),
		o.RegisterDelegated(admin, "guardduty.amazonaws.com", joined),
	)
	o.TrustService("guardduty.amazonaws.com", joined)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func callerOf(account string) wire.Caller {
	return wire.Caller{Account: account, Partition: "aws", Kind: wire.RootCaller, UserID: account, ARN: "arn:aws:iam::" + account + ":root"}
}

// ask is one request of an account's root.
func (w *world) ask(account, operation, body string) wire.Response {
	w.t.Helper()
	req := httptest.NewRequest("POST", "/", nil)
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "AWSOrganizationsV20161128."+operation)
	answer := w.router.Serve(w.t.Context(), callerOf(account), "organizations", &wire.Request{ID: "REQ", HTTP: req, Body: []byte(body)})
	if answer.Status >= 500 || answer.Cause != nil {
		w.t.Errorf("%s %s: %d, %v", operation, body, answer.Status, answer.Cause)
	}
	return answer
}

// must is a request of the management account that succeeds.
func (w *world) must(operation, body string) string {
	w.t.Helper()
	answer := w.ask(mgmt, operation, body)
	if answer.Status != 200 {
		w.t.Fatalf("%s %s: %d %s", operation, body, answer.Status, answer.Body)
	}
	return string(answer.Body)
}

// value is what an answer has at a path of member names.
func value(t *testing.T, answer string, path ...string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		t.Fatal(err)
	}
	for _, name := range path {
		members, _ := v.(map[string]any)
		v = members[name]
	}
	text, ok := v.(string)
	if !ok {
		t.Fatalf("no text at %v in %s", path, answer)
	}
	return text
}

// failure is the code of an answer, and the reason when there is one.
func failure(answer wire.Response) string {
	var e struct{ Type, Reason string }
	var raw map[string]string
	if json.Unmarshal(answer.Body, &raw) == nil {
		e.Type, e.Reason = raw["__type"], raw["Reason"]
	}
	if e.Reason != "" {
		return e.Type + " " + e.Reason
	}
	return e.Type
}
